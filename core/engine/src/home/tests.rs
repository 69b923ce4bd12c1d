//! A home among a few devices with make-believe keys.

mod agreement;
mod members;
mod policies;
mod sharing;

use model::{ContentHash, DeviceId, FolderId, Role, WallTime};
use wire::{Fact, Record};

use super::{Author, Home, HomeError, Keys, Merged};

/// A device whose signature is a hash that anybody could make; nobody here does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u8);

impl Keys for Key {
    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        ContentHash::of(&[&self.public_key(), bytes].concat()).0.to_vec()
    }

    fn verify(&self, public_key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
        ContentHash::of(&[public_key, bytes].concat()).0 == signature
    }

    fn device(&self) -> DeviceId {
        DeviceId::of_public_key(&self.public_key())
    }

    fn public_key(&self) -> Vec<u8> {
        vec![self.0; 4]
    }
}

const SECRET: [u8; 32] = [0x5e; 32];
const F: FolderId = FolderId([0xf; 16]);
const G: FolderId = FolderId([0xe; 16]);

impl Key {
    /// This device at a time in seconds.
    fn at(&self, second: i64) -> Author<'_> {
        Author { keys: self, now: WallTime(second * 1_000_000_000) }
    }

    /// A record that was not asked for in a proper way.
    fn forge(self, fact: Fact, stamp: model::Stamp) -> Record {
        let signature = self.sign(&Record::signed_bytes(&fact, stamp, self.device()));
        Record { fact, stamp, author: self.device(), signature }
    }
}

const A: Key = Key(1);
const B: Key = Key(2);
const C: Key = Key(3);

fn founded() -> Home {
    Home::found(A.at(1), "home", SECRET, "anna").unwrap()
}

/// Merges what was said; it must all count.
fn hear(home: &mut Home, said: Result<Vec<Record>, HomeError>) -> Merged {
    let records = said.unwrap();
    let merged = home.merge(&A, records.clone());
    assert_eq!(merged.accepted, records);
    merged
}

fn add(home: &mut Home, by: Key, device: Key, role: Role, second: i64) {
    let said = home.add_member(by.at(second), device.device(), &device.public_key(), role);
    hear(home, said);
}

/// A home of A and B, who are admins, and C, who is what is asked for.
fn three(role: Role) -> Home {
    let mut home = founded();
    add(&mut home, A, B, Role::Admin, 2);
    add(&mut home, A, C, role, 3);
    home
}

fn tell(from: &Home, to: &mut Home) -> Merged {
    to.merge(&A, from.records())
}
