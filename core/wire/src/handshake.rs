//! The greeting: the first frame on a connection, from both sides, before any message.
//!
//! Both say which protocols they speak and both choose the highest that is common. Nothing about
//! the home or its people is in it. Its own frame never changes but by new fields.

use crate::codec;
use crate::error::DecodeError;
use crate::limits::{HELLO_BYTES_MAX, NAME_BYTES_MAX};
use crate::proto;
use crate::scan;

/// The oldest protocol that this version speaks.
pub const PROTOCOL_MIN: u32 = 1;
/// The newest protocol that this version speaks.
pub const PROTOCOL_MAX: u32 = 1;

/// What a device says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The oldest protocol it speaks, from 1.
    pub protocol_min: u32,
    /// The newest protocol it speaks, not below the oldest.
    pub protocol_max: u32,
    /// Name and version of the software, for people alone: nothing is decided by it.
    pub software: String,
}

/// Two devices have no protocol in common.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiateError {
    /// The other device must be updated.
    #[error(
        "greeting a device: it speaks protocols up to {theirs}, this one from {ours}: update the other device"
    )]
    TheyAreOlder {
        /// Its newest.
        theirs: u32,
        /// Our oldest.
        ours: u32,
    },
    /// This device must be updated.
    #[error(
        "greeting a device: it speaks protocols from {theirs}, this one up to {ours}: update this device"
    )]
    WeAreOlder {
        /// Its oldest.
        theirs: u32,
        /// Our newest.
        ours: u32,
    },
}

impl Hello {
    /// The greeting of this version.
    #[must_use]
    pub fn new(software: impl Into<String>) -> Self {
        let software = software.into();
        Self { protocol_min: PROTOCOL_MIN, protocol_max: PROTOCOL_MAX, software }
    }

    /// As a frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::seal(&proto::Hello {
            protocol_min: self.protocol_min,
            protocol_max: self.protocol_max,
            software: self.software.clone(),
        })
    }

    /// Out of a frame.
    ///
    /// # Errors
    /// [`DecodeError`] if it is none, or longer than [`HELLO_BYTES_MAX`].
    pub fn decode(frame: &[u8]) -> Result<Self, DecodeError> {
        if frame.len() > HELLO_BYTES_MAX {
            return Err(DecodeError::TooLarge(frame.len()));
        }
        let told: proto::Hello = codec::open(frame, &scan::HELLO)?;
        if told.protocol_min == 0 || told.protocol_min > told.protocol_max {
            return Err(DecodeError::Invalid("a range of protocols"));
        }
        if told.software.len() > NAME_BYTES_MAX || told.software.chars().any(char::is_control) {
            return Err(DecodeError::Invalid("the name of a software"));
        }
        let proto::Hello { protocol_min, protocol_max, software } = told;
        Ok(Self { protocol_min, protocol_max, software })
    }

    /// The protocol to be spoken with the device that said `other`: the highest that both know.
    ///
    /// # Errors
    /// [`NegotiateError`] says which side must be updated.
    pub fn negotiate(&self, other: &Self) -> Result<u32, NegotiateError> {
        if other.protocol_max < self.protocol_min {
            let (theirs, ours) = (other.protocol_max, self.protocol_min);
            return Err(NegotiateError::TheyAreOlder { theirs, ours });
        }
        if self.protocol_max < other.protocol_min {
            let (theirs, ours) = (other.protocol_min, self.protocol_max);
            return Err(NegotiateError::WeAreOlder { theirs, ours });
        }
        Ok(self.protocol_max.min(other.protocol_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(protocol_min: u32, protocol_max: u32) -> Hello {
        Hello { protocol_min, protocol_max, software: "homefold 0.1.0".into() }
    }

    #[test]
    fn a_greeting_is_read_back_as_it_was_said() {
        let said = Hello::new("homefold 0.1.0");
        assert_eq!(Hello::decode(&said.encode()), Ok(said));
    }

    #[test]
    fn greetings_of_version_1_look_like_this_for_ever() {
        let golden = b"\x10\x08\x01\x10\x01\x1a\x0ehomefold 0.1.0";
        assert_eq!(hello(1, 1).encode(), golden);
        let with_a_field_of_the_future = [&golden[..], &[0x7a, 0x02, 1, 2]].concat();
        assert_eq!(Hello::decode(&with_a_field_of_the_future), Ok(hello(1, 1)));
    }

    #[test]
    fn the_highest_common_protocol_is_spoken() {
        assert_eq!(hello(1, 3).negotiate(&hello(2, 5)), Ok(3));
        assert_eq!(hello(2, 5).negotiate(&hello(1, 3)), Ok(3));
    }

    #[test]
    fn without_a_common_protocol_both_sides_name_the_one_to_be_updated() {
        let (old, new) = (hello(1, 1), hello(2, 3));
        assert_eq!(old.negotiate(&new), Err(NegotiateError::WeAreOlder { theirs: 2, ours: 1 }));
        assert_eq!(new.negotiate(&old), Err(NegotiateError::TheyAreOlder { theirs: 1, ours: 2 }));
    }

    #[test]
    fn a_greeting_that_makes_no_sense_is_refused() {
        assert!(Hello::decode(&hello(0, 1).encode()).is_err());
        assert!(Hello::decode(&hello(3, 2).encode()).is_err());
        assert!(Hello::decode(&[0x10; HELLO_BYTES_MAX + 1]).is_err());
        assert!(Hello::decode(&[]).is_err());
    }
}
