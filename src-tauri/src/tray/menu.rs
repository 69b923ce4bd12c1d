//! What the tray's menu holds, as a pure function of what the app knows.
//!
//! Two equal menus look equal, so the adapter changes nothing while somebody may be reading. Conflicts and
//! devices that are more than fit are summed up in a line that opens the window.

use api::Keep;
use api::view::{ConflictSide, ConflictView, FolderView, StatusView};
use api::words::State;

use super::act::Act;
use super::sentence::{awaited, on_hold, sentence};
use super::switch_off::switch_off;
use crate::sight::{self, Sight};
use crate::text::{Speech, shown};

/// Conflicts, folders or devices that a submenu lists.
const LISTED_MAX: usize = 10;

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// Text to read.
    Note(String),
    /// Text to click.
    Button(String, Act),
    /// Text that leads to more lines.
    Submenu(String, Vec<Item>),
    /// A line between groups.
    Line,
}

/// The menu, from top to bottom.
pub(crate) fn menu(sight: &Sight, speech: &Speech) -> Vec<Item> {
    let mut items = vec![Item::Note(sentence(sight, speech))];
    items.extend(sight.status().and_then(|status| switch_off(status, speech)).map(Item::Note));
    items.push(Item::Line);
    items.push(button(speech.say("Open Homefold", "Ouvrir Homefold"), Act::Open));
    if sight.is_stopped() {
        items.push(button(
            speech.say("Start Homefold's service", "Lancer le service Homefold"),
            Act::Start,
        ));
    }
    if let Some(status) = sight.status() {
        items.extend(drive(status, speech));
        items.extend(folders(status, speech));
        items.extend(decisions(status, sight.conflicts(), speech));
        items.extend(waiting_for(status, speech));
        items.push(Item::Line);
        items.push(pause(status, speech));
    }
    items.push(Item::Line);
    items.push(button(quit(sight, speech), Act::Quit));
    items
}

/// Quitting the app ends no syncing; where there is none, nothing is claimed.
fn quit(sight: &Sight, speech: &Speech) -> &'static str {
    match sight.status() {
        Some(_) => speech.say("Quit (syncing goes on)", "Quitter (la synchronisation continue)"),
        None => speech.say("Quit", "Quitter"),
    }
}

fn button(text: &str, act: Act) -> Item {
    Item::Button(text.to_owned(), act)
}

/// The drive shows what this device takes part in: without that there is nothing to open.
fn drive(status: &StatusView, speech: &Speech) -> Option<Item> {
    let takes_part = status.folders.iter().any(|folder| folder.mode.is_some());
    takes_part.then(|| button(speech.say("Open the drive", "Ouvrir le lecteur"), Act::OpenDrive))
}

/// The folders that have a directory here.
fn folders(status: &StatusView, speech: &Speech) -> Option<Item> {
    let here = status.folders.iter().filter(|folder| folder.path.is_some());
    let items: Vec<Item> = here
        .map(|folder| {
            Item::Button(shown(&folder.name), Act::Browse { folder: folder.name.clone() })
        })
        .collect();
    submenu(speech.say("Open folder", "Ouvrir un dossier"), items, speech)
}

/// What waits for a person: held batches and conflicts, each with its choices.
fn decisions(status: &StatusView, conflicts: &[ConflictView], speech: &Speech) -> Vec<Item> {
    let held = status.folders.iter().filter_map(|folder| held(folder, speech));
    let mut items: Vec<Item> = held.take(LISTED_MAX).collect();
    let title = format!("{} ({})", speech.say("Conflicts", "Conflits"), conflicts.len());
    let listed = conflicts.iter().map(|one| conflict(one, status, speech)).collect();
    items.extend(submenu(&title, listed, speech));
    items
}

/// A held batch: why, since when, and what can be done with it, the harmless first.
fn held(folder: &FolderView, speech: &Speech) -> Option<Item> {
    let held = folder.held.as_ref()?;
    let since = speech.say("since", "depuis");
    let why = api::text::held(speech.language, held.cause);
    let act = folder.id.clone();
    let items = vec![
        Item::Note(format!("{}, {since} {}", capitalized(why), speech.when(held.since))),
        Item::Line,
        button(
            speech.say("Put the files back", "Remettre les fichiers"),
            Act::PutBack { folder: act.clone() },
        ),
        button(speech.say("Let them through", "Laisser passer"), Act::LetThrough { folder: act }),
    ];
    Some(Item::Submenu(on_hold(folder, speech), items))
}

/// A text as the beginning of a line.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

fn conflict(one: &ConflictView, status: &StatusView, speech: &Speech) -> Item {
    let mut items: Vec<Item> = one.sides.iter().map(|side| version(side, status, speech)).collect();
    items.push(Item::Line);
    let choices = [
        (Keep::Mine, speech.say("Keep mine", "Garder la mienne")),
        (Keep::Theirs, speech.say("Keep theirs", "Garder l'autre")),
        (Keep::Both, speech.say("Keep both", "Garder les deux")),
    ];
    for (keep, text) in choices {
        items.push(button(text, Act::Resolve { id: one.id.clone(), keep }));
    }
    let name = one.path.rsplit('/').next().unwrap_or(&one.path);
    Item::Submenu(format!("{} – {}", shown(name), shown(&one.folder)), items)
}

/// One side of a conflict: whose, from when, how large.
fn version(side: &ConflictSide, status: &StatusView, speech: &Speech) -> Item {
    let whose = match side.device == status.device.id {
        true => speech.say("Mine", "La mienne").to_owned(),
        false => shown(&side.name),
    };
    let colon = speech.say(": ", " : ");
    let what = match side.kind {
        Some(_) => format!("{}, {}", speech.when(side.mtime), speech.bytes(side.size)),
        None => speech.say("deleted", "supprimé").to_owned(),
    };
    Item::Note(format!("{whose}{colon}{what}"))
}

fn waiting_for(status: &StatusView, speech: &Speech) -> Option<Item> {
    let items = sight::awaited(status).map(|device| Item::Note(awaited(device, speech))).collect();
    submenu(speech.say("Waiting for", "En attente de"), items, speech)
}

/// A submenu with as many lines as a person reads; none without lines.
fn submenu(title: &str, mut items: Vec<Item>, speech: &Speech) -> Option<Item> {
    let more = items.len().saturating_sub(LISTED_MAX);
    items.truncate(LISTED_MAX);
    if more > 0 {
        let text = format!("{} {}…", speech.number(more as u64), speech.say("more", "de plus"));
        items.push(Item::Button(text, Act::Open));
    }
    (!items.is_empty()).then(|| Item::Submenu(title.to_owned(), items))
}

fn pause(status: &StatusView, speech: &Speech) -> Item {
    if status.state == State::Paused {
        return button(speech.say("Resume", "Reprendre"), Act::Resume);
    }
    Item::Submenu(
        speech.say("Pause", "Mettre en pause").to_owned(),
        vec![
            button(
                speech.say("For 30 minutes", "Pendant 30 minutes"),
                Act::Pause { seconds: 1_800 },
            ),
            button(speech.say("For 2 hours", "Pendant 2 heures"), Act::Pause { seconds: 7_200 }),
            button(speech.say("Until tomorrow", "Jusqu'à demain"), Act::PauseUntilTomorrow),
        ],
    )
}

#[cfg(test)]
mod tests;
