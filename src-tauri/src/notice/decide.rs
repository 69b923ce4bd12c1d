//! What a person is to be told, and when: a pure function of what the app knows and what it told before.
//!
//! Few things are worth an interruption: a device came into the home, a conflict, a batch on hold, a device
//! that is missed for long, a full disk. Many of a kind at once are one notice.

use api::view::{ConflictView, StatusView};
use api::words::Problem;
use jiff::Timestamp;

use super::told::Told;
use crate::sight::{self, Sight};
use crate::text::{Speech, shown};
use crate::tray::sentence::{awaited, on_hold};

/// How long a device may be away, with something waiting for it, before that is said.
const AWAY_SECONDS: i64 = 7 * 24 * 3_600;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What happened, in a few words.
    pub(crate) title: String,
    /// What is safe and what to do.
    pub(crate) body: String,
}

impl Notice {
    fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { title: title.into(), body: body.into() }
    }
}

/// What is to be said now; `told` learns of it.
pub(crate) fn decide(told: &mut Told, sight: &Sight, speech: &Speech) -> Vec<Notice> {
    let Some(status) = sight.status() else { return Vec::new() };
    let mut notices = joined(told, status, speech);
    notices.extend(conflicts(told, sight.conflicts(), speech));
    notices.extend(held(told, status, speech));
    notices.extend(away(told, status, speech));
    notices.extend(full(told, status, speech));
    notices
}

/// Devices that came into the home. Those that were there when this device came are no news.
fn joined(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let Some(home) = &status.home else { return Vec::new() };
    let settled = !told.is_new(&format!("home:{}", home.id));
    let came = status.devices.iter().filter(|device| told.is_new(&format!("joined:{}", device.id)));
    let came: Vec<_> = came.collect();
    let news = came.into_iter().filter(|_| settled).map(|device| {
        let name = shown(&device.name);
        Notice::new(
            format!("{name} {}", speech.say("joined your home", "a rejoint votre maison")),
            speech.say(
                "If that was not you, remove it on the page of the devices.",
                "Si ce n'était pas vous, retirez-le sur la page des appareils.",
            ),
        )
    });
    news.collect()
}

fn conflicts(told: &mut Told, conflicts: &[ConflictView], speech: &Speech) -> Option<Notice> {
    let news = conflicts.iter().filter(|one| told.is_new(&format!("conflict:{}", one.id)));
    let news: Vec<_> = news.collect();
    let body = speech.say(
        "Both versions are kept. Choose in the tray or in Homefold.",
        "Les deux versions sont gardées. Choisissez depuis l'icône de la barre ou dans Homefold.",
    );
    match news[..] {
        [] => None,
        [one] => {
            let name = shown(one.path.rsplit('/').next().unwrap_or(&one.path));
            let title = speech.say("Two versions of", "Deux versions de");
            Some(Notice::new(format!("{title} {name}"), body))
        }
        [_, ..] => Some(Notice::new(
            speech.count(
                news.len() as u64,
                ["new conflict", "new conflicts"],
                ["nouveau conflit", "nouveaux conflits"],
            ),
            body,
        )),
    }
}

fn held(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let with = status.folders.iter().filter_map(|folder| Some((folder, folder.held.as_ref()?)));
    let news =
        with.filter(|(folder, held)| told.is_new(&format!("held:{}:{}", folder.id, held.since)));
    let notice = |(folder, held): (_, &api::view::HeldView)| {
        let why = api::text::held(speech.language, held.cause);
        let body = speech.say(
            "Nothing is lost. Let them through or put the files back in Homefold",
            "Rien n'est perdu. Laissez-les passer ou remettez les fichiers dans Homefold",
        );
        Notice::new(on_hold(folder, speech), format!("{body} ({why})."))
    };
    news.map(notice).collect()
}

/// Devices that something waits for and that nobody has seen for long. A device that came back and left
/// again is news again.
fn away(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let long = |seen: Timestamp| speech.now.as_second() - seen.as_second() >= AWAY_SECONDS;
    let missed = sight::awaited(status).filter(|device| device.last_seen.is_some_and(long));
    let key = |device: &api::view::DeviceView| {
        format!("away:{}:{}", device.id, device.last_seen.unwrap_or_default().as_second())
    };
    let news = missed.filter(|device| told.is_new(&key(device)));
    let notice = |device: &api::view::DeviceView| {
        let title = speech.say("has been away for a while", "est absent depuis un moment");
        let body = speech.say(
            "Switch it on once to bring it up to date.",
            "Allumez-le une fois pour le mettre à jour.",
        );
        Notice::new(
            format!("{} {title}", shown(&device.name)),
            format!("{}. {body}", awaited(device, speech)),
        )
    };
    news.map(notice).collect()
}

fn full(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let full = status.problems.iter().filter(|problem| problem.reason == Problem::DiskFull);
    let mut folders: Vec<&str> = full.map(|problem| problem.folder.as_str()).collect();
    folders.sort_unstable();
    folders.dedup();
    let key = |folder: &str| format!("full:{folder}");
    told.keep_only("full:", &folders.iter().map(|folder| key(folder)).collect::<Vec<_>>());
    let news = folders.into_iter().filter(|folder| told.is_new(&key(folder)));
    let notice = |folder: &str| {
        let title = speech.say("No room left for", "Plus de place pour");
        let body = speech.say(
            "Your files are safe. It goes on as soon as there is room on the disk.",
            "Vos fichiers sont en sûreté. Cela reprend dès qu'il y a de la place sur le disque.",
        );
        Notice::new(format!("{title} {}", shown(folder)), body)
    };
    news.map(notice).collect()
}

#[cfg(test)]
mod tests;
