//! How far ahead of a reader bytes are fetched.
//!
//! Starts small, doubles while the reading goes on in order, keeps its stream over small seeks, and
//! fetches nothing for whoever jumps about.

/// The first window.
const FIRST: u64 = 256 << 10;
/// The largest window.
const MAX: u64 = 16 << 20;
/// How far a read may lie before or behind the expected place and still go on, once in order.
const SEEK: u64 = 1 << 20;
/// The same while nothing shows an order: reads of several threads overtake each other a little.
const OVERTAKE: u64 = 128 << 10;

/// What one reader has read lately.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ahead {
    /// Whether anything was read.
    begun: bool,
    /// Where the next read is expected.
    next: u64,
    window: u64,
    /// Bytes read in order since the window last grew.
    grown: u64,
}

impl Ahead {
    /// The bytes `offset..end` are read.
    pub(super) fn read(&mut self, offset: u64, end: u64) {
        if !self.goes_on(offset) {
            *self = Self { begun: true, next: end, window: 0, grown: 0 };
            return;
        }
        self.begun = true;
        self.grown += end.saturating_sub(self.next);
        if self.grown > 0 && self.grown >= self.window / 4 {
            self.window = (self.window * 2).clamp(FIRST, MAX);
            self.grown = 0;
        }
        self.next = self.next.max(end);
    }

    /// The bytes that are worth having now beside those that were asked for.
    pub(super) fn range(&self) -> std::ops::Range<u64> {
        self.next..self.next.saturating_add(self.window)
    }

    fn goes_on(&self, offset: u64) -> bool {
        if !self.begun {
            return offset == 0;
        }
        let slack = if self.window > 0 { SEEK } else { OVERTAKE };
        offset.saturating_add(slack) >= self.next
            && offset <= self.next.saturating_add(self.window + slack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: u64 = 128 << 10;

    fn window(ahead: Ahead) -> u64 {
        ahead.range().end - ahead.range().start
    }

    #[test]
    fn reading_in_order_doubles_the_window_up_to_its_limit() {
        let mut ahead = Ahead::default();
        let mut before = 0;
        for i in 0..400 {
            ahead.read(i * READ, (i + 1) * READ);
            let now = window(ahead);
            assert!(now == before || now == (before * 2).clamp(FIRST, MAX), "{before} {now}");
            assert_eq!(ahead.range().start, (i + 1) * READ);
            before = now;
        }
        assert_eq!(before, MAX);
    }

    #[test]
    fn small_reads_do_not_grow_it_faster_than_large_ones() {
        let mut ahead = Ahead::default();
        (0..32).for_each(|i| ahead.read(i * 4096, (i + 1) * 4096));
        assert!(window(ahead) <= 1 << 20, "{}", window(ahead));
    }

    #[test]
    fn a_reader_that_jumps_about_is_fetched_nothing_for() {
        let mut ahead = Ahead::default();
        for i in [90, 5, 70, 33, 12, 60, 48] {
            let offset = i * (10 << 20);
            ahead.read(offset, offset + READ);
            assert_eq!(window(ahead), 0);
        }
    }

    #[test]
    fn a_small_seek_keeps_the_window_and_a_large_one_ends_it() {
        let mut ahead = Ahead::default();
        (0..64).for_each(|i| ahead.read(i * READ, (i + 1) * READ));
        let before = window(ahead);
        ahead.read(63 * READ, 64 * READ);
        ahead.read(66 * READ, 67 * READ);
        assert!(window(ahead) >= before);
        ahead.read(4000 * READ, 4001 * READ);
        assert_eq!(window(ahead), 0);
        ahead.read(4001 * READ, 4002 * READ);
        assert_eq!(window(ahead), FIRST);
    }
}
