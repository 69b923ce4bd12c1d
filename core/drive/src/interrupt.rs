//! The wish that a wait should end now: its program was killed, or the system goes to sleep.
//!
//! It is asked, not delivered: whoever waits looks at least every [`LOOK`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The longest time that somebody waits without a look at [`Interrupt::raised`].
pub const LOOK: Duration = Duration::from_millis(100);

/// Whether a wait should end.
#[derive(Clone)]
pub struct Interrupt(Arc<dyn Fn() -> bool + Send + Sync>);

impl Interrupt {
    /// One that is raised once `raised` says so.
    pub fn when(raised: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(raised))
    }

    /// One that is never raised.
    #[must_use]
    pub fn never() -> Self {
        Self::when(|| false)
    }

    /// Whether the wait should end now.
    #[must_use]
    pub fn raised(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Interrupt").field(&self.raised()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn an_interrupt_is_seen_by_every_copy() {
        let flag = Arc::new(AtomicBool::new(false));
        let seen = flag.clone();
        let interrupt = Interrupt::when(move || seen.load(Ordering::Relaxed));
        let copy = interrupt.clone();
        assert!(!copy.raised() && !Interrupt::never().raised());
        flag.store(true, Ordering::Relaxed);
        assert!(copy.raised() && interrupt.raised());
    }
}
