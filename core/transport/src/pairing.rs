//! Making two devices trust each other with a short code.
//!
//! The device that invites shows 8 digits; the one that joins is told them by a person. Over a TLS
//! connection of its own (any certificate, nothing but this) both run SPAKE2 with the digits as the
//! password and prove to each other, the joiner first, that they came to the same key *and* sit at
//! the two ends of the same TLS connection. So a wrong code costs a try and tells nothing, and
//! whoever sits between and alters one byte is found out. Then the service's introduction and
//! answer travel over that connection. What they mean, and what role the newcomer gets, is the
//! service's business. Without a code: [`compare`]. The `spake2` crate has had no independent audit.

pub(crate) mod compare;
mod invites;
mod join;
mod pake;
mod serve;

use std::net::SocketAddr;

use bytes::Bytes;
use model::DeviceId;

pub use compare::{Answer, COMPARE_TIME, CompareEnd, CompareError, Compared, Comparison, Newcomer};
pub(crate) use invites::{Invites, report};
pub(crate) use join::join;
pub(crate) use serve::serve;

/// Digits of a code.
pub const CODE_LENGTH: usize = 8;
/// The longest introduction, and the longest answer, in bytes.
pub const INTRODUCTION_MAX: usize = 1 << 20;
/// The longest message before both are proved.
const PROOF_MAX: usize = 1024;

/// What the inviting device told the joining one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// Who invited.
    pub device: DeviceId,
    /// Where it is.
    pub address: SocketAddr,
    /// Its answer to the introduction.
    pub answer: Bytes,
}

/// How an invitation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InviteEnd {
    /// This device was let in.
    Joined(DeviceId),
    /// This device knew the code, and was turned away or went off before it had its answer.
    Interrupted(DeviceId),
    /// Nobody came in time.
    Expired,
    /// Too many wrong codes.
    NoTriesLeft,
    /// The service closed it.
    Cancelled,
    /// A newer invitation took its place.
    Replaced,
}

/// Why a device could not join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum JoinError {
    /// A code is 8 digits.
    #[error("a code has 8 digits")]
    Malformed,
    /// The introduction is too long.
    #[error("an introduction of {0} bytes is too long")]
    TooLong(usize),
    /// No device answers at the address, or none on the network has an invitation open.
    #[error("no inviting device was found")]
    NotFound,
    /// The device is there and has no invitation open.
    #[error("the device has no invitation open")]
    NotInviting,
    /// The code is wrong; it can be tried again.
    #[error("the code is wrong")]
    WrongCode,
    /// The code was right once.
    #[error("the invitation has expired")]
    Expired,
    /// The code was wrong too often.
    #[error("the invitation has no tries left")]
    NoTriesLeft,
    /// Another device used the code, or the invitation was taken back.
    #[error("the invitation was used or taken back")]
    Ended,
    /// The device did not want us after all.
    #[error("the device turned us away")]
    Refused,
    /// The other end could not prove that it knows the code: somebody is in between.
    #[error("the device does not know the code that it gave")]
    Impostor,
    /// The connection broke.
    #[error("the connection broke")]
    Lost,
}

/// Why an invitation can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// A code is 8 digits.
    #[error("a code has 8 digits")]
    Malformed,
    /// The system gave no random numbers.
    #[error("drawing a code")]
    Random,
}

/// A new code, every one as likely as any other.
///
/// # Errors
/// [`InviteError::Random`] if the system has no random numbers.
pub fn random_code() -> Result<String, InviteError> {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_unspecified| InviteError::Random)?;
    // 2^64 is so much larger than 10^8 that the remainder favours no code noticeably.
    Ok(format!("{:08}", u64::from_le_bytes(bytes) % 100_000_000))
}

/// The digits of a code as a person writes it, with spaces or dashes.
fn digits(code: &str) -> Option<String> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let valid = digits.len() == CODE_LENGTH && digits.bytes().all(|b| b.is_ascii_digit());
    valid.then_some(digits)
}

/// Why the inviting device says no, as a number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    WrongCode,
    Expired,
    NoTriesLeft,
    Ended,
    TurnedAway,
}

impl Refusal {
    const ALL: [Self; 5] =
        [Self::WrongCode, Self::Expired, Self::NoTriesLeft, Self::Ended, Self::TurnedAway];

    /// 0 means no refusal.
    fn number(self) -> u32 {
        match self {
            Self::WrongCode => 1,
            Self::Expired => 2,
            Self::NoTriesLeft => 3,
            Self::Ended => 4,
            Self::TurnedAway => 5,
        }
    }

    fn of_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.number() == number)
    }

    fn of_end(end: InviteEnd) -> Self {
        match end {
            InviteEnd::Expired => Self::Expired,
            InviteEnd::NoTriesLeft => Self::NoTriesLeft,
            InviteEnd::Joined(_)
            | InviteEnd::Interrupted(_)
            | InviteEnd::Cancelled
            | InviteEnd::Replaced => Self::Ended,
        }
    }

    fn seen_by_joiner(self) -> JoinError {
        match self {
            Self::WrongCode => JoinError::WrongCode,
            Self::Expired => JoinError::Expired,
            Self::NoTriesLeft => JoinError::NoTriesLeft,
            Self::Ended => JoinError::Ended,
            Self::TurnedAway => JoinError::Refused,
        }
    }
}

/// Every message of pairing; each step uses what it needs.
#[derive(Clone, PartialEq, prost::Message)]
struct Step {
    /// A [`Refusal`]; 0 to go on.
    #[prost(uint32, tag = "1")]
    refusal: u32,
    /// The SPAKE2 message, a proof, the introduction or the answer.
    #[prost(bytes = "bytes", tag = "2")]
    body: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_eight_digits_however_written() {
        assert_eq!(digits("1234 5678").as_deref(), Some("12345678"));
        assert_eq!(digits("1234-5678").as_deref(), Some("12345678"));
        assert_eq!(digits("1234567"), None);
        assert_eq!(digits("1234567x"), None);
        assert_eq!(digits(&random_code().unwrap()).map(|code| code.len()), Some(8));
    }

    #[test]
    fn every_refusal_is_read_back() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::of_number(refusal.number()), Some(refusal));
        }
        assert_eq!(Refusal::of_number(0), None);
    }
}
