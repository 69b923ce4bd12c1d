//! What a person is to be told, and when: a pure function of what the app knows and what it told before.
//!
//! Few things are worth an interruption: a device looks for a home, asks to be let in or came into this one, a conflict, a batch
//! on hold, a device that is missed for long, a disk that is full or nearly so. Many of a kind at once are one
//! notice, and each leads to the page where something can be done.

use api::view::{ConflictView, DeviceView, DiskView, FolderView, HeldView, StatusView};
use api::words::Problem;
use jiff::Timestamp;

use super::told::Told;
use crate::sight::{self, Sight};
use crate::text::{Speech, shown};
use crate::tray::act::Act;
use crate::tray::sentence::{awaited, on_hold};
use crate::window::Page;

/// How long a device may be away, with something waiting for it, before that is said.
const AWAY_SECONDS: i64 = 7 * 24 * 3_600;
/// A disk is nearly full below both: this part of it, and these bytes.
const NEARLY_FULL_SHARE: u64 = 20;
const NEARLY_FULL_BYTES: u64 = 10_000_000_000;
/// Devices that look for a home and are told in a day: anybody on the network can claim to be one.
const SEEKERS_PER_DAY: usize = 3;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What happened, in a few words.
    pub(crate) title: String,
    /// What is safe and what to do.
    pub(crate) body: String,
    /// Where a click leads.
    pub(crate) page: Page,
    /// What the button beside says and does.
    pub(crate) act: Option<(&'static str, Act)>,
}

impl Notice {
    /// A notice without a button.
    pub(crate) fn new(title: impl Into<String>, body: impl Into<String>, page: Page) -> Self {
        Self { title: title.into(), body: body.into(), page, act: None }
    }
}

/// What is to be said now; `told` learns of it.
pub(crate) fn decide(told: &mut Told, sight: &Sight, speech: &Speech) -> Vec<Notice> {
    let Some(status) = sight.status() else { return Vec::new() };
    let asked = asking(told, status, speech);
    let mut notices = joined(told, status, speech);
    notices.extend(seeking(told, status, speech));
    notices.extend(conflicts(told, sight.conflicts(), speech));
    notices.extend(held(told, status, speech));
    notices.extend(away(told, status, speech));
    notices.extend(full(told, status, speech));
    notices.extend(nearly_full(told, status, sight.disks(), speech));
    if sight.is_quiet() {
        // All of it counts as told: it must not come at once when it is wanted again. Who stands before the door
        // waits for an answer.
        notices.clear();
    }
    asked.into_iter().chain(notices).collect()
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
            Page::Devices,
        )
    });
    news.collect()
}

/// Devices that look for a home: each name once a day, and no more than a few in all.
fn seeking(told: &mut Told, status: &StatusView, speech: &Speech) -> Option<Notice> {
    let today = speech.now.to_zoned(speech.zone.clone()).date();
    let start = format!("seeks:{today}:");
    let news = status.seeking.iter().map(|one| shown(&one.name)).filter(|name| {
        told.count(&start) < SEEKERS_PER_DAY && told.is_new(&format!("{start}{name}"))
    });
    let news: Vec<String> = news.collect();
    let title = match &news[..] {
        [] => return None,
        [name] if !name.is_empty() => {
            format!("{name} {}", speech.say("looks for a home", "cherche une maison"))
        }
        [_] => speech.say("A device looks for a home", "Un appareil cherche une maison").to_owned(),
        [_, ..] => speech
            .say("Devices nearby look for a home", "Des appareils proches cherchent une maison")
            .to_owned(),
    };
    let body = speech.say(
        "If it is yours, invite it with a code. Nothing is shared before that.",
        "S'il est à vous, invitez-le avec un code. Rien n'est partagé avant.",
    );
    Some(Notice::new(title, body, Page::Invite))
}

/// A device that asks to be let in: the digits are in the notice, the yes is not.
fn asking(told: &mut Told, status: &StatusView, speech: &Speech) -> Option<Notice> {
    let one = status.newcomer.as_ref().filter(|one| !one.confirmed)?;
    if !told.is_new(&format!("asks:{}", one.id)) {
        return None;
    }
    let name = match shown(&one.name) {
        name if name.is_empty() => speech.say("A device", "Un appareil").to_owned(),
        name => name,
    };
    let (first, second) = one.digits.split_at_checked(3).unwrap_or((&one.digits, ""));
    let body = speech.say(
        "Say yes in Homefold only if its screen shows the same digits:",
        "Ne dites oui dans Homefold que si son écran montre les mêmes chiffres\u{a0}:",
    );
    let mut said = Notice::new(
        format!("{name} {}", speech.say("asks to be let in", "demande à entrer")),
        format!("{body} {first} {second}"),
        Page::Compare,
    );
    let turn_away = speech.say("Turn it away", "Refuser");
    said.act = Some((turn_away, Act::TurnAway { id: one.id.clone() }));
    Some(said)
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
            Some(Notice::new(format!("{title} {name}"), body, Page::Conflict(one.id.clone())))
        }
        [_, ..] => Some(Notice::new(
            speech.count(
                news.len() as u64,
                ["new conflict", "new conflicts"],
                ["nouveau conflit", "nouveaux conflits"],
            ),
            body,
            Page::Conflicts,
        )),
    }
}

