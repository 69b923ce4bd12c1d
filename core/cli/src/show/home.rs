//! The home: what goes on, folders, devices, plans and policies.

use std::time::Duration;

use api::text;
use api::view::{DeviceView, FolderView, PlanView, PolicyView, ProblemView, StatusView};

use super::table::Columns;
use super::units::grouped;
use super::{bytes, count, device_name, escape, short, span, when};
use crate::failure::language;
use crate::progress::{remaining, words};

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
        Some(home) => format!("in the home “{}”", escape(&home.name)),
        None => "in no home yet".to_owned(),
    };
    let name = escape(&view.device.name);
    let mut text = format!("{name} ({}) {home}: {}", escape(short(&view.device.id)), view.state);
    if let Some(until) = view.paused_until {
        text.push_str(&format!(" until {}", when(until)));
    }
    text.push_str(".\n");
    let left = remaining(view, None);
    if left.files > 0 || left.bytes > 0 {
        text.push_str(&format!("{}.\n", words(view, left)));
    }
    if view.isolated {
        text.push_str(
            "Most of the home can't be reached: nothing irreversible is done until it can.\n",
        );
    }
    text
}

/// The folders, for `folder list`.
pub(crate) fn folders(list: &[FolderView]) -> String {
    if list.is_empty() {
        return "The home has no folder; `homefold folder create NAME PATH` shares a directory."
            .to_owned();
    }
    folder_table(list, false)
}

fn folder_table(list: &[FolderView], bars: bool) -> String {
    let mut table =
        Columns::new(&["Folder", "State", "Mode", ">Files", ">Size", ">To come", "Directory"]);
    for folder in list {
        table.row([
            escape(&folder.name),
            folder.state.to_string(),
            folder.mode.map_or("-".to_owned(), |mode| mode.to_string()),
            grouped(folder.files),
            bytes(folder.bytes),
            to_come(folder, bars),
            folder.path.as_deref().map_or("not on this device".to_owned(), escape),
        ]);
    }
    table.text()
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
    if let Some(held) = &folder.held {
        notes.push_str(&format!(
            "On hold in {name} since {}: {}, {} ({}).\n  `homefold folder release {name}` lets them through, `homefold folder undo {name}` puts the files back.\n",
            when(held.since),
            count(held.deletes, "delete"),
            count(held.overwrites, "overwrite"),
            escape(&held.reason),
        ));
    }
    if folder.conflicts > 0 {
        let conflicts = count(folder.conflicts, "conflict");
        notes.push_str(&format!(
            "{conflicts} in {name}: `homefold conflict list` shows what to choose from.\n"
        ));
    }
    notes
}

fn problems(view: &StatusView) -> String {
    let mut text = "Waiting, everything else goes on:\n".to_owned();
    for problem in &view.problems {
        text.push_str(&format!("  {}\n", problem_line(problem)));
    }
    let shown = view.problems.len() as u64;
    if view.problems_total > shown {
        text.push_str(&format!("  and {} more\n", grouped(view.problems_total - shown)));
    }
    text
}

fn problem_line(problem: &ProblemView) -> String {
    let slash = if problem.path.is_empty() { "" } else { "/" };
    let why = text::problem(language(), problem.reason);
    format!("{}{slash}{}: {why}", escape(&problem.folder), escape(&problem.path))
}

/// The devices, for `device list` and `status`.
pub(crate) fn devices(list: &[DeviceView]) -> String {
    let mut table = Columns::new(&["Device", "Role", "Connection", "Waits for", "Address"]);
    for device in list {
        table.row([
            device_name(device),
            device.role.to_string(),
            connection(device),
            waits_for(device),
            device.addresses.first().map_or("-".to_owned(), |address| escape(address)),
        ]);
    }
    table.text()
}

fn connection(device: &DeviceView) -> String {
    let text = match (device.this, device.connected, device.last_seen) {
        (true, _, _) => "this device".to_owned(),
        (false, true, _) => match device.rtt_ms {
            Some(rtt) => format!("connected, {rtt:.1} ms"),
            None => "connected".to_owned(),
        },
        (false, false, Some(moment)) => format!("last seen {}", when(moment)),
        (false, false, None) => "never seen".to_owned(),
    };
    if device.paused { format!("{text}, paused") } else { text }
}

fn waits_for(device: &DeviceView) -> String {
    match device.waiting_for_files {
        0 => "-".to_owned(),
        files => format!("{} ({})", count(files, "file"), bytes(device.waiting_for_bytes)),
    }
}

/// What the home is about to move.
pub(crate) fn plan(view: &PlanView) -> String {
    if view.moves.is_empty() {
        return "Nothing is to be moved.".to_owned();
    }
    let time = |seconds: Option<u64>| {
        seconds.map_or("unknown".to_owned(), |seconds| span(Duration::from_secs(seconds)))
    };
    let mut table = Columns::new(&["Folder", "To", ">Files", ">Size", ">Time"]);
    for one in &view.moves {
        table.row([
            escape(&one.folder),
            escape(&one.name),
            grouped(one.files),
            bytes(one.bytes),
            time(one.seconds),
        ]);
    }
    let total = format!("{}, {} in all", count(view.files, "file"), bytes(view.bytes));
    let duration = view.seconds.map(|seconds| format!(", in about {}", time(Some(seconds))));
    format!("{}\n{total}{}.", table.text(), duration.unwrap_or_default())
}

/// Policies and where they come from.
pub(crate) fn policies(list: &[PolicyView]) -> String {
    let mut table = Columns::new(&["Policy", "Value", "Set at", "Meaning"]);
    for policy in list {
        table.row([
            escape(&policy.key),
            escape(&policy.value),
            escape(&policy.source),
            escape(&policy.meaning),
        ]);
    }
    table.text()
}
