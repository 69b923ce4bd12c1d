//! What a record is about, and the bytes that its author signs.
//!
//! The signed bytes are written field by field here and nowhere else: they never depend on how a
//! record travels. Every fact begins with its own number and every text with its length, so that no
//! two records have the same bytes. A fact never gets another field (devices that don't know it could
//! not check the signature): what is new becomes a new fact.

use model::{ContentHash, DeviceId, FolderId, Mode, Stamp};

use crate::record::{Fact, Record};

/// Nothing else that a device signs begins like this.
const DOMAIN: &[u8] = b"homefold 2026 home record\0";

impl Record {
    /// The bytes to be signed for saying `fact` at `stamp`.
    #[must_use]
    pub fn signed_bytes(fact: &Fact, stamp: Stamp, author: DeviceId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(DOMAIN);
        bytes.extend_from_slice(&stamp.millis.to_be_bytes());
        bytes.extend_from_slice(&stamp.count.to_be_bytes());
        bytes.extend_from_slice(&author.0);
        write_fact(&mut bytes, fact);
        bytes
    }

    /// The bytes that this record's signature must fit.
    #[must_use]
    pub fn own_signed_bytes(&self) -> Vec<u8> {
        Self::signed_bytes(&self.fact, self.stamp, self.author)
    }

    /// A name that no other record has, to store it under. (Its subject is none: earlier records on a
    /// subject are needed to judge others.)
    #[must_use]
    pub fn key(&self) -> String {
        let Stamp { millis, count } = self.stamp;
        let signature = ContentHash::of(&self.signature);
        format!("{} {millis:012x}.{count:08x} {} {signature}", self.fact.subject(), self.author)
    }
}

impl Fact {
    /// What the fact is about: of two facts with the same subject only one can hold.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Home { .. } => "home".to_owned(),
            Self::Member { device, .. } | Self::Removed { device } => format!("member:{device}"),
            Self::Name { device, .. } => format!("name:{device}"),
            Self::Addresses { device, .. } => format!("addresses:{device}"),
            Self::Folder { folder, .. } => format!("folder:{folder}"),
            Self::Pod { folder, device, .. } => format!("pod:{folder}@{device}"),
            Self::Policy { target, key, .. } => format!("policy:{target}#{key}"),
        }
    }
}

fn write_fact(bytes: &mut Vec<u8>, fact: &Fact) {
    match fact {
        Fact::Home { id, name, secret } => {
            bytes.push(1);
            bytes.extend_from_slice(&id.0);
            write_bytes(bytes, name.as_bytes());
            bytes.extend_from_slice(secret);
        }
        Fact::Member { device, public_key, role } => {
            bytes.push(2);
            bytes.extend_from_slice(&device.0);
            write_bytes(bytes, public_key);
            write_bytes(bytes, role.word().as_bytes());
        }
        Fact::Removed { device } => {
            bytes.push(3);
            bytes.extend_from_slice(&device.0);
        }
        Fact::Name { device, name } => {
            bytes.push(4);
            bytes.extend_from_slice(&device.0);
            write_bytes(bytes, name.as_bytes());
        }
        Fact::Addresses { device, addresses } => {
            bytes.push(5);
            bytes.extend_from_slice(&device.0);
            write_length(bytes, addresses.len());
            addresses.iter().for_each(|address| write_bytes(bytes, address.as_bytes()));
        }
        Fact::Folder { folder, name, deleted } => {
            bytes.push(6);
            bytes.extend_from_slice(&folder.0);
            write_bytes(bytes, name.as_bytes());
            bytes.push(u8::from(*deleted));
        }
        Fact::Pod { folder, device, mode } => write_pod(bytes, *folder, *device, *mode),
        Fact::Policy { target, key, value } => {
            bytes.push(8);
            write_bytes(bytes, target.as_bytes());
            write_bytes(bytes, key.as_bytes());
            bytes.push(u8::from(value.is_some()));
            write_bytes(bytes, value.as_deref().unwrap_or_default().as_bytes());
        }
    }
}

fn write_pod(bytes: &mut Vec<u8>, folder: FolderId, device: DeviceId, mode: Option<Mode>) {
    bytes.push(7);
    bytes.extend_from_slice(&folder.0);
    bytes.extend_from_slice(&device.0);
    write_bytes(bytes, mode.map_or("", Mode::word).as_bytes());
}

fn write_bytes(bytes: &mut Vec<u8>, part: &[u8]) {
    write_length(bytes, part.len());
    bytes.extend_from_slice(part);
}

fn write_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend_from_slice(&(length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_every_field() {
        let policy = |target: &str, key: &str, value: Option<&str>| Fact::Policy {
            target: target.into(),
            key: key.into(),
            value: value.map(Into::into),
        };
        let author = DeviceId([1; 32]);
        let facts = [
            policy("home", "a", Some("b")),
            policy("home", "ab", Some("")),
            policy("homea", "", Some("b")),
            policy("home", "a", None),
            policy("home", "a", Some("")),
            Fact::Removed { device: author },
            Fact::Name { device: author, name: "n".into() },
            Fact::Addresses { device: author, addresses: vec!["n".into()] },
            Fact::Addresses { device: author, addresses: vec!["n".into(), String::new()] },
            Fact::Pod { folder: FolderId([2; 16]), device: author, mode: None },
            Fact::Pod { folder: FolderId([2; 16]), device: author, mode: Some(Mode::Clone) },
        ];
        let mut all: Vec<_> = facts
            .iter()
            .map(|fact| Record::signed_bytes(fact, Stamp { millis: 1, count: 2 }, author))
            .collect();
        all.push(Record::signed_bytes(&facts[0], Stamp { millis: 2, count: 2 }, author));
        all.push(Record::signed_bytes(&facts[0], Stamp { millis: 1, count: 1 }, author));
        all.push(Record::signed_bytes(&facts[0], Stamp { millis: 1, count: 2 }, DeviceId([2; 32])));
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn the_signed_bytes_of_a_record_never_change() {
        let fact = Fact::Name { device: DeviceId([0xaa; 32]), name: "pc".into() };
        let bytes =
            Record::signed_bytes(&fact, Stamp { millis: 0x0102, count: 3 }, DeviceId([0xbb; 32]));
        let expected = [
            b"homefold 2026 home record\0".to_vec(),
            vec![0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3],
            vec![0xbb; 32],
            vec![4],
            vec![0xaa; 32],
            vec![0, 0, 0, 0, 0, 0, 0, 2, b'p', b'c'],
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn no_two_records_have_one_key() {
        let author = DeviceId([1; 32]);
        let record = Record {
            fact: Fact::Removed { device: author },
            stamp: Stamp { millis: 1, count: 2 },
            author,
            signature: vec![3],
        };
        let others = [
            Record { stamp: Stamp { millis: 1, count: 3 }, ..record.clone() },
            Record { author: DeviceId([2; 32]), ..record.clone() },
            Record { signature: vec![4], ..record.clone() },
            Record { fact: Fact::Removed { device: DeviceId([2; 32]) }, ..record.clone() },
        ];
        assert!(others.iter().all(|other| other.key() != record.key()));
    }

    #[test]
    fn a_member_and_its_removal_have_one_subject() {
        let device = DeviceId([1; 32]);
        let member = Fact::Member { device, public_key: vec![], role: model::Role::Admin };
        assert_eq!(member.subject(), Fact::Removed { device }.subject());
        assert_ne!(member.subject(), Fact::Name { device, name: String::new() }.subject());
    }
}
