//! The invitation that is open, if one is.
//!
//! Invariants: one at a time; a code is good for one device, so many wrong tries and so long, sleep
//! of the machine included; each wrong proof costs a try before anything is answered. An ended
//! invitation is remembered for a while, only to tell a latecomer why.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::{InviteEnd, InviteError, Refusal, digits};
use crate::clock;
use crate::event::Event;
use crate::shared::Shared;

/// How long latecomers are told why.
const MEMORY: Duration = Duration::from_secs(10 * 60);
/// How often the clock is looked at, since timers stand still while the machine sleeps.
const ROUND: Duration = Duration::from_secs(5);

/// The place of the one invitation.
#[derive(Debug, Default)]
pub(crate) struct Invites {
    book: Mutex<Book>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Book {
    last: Option<Invite>,
    /// Ends that the service has not been told of.
    unreported: Vec<InviteEnd>,
}

#[derive(Debug)]
struct Invite {
    number: u64,
    code: String,
    /// By [`clock::elapsed`].
    expires: Duration,
    tries: u8,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A device proved the code and is being let in.
    Taken,
    Ended(InviteEnd, Duration),
}

/// A try that may be made.
pub(super) struct Attempt {
    pub(super) number: u64,
    pub(super) code: String,
}

impl Invites {
    /// Opens an invitation in place of the one before.
    pub(crate) fn open(&self, code: &str, lasts: Duration, tries: u8) -> Result<(), InviteError> {
        let code = digits(code).ok_or(InviteError::Malformed)?;
        let mut book = self.book();
        book.end_open(InviteEnd::Replaced);
        let number = book.last.as_ref().map_or(0, |before| before.number + 1);
        let expires = clock::elapsed() + lasts;
        book.last = Some(Invite { number, code, expires, tries, state: State::Open });
        self.changed.notify_one();
        Ok(())
    }

    /// Ends the invitation if it waits for somebody.
    pub(crate) fn cancel(&self) {
        self.book().end_open(InviteEnd::Cancelled);
        self.changed.notify_one();
    }

    /// Whether somebody may come.
    pub(crate) fn is_open(&self) -> bool {
        self.book().last.as_ref().is_some_and(Invite::is_open)
    }

    /// Whether pairing connections are answered at all.
    pub(crate) fn listens(&self) -> bool {
        self.book().last.as_ref().is_some_and(|invite| match invite.state {
            State::Open | State::Taken => true,
            State::Ended(_, since) => clock::elapsed().saturating_sub(since) < MEMORY,
        })
    }

    /// What a caller has to prove, or why it need not try.
    pub(super) fn attempt(&self) -> Result<Attempt, Refusal> {
        let book = self.book();
        let invite = book.last.as_ref().ok_or(Refusal::Ended)?;
        invite.check()?;
        Ok(Attempt { number: invite.number, code: invite.code.clone() })
    }

    /// Judges a proof for attempt `number`: a right one takes the invitation, a wrong one costs a
    /// try.
    pub(super) fn judge(&self, number: u64, right: bool) -> Result<(), Refusal> {
        let mut book = self.book();
        let invite = book.numbered(number).ok_or(Refusal::Ended)?;
        invite.check()?;
        self.changed.notify_one();
        if right {
            invite.state = State::Taken;
            return Ok(());
        }
        invite.tries = invite.tries.saturating_sub(1);
        if invite.tries > 0 {
            return Err(Refusal::WrongCode);
        }
        book.end(InviteEnd::NoTriesLeft);
        Err(Refusal::NoTriesLeft)
    }

    /// Ends the invitation that was taken.
    pub(super) fn settle(&self, number: u64, end: InviteEnd) {
        let mut book = self.book();
        if book.numbered(number).is_some() {
            book.end(end);
        } else {
            book.unreported.push(end);
        }
        self.changed.notify_one();
    }

    /// Ends the invitation if its time is over; gives all ends not told of yet.
    fn news(&self) -> Vec<InviteEnd> {
        let mut book = self.book();
        let over = book.last.as_ref().is_some_and(|invite| !invite.is_open());
        if over {
            book.end_open(InviteEnd::Expired);
        }
        std::mem::take(&mut book.unreported)
    }

