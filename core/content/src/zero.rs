//! Finding runs of zeros: they become holes on disks that have them.

/// Whether every byte is zero.
#[must_use]
pub fn is_zero(bytes: &[u8]) -> bool {
    let mut lanes = bytes.chunks_exact(64);
    lanes.by_ref().all(|lane| lane.iter().fold(0, |all, byte| all | byte) == 0)
        && lanes.remainder().iter().all(|byte| *byte == 0)
}

/// The runs of `bytes` that must be written when what stands there is a hole: everything but whole
/// blocks of zeros. Each is (offset, length); neighbours are joined.
#[must_use]
pub fn written_runs(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, block) in bytes.chunks(BLOCK).enumerate() {
        if is_zero(block) {
            continue;
        }
        let start = index * BLOCK;
        match runs.last_mut() {
            Some(run) if run.0 + run.1 == start => run.1 += block.len(),
            Some(_) | None => runs.push((start, block.len())),
        }
    }
    runs
}

/// The usual block of a file system: a smaller hole saves nothing.
const BLOCK: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_set_bit_anywhere_is_found() {
        for length in [1, 63, 64, 65, 1000] {
            let mut bytes = vec![0; length];
            assert!(is_zero(&bytes));
            for at in 0..length {
                bytes[at] = 1;
                assert!(!is_zero(&bytes));
                bytes[at] = 0;
            }
        }
        assert!(is_zero(&[]));
    }

    #[test]
    fn only_blocks_that_hold_something_are_written() {
        let mut bytes = vec![0; 5 * BLOCK + 10];
        assert!(written_runs(&bytes).is_empty());
        bytes[BLOCK + 5] = 1;
        bytes[2 * BLOCK] = 1;
        bytes[5 * BLOCK + 9] = 1;
        assert_eq!(written_runs(&bytes), [(BLOCK, 2 * BLOCK), (5 * BLOCK, 10)]);
    }
}
