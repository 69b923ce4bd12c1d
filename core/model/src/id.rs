//! Names of devices, folders and homes.
//!
//! A [`DeviceId`] is the BLAKE3 hash of the device's public key, so it can't be chosen freely and
//! proves itself in the TLS handshake. For people it is written in base32 (RFC 4648) with one check
//! character after every 13, in 8 groups of 7: `ABCDEFG-…`. Any unambiguous prefix names a device.

use std::fmt;

/// The alphabet of RFC 4648 base32, which has no 0, 1, 8 or 9 to confuse with letters.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Data characters between two check characters.
const RUN: usize = 13;
/// Characters in a group of the printed form.
const GROUP: usize = 7;

/// A device: one installed service of one user on one computer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub [u8; 32]);

/// Why a text is no device id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A character outside the alphabet.
    #[error("character {0:?} does not occur in a device id")]
    Character(char),
    /// Too many or too few characters.
    #[error("a device id has 56 characters without the dashes, this has {0}")]
    Length(usize),
    /// A check character does not fit: something was mistyped.
    #[error("mistyped device id: the check character of part {0} does not fit")]
    Check(usize),
}

impl DeviceId {
    /// The id that belongs to a public key (the DER form of its SubjectPublicKeyInfo).
    #[must_use]
    pub fn of_public_key(spki: &[u8]) -> Self {
        Self(*blake3::hash(spki).as_bytes())
    }

    /// Parses the full printed form; case and dashes don't matter.
    ///
    /// # Errors
    /// [`IdError`] says which part was mistyped.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let characters = canonical(text)?;
        if characters.len() != 56 {
            return Err(IdError::Length(characters.len()));
        }
        let mut data = Vec::with_capacity(52);
        for (part, run) in characters.chunks(RUN + 1).enumerate() {
            if check_character(&run[..RUN]) != run[RUN] {
                return Err(IdError::Check(part + 1));
            }
            data.extend_from_slice(&run[..RUN]);
        }
        Ok(Self(decode(&data)))
    }

    /// Whether `text` is the beginning of this id's printed form (dashes and case don't matter).
    #[must_use]
    pub fn has_prefix(&self, text: &str) -> bool {
        canonical(text)
            .is_ok_and(|wanted| !wanted.is_empty() && self.characters().starts_with(&wanted))
    }

    /// The first group, to show where space is short.
    #[must_use]
    pub fn short(&self) -> String {
        String::from_utf8_lossy(&self.characters()[..GROUP]).into_owned()
    }

    /// 52 data and 4 check characters, without dashes.
    fn characters(&self) -> Vec<u8> {
        encode(&self.0)
            .chunks(RUN)
            .flat_map(|run| run.iter().copied().chain([check_character(run)]).collect::<Vec<_>>())
            .collect()
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, group) in self.characters().chunks(GROUP).enumerate() {
            let dash = if i == 0 { "" } else { "-" };
            write!(f, "{dash}{}", String::from_utf8_lossy(group))?;
        }
        Ok(())
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({})", self.short())
    }
}

fn canonical(text: &str) -> Result<Vec<u8>, IdError> {
    text.chars()
        .filter(|c| *c != '-' && !c.is_whitespace())
        .map(|c| {
            let upper = c.to_ascii_uppercase();
            u8::try_from(upper).ok().filter(|b| BASE32.contains(b)).ok_or(IdError::Character(c))
        })
        .collect()
}

/// The Luhn check character over base 32, as ISO/IEC 7812 does it over base 10: it finds every
/// single mistyped character and almost every swap of neighbours.
fn check_character(run: &[u8]) -> u8 {
    let sum: usize = run
        .iter()
        .rev()
        .enumerate()
        .map(|(i, c)| {
            let value = BASE32.iter().position(|b| b == c).unwrap_or(0);
            let weighed = if i % 2 == 0 { value * 2 } else { value };
            weighed / 32 + weighed % 32
        })
        .sum();
    BASE32[(32 - sum % 32) % 32]
}

fn encode(bytes: &[u8; 32]) -> Vec<u8> {
    let bit = |i: usize| if i < 256 { (bytes[i / 8] >> (7 - i % 8)) & 1 } else { 0 };
    (0..52).map(|c| BASE32[(0..5).fold(0, |v, b| v << 1 | bit(c * 5 + b)) as usize]).collect()
}

fn decode(characters: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for i in 0..256 {
        let value = BASE32.iter().position(|b| *b == characters[i / 5]).unwrap_or(0);
        bytes[i / 8] |= u8::from(value >> (4 - i % 5) & 1 == 1) << (7 - i % 8);
    }
    bytes
}

/// Makes a random 16-byte name: written as 32 hexadecimal digits.
macro_rules! name16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The name in its hexadecimal form, if `text` is one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 32 && text.is_ascii())
                    .then(|| u128::from_str_radix(text, 16).ok())
                    .flatten()
                    .map(|number| Self(number.to_be_bytes()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:.6})"), self.to_string())
            }
        }
    };
}

name16!(
    /// A folder of the home; its name for people may change, this never does.
    FolderId
);
name16!(
    /// A home: the devices that trust each other.
    HomeId
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_printed_in_eight_groups_of_seven() {
        let text = DeviceId([7; 32]).to_string();
        assert_eq!(text.len(), 63);
        assert!(text.split('-').all(|group| group.len() == 7));
    }

    #[test]
    fn a_name_is_read_back_as_it_was_written() {
        let folder = FolderId([0xab; 16]);
        assert_eq!(FolderId::parse(&folder.to_string()), Some(folder));
        assert_eq!(FolderId::parse("+123"), None);
    }

    proptest! {
        #[test]
        fn every_id_is_read_back_and_every_mistyped_character_is_found(
            bytes: [u8; 32], position in 0usize..56, other in 0usize..32,
        ) {
            let id = DeviceId(bytes);
            prop_assert_eq!(DeviceId::parse(&id.to_string().to_lowercase()), Ok(id));
            let mut wrong = id.characters();
            prop_assume!(wrong[position] != BASE32[other]);
            wrong[position] = BASE32[other];
            prop_assert!(DeviceId::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
        }

        #[test]
        fn a_device_is_named_by_any_prefix(bytes: [u8; 32], length in 1usize..63) {
            let id = DeviceId(bytes);
            let prefix = id.to_string()[..length].to_owned();
            prop_assert!(id.has_prefix(&prefix));
        }
    }
}
