//! One sight for each mood, which the tests of the tray and of the notifications use as well.

use super::*;
use api::view::{ConflictSide, FolderView, HeldView, HomeView, IdView, ProblemView, ProgressView};
use api::words::{HeldCause, Kind, Mode, Role};

pub(crate) fn device(name: &str) -> DeviceView {
    DeviceView {
        id: format!("{}-ID", name.to_uppercase()),
        name: name.to_owned(),
        role: Role::Member,
        this: false,
        connected: true,
        paused: false,
        addresses: Vec::new(),
        last_seen: Some("2026-11-24T18:04:00Z".parse().unwrap()),
        waiting_for_files: 0,
        waiting_for_bytes: 0,
        rtt_ms: None,
        rate_in: 0,
        rate_out: 0,
        disks: Vec::new(),
        disks_told: None,
        version: None,
    }
}

pub(crate) fn folder(name: &str) -> FolderView {
    FolderView {
        id: format!("{name}-id"),
        name: name.to_owned(),
        path: Some(format!("/home/ada/{name}")),
        mode: Some(Mode::Clone),
        viewed: None,
        state: State::Idle,
        files: 10,
        bytes: 1_000,
        missing_files: 0,
        missing_bytes: 0,
        unsafe_files: 0,
        unsafe_bytes: 0,
        conflicts: 0,
        problems: 0,
        held: None,
    }
}

pub(crate) fn held(deletes: u64) -> HeldView {
    HeldView {
        deletes,
        overwrites: 0,
        since: "2026-11-24T19:00:00Z".parse().unwrap(),
        cause: HeldCause::MassDelete,
        reason: String::new(),
    }
}

pub(crate) fn conflict(id: &str, path: &str) -> ConflictView {
    let side = |name: &str, time: &str, size| ConflictSide {
        device: format!("{}-ID", name.to_uppercase()),
        name: name.to_owned(),
        kind: Some(Kind::File),
        mtime: time.parse().unwrap(),
        size,
        version: String::new(),
    };
    ConflictView {
        id: id.to_owned(),
        folder: "Photos".to_owned(),
        path: path.to_owned(),
        sides: vec![
            side("desk", "2026-11-24T18:00:00Z", 512),
            side("laptop", "2026-11-23T09:30:00Z", 640),
        ],
    }
}

/// A home of this device, `laptop` and `phone`, where everything is done; `change` makes something of it.
pub(crate) fn status(change: impl FnOnce(&mut StatusView)) -> StatusView {
    let mut status = StatusView {
        device: IdView { id: "DESK-ID".to_owned(), name: "desk".to_owned() },
        home: Some(HomeView { id: "h".to_owned(), name: "Home".to_owned() }),
        state: State::Idle,
        isolated: false,
        paused_until: None,
        folders: vec![folder("Photos")],
        devices: vec![device("laptop"), device("phone")],
        drive: None,
        progress: None,
        transfers: Vec::new(),
        problems: Vec::new(),
        problems_total: 0,
        seeking: Vec::new(),
        newcomer: None,
    };
    change(&mut status);
    status
}

pub(crate) fn sight(change: impl FnOnce(&mut StatusView)) -> Sight {
    let (conflicts, disks) = (Vec::new(), Vec::new());
    Sight::Here { status: Box::new(status(change)), conflicts, disks, quiet: false }
}

pub(crate) fn with_conflicts(conflicts: Vec<ConflictView>) -> Sight {
    Sight::Here { status: Box::new(status(|_| ())), conflicts, disks: Vec::new(), quiet: false }
}

/// A disk of `size` with `free` bytes that holds the folder `Photos`.
pub(crate) fn with_disk(size: u64, free: u64, change: impl FnOnce(&mut StatusView)) -> Sight {
    let disk = DiskView { folders: vec!["Photos".to_owned()], size, free };
    Sight::Here {
        status: Box::new(status(change)),
        conflicts: Vec::new(),
        disks: vec![disk],
        quiet: false,
    }
}

pub(crate) fn phone_is_away(status: &mut StatusView) {
    status.devices[1].connected = false;
    status.devices[1].waiting_for_files = 3;
    status.devices[1].waiting_for_bytes = 2_100_000_000;
}

pub(crate) fn receiving(status: &mut StatusView) {
    status.state = State::Syncing;
    let (bytes, rate) = (104_857_600, 12_500_000);
    status.progress = Some(ProgressView { files: 12, bytes, rate, seconds_left: Some(9) });
}

#[test]
fn each_mood_has_its_reason() {
    let stopped = Sight::Unreached(ApiError::new(ErrorCode::NoService));
    let table = [
        (sight(|_| ()), Mood::Fine),
        (sight(|status| status.devices.clear()), Mood::Fine),
        (sight(|status| status.state = State::Scanning), Mood::Working),
        (sight(receiving), Mood::Working),
        (sight(|status| status.devices[0].waiting_for_files = 1), Mood::Working),
        (sight(phone_is_away), Mood::Waiting),
        (sight(|status| status.folders[0].missing_files = 1), Mood::Waiting),
        (sight(|status| status.isolated = true), Mood::Offline),
        (
            sight(|status| status.devices.iter_mut().for_each(|one| one.connected = false)),
            Mood::Offline,
        ),
        (Sight::Unknown, Mood::Offline),
        (stopped, Mood::Offline),
        (sight(|status| status.state = State::Paused), Mood::Paused),
        (sight(|status| status.state = State::Crisis), Mood::Attention),
        (sight(|status| status.folders[0].held = Some(held(312))), Mood::Attention),
        (with_conflicts(vec![conflict("c1", "notes.txt")]), Mood::Attention),
    ];
    for (sight, mood) in table {
        assert_eq!(sight.mood(), mood, "{sight:?}");
    }
}

#[test]
fn only_a_problem_that_a_person_can_end_asks_for_one() {
    let with = |reason| {
        sight(|status| status.problems = vec![ProblemView::new("Photos", "a", reason)]).mood()
    };
    assert_eq!(with(Problem::DiskFull), Mood::Attention);
    assert_eq!(with(Problem::Busy), Mood::Fine);
    assert_eq!(with(Problem::WatchLimit), Mood::Fine);
}

#[test]
fn what_asks_for_a_person_comes_before_a_pause_and_a_pause_before_work() {
    let both = |status: &mut StatusView| {
        receiving(status);
        status.state = State::Paused;
    };
    assert_eq!(sight(both).mood(), Mood::Paused);
    let all = |status: &mut StatusView| {
        status.state = State::Paused;
        status.folders[0].held = Some(held(1));
    };
    assert_eq!(sight(all).mood(), Mood::Attention);
}
