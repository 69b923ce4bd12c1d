//! Entries: listings, holders, conflicts and versions.

use api::Kind;
use api::view::{ConflictView, EntryView, HolderView, VersionView};

use super::table::Columns;
use super::{bytes, escape, when};

/// A directory.
pub(crate) fn listing(entries: &[EntryView]) -> String {
    if entries.is_empty() {
        return "The directory is empty.".to_owned();
    }
    let mut table = Columns::new(&["Here", ">Copies", ">Size", "Changed", "Name"]);
    for entry in entries {
        let size = match entry.kind {
            Kind::File => bytes(entry.size),
            Kind::Directory | Kind::Symlink => "-".to_owned(),
        };
        table.row([
            entry.local.to_string(),
            entry.holders.to_string(),
            size,
            when(entry.mtime),
            format!("{}{}", escape(&entry.path), mark(entry.kind)),
        ]);
    }
    table.text()
}

/// What `ls -F` puts behind a name.
fn mark(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "",
        Kind::Directory => "/",
        Kind::Symlink => "@",
    }
}

/// Who has it.
pub(crate) fn holders(list: &[HolderView]) -> String {
    if list.is_empty() {
        return "No device is known to hold it.".to_owned();
    }
    let mut table = Columns::new(&["Device", "Holds", "Connection", ">Rate"]);
    for holder in list {
        let connection = match (holder.connected, holder.rtt_ms) {
            (true, Some(rtt)) => format!("connected, {rtt:.1} ms"),
            (true, None) => "connected".to_owned(),
            (false, _) => "away".to_owned(),
        };
        table.row([
            escape(&holder.name),
            if holder.complete { "all" } else { "part" }.to_owned(),
            connection,
            holder.rate.map_or("-".to_owned(), |rate| format!("{}/s", bytes(rate))),
        ]);
    }
    table.text()
}

/// Conflicts, each with its sides.
pub(crate) fn conflicts(list: &[ConflictView]) -> String {
    if list.is_empty() {
        return "No conflicts.".to_owned();
    }
    let mut text = String::new();
    for conflict in list {
        let place = format!("{}/{}", escape(&conflict.folder), escape(&conflict.path));
        text.push_str(&format!("{}  {place}\n", escape(&conflict.id)));
        for (i, side) in conflict.sides.iter().enumerate() {
            let what = match side.kind {
                Some(Kind::File) => bytes(side.size),
                Some(kind @ (Kind::Directory | Kind::Symlink)) => kind.to_string(),
                None => "deleted".to_owned(),
            };
            let role = if i == 0 { "at the path" } else { "kept aside" };
            let name = escape(&side.name);
            text.push_str(&format!("  {role}: {what} from {name}, {}\n", when(side.mtime)));
        }
    }
    text.push_str("`homefold conflict resolve ID --keep mine|theirs|both` decides one.");
    text
}

/// Versions, newest first.
pub(crate) fn history(list: &[VersionView]) -> String {
    if list.is_empty() {
        return "No versions are kept.".to_owned();
    }
    let mut table = Columns::new(&["Version", "Changed", "Replaced", ">Size", "By"]);
    for version in list {
        table.row([
            escape(&version.version),
            when(version.mtime),
            version.archived.map_or("in place".to_owned(), when),
            bytes(version.size),
            escape(&version.name),
        ]);
    }
    table.text()
}
