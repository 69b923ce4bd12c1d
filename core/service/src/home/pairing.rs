//! Letting a device into the home, and being let in.
//!
//! Transport proves that both know the code; here is what they then tell each other. The newcomer
//! introduces itself by name and key; the answer is everything that holds in the home. Both may carry
//! more than this version knows: it is passed over.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use engine::home::{Home, Keys as _};
use model::{DeviceId, HomeId, Role};
use serde::{Deserialize, Serialize};
use transport::Welcome;
use wire::{Fact, Message, Record};

use crate::clock;
use crate::node::Node;

/// Records in one frame of an answer.
const RECORDS_PER_FRAME: usize = 256;

/// What a newcomer says about itself.
#[derive(Debug, Serialize, Deserialize)]
struct Introduction {
    name: String,
    /// Its public key (DER), in hexadecimal digits.
    public_key: String,
}

/// What this device says when it joins.
pub(crate) fn introduction(node: &Node) -> anyhow::Result<Bytes> {
    let public_key = hex(&node.keys.public_key());
    let said = Introduction { name: node.own_name(), public_key };
    Ok(serde_json::to_vec(&said).context("introducing this device")?.into())
}

/// Lets a device in that knew the code: what it is told.
///
/// # Errors
/// When it can't be let in; it is turned away then.
pub(crate) async fn admit(
    node: &Arc<Node>,
    (device, address): (DeviceId, SocketAddr),
    introduction: &[u8],
    role: Role,
) -> anyhow::Result<Bytes> {
    let said: Introduction =
        serde_json::from_slice(introduction).context("reading an introduction")?;
    let public_key = unhex(&said.public_key).context("reading the key of a newcomer")?;
    let (name, fallback) = (said.name, device.short());
    let admitted = node.door.ask(move |core, now| {
        core.say(now, |home, author| home.add_member(author, device, &public_key, role))?;
        let named = core.say(now, |home, author| home.rename(author, device, &name));
        if named.is_err() {
            core.say(now, |home, author| home.rename(author, device, &fallback))?;
        }
        Ok::<_, crate::runloop::SayError>(core.engine().home().records())
    });
    let records = admitted.await??;
    let book = Arc::clone(node);
    tokio::task::spawn_blocking(move || {
        book.book.note_contact(device, address, clock::wall());
    })
    .await?;
    answer(&records)
}

/// The home's records as an answer; what follows the newcomer hears anyway is left out if there is too
/// much.
fn answer(records: &[Record]) -> anyhow::Result<Bytes> {
    let all = pack(records);
    if all.len() <= transport::INTRODUCTION_MAX {
        return Ok(all);
    }
    let needed: Vec<Record> =
        records.iter().filter(|record| governs(&record.fact)).cloned().collect();
    let needed = pack(&needed);
    anyhow::ensure!(needed.len() <= transport::INTRODUCTION_MAX, "the home is too large to tell");
    Ok(needed)
}

fn governs(fact: &Fact) -> bool {
    match fact {
        Fact::Home { .. } | Fact::Member { .. } | Fact::Removed { .. } | Fact::Folder { .. } => {
            true
        }
        Fact::Name { .. } | Fact::Addresses { .. } | Fact::Pod { .. } | Fact::Policy { .. } => {
            false
        }
    }
}

/// Frames one after the other, each with its length before it.
fn pack(records: &[Record]) -> Bytes {
    let mut packed = Vec::new();
    for some in records.chunks(RECORDS_PER_FRAME) {
        let frame = wire::codec::encode(&Message::Home(some.to_vec()));
        packed.extend_from_slice(&u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes());
        packed.extend_from_slice(&frame);
    }
    packed.into()
}

fn unpack(mut packed: &[u8]) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    while let Some((length, rest)) = packed.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let (frame, after) = rest.split_at_checked(length).context("reading a cut answer")?;
        if let Some(Message::Home(some)) = wire::codec::decode(frame)? {
            records.extend(some);
        }
        packed = after;
    }
    Ok(records)
}

/// Belongs to the home of the device that let this one in; its role there.
///
/// # Errors
/// When what it was told makes no sense, or can't be kept.
pub(crate) async fn enter(node: &Arc<Node>, welcome: &Welcome) -> anyhow::Result<Role> {
    let records = unpack(&welcome.answer)?;
    let id = home_of(&records).context("the answer names no home")?;
    Home::join(id, &node.keys, records.clone())?;
    let (inviter, address, me) = (welcome.device, welcome.address, node.me);
    let book = Arc::clone(node);
    tokio::task::spawn_blocking(move || {
        book.book.forget_home();
        book.book.note_contact(inviter, address, clock::wall());
    })
    .await?;
    let entered = node.door.ask(move |core, now| {
        core.begin_home(id);
        core.say(now, |_, _| Ok(records))?;
        Ok::<_, crate::runloop::SayError>(core.engine().home().role(&me))
    });
    let role = entered.await??.context("the home does not know this device")?;
    super::follow::speak(node).await;
    super::follow::follow(node).await;
    Ok(role)
}

fn home_of(records: &[Record]) -> Option<HomeId> {
    records.iter().find_map(|record| match &record.fact {
        Fact::Home { id, .. } => Some(*id),
        Fact::Member { .. }
        | Fact::Removed { .. }
        | Fact::Name { .. }
        | Fact::Addresses { .. }
        | Fact::Folder { .. }
        | Fact::Pod { .. }
        | Fact::Policy { .. } => None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()
        .filter(|_| text.len().is_multiple_of(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_digits() {
        assert_eq!(unhex(&hex(&[0, 255, 18])), Some(vec![0, 255, 18]));
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex("012"), None);
        assert_eq!(unhex("é"), None);
    }

    #[test]
    fn an_answer_that_was_cut_is_refused() {
        let record = Record {
            fact: Fact::Name { device: DeviceId([1; 32]), name: "pc".to_owned() },
            stamp: model::Stamp { millis: 1, count: 0 },
            author: DeviceId([1; 32]),
            signature: vec![7; 64],
        };
        let whole = pack(&vec![record; 300]);
        assert_eq!(unpack(&whole).unwrap().len(), 300);
        assert!(unpack(&whole[..whole.len() - 1]).is_err());
    }
}
