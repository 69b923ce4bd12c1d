//! Records of the home's settings.

use model::{Role, Stamp};

use super::{device, fixed, folder, home, mode, mode_number, text};
use crate::error::DecodeError;
use crate::limits;
use crate::proto;
use crate::record::{Fact, Record};

impl From<&Record> for proto::Record {
    fn from(record: &Record) -> Self {
        Self {
            fact: Some((&record.fact).into()),
            millis: record.stamp.millis,
            count: record.stamp.count,
            author: record.author.0.to_vec(),
            signature: record.signature.clone(),
        }
    }
}

impl From<&Fact> for proto::Fact {
    fn from(fact: &Fact) -> Self {
        match fact {
            Fact::Home { id, name, secret } => Self::Home(proto::HomeFact {
                id: id.0.to_vec(),
                name: name.clone(),
                secret: secret.to_vec(),
            }),
            Fact::Member { device, public_key, role } => Self::Member(proto::MemberFact {
                device: device.0.to_vec(),
                public_key: public_key.clone(),
                role: role_number(*role),
            }),
            Fact::Removed { device } => Self::Removed(device.0.to_vec()),
            Fact::Name { device, name } => {
                Self::Name(proto::NameFact { device: device.0.to_vec(), name: name.clone() })
            }
            Fact::Addresses { device, addresses } => Self::Addresses(proto::AddressesFact {
                device: device.0.to_vec(),
                addresses: addresses.clone(),
            }),
            Fact::Folder { folder, name, deleted } => Self::Folder(proto::FolderFact {
                folder: folder.0.to_vec(),
                name: name.clone(),
                deleted: *deleted,
            }),
            Fact::Pod { folder, device, mode } => Self::Pod(proto::PodFact {
                folder: folder.0.to_vec(),
                device: device.0.to_vec(),
                mode: mode.map(mode_number),
            }),
            Fact::Policy { target, key, value } => Self::Policy(proto::PolicyFact {
                target: target.clone(),
                key: key.clone(),
                value: value.clone(),
            }),
        }
    }
}

/// A record; [`DecodeError::Newer`] if only a newer version knows what it says.
pub(crate) fn record(told: proto::Record) -> Result<Record, DecodeError> {
    let signature = told.signature;
    if signature.len() > limits::SIGNATURE_BYTES_MAX {
        return Err(DecodeError::Invalid("a signature"));
    }
    if told.millis > limits::STAMP_MILLIS_MAX || told.count > limits::STAMP_COUNT_MAX {
        return Err(DecodeError::Invalid("a stamp"));
    }
    Ok(Record {
        fact: fact(told.fact.ok_or(DecodeError::Newer("a record"))?)?,
        stamp: Stamp { millis: told.millis, count: told.count },
        author: device(&told.author)?,
        signature,
    })
}

fn fact(told: proto::Fact) -> Result<Fact, DecodeError> {
    Ok(match told {
        proto::Fact::Home(told) => Fact::Home {
            id: home(&told.id)?,
            name: name(told.name)?,
            secret: fixed(&told.secret, "a secret")?,
        },
        proto::Fact::Member(told) => member(told)?,
        proto::Fact::Removed(told) => Fact::Removed { device: device(&told)? },
        proto::Fact::Name(told) => {
            Fact::Name { device: device(&told.device)?, name: name(told.name)? }
        }
        proto::Fact::Addresses(told) => Fact::Addresses {
            device: device(&told.device)?,
            addresses: told.addresses.into_iter().map(address).collect::<Result<_, _>>()?,
        },
        proto::Fact::Folder(told) => Fact::Folder {
            folder: folder(&told.folder)?,
            name: name(told.name)?,
            deleted: told.deleted,
        },
        proto::Fact::Pod(told) => Fact::Pod {
            folder: folder(&told.folder)?,
            device: device(&told.device)?,
            mode: told.mode.map(mode).transpose()?,
        },
        proto::Fact::Policy(told) => policy(told)?,
    })
}

fn member(told: proto::MemberFact) -> Result<Fact, DecodeError> {
    if told.public_key.len() > limits::PUBLIC_KEY_BYTES_MAX {
        return Err(DecodeError::Invalid("a public key"));
    }
    Ok(Fact::Member {
        device: device(&told.device)?,
        public_key: told.public_key,
        role: role(told.role)?,
    })
}

fn policy(told: proto::PolicyFact) -> Result<Fact, DecodeError> {
    let value = told
        .value
        .map(|value| text(value, limits::POLICY_VALUE_BYTES_MAX, "the value of a policy"));
    Ok(Fact::Policy {
        target: text(told.target, limits::TARGET_BYTES_MAX, "the target of a policy")?,
        key: text(told.key, limits::POLICY_KEY_BYTES_MAX, "the name of a policy")?,
        value: value.transpose()?,
    })
}

/// A name for people: some text without control characters.
fn name(value: String) -> Result<String, DecodeError> {
    if value.is_empty()
        || value.len() > limits::NAME_BYTES_MAX
        || value.chars().any(char::is_control)
    {
        return Err(DecodeError::Invalid("a name"));
    }
    Ok(value)
}

fn address(value: String) -> Result<String, DecodeError> {
    text(value, limits::ADDRESS_BYTES_MAX, "an address")
}

fn role_number(role: Role) -> u32 {
    match role {
        Role::Admin => 1,
        Role::Member => 2,
        Role::Reader => 3,
        Role::Storage => 4,
        Role::Portal => 5,
    }
}

fn role(number: u32) -> Result<Role, DecodeError> {
    let found = Role::ALL.into_iter().find(|role| role_number(*role) == number);
    found.ok_or(DecodeError::Newer("a role"))
}