fn held(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let with = status.folders.iter().filter_map(|folder| Some((folder, folder.held.as_ref()?)));
    let news =
        with.filter(|(folder, held)| told.is_new(&format!("held:{}:{}", folder.id, held.since)));
    let notice = |(folder, held): (&FolderView, &HeldView)| {
        let why = api::text::held(speech.language, held.cause);
        let body = speech.say(
            "Nothing is lost. Let them through or put the files back",
            "Rien n'est perdu. Laissez-les passer ou remettez les fichiers",
        );
        let mut said =
            Notice::new(on_hold(folder, speech), format!("{body} ({why})."), Page::Activity);
        let put_back = speech.say("Put the files back", "Remettre les fichiers");
        said.act = Some((put_back, Act::PutBack { folder: folder.id.clone() }));
        said
    };
    news.map(notice).collect()
}

/// Devices that something waits for and that nobody has seen for long. A device that came back and left
/// again is news again.
fn away(told: &mut Told, status: &StatusView, speech: &Speech) -> Vec<Notice> {
    let long = |seen: Timestamp| speech.now.as_second() - seen.as_second() >= AWAY_SECONDS;
    let missed = sight::awaited(status).filter(|device| device.last_seen.is_some_and(long));
    let key = |device: &DeviceView| {
        format!("away:{}:{}", device.id, device.last_seen.unwrap_or_default().as_second())
    };
    let news = missed.filter(|device| told.is_new(&key(device)));
    let notice = |device: &DeviceView| {
        let title = speech.say("has been away for a while", "est absent depuis un moment");
        let body = speech.say(
            "Switch it on once to bring it up to date.",
            "Allumez-le une fois pour le mettre à jour.",
        );
        Notice::new(
            format!("{} {title}", shown(&device.name)),
            format!("{}. {body}", awaited(device, speech)),
            Page::Devices,
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
        Notice::new(format!("{title} {}", shown(folder)), body, Page::Folders)
    };
    news.map(notice).collect()
}

/// Disks on which little is left. One that was full is no news when it has a little room again, and one that
/// goes up and down at the limit is told once: it is news again after it had twice that room.
fn nearly_full(
    told: &mut Told,
    status: &StatusView,
    disks: &[DiskView],
    speech: &Speech,
) -> Vec<Notice> {
    let key = |folder: &String| format!("nearly-full:{folder}");
    let tight = |disk: &DiskView, times: u64| {
        disk.free < NEARLY_FULL_BYTES * times && disk.free < disk.size / NEARLY_FULL_SHARE * times
    };
    let still = disks.iter().filter(|disk| tight(disk, 2)).flat_map(|disk| &disk.folders);
    if !disks.is_empty() {
        // A disk that gives no answer is not in the list: that must not make it news again.
        told.keep_only("nearly-full:", &still.map(key).collect::<Vec<_>>());
    }
    let full = |folder: &String| {
        let mut problems = status.problems.iter();
        problems.any(|one| one.reason == Problem::DiskFull && one.folder == *folder)
    };
    let news = disks.iter().filter(|disk| tight(disk, 1)).filter(|disk| {
        let known = disk.folders.iter().filter(|folder| !told.is_new(&key(folder))).count() > 0;
        !known && !disk.folders.iter().any(full)
    });
    let notice = |disk: &DiskView| {
        let folder = shown(disk.folders.first().map_or("", String::as_str));
        let title =
            speech.say("Little room left on the disk with", "Peu de place sur le disque de");
        let (free, size) = (speech.bytes(disk.free), speech.bytes(disk.size));
        let body = match speech.say("en", "fr") {
            "en" => format!("{free} of {size} are free. Choose what stays here, or make room."),
            _ => format!(
                "{free} libres sur {size}. Choisissez ce qui reste ici, ou faites de la place."
            ),
        };
        Notice::new(format!("{title} {folder}"), body, Page::Folders)
    };
    news.map(notice).collect()
}

#[cfg(test)]
mod tests;
