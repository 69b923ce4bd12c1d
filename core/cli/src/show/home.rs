//! The home: what goes on, folders, devices, plans and policies.

use std::time::Duration;

use api::view::{
    DeviceView, DiskView, FolderView, HeldView, PlanView, PolicyView, ProblemView, StatusView,
};
use api::{Language, Viewed, text};

use super::table::Columns;
use super::units::grouped;
use super::{bytes, count, device_name, escape, millis, short, span, when};
use crate::progress::{remaining, words};
use crate::text::{Noun, language, said, say, state};

/// Cells of a bar in text.
const BAR_CELLS: u64 = 20;

/// How things are. `bars` for a terminal.
pub(crate) fn status(view: &StatusView, bars: bool) -> String {
    let mut text = headline(view);
    if !view.folders.is_empty() {
        text.push_str(&format!("\n{}", folder_table(&view.folders, bars)));
    }
    if !view.devices.is_empty() {
        text.push_str(&format!("\n{}", devices(&view.devices)));
    }
    let notes: String = view.folders.iter().map(folder_notes).collect();
    if !notes.is_empty() {
        text.push_str(&format!("\n{notes}"));
    }
    if !view.problems.is_empty() {
        text.push_str(&format!("\n{}", problems(view)));
    }
    text
}

fn headline(view: &StatusView) -> String {
    let home = match &view.home {
        Some(home) => {
            let home = escape(&home.name);
            said!("in the home “{home}”", "dans la maison « {home} »")
        }
        None => say("in no home yet", "sans maison pour l'instant").to_owned(),
    };
    let name = escape(&view.device.name);
    let (id, now) = (escape(short(&view.device.id)), state(view.state));
    let mut text = said!("{name} ({id}) {home}: {now}", "{name} ({id}) {home} : {now}");
    if let Some(until) = view.paused_until.map(when) {
        text.push_str(&said!(" until {until}", " jusqu'au {until}"));
    }
    text.push_str(".\n");
    let left = remaining(view, None);
    if left.files > 0 || left.bytes > 0 {
        text.push_str(&format!("{}.\n", words(view, left)));
    }
    if view.isolated {
        text.push_str(say(
            "Most of the home can't be reached: nothing irreversible is done until it can.\n",
            "La plus grande part de la maison n'est pas joignable : rien d'irréversible n'est fait d'ici là.\n",
        ));
    }
    text
}

/// The folders, for `folder list`.
pub(crate) fn folders(list: &[FolderView]) -> String {
    if list.is_empty() {
        return say(
            "The home has no folder; `homefold folder create NAME PATH` shares a directory.",
            "La maison n'a pas de dossier ; `homefold folder create NOM CHEMIN` partage un répertoire.",
        )
        .to_owned();
    }
    folder_table(list, false)
}

fn folder_table(list: &[FolderView], bars: bool) -> String {
    let mut table = Columns::new(&[
        say("Folder", "Dossier"),
        say("State", "État"),
        "Mode",
        say(">Files", ">Fichiers"),
        say(">Size", ">Taille"),
        say(">To come", ">À venir"),
        say("Directory", "Répertoire"),
    ]);
    for folder in list {
        table.row([
            escape(&folder.name),
            state(folder.state).to_owned(),
            folder.mode.map_or("-".to_owned(), |mode| mode.to_string()),
            grouped(folder.files),
            bytes(folder.bytes),
            to_come(folder, bars),
            folder.path.as_deref().map_or(without_place(folder).to_owned(), escape),
        ]);
    }
    table.text()
}

/// Of a folder that has no directory here.
fn without_place(folder: &FolderView) -> &'static str {
    match folder.viewed {
        Some(Viewed::Drive) => {
            say("not attached; shown in the drive", "non attaché ; montré dans le lecteur")
        }
        Some(Viewed::Leaving) => say(
            "not attached; keeps what is not safe elsewhere yet",
            "non attaché ; garde ce qui n'est pas encore à l'abri ailleurs",
        ),
        None if folder.mode.is_some() => say("in the drive only", "dans le lecteur seulement"),
        None => say("not on this device", "pas sur cet appareil"),
    }
}

fn to_come(folder: &FolderView, bars: bool) -> String {
    if folder.missing_files == 0 {
        return "-".to_owned();
    }
    let text = format!("{} ({})", grouped(folder.missing_files), bytes(folder.missing_bytes));
    if bars { format!("{} {text}", bar(folder)) } else { text }
}

/// `[######--------------]`.
fn bar(folder: &FolderView) -> String {
    let here = folder.bytes.saturating_sub(folder.missing_bytes);
    let whole = u128::from(folder.bytes.max(1));
    let full = (u128::from(here) * u128::from(BAR_CELLS) / whole) as usize;
    let full = full.min(BAR_CELLS as usize);
    format!("[{}{}]", "#".repeat(full), "-".repeat(BAR_CELLS as usize - full))
}

/// What waits for a person in a folder.
fn folder_notes(folder: &FolderView) -> String {
    let name = escape(&folder.name);
    let mut notes = String::new();
    if folder.unsafe_files > 0 {
        let (files, size) = (count(folder.unsafe_files, Noun::File), bytes(folder.unsafe_bytes));
        notes.push_str(&said!(
            "Not yet safe in {name}: {files} ({size}) are on this device alone.\n",
            "Pas encore à l'abri dans {name} : {files} ({size}) ne sont que sur cet appareil.\n"
        ));
    }
    if let Some(held) = &folder.held {
        let (since, reason) = (when(held.since), why_held(held));
        let deletes = count(held.deletes, Noun::Delete);
        let overwrites = count(held.overwrites, Noun::Overwrite);
        notes.push_str(&said!(
            "On hold in {name} since {since}: {deletes}, {overwrites} ({reason}).\n  `homefold folder release {name}` lets them through, `homefold folder undo {name}` puts the files back.\n",
            "Retenus dans {name} depuis le {since} : {deletes}, {overwrites} ({reason}).\n  `homefold folder release {name}` les laisse passer, `homefold folder undo {name}` remet les fichiers en place.\n"
        ));
    }
    if folder.conflicts > 0 {
        let conflicts = count(folder.conflicts, Noun::Conflict);
        notes.push_str(&said!(
            "{conflicts} in {name}: `homefold conflict list` shows what to choose from.\n",
            "{conflicts} dans {name} : `homefold conflict list` montre entre quoi choisir.\n"
        ));
    }
    notes
}

