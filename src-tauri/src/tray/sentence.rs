//! How things are, in one sentence: the first line of the tray's menu.

use api::view::StatusView;
use api::words::State;
use api::{ApiError, ErrorCode};

use crate::sight::{self, Mood, Sight};
use crate::text::{Speech, shown};

/// The sentence. What asks for a person comes first, as in [`Sight::mood`].
pub(crate) fn sentence(sight: &Sight, speech: &Speech) -> String {
    match sight {
        Sight::Unknown => speech
            .say("Looking for Homefold's service…", "Recherche du service Homefold…")
            .to_owned(),
        Sight::Unreached(error) => unreached(error, speech).to_owned(),
        Sight::Here { status, .. } => match sight.mood() {
            Mood::Attention => attention(status, sight.conflicts().len(), speech),
            Mood::Paused => paused(status, speech),
            Mood::Offline => speech
                .say("No other device is in reach", "Aucun autre appareil n'est joignable")
                .to_owned(),
            Mood::Working => working(status, speech),
            Mood::Waiting => waiting(status, speech),
            Mood::Fine => fine(status, speech),
        },
    }
}

fn unreached(error: &ApiError, speech: &Speech) -> &'static str {
    if error.code == ErrorCode::NoService || error.code == ErrorCode::Stopping {
        speech.say("Homefold's service is not running", "Le service Homefold ne tourne pas")
    } else if error.code == ErrorCode::Incomprehensible {
        speech.say("The service is of another version", "Le service est d'une autre version")
    } else {
        speech.say("Homefold's service does not answer", "Le service Homefold ne répond pas")
    }
}

fn attention(status: &StatusView, conflicts: usize, speech: &Speech) -> String {
    if status.state == State::Crisis {
        return speech
            .say(
                "Files are in danger: open Homefold",
                "Des fichiers sont en danger : ouvrez Homefold",
            )
            .to_owned();
    }
    if let Some(folder) = status.folders.iter().find(|folder| folder.held.is_some()) {
        return on_hold(folder, speech);
    }
    if conflicts > 0 {
        return speech.count(
            conflicts as u64,
            ["conflict to look at", "conflicts to look at"],
            ["conflit à regarder", "conflits à regarder"],
        );
    }
    speech.count(
        sight::problems(status) as u64,
        ["problem to look at", "problems to look at"],
        ["problème à regarder", "problèmes à regarder"],
    )
}

/// What is held back in a folder.
pub(crate) fn on_hold(folder: &api::view::FolderView, speech: &Speech) -> String {
    let deletes = folder.held.as_ref().map_or(0, |held| held.deletes);
    let name = shown(&folder.name);
    if deletes == 0 {
        let text = speech.say("Changes are on hold in", "Des changements sont retenus dans");
        return format!("{text} {name}");
    }
    let deletes = speech.count(
        deletes,
        ["deletion is on hold in", "deletions are on hold in"],
        ["suppression est retenue dans", "suppressions sont retenues dans"],
    );
    format!("{deletes} {name}")
}

fn paused(status: &StatusView, speech: &Speech) -> String {
    match status.paused_until {
        Some(end) => {
            format!("{} {}", speech.say("Paused until", "En pause jusqu'à"), speech.when(end))
        }
        None => speech.say("Paused", "En pause").to_owned(),
    }
}

fn working(status: &StatusView, speech: &Speech) -> String {
    if let Some(progress) = status.progress.as_ref().filter(|progress| progress.files > 0) {
        let mut text = format!(
            "{} {}, {}",
            speech.say("Receiving", "Réception de"),
            speech.files(progress.files),
            speech.bytes(progress.bytes)
        );
        if let Some(seconds) = progress.seconds_left {
            text += &format!(", {} {}", speech.say("about", "environ"), speech.span(seconds));
        }
        return text;
    }
    if let Some(device) = sight::sends(status).next() {
        return format!(
            "{} {}, {} {} {}",
            speech.say("Sending", "Envoi de"),
            speech.files(device.waiting_for_files),
            speech.bytes(device.waiting_for_bytes),
            speech.say("to", "à"),
            shown(&device.name)
        );
    }
    match status.state {
        State::Scanning => speech.say("Looking through your folders", "Lecture de vos dossiers"),
        State::Idle | State::Syncing | State::Paused | State::Isolated | State::Crisis => {
            speech.say("Bringing everything up to date", "Mise à jour en cours")
        }
    }
    .to_owned()
}

fn waiting(status: &StatusView, speech: &Speech) -> String {
    if let Some(device) = sight::awaited(status).next() {
        let start = speech.say("Waiting for", "En attente de");
        return format!("{start} {}", awaited(device, speech));
    }
    let missing = speech.files(sight::missing_files(status));
    match speech.say("en", "fr") {
        "en" => format!("{missing} still to come from devices that are away"),
        _ => format!("{missing} à recevoir d'appareils absents"),
    }
}

