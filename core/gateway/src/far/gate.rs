//! The password of the door: how it is kept, and how guessing is held up.
//!
//! Tries are counted for the door as a whole, so that it helps a guesser nothing to come from many addresses;
//! whoever is in already is not touched by that. One password is worked at a time: each costs megabytes and
//! tens of milliseconds, and nobody may make the service pay that often.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use argon2::Argon2;
use tokio::sync::Semaphore;

use crate::web::Clock;

/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 10;
/// The longest one that is looked at, in bytes.
const PASSWORD_MAX: usize = 1024;
/// Wrong tries that are free …
const TRIES_MAX: u32 = 5;
/// … and how long it takes until there is one more.
const TRY_AGAIN: Duration = Duration::from_secs(15);
/// Tries that wait for their turn; more are told to come later.
const WAITING_MAX: usize = 4;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// A password as it is kept: salt and hash, in hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

impl Password {
    /// Takes a password over; `None` if it is too short or too long, or the system has no random numbers.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.chars().count() < PASSWORD_MIN || text.len() > PASSWORD_MAX {
            return None;
        }
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).ok()?;
        Some(Self { salt, hash: worked(text, &salt)? })
    }

    /// As it was kept.
    #[must_use]
    pub fn read(kept: &str) -> Option<Self> {
        let (salt, hash) = kept.strip_prefix("argon2id ")?.split_once(' ')?;
        Some(Self { salt: bytes_of(salt)?, hash: bytes_of(hash)? })
    }

    /// To be kept.
    #[must_use]
    pub fn kept(&self) -> String {
        format!("argon2id {} {}", digits_of(&self.salt), digits_of(&self.hash))
    }

    fn fits(&self, text: &str) -> bool {
        let Some(worked) = worked(text, &self.salt) else { return false };
        worked.iter().zip(&self.hash).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

/// The hash of a password: argon2id with 19 MiB, twice.
fn worked(text: &str, salt: &[u8]) -> Option<[u8; HASH_BYTES]> {
    let mut hash = [0; HASH_BYTES];
    Argon2::default().hash_password_into(text.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

fn digits_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The password is another one.
    Wrong,
    /// There were too many wrong ones; later it may be tried again.
    TooOften,
}

/// Judges passwords.
pub struct Gate {
    password: Password,
    clock: Clock,
    tries: Mutex<Tries>,
    waiting: Semaphore,
    turn: Semaphore,
}

struct Tries {
    left: u32,
    /// Since when there are as many.
    since: Duration,
}

impl Gate {
    /// For one password.
    #[must_use]
    pub fn new(password: Password, clock: Clock) -> Self {
        let tries = Mutex::new(Tries { left: TRIES_MAX, since: clock() });
        let (waiting, turn) = (Semaphore::new(WAITING_MAX), Semaphore::new(1));
        Self { password, clock, tries, waiting, turn }
    }

    /// Lets somebody in who knows it.
    ///
    /// # Errors
    /// [`Denied`].
    pub(crate) async fn check(&self, given: String) -> Result<(), Denied> {
        let _waits = self.waiting.try_acquire().map_err(|_| Denied::TooOften)?;
        let _turn = self.turn.acquire().await.map_err(|_| Denied::TooOften)?;
        self.take_try()?;
        let password = self.password.clone();
        let fits = given.len() <= PASSWORD_MAX;
        let worked = tokio::task::spawn_blocking(move || fits && password.fits(&given)).await;
        if !matches!(worked, Ok(true)) {
            return Err(Denied::Wrong);
        }
        self.give_back();
        Ok(())
    }

    fn take_try(&self) -> Result<(), Denied> {
        let now = (self.clock)();
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        while tries.left < TRIES_MAX && now.saturating_sub(tries.since) >= TRY_AGAIN {
            tries.left += 1;
            tries.since += TRY_AGAIN;
        }
        if tries.left == TRIES_MAX {
            tries.since = now;
        }
        tries.left = tries.left.checked_sub(1).ok_or(Denied::TooOften)?;
        Ok(())
    }

    /// The try was a good one.
    fn give_back(&self) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.left = TRIES_MAX.min(tries.left + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! { static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) }; }

    const RIGHT: &str = "correct horse";

    async fn tried(gate: &Gate, text: &str) -> Result<(), Denied> {
        gate.check(text.to_owned()).await
    }

    #[test]
    fn a_password_is_kept_as_a_hash_and_read_back() {
        let password = Password::new(RIGHT).unwrap();
        assert!(!password.kept().contains(RIGHT));
        let read = Password::read(&password.kept()).unwrap();
        assert!(read.fits(RIGHT) && !read.fits("correct horsf") && !read.fits(""));
        assert!(Password::new(RIGHT).unwrap().kept() != password.kept(), "the salt is another");
        for nonsense in ["", "argon2id", "argon2id 00 00", "argon2id é é"] {
            assert!(Password::read(nonsense).is_none(), "{nonsense}");
        }
        assert!(Password::new("nine char").is_none());
        assert!(Password::new(&"x".repeat(PASSWORD_MAX + 1)).is_none());
    }

    #[tokio::test]
    async fn wrong_tries_are_held_up_and_the_right_one_after_them_too() {
        let gate = Gate::new(Password::new(RIGHT).unwrap(), || NOW.get());
        for _ in 0..TRIES_MAX {
            assert_eq!(tried(&gate, "guess guess").await, Err(Denied::Wrong));
        }
        assert_eq!(tried(&gate, RIGHT).await, Err(Denied::TooOften));
        NOW.set(NOW.get() + TRY_AGAIN);
        assert_eq!(tried(&gate, RIGHT).await, Ok(()));
        assert_eq!(tried(&gate, RIGHT).await, Ok(()), "right ones are free");
        assert_eq!(tried(&gate, "guess guess").await, Err(Denied::Wrong));
        assert_eq!(tried(&gate, "guess guess").await, Err(Denied::TooOften));
        NOW.set(NOW.get() + TRY_AGAIN * 100);
        for _ in 0..TRIES_MAX {
            assert_eq!(tried(&gate, "guess guess").await, Err(Denied::Wrong));
        }
        assert_eq!(tried(&gate, "guess guess").await, Err(Denied::TooOften));
    }
}
