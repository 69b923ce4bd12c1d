//! Events and invitations as sentences.

use api::text;
use api::view::{Event, EventView};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{count, escape, when};
use crate::failure::language;

/// An event on one line.
pub(crate) fn event(view: &EventView) -> String {
    let time = view.time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
    format!("{time}  {}", sentence(&view.event))
}

fn sentence(event: &Event) -> String {
    match event {
        Event::Started => "The service started.".to_owned(),
        Event::Stopping => "The service leaves.".to_owned(),
        Event::Missed { events } => format!("{} were missed.", count(*events, "event")),
        Event::Changed { folder } => format!("{}: changed.", place(folder.as_deref())),
        Event::StateChanged { folder, state } => format!("{}: {state}.", place(folder.as_deref())),
        Event::DeviceConnected { name, address, .. } => {
            format!("{} connected from {}.", escape(name), escape(address))
        }
        Event::DeviceDisconnected { name, reason, .. } => {
            format!("{} disconnected: {}.", escape(name), escape(reason))
        }
        Event::DeviceJoined { name, .. } => format!("{} joined the home.", escape(name)),
        Event::DeviceRemoved { name, .. } => format!("{} was removed from the home.", escape(name)),
        Event::DeviceChanged { name, .. } => format!("{} has other settings.", escape(name)),
        Event::FolderChanged { .. }
        | Event::LocalChanges { .. }
        | Event::RemoteChanges { .. }
        | Event::ConflictFound { .. }
        | Event::ConflictResolved { .. }
        | Event::Held { .. }
        | Event::HeldDecided { .. }
        | Event::ProblemFound { .. }
        | Event::ProblemSolved { .. } => folder_sentence(event),
    }
}

fn folder_sentence(event: &Event) -> String {
    match event {
        Event::FolderChanged { folder } => format!("{}: other settings.", escape(folder)),
        Event::LocalChanges { folder, entries } => {
            format!("{}: {} made here.", escape(folder), count(*entries, "change"))
        }
        Event::RemoteChanges { folder, entries } => {
            format!("{}: {} arrived.", escape(folder), count(*entries, "change"))
        }
        Event::ConflictFound { id, folder, path } => {
            format!("{}/{}: conflict {}.", escape(folder), escape(path), escape(id))
        }
        Event::ConflictResolved { id, folder } => {
            format!("{}: conflict {} is resolved.", escape(folder), escape(id))
        }
        Event::Held { folder, deletes, overwrites } => {
            let (deletes, overwrites) =
                (count(*deletes, "delete"), count(*overwrites, "overwrite"));
            format!("{}: {deletes} and {overwrites} are on hold.", escape(folder))
        }
        Event::HeldDecided { folder, released: true } => {
            format!("{}: the changes on hold were let through.", escape(folder))
        }
        Event::HeldDecided { folder, released: false } => {
            format!("{}: the files on hold were put back.", escape(folder))
        }
        Event::ProblemFound { folder, path, reason } => {
            let why = text::problem(language(), *reason);
            format!("{}/{}: {why}.", escape(folder), escape(path))
        }
        Event::ProblemSolved { folder, path } => {
            format!("{}/{}: no longer waits.", escape(folder), escape(path))
        }
        Event::Started
        | Event::Stopping
        | Event::Missed { .. }
        | Event::Changed { .. }
        | Event::StateChanged { .. }
        | Event::DeviceConnected { .. }
        | Event::DeviceDisconnected { .. }
        | Event::DeviceJoined { .. }
        | Event::DeviceRemoved { .. }
        | Event::DeviceChanged { .. } => String::new(),
    }
}

fn place(folder: Option<&str>) -> String {
    folder.map_or("The home".to_owned(), escape)
}

/// What to do with a code, for the person who made it.
pub(crate) fn remark_on_invitation(code: &str, expires: Timestamp, addresses: &[String]) -> String {
    let mut text = format!(
        "Good until {} for one device. There: homefold join {}",
        when(expires),
        escape(code)
    );
    if let Some(address) = addresses.first() {
        text.push_str(&format!("\nIf it does not find this one: --address {}", escape(address)));
    }
    text
}