/// What a device is still to get, and since when it is away.
pub(crate) fn awaited(device: &api::view::DeviceView, speech: &Speech) -> String {
    let (files, bytes) =
        (speech.files(device.waiting_for_files), speech.bytes(device.waiting_for_bytes));
    let colon = speech.say(": ", " : ");
    let seen = match device.last_seen {
        Some(moment) => {
            format!(
                ", {} {}",
                speech.say("last seen", "vu pour la dernière fois"),
                speech.when(moment)
            )
        }
        None => String::new(),
    };
    format!("{}{colon}{files}, {bytes}{seen}", shown(&device.name))
}

fn fine(status: &StatusView, speech: &Speech) -> String {
    let others = status.devices.len() as u64;
    if status.home.is_none() {
        return speech
            .say("Not set up yet: open Homefold", "Pas encore configuré : ouvrez Homefold")
            .to_owned();
    }
    if status.folders.is_empty() {
        return speech
            .say("No folder is shared yet", "Aucun dossier n'est encore partagé")
            .to_owned();
    }
    if others == 0 {
        return speech.say("No second device yet", "Pas encore de second appareil").to_owned();
    }
    let devices = speech.count(others + 1, ["device", "devices"], ["appareil", "appareils"]);
    format!("{} {devices}", speech.say("Everything is up to date on", "Tout est à jour sur"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::tests::{conflict, held, phone_is_away, receiving, sight, with_conflicts};
    use crate::text::tests::speech;
    use api::Language;

    fn check<const N: usize>(table: [(Sight, &str, &str); N]) {
        for (sight, english, french) in table {
            assert_eq!(sentence(&sight, &speech(Language::En)), english);
            assert_eq!(sentence(&sight, &speech(Language::Fr)), french);
        }
    }

    #[test]
    fn what_goes_by_itself_is_said_in_both_languages() {
        check([
            (
                sight(|_| ()),
                "Everything is up to date on 3 devices",
                "Tout est à jour sur 3 appareils",
            ),
            (
                sight(|status| status.home = None),
                "Not set up yet: open Homefold",
                "Pas encore configuré : ouvrez Homefold",
            ),
            (
                sight(|status| status.folders.clear()),
                "No folder is shared yet",
                "Aucun dossier n'est encore partagé",
            ),
            (
                sight(|status| status.devices.clear()),
                "No second device yet",
                "Pas encore de second appareil",
            ),
            (
                sight(receiving),
                "Receiving 12 files, 105 MB, about 9 s",
                "Réception de 12 fichiers, 105 Mo, environ 9 s",
            ),
            (
                sight(phone_is_away),
                "Waiting for phone: 3 files, 2.1 GB, last seen 18:04",
                "En attente de phone : 3 fichiers, 2,1 Go, vu pour la dernière fois 18:04",
            ),
            (
                sight(|status| status.folders[0].missing_files = 1),
                "1 file still to come from devices that are away",
                "1 fichier à recevoir d'appareils absents",
            ),
            (sight(|status| status.state = State::Paused), "Paused", "En pause"),
        ]);
    }

    #[test]
    fn what_stops_or_asks_is_said_in_both_languages() {
        let unreached = |code| Sight::Unreached(ApiError::new(code));
        check([
            (
                sight(|status| status.isolated = true),
                "No other device is in reach",
                "Aucun autre appareil n'est joignable",
            ),
            (
                with_conflicts(vec![conflict("a", "x"), conflict("b", "y")]),
                "2 conflicts to look at",
                "2 conflits à regarder",
            ),
            (
                sight(|status| status.folders[0].held = Some(held(312))),
                "312 deletions are on hold in Photos",
                "312 suppressions sont retenues dans Photos",
            ),
            (
                unreached(ErrorCode::NoService),
                "Homefold's service is not running",
                "Le service Homefold ne tourne pas",
            ),
            (
                unreached(ErrorCode::Incomprehensible),
                "The service is of another version",
                "Le service est d'une autre version",
            ),
            (
                unreached(ErrorCode::TimedOut),
                "Homefold's service does not answer",
                "Le service Homefold ne répond pas",
            ),
        ]);
    }

    #[test]
    fn a_pause_says_when_it_ends() {
        let sight = sight(|status| {
            status.state = State::Paused;
            status.paused_until = Some("2026-11-24T20:30:00Z".parse().unwrap());
        });
        assert_eq!(sentence(&sight, &speech(Language::En)), "Paused until 20:30");
    }
}
