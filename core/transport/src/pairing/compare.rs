//! Making two devices trust each other by six digits that a person compares on both screens.
//!
//! The newcomer picks a device of a home; over a TLS connection of its own (any certificate, nothing
//! but this) both draw a nonce, the asked one bound by a commitment before it sees the other's, and
//! come to the same digits if nobody sits in between ([`digits`]). Invariants: the digits exist only
//! after both nonces do; nothing of either device but its name is told before both said yes; one
//! comparison at a time, so many in a while ([`gate`]), each with a deadline. Why it is safe, and what
//! it costs: `core/docs/decisions/0006`. Not here: who may take a device in (the service).

mod ask;
mod digits;
mod gate;
mod line;
mod serve;

use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use tokio::sync::{oneshot, watch};

use super::Welcome;

pub(crate) use ask::ask;
pub(crate) use gate::Gate;
pub(crate) use serve::serve;

/// How long a person may take to compare.
pub const COMPARE_TIME: Duration = Duration::from_secs(120);
/// How long the other device may take for each step before there are digits.
const STEP_TIME: Duration = Duration::from_secs(5);
/// How long a goodbye may take.
const GOODBYE_TIME: Duration = Duration::from_secs(2);

/// A comparison that a person is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The same at both ends and never again: a name for this comparison. Not secret.
    pub id: String,
    /// The device at the other end.
    pub device: DeviceId,
    /// Six digits.
    pub digits: String,
}

/// The newcomer's end of a comparison.
#[derive(Debug)]
pub struct Comparison {
    /// What is to be compared.
    pub compared: Compared,
    /// What the person says.
    pub answer: Answer,
    /// How it ended.
    pub outcome: oneshot::Receiver<Result<Welcome, CompareError>>,
}

/// What the person at one end says. Until both have said yes, a no, or dropping it, ends the comparison,
/// also after a yes.
#[derive(Debug)]
pub struct Answer(watch::Sender<Option<bool>>);

impl Answer {
    fn new() -> (Self, watch::Receiver<Option<bool>>) {
        let (answer, person) = watch::channel(None);
        (Self(answer), person)
    }

    /// The digits are the same, or they are not; whether anybody still listens.
    pub fn say(&self, same: bool) -> bool {
        self.0.send(Some(same)).is_ok()
    }

    /// Whether that was a yes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        *self.0.borrow() == Some(true)
    }
}

/// What a newcomer says when it asks.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Its name, to be shown.
    pub name: String,
    /// What it tells once both have said yes.
    pub introduction: Bytes,
}

/// How a comparison ended at the device that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareEnd {
    /// The newcomer was let in.
    Joined(DeviceId),
    /// It was not let in, for this reason.
    Failed(CompareError),
}

/// Why a comparison came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CompareError {
    /// The introduction is too long.
    #[error("an introduction of {0} bytes is too long")]
    TooLong(usize),
    /// The system gave no random numbers.
    #[error("drawing a random number")]
    Random,
    /// Nobody answers there.
    #[error("the device was not found")]
    NotFound,
    /// It takes nobody in now.
    #[error("the device takes nobody in now")]
    NotOffering,
    /// It compares with another device.
    #[error("the device compares with another one")]
    Busy,
    /// It was asked too often.
    #[error("the device was asked too often")]
    TooOften,
    /// A person said no, here or there.
    #[error("somebody said no")]
    Declined,
    /// Nobody said yes in time.
    #[error("it was not confirmed in time")]
    Expired,
    /// What came does not fit together: somebody is in between.
    #[error("the device did not keep to its commitment")]
    Impostor,
    /// Both said yes, and the other device did not want us after all.
    #[error("the device turned us away")]
    TurnedAway,
    /// The connection broke.
    #[error("the connection broke")]
    Lost,
}

impl CompareError {
    /// What the other end can be told, each with its number on the wire; 0 is no refusal.
    const TOLD: [(u32, Self); 6] = [
        (1, Self::Declined),
        (2, Self::Busy),
        (3, Self::TooOften),
        (4, Self::Expired),
        (5, Self::TurnedAway),
        (6, Self::Impostor),
    ];

    fn number(self) -> Option<u32> {
        Self::TOLD.into_iter().find(|(_, error)| *error == self).map(|(number, _)| number)
    }

    /// A later version may have reasons that this one doesn't know.
    fn of_number(number: u32) -> Self {
        let known = Self::TOLD.into_iter().find(|(known, _)| *known == number);
        known.map_or(Self::Declined, |(_, error)| error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_that_is_told_is_read_back() {
        for (number, error) in CompareError::TOLD {
            assert_eq!(error.number(), Some(number));
            assert_eq!(CompareError::of_number(number), error);
        }
        assert_eq!(CompareError::Lost.number(), None);
        assert_eq!(CompareError::of_number(77), CompareError::Declined);
    }
}
