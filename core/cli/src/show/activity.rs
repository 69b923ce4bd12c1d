//! Events and invitations as sentences.

use api::view::{Event, EventView};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{count, escape, when};
use crate::text::{Noun, language, said, say, state};

/// An event on one line; nothing for the one that only tells programs to look again.
pub(crate) fn event(view: &EventView) -> String {
    if matches!(view.event, Event::Changed { .. }) {
        return String::new();
    }
    let time = view.time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
    format!("{time}  {}", sentence(&view.event))
}

fn sentence(event: &Event) -> String {
    match event {
        Event::Started => say("The service started.", "Le service a démarré.").to_owned(),
        Event::Stopping => say("The service leaves.", "Le service s'en va.").to_owned(),
        Event::Missed { events } => {
            let events = count(*events, Noun::Event);
            said!("{events} were missed.", "{events} manqués.")
        }
        Event::Changed { folder } => {
            let place = place(folder.as_deref());
            said!("{place}: changed.", "{place} : a changé.")
        }
        Event::StateChanged { folder, state: now } => {
            let (place, now) = (place(folder.as_deref()), state(*now));
            said!("{place}: {now}.", "{place} : {now}.")
        }
        Event::DeviceConnected { name, address, .. } => {
            let (name, address) = (escape(name), escape(address));
            said!("{name} connected from {address}.", "{name} s'est connecté depuis {address}.")
        }
        Event::DeviceDisconnected { name, reason, .. } => {
            let (name, reason) = (escape(name), escape(api::text::parting(language(), reason)));
            said!("{name} disconnected: {reason}.", "{name} s'est déconnecté ({reason}).")
        }
        Event::DeviceJoined { name, .. } => {
            let name = escape(name);
            said!("{name} joined the home.", "{name} a rejoint la maison.")
        }
        Event::DeviceRemoved { name, .. } => {
            let name = escape(name);
            said!("{name} was removed from the home.", "{name} a été retiré de la maison.")
        }
        Event::DeviceChanged { name, .. } => {
            let name = escape(name);
            said!("{name} has other settings.", "{name} a d'autres réglages.")
        }
        Event::FolderChanged { .. }
        | Event::LocalChanges { .. }
        | Event::RemoteChanges { .. }
        | Event::ConflictFound { .. }
        | Event::ConflictResolved { .. }
        | Event::Held { .. }
        | Event::HeldDecided { .. }
        | Event::ProblemFound { .. }
        | Event::ProblemSolved { .. }
        | Event::ReadFailed { .. } => folder_sentence(event),
    }
}

fn read_failed(folder: &str, path: &str, devices: &[String]) -> String {
    let (folder, path) = (escape(folder), escape(path));
    let names: Vec<String> = devices.iter().map(|name| escape(name)).collect();
    let names = names.join(", ");
    if names.is_empty() {
        said!(
            "{folder}/{path}: could not be read, because no connected device has it.",
            "{folder}/{path} : illisible, aucun appareil connecté ne l'a."
        )
    } else {
        said!(
            "{folder}/{path}: could not be read; it waited for {names}.",
            "{folder}/{path} : illisible ; attendait {names}."
        )
    }
}

fn folder_sentence(event: &Event) -> String {
    match event {
        Event::FolderChanged { folder } => {
            let folder = escape(folder);
            said!("{folder}: other settings.", "{folder} : autres réglages.")
        }
        Event::LocalChanges { folder, entries } => {
            let (folder, changes) = (escape(folder), count(*entries, Noun::Change));
            said!("{folder}: {changes} made here.", "{folder} : {changes} d'ici.")
        }
        Event::RemoteChanges { folder, entries } => {
            let (folder, changes) = (escape(folder), count(*entries, Noun::Change));
            said!("{folder}: {changes} arrived.", "{folder} : {changes} d'ailleurs.")
        }
        Event::ConflictFound { id, folder, path } => {
            let (folder, path, id) = (escape(folder), escape(path), escape(id));
            said!("{folder}/{path}: conflict {id}.", "{folder}/{path} : conflit {id}.")
        }
        Event::ConflictResolved { id, folder } => {
            let (folder, id) = (escape(folder), escape(id));
            said!("{folder}: conflict {id} is resolved.", "{folder} : le conflit {id} est résolu.")
        }
        Event::Held { folder, deletes, overwrites } => {
            let (deletes, overwrites) =
                (count(*deletes, Noun::Delete), count(*overwrites, Noun::Overwrite));
            let folder = escape(folder);
            said!(
                "{folder}: {deletes} and {overwrites} are on hold.",
                "{folder} : retenus, {deletes} et {overwrites}."
            )
        }
        Event::HeldDecided { folder, released: true } => {
            let folder = escape(folder);
            said!(
                "{folder}: the changes on hold were let through.",
                "{folder} : les changements retenus sont passés."
            )
        }
        Event::HeldDecided { folder, released: false } => {
            let folder = escape(folder);
            said!(
                "{folder}: the files on hold were put back.",
                "{folder} : les fichiers retenus sont remis en place."
            )
        }
        Event::ProblemFound { folder, path, reason } => {
            let why = api::text::problem(language(), *reason);
            let (folder, path) = (escape(folder), escape(path));
            said!("{folder}/{path}: {why}.", "{folder}/{path} : {why}.")
        }
        Event::ReadFailed { folder, path, devices } => read_failed(folder, path, devices),
        Event::ProblemSolved { folder, path } => {
            let (folder, path) = (escape(folder), escape(path));
            said!("{folder}/{path}: no longer waits.", "{folder}/{path} : n'attend plus.")
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
    folder.map_or(say("The home", "La maison").to_owned(), escape)
}

/// What to do with a code, for the person who made it.
pub(crate) fn remark_on_invitation(code: &str, expires: Timestamp, addresses: &[String]) -> String {
    let (end, code) = (when(expires), escape(code));
    let mut text = said!(
        "Good until {end} for one device. There: homefold join {code}",
        "Bon jusqu'au {end} pour un appareil. Là-bas : homefold join {code}"
    );
    if let Some(address) = addresses.first() {
        let address = escape(address);
        text.push_str(&said!(
            "\nIf it does not find this one: --address {address}",
            "\nS'il ne trouve pas celui-ci : --address {address}"
        ));
    }
    text
}
