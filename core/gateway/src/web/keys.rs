//! Keys that let a browser in once, and the secrets that they become.
//!
//! Both live in memory only: after a restart of the service a browser needs a new key.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a key waits for its browser.
const KEY_LIFE: Duration = Duration::from_secs(120);
/// How long a browser that says nothing is remembered.
const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Keys that wait at once; the oldest goes.
const KEYS_MAX: usize = 8;
/// Browsers that are remembered at once; the one that was silent for longest goes.
const SESSIONS_MAX: usize = 16;

/// Tells the time, from any beginning on.
pub type Clock = fn() -> Duration;

/// The keys and secrets of one door.
pub struct Keys {
    clock: Clock,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: VecDeque<Secret>,
    sessions: VecDeque<Secret>,
}

struct Secret {
    text: String,
    until: Duration,
}

impl Keys {
    /// None so far.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default() }
    }

    /// A new key, and for how long it works; `None` if the system has no random numbers.
    pub fn invite(&self) -> Option<(String, Duration)> {
        let text = random_text()?;
        let until = (self.clock)() + KEY_LIFE;
        push(&mut self.known().keys, Secret { text: text.clone(), until }, KEYS_MAX);
        Some((text, KEY_LIFE))
    }

    /// Takes a key for the secret of a browser; a key works once and in its time.
    pub(super) fn redeem(&self, key: &str) -> Option<String> {
        let now = (self.clock)();
        let mut known = self.known();
        known.keys.retain(|one| one.until > now);
        let place = known.keys.iter().position(|one| same(&one.text, key))?;
        known.keys.remove(place);
        known.begin(now)
    }

    /// The secret of a browser that showed in another way that it may come in.
    pub(super) fn admit(&self) -> Option<String> {
        let now = (self.clock)();
        self.known().begin(now)
    }

    /// Whether a browser was let in; it is remembered anew.
    pub(super) fn knows(&self, secret: &str) -> bool {
        let now = (self.clock)();
        let mut known = self.known();
        known.sessions.retain(|one| one.until > now);
        let Some(place) = known.sessions.iter().position(|one| same(&one.text, secret)) else {
            return false;
        };
        if let Some(mut session) = known.sessions.remove(place) {
            session.until = now + SESSION_LIFE;
            known.sessions.push_back(session);
        }
        true
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn begin(&mut self, now: Duration) -> Option<String> {
        let text = random_text()?;
        let session = Secret { text: text.clone(), until: now + SESSION_LIFE };
        push(&mut self.sessions, session, SESSIONS_MAX);
        Some(text)
    }
}

fn push(queue: &mut VecDeque<Secret>, secret: Secret, most: usize) {
    while queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(secret);
}

/// 256 bits in hexadecimal digits.
fn random_text() -> Option<String> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).ok()?;
    Some(secret.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares in a time that does not depend on where the texts differ.
fn same(own: &str, given: &str) -> bool {
    own.len() == given.len()
        && own.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! { static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) }; }

    fn keys() -> Keys {
        NOW.set(Duration::ZERO);
        Keys::new(|| NOW.get())
    }

    #[test]
    fn a_key_lets_one_browser_in_once() {
        let keys = keys();
        let (key, _) = keys.invite().unwrap();
        let secret = keys.redeem(&key).unwrap();
        assert!(keys.knows(&secret) && !keys.knows(&key) && !keys.knows(""));
        assert_eq!(keys.redeem(&key), None);
    }

    #[test]
    fn a_key_that_nobody_used_in_its_time_is_no_good() {
        let keys = keys();
        let (key, life) = keys.invite().unwrap();
        NOW.set(life);
        assert_eq!(keys.redeem(&key), None);
    }

    #[test]
    fn a_browser_that_was_silent_for_too_long_is_forgotten_and_one_in_use_is_not() {
        let keys = keys();
        let secret = keys.redeem(&keys.invite().unwrap().0).unwrap();
        NOW.set(SESSION_LIFE - Duration::from_secs(1));
        assert!(keys.knows(&secret));
        NOW.set(SESSION_LIFE + Duration::from_secs(1));
        assert!(keys.knows(&secret));
        NOW.set(SESSION_LIFE * 3);
        assert!(!keys.knows(&secret));
    }

    #[test]
    fn keys_and_browsers_are_bounded() {
        let keys = keys();
        let first = keys.invite().unwrap().0;
        for _ in 0..KEYS_MAX {
            keys.invite().unwrap();
        }
        assert_eq!(keys.redeem(&first), None);
        let secret = keys.redeem(&keys.invite().unwrap().0).unwrap();
        for _ in 0..SESSIONS_MAX {
            keys.redeem(&keys.invite().unwrap().0).unwrap();
        }
        assert!(!keys.knows(&secret));
    }
}
