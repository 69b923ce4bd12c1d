//! Entries: listings, holders, conflicts and versions.

use api::Kind;
use api::view::{ConflictView, EntryView, HolderView, PullView, VersionView};

use super::table::Columns;
use super::{bytes, escape, millis, when};
use crate::text::{local, said, say};

/// A directory.
pub(crate) fn listing(entries: &[EntryView]) -> String {
    if entries.is_empty() {
        return say("The directory is empty.", "Le répertoire est vide.").to_owned();
    }
    let mut table = Columns::new(&[
        say("Here", "Ici"),
        say(">Copies", ">Copies"),
        say(">Size", ">Taille"),
        say("Changed", "Modifié"),
        say("Name", "Nom"),
    ]);
    for entry in entries {
        let size = match entry.kind {
            Kind::File => bytes(entry.size),
            Kind::Directory | Kind::Symlink => "-".to_owned(),
        };
        table.row([
            local(entry.local).to_owned(),
            entry.holders.map_or_else(|| "-".to_owned(), |count| count.to_string()),
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

/// Who made this device fetch what.
pub(crate) fn pulls(pulls: &[PullView]) -> String {
    if pulls.is_empty() {
        return say(
            "Nothing was fetched for a program since the service started.",
            "Rien n'a été récupéré pour un programme depuis le départ du service.",
        )
        .to_owned();
    }
    let mut table = Columns::new(&[
        say("Last", "Dernier"),
        say(">Fetched", ">Récupéré"),
        say(">Refused", ">Refusé"),
        say("Program", "Programme"),
        say(">Process", ">Processus"),
        say("File", "Fichier"),
    ]);
    for pull in pulls {
        table.row([
            when(pull.last),
            bytes(pull.bytes),
            pull.refused.to_string(),
            escape(&pull.program),
            pull.process.map_or_else(|| "-".to_owned(), |process| process.to_string()),
            format!("{}/{}", escape(&pull.folder), escape(&pull.path)),
        ]);
    }
    table.text()
}

/// Who has it.
pub(crate) fn holders(list: &[HolderView]) -> String {
    if list.is_empty() {
        return say("No device is known to hold it.", "Aucun appareil connu ne l'a.").to_owned();
    }
    let mut table = Columns::new(&[
        say("Device", "Appareil"),
        say("Holds", "Il en a"),
        say("Connection", "Connexion"),
        say(">Rate", ">Débit"),
    ]);
    for holder in list {
        let connection = match (holder.connected, holder.rtt_ms) {
            (true, Some(rtt)) => {
                let rtt = millis(rtt);
                said!("connected, {rtt}", "connecté, {rtt}")
            }
            (true, None) => say("connected", "connecté").to_owned(),
            (false, _) => say("away", "absent").to_owned(),
        };
        table.row([
            escape(&holder.name),
            if holder.complete { say("all", "tout") } else { say("part", "partie") }.to_owned(),
            connection,
            holder.rate.map_or("-".to_owned(), |rate| format!("{}/s", bytes(rate))),
        ]);
    }
    table.text()
}

/// Conflicts, each with its sides.
pub(crate) fn conflicts(list: &[ConflictView]) -> String {
    if list.is_empty() {
        return say("No conflicts.", "Aucun conflit.").to_owned();
    }
    let mut text = String::new();
    for conflict in list {
        let place = format!("{}/{}", escape(&conflict.folder), escape(&conflict.path));
        text.push_str(&format!("{}  {place}\n", escape(&conflict.id)));
        for (i, side) in conflict.sides.iter().enumerate() {
            let what = match side.kind {
                Some(Kind::File) => bytes(side.size),
                Some(Kind::Directory) => say("directory", "répertoire").to_owned(),
                Some(Kind::Symlink) => say("symlink", "lien symbolique").to_owned(),
                None => say("deleted", "supprimé").to_owned(),
            };
            let role = match i {
                0 => say("at the path", "en place"),
                _ => say("kept aside", "gardé à part"),
            };
            let (name, time) = (escape(&side.name), when(side.mtime));
            text.push_str(&said!(
                "  {role}: {what} from {name}, {time}\n",
                "  {role} : {what} de {name}, {time}\n"
            ));
        }
    }
    text.push_str(say(
        "`homefold conflict resolve ID --keep mine|theirs|both` decides one.",
        "`homefold conflict resolve ID --keep mine|theirs|both` en décide un.",
    ));
    text
}

/// Versions, newest first.
pub(crate) fn history(list: &[VersionView]) -> String {
    if list.is_empty() {
        return say("No versions are kept.", "Aucune version n'est gardée.").to_owned();
    }
    let mut table = Columns::new(&[
        "Version",
        say("Changed", "Modifiée"),
        say("Replaced", "Remplacée"),
        say(">Size", ">Taille"),
        say("By", "Par"),
    ]);
    for version in list {
        table.row([
            escape(&version.version),
            when(version.mtime),
            version.archived.map_or(say("in place", "en place").to_owned(), when),
            bytes(version.size),
            escape(&version.name),
        ]);
    }
    table.text()
}
