//! What other devices do, on its way to the engine.
//!
//! One task takes the transport's events in their order. Frames are decoded, and the bytes of small
//! files checked and staged, before the engine hears of them. A device that breaks the protocol loses
//! its connection, with a line in the log; nothing else is affected.

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use engine::Event as EngineEvent;
use model::{ContentHash, DeviceId};
use tokio::task::spawn_blocking;
use transport::{Admission, CompareEnd, DownReason, Event, Events};
use wire::{Hello, Message};

use crate::home::{follow, pairing};
use crate::node::Node;
use crate::{api, bulk, clock, history, remote, room};

/// Bytes of a frame from which on it is decoded on a thread of its own.
const LARGE: usize = 16 << 10;

/// What this device says first on each connection.
pub(crate) fn hello() -> Hello {
    Hello::new(concat!("homefold ", env!("CARGO_PKG_VERSION")))
}

/// What a device that runs Homefold says it is, without that name.
fn version_in(software: String) -> String {
    software.strip_prefix("homefold ").map(str::to_owned).unwrap_or(software)
}

/// Takes events until the endpoint closes.
pub(crate) async fn run(node: Arc<Node>, mut events: Events) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Up { device, address, hello } => up(&node, device, address, &hello).await,
            Event::Down { device, reason } => down(&node, device, reason).await,
            Event::Frame { device, frame } => receive(&node, device, frame).await,
            Event::Fetch { device, lane, request, reply } => {
                let node = Arc::clone(&node);
                node.runtime.clone().spawn(bulk::serve::serve(
                    node,
                    (device, lane),
                    request,
                    reply,
                ));
            }
            Event::Joining { device, address, by, introduction, answer } => {
                let node = Arc::clone(&node);
                node.runtime.clone().spawn(async move {
                    let role = match by {
                        Admission::Code => node.invitation.role(),
                        Admission::Compared(id) => node.comparisons.role(&id),
                    };
                    match pairing::admit(&node, (device, address), &introduction, role).await {
                        // An error means that the newcomer went away: it is a member all the same.
                        Ok(told) => drop(answer.send(told)),
                        Err(error) => tracing::warn!(?device, "not let in: {error:#}"),
                    }
                });
            }
            Event::InviteEnded { end } => node.invitation.ended(end),
            Event::Comparing { compared, name, answer } => {
                api::compare::ask(&node, compared, name, answer);
            }
            Event::CompareEnded { id, end } => compared(&node, &id, end),
            Event::LinkChanged => link_changed(&node).await,
        }
    }
}

/// A comparison is over: nobody is asked any more.
fn compared(node: &Node, id: &str, end: CompareEnd) {
    if let Some(device) = node.comparisons.ended(id) {
        tracing::info!(?device, ?end, "a comparison of digits is over");
        node.chronicle.tell(::api::view::Event::Changed { folder: None });
    }
}

async fn up(node: &Arc<Node>, device: DeviceId, address: std::net::SocketAddr, theirs: &[u8]) {
    let agreed = Hello::decode(theirs).map_err(|error| error.to_string()).and_then(|theirs| {
        let spoken = hello().negotiate(&theirs).map_err(|error| error.to_string());
        spoken.map(|_| theirs.software)
    });
    let software = match agreed {
        Ok(software) => software,
        Err(error) => {
            tracing::warn!(?device, error, "a device speaks another language");
            return node.endpoint.cut(device);
        }
    };
    let now = clock::wall();
    tracing::info!(?device, %address, "connected");
    node.contacts.up(device, address, version_in(software), now);
    node.door.tell(EngineEvent::Connected { device }).await;
    let keeper = Arc::clone(node);
    node.runtime.spawn_blocking(move || keeper.book.note_contact(device, address, now));
}

async fn down(node: &Arc<Node>, device: DeviceId, reason: DownReason) {
    let now = clock::wall();
    tracing::info!(?device, ?reason, "disconnected");
    node.outboxes.kill(device);
    node.contacts.down(device, why(reason).to_owned(), now);
    node.questions.forget(device);
    node.heard.forget(device);
    node.rooms.down(device);
    remote::lose(node, device);
    node.door.tell(EngineEvent::Disconnected { device }).await;
    let keeper = Arc::clone(node);
    node.runtime.spawn_blocking(move || keeper.book.note_parting(device, now));
}

fn why(reason: DownReason) -> &'static str {
    match reason {
        DownReason::Left => "it left",
        DownReason::Silent => "it went silent",
        DownReason::Replaced => "a newer connection took over",
        DownReason::Cut => "it was cut off here",
        DownReason::Refused => "it does not take this device for a member",
        DownReason::Stalled => "it took nothing for too long",
        DownReason::Protocol => "it broke the protocol",
        DownReason::Closing => "this device left",
    }
}

async fn receive(node: &Arc<Node>, from: DeviceId, frame: Bytes) {
    let taken = if frame.len() < LARGE {
        take(node, &frame)
    } else {
        let taker = Arc::clone(node);
        match spawn_blocking(move || take(&taker, &frame)).await {
            Ok(taken) => taken,
            Err(_) => return,
        }
    };
    match taken {
        Ok(Some((Message::HistoryAsked { question, folder, path }, _))) => {
            history::answer(node, from, question, (folder, path));
        }
        Ok(Some((Message::HistoryTold { question, versions }, _))) => {
            node.questions.answered(from, question, versions);
        }
        Ok(Some((Message::Offer(offer), _))) => {
            node.runtime.spawn(bulk::early::take(Arc::clone(node), from, offer));
        }
        Ok(Some((Message::Disks(disks), _))) => room::hear(node, from, disks),
        Ok(Some((message, staged))) => {
            if let Message::Open(open) = &message {
                node.heard.note(from, open);
            }
            node.door.tell(EngineEvent::Received { from, message, staged }).await;
        }
        // A kind that only a newer version knows.
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(device = ?from, "cut off: {error:#}");
            node.endpoint.cut(from);
        }
    }
}

/// Decodes a frame and stages the bytes that came with it.
fn take(node: &Node, frame: &[u8]) -> anyhow::Result<Option<(Message, Vec<ContentHash>)>> {
    let Some(mut message) = wire::codec::decode(frame).context("reading a frame")? else {
        return Ok(None);
    };
    let mut staged = Vec::new();
    if let Message::Update(update) = &mut message {
        let small = std::mem::take(&mut update.small);
        staged = node.folders.stage_small(update.folder, small);
    }
    Ok(Some((message, staged)))
}

/// The network changed, or the machine woke up.
async fn link_changed(node: &Arc<Node>) {
    node.door.tell(EngineEvent::Timeout).await;
    let node = Arc::clone(node);
    node.runtime.clone().spawn(async move {
        follow::speak(&node).await;
        follow::keep_connected(&node).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::api::text::{Language, parting};

    #[test]
    fn why_a_connection_ended_is_said_in_french_too() {
        let all = [
            DownReason::Left,
            DownReason::Silent,
            DownReason::Replaced,
            DownReason::Cut,
            DownReason::Refused,
            DownReason::Stalled,
            DownReason::Protocol,
            DownReason::Closing,
        ];
        for reason in all.map(why) {
            assert_ne!(parting(Language::Fr, reason), reason);
            assert_eq!(parting(Language::En, reason), reason);
        }
    }
}