/// Why a batch is held.
fn why_held(held: &HeldView) -> String {
    match language() {
        Language::En => escape(&held.reason),
        Language::Fr => text::held(Language::Fr, held.cause).to_owned(),
    }
}

fn problems(view: &StatusView) -> String {
    let mut text =
        say("Waiting, everything else goes on:\n", "En attente, tout le reste continue :\n")
            .to_owned();
    for problem in &view.problems {
        text.push_str(&format!("  {}\n", problem_line(problem)));
    }
    let shown = view.problems.len() as u64;
    if view.problems_total > shown {
        let more = grouped(view.problems_total - shown);
        text.push_str(&said!("  and {more} more\n", "  et {more} de plus\n"));
    }
    text
}

fn problem_line(problem: &ProblemView) -> String {
    let slash = if problem.path.is_empty() { "" } else { "/" };
    let why = text::problem(language(), problem.reason);
    let (folder, path) = (escape(&problem.folder), escape(&problem.path));
    said!("{folder}{slash}{path}: {why}", "{folder}{slash}{path} : {why}")
}

/// The devices, for `device list` and `status`.
pub(crate) fn devices(list: &[DeviceView]) -> String {
    let mut table = Columns::new(&[
        say("Device", "Appareil"),
        say("Role", "Rôle"),
        say("Connection", "Connexion"),
        say("Waits for", "Attend"),
        say("Free space", "Place libre"),
        say("Address", "Adresse"),
    ]);
    for device in list {
        table.row([
            device_name(device),
            device.role.to_string(),
            connection(device),
            waits_for(device),
            free_space(device),
            device.addresses.first().map_or("-".to_owned(), |address| escape(address)),
        ]);
    }
    table.text()
}

fn connection(device: &DeviceView) -> String {
    let text = match (device.this, device.connected, device.last_seen) {
        (true, _, _) => say("this device", "cet appareil").to_owned(),
        (false, true, _) => match device.rtt_ms {
            Some(rtt) => {
                let rtt = millis(rtt);
                said!("connected, {rtt}", "connecté, {rtt}")
            }
            None => say("connected", "connecté").to_owned(),
        },
        (false, false, Some(moment)) => {
            let moment = when(moment);
            said!("last seen {moment}", "vu le {moment}")
        }
        (false, false, None) => say("never seen", "jamais vu").to_owned(),
    };
    if device.paused { said!("{text}, paused", "{text}, en pause") } else { text }
}

fn waits_for(device: &DeviceView) -> String {
    match device.waiting_for_files {
        0 => "-".to_owned(),
        files => format!("{} ({})", count(files, Noun::File), bytes(device.waiting_for_bytes)),
    }
}

/// Of each disk that holds its folders; of a device that is away, as it told it last.
fn free_space(device: &DeviceView) -> String {
    let disk = |disk: &DiskView| {
        let (free, size) = (bytes(disk.free), bytes(disk.size));
        said!("{free} of {size}", "{free} sur {size}")
    };
    let disks: Vec<String> = device.disks.iter().map(disk).collect();
    if disks.is_empty() { "-".to_owned() } else { disks.join(", ") }
}

/// What the home is about to move.
pub(crate) fn plan(view: &PlanView) -> String {
    if view.moves.is_empty() {
        return say("Nothing is to be moved.", "Rien n'est à déplacer.").to_owned();
    }
    let time = |seconds: Option<u64>| {
        seconds.map_or(say("unknown", "inconnu").to_owned(), |seconds| {
            span(Duration::from_secs(seconds))
        })
    };
    let mut table = Columns::new(&[
        say("Folder", "Dossier"),
        say("To", "Vers"),
        say(">Files", ">Fichiers"),
        say(">Size", ">Taille"),
        say(">Time", ">Temps"),
    ]);
    for one in &view.moves {
        table.row([
            escape(&one.folder),
            escape(&one.name),
            grouped(one.files),
            bytes(one.bytes),
            time(one.seconds),
        ]);
    }
    let (files, size) = (count(view.files, Noun::File), bytes(view.bytes));
    let total = said!("{files}, {size} in all", "{files}, {size} en tout");
    let duration = view.seconds.map(|seconds| {
        let time = time(Some(seconds));
        said!(", in about {time}", ", en {time} environ")
    });
    format!("{}\n{total}{}.", table.text(), duration.unwrap_or_default())
}

/// Policies and where they come from.
pub(crate) fn policies(list: &[PolicyView]) -> String {
    let mut table = Columns::new(&[
        say("Policy", "Règle"),
        say("Value", "Valeur"),
        say("Set at", "Fixée à"),
        say("Meaning", "Sens"),
    ]);
    for policy in list {
        table.row([
            escape(&policy.key),
            escape(&policy.value),
            escape(&policy.source),
            escape(meaning(policy)),
        ]);
    }
    table.text()
}

/// What a policy does; one that this version does not know, in the service's words.
fn meaning(policy: &PolicyView) -> &str {
    text::policy(language(), &policy.key).unwrap_or(&policy.meaning)
}
