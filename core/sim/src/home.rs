//! The home that a run begins with: keys that are no secret, members, one folder.

use engine::home::{Author, Home, HomeError, Keys};
use model::{ContentHash, DeviceId, FolderId, Mode, Role, WallTime};
use wire::Record;

use crate::clock::Clock;
use crate::script::{Script, Who};

/// The folder of every simulated home.
pub const FOLDER: FolderId = FolderId([7; 16]);

/// Keys whose signatures are hashes: right or wrong, but not unforgeable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToyKeys(Vec<u8>);

impl ToyKeys {
    /// The keys of one device.
    #[must_use]
    pub fn of(who: Who) -> Self {
        Self(format!("the public key of {who}").into_bytes())
    }
}

fn mark(public_key: &[u8], bytes: &[u8]) -> Vec<u8> {
    ContentHash::of(&[public_key, bytes].concat()).0.to_vec()
}

impl Keys for ToyKeys {
    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        mark(&self.0, bytes)
    }

    fn verify(&self, public_key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
        mark(public_key, bytes) == signature
    }

    fn device(&self) -> DeviceId {
        DeviceId::of_public_key(&self.0)
    }

    fn public_key(&self) -> Vec<u8> {
        self.0.clone()
    }
}

/// The records of the home of a script: its first device founded it and took in the others.
///
/// # Errors
/// [`HomeError`] if the script's home can't be.
pub fn found(script: &Script) -> Result<Vec<Record>, HomeError> {
    let keys: Vec<ToyKeys> = (0..script.devices).map(|place| ToyKeys::of(Who(place))).collect();
    let now = || Clock::new(0, 0).wall(crate::clock::Moment(0));
    let author = |keys| Author { keys, now: now() };
    let mut home = Home::found(author(&keys[0]), "home", [9; 32], "a")?;
    for (place, own) in keys.iter().enumerate().skip(1) {
        let role = role_of(script, Who(place));
        let said = home.add_member(author(&keys[0]), own.device(), &own.public_key(), role)?;
        home.merge(&keys[0], said);
    }
    let said = home.create_folder(author(&keys[0]), FOLDER, "folder")?;
    home.merge(&keys[0], said);
    for (place, own) in keys.iter().enumerate() {
        if !script.detached.contains(&Who(place)) {
            let said = home.set_pod(author(own), FOLDER, Some(mode_of(script, Who(place))))?;
            home.merge(own, said);
        }
    }
    Ok(home.records())
}

/// The role with which a device begins.
#[must_use]
pub fn role_of(script: &Script, who: Who) -> Role {
    let given = script.roles.iter().find(|(device, _)| *device == who).map(|(_, role)| *role);
    match who {
        Who(0) => Role::Admin,
        _ => given.unwrap_or(Role::Member),
    }
}

/// How much of the folder a device keeps at first.
#[must_use]
pub fn mode_of(script: &Script, who: Who) -> Mode {
    let given = script.modes.iter().find(|(device, _)| *device == who).map(|(_, mode)| *mode);
    given.unwrap_or(Mode::Clone)
}

/// When a statement about the home is made.
#[must_use]
pub fn author(keys: &ToyKeys, now: WallTime) -> Author<'_> {
    Author { keys, now }
}