    fn time_left(&self) -> Option<Duration> {
        let book = self.book();
        let invite = book.last.as_ref().filter(|invite| invite.state == State::Open)?;
        Some(invite.expires.saturating_sub(clock::elapsed()))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn numbered(&mut self, number: u64) -> Option<&mut Invite> {
        self.last.as_mut().filter(|invite| invite.number == number)
    }

    fn end_open(&mut self, end: InviteEnd) {
        if self.last.as_ref().is_some_and(|invite| invite.state == State::Open) {
            self.end(end);
        }
    }

    fn end(&mut self, end: InviteEnd) {
        if let Some(invite) = &mut self.last {
            invite.state = State::Ended(end, clock::elapsed());
            invite.code.clear();
            self.unreported.push(end);
        }
    }
}

impl Invite {
    fn is_open(&self) -> bool {
        self.state == State::Open && clock::elapsed() < self.expires
    }

    /// Whether a try may be made now.
    fn check(&self) -> Result<(), Refusal> {
        match self.state {
            State::Open if self.is_open() => Ok(()),
            State::Open => Err(Refusal::Expired),
            State::Taken => Err(Refusal::Ended),
            State::Ended(end, _) => Err(Refusal::of_end(end)),
        }
    }
}

/// Announces that an invitation is open, ends it in time, and tells the service how it ended, as
/// long as the endpoint lives.
pub(crate) async fn report(shared: &Shared) {
    let invites = &shared.invites;
    let mut announced = false;
    loop {
        // Timers are rounded down as well as up: not at once, or it would be a busy loop.
        let due = invites.time_left().map(|left| left.min(ROUND).max(Duration::from_millis(5)));
        match due {
            Some(due) => drop(timeout(due, invites.changed.notified()).await),
            None => invites.changed.notified().await,
        }
        for end in invites.news() {
            shared.events.send(Event::InviteEnded { end }).await;
        }
        if announced != invites.is_open() {
            announced = !announced;
            shared.announce();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::DeviceId;

    const LONG: Duration = Duration::from_secs(600);
    const JOINED: InviteEnd = InviteEnd::Joined(DeviceId([7; 32]));

    fn invited(tries: u8) -> (Invites, u64) {
        let invites = Invites::default();
        invites.open("12345678", LONG, tries).unwrap();
        let number = invites.attempt().map(|attempt| attempt.number).ok().unwrap();
        (invites, number)
    }

    #[test]
    fn the_third_wrong_code_ends_an_invitation() {
        let (invites, number) = invited(3);
        assert_eq!(invites.judge(number, false), Err(Refusal::WrongCode));
        assert_eq!(invites.judge(number, false), Err(Refusal::WrongCode));
        assert_eq!(invites.judge(number, false), Err(Refusal::NoTriesLeft));
        assert_eq!(invites.judge(number, true), Err(Refusal::NoTriesLeft));
        assert!(!invites.is_open() && invites.listens());
        assert_eq!(invites.news(), [InviteEnd::NoTriesLeft]);
        assert_eq!(invites.news(), []);
    }

    #[test]
    fn a_code_lets_one_device_in() {
        let (invites, number) = invited(3);
        assert_eq!(invites.judge(number, true), Ok(()));
        assert_eq!(invites.judge(number, true), Err(Refusal::Ended));
        invites.settle(number, JOINED);
        assert_eq!(invites.attempt().err(), Some(Refusal::Ended));
        assert_eq!(invites.news(), [JOINED]);
    }

    #[test]
    fn a_code_is_good_for_its_time_only() {
        let invites = Invites::default();
        invites.open("12345678", Duration::ZERO, 3).unwrap();
        assert_eq!(invites.attempt().err(), Some(Refusal::Expired));
        assert_eq!(invites.news(), [InviteEnd::Expired]);
    }

    #[test]
    fn a_proof_for_an_invitation_that_was_replaced_counts_for_nothing() {
        let (invites, number) = invited(3);
        invites.open("87654321", LONG, 3).unwrap();
        assert_eq!(invites.news(), [InviteEnd::Replaced]);
        assert_eq!(invites.judge(number, true), Err(Refusal::Ended));
        assert!(invites.is_open());
    }
}
