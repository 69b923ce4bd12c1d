//! The home that the fake pretends to know: three devices, two folders, one of everything.

use jiff::Timestamp;

use crate::view::*;
use crate::words::{HeldCause, Kept, Kind, Local, Mode, PlaceKind, Problem, Role, State};

/// The device that answers.
pub(super) const DESK: &str = "DESKDES-DESKDES-DESKDES-DESKDES-DESKDES-DESKDES-DESKDES-DESKDES";
/// A connected one.
/// A comparison that somebody is to make.
pub(super) const COMPARISON: &str = "00c0ffee00c0ffee";
pub(super) const LAPTOP: &str = "LAPTOPX-LAPTOPX-LAPTOPX-LAPTOPX-LAPTOPX-LAPTOPX-LAPTOPX-LAPTOPX";
/// One that is away; its name tries to move the terminal's cursor.
pub(super) const PHONE: &str = "PHONEXY-PHONEXY-PHONEXY-PHONEXY-PHONEXY-PHONEXY-PHONEXY-PHONEXY";
/// The name of the one that is away.
pub(super) const PHONE_NAME: &str = "phone\u{1b}[2J of \u{202e}Papa";

/// What stands in every file, over and over.
pub(super) const CONTENT: &[u8] = b"Waves on the beach.\n";

/// A moment that never changes: 2026-11-22 21:00 UTC and `seconds`.
pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_381_200 + seconds).unwrap_or_default()
}

pub(super) fn id() -> IdView {
    IdView { id: DESK.to_owned(), name: "desk".to_owned() }
}

pub(super) fn home() -> HomeView {
    HomeView { id: "00112233445566778899aabbccddeeff".to_owned(), name: "Home".to_owned() }
}

fn device(id: &str, name: &str, role: Role) -> DeviceView {
    DeviceView {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        this: false,
        connected: false,
        paused: false,
        addresses: Vec::new(),
        last_seen: None,
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

/// Every device, the one that answers first.
pub(super) fn devices() -> Vec<DeviceView> {
    vec![
        DeviceView {
            this: true,
            connected: true,
            disks: vec![DiskView {
                folders: vec!["Photos".to_owned()],
                size: 500_000_000_000,
                free: 120_000_000_000,
            }],
            version: Some("0.1.0".to_owned()),
            ..device(DESK, "desk", Role::Admin)
        },
        DeviceView {
            connected: true,
            addresses: vec!["192.168.1.20:22700".to_owned()],
            last_seen: Some(moment(0)),
            rtt_ms: Some(1.25),
            rate_in: 12_500_000,
            disks: vec![DiskView {
                folders: Vec::new(),
                size: 256_000_000_000,
                free: 42_000_000_000,
            }],
            disks_told: Some(moment(-60)),
            version: Some("0.1.0".to_owned()),
            ..device(LAPTOP, "laptop", Role::Member)
        },
        DeviceView {
            last_seen: Some(moment(-86_400)),
            waiting_for_files: 3,
            waiting_for_bytes: 2_100_000_000,
            ..device(PHONE, PHONE_NAME, Role::Reader)
        },
    ]
}

/// The door for browsers of other computers.
pub(super) fn door() -> DoorView {
    DoorView {
        address: Some("0.0.0.0:22781".to_owned()),
        links: vec!["https://192.168.1.10:22781".to_owned(), "https://desk:22781".to_owned()],
        fingerprint: Some("0A:1B:2C:3D".to_owned()),
    }
}

/// A device that shows a code, one that takes others in, and one that looks for a home.
pub(super) fn nearby() -> Vec<NearbyDevice> {
    let device = |name: &str, host: u8, inviting, offering| NearbyDevice {
        id: format!("{host:016x}._homefold._udp.local."),
        name: name.to_owned(),
        addresses: vec![format!("192.168.1.{host}:22700")],
        inviting,
        offering,
    };
    vec![
        device("laptop", 20, true, false),
        device("nas", 40, false, true),
        device(PHONE_NAME, 30, false, false),
    ]
}

/// A directory that was counted, and one that is too large for that.
pub(super) fn places() -> Vec<PlaceView> {
    let place = |kind, path: &str, counted| PlaceView {
        kind,
        path: path.to_owned(),
        files: 120,
        bytes: 3_400_000,
        counted,
    };
    vec![
        place(PlaceKind::Documents, "/home/ada/Documents", true),
        place(PlaceKind::Pictures, "/home/ada/Pictures", false),
    ]
}

/// A device that asks to be let in.
fn newcomer() -> NewcomerView {
    NewcomerView {
        id: COMPARISON.to_owned(),
        device: LAPTOP.to_owned(),
        name: PHONE_NAME.to_owned(),
        digits: "012345".to_owned(),
        expires: moment(120),
        confirmed: false,
    }
}

/// Every folder; this device takes no part in the last.
pub(super) fn folders() -> Vec<FolderView> {
    vec![
        FolderView {
            id: "0123456789abcdef0123456789abcdef".to_owned(),
            name: "Photos".to_owned(),
            path: Some("/home/ada/Photos".to_owned()),
            mode: Some(Mode::Clone),
            viewed: None,
            state: State::Syncing,
            files: 1_204,
            bytes: 5_368_709_120,
            missing_files: 12,
            missing_bytes: 104_857_600,
            unsafe_files: 2,
            unsafe_bytes: 4_096,
            conflicts: 1,
            problems: 2,
            held: Some(HeldView {
                deletes: 312,
                overwrites: 0,
                since: moment(-600),
                cause: HeldCause::MassDelete,
                reason: "312 of 1204 files were deleted within 10 minutes".to_owned(),
            }),
        },
        FolderView {
            id: "fedcba9876543210fedcba9876543210".to_owned(),
            name: "Music".to_owned(),
            path: None,
            mode: None,
            viewed: None,
            state: State::Idle,
            files: 90,
            bytes: 734_003_200,
            missing_files: 0,
            missing_bytes: 0,
            unsafe_files: 0,
            unsafe_bytes: 0,
            conflicts: 0,
            problems: 0,
            held: None,
        },
    ]
}

pub(crate) fn status() -> StatusView {
    let problems = vec![
        ProblemView::new("Photos", "2026/AUX.jpg", Problem::Name),
        ProblemView::new("Photos", "", Problem::WatchLimit),
    ];
    StatusView {
        device: id(),
        home: Some(home()),
        state: State::Syncing,
        isolated: false,
        paused_until: None,
        drive: None,
        folders: folders(),
        devices: devices().split_off(1),
        transfers: vec![TransferView {
            folder: "Photos".to_owned(),
            path: "2026/film.mp4".to_owned(),
            size: 98_000_000,
            received: 12_000_000,
            rate: 12_500_000,
            from: vec!["laptop".to_owned()],
        }],
        progress: Some(ProgressView {
            files: 12,
            bytes: 104_857_600,
            rate: 12_500_000,
            seconds_left: Some(9),
        }),
        problems_total: problems.len() as u64,
        problems,
        seeking: nearby().split_off(2),
        newcomer: Some(newcomer()),
    }
}

/// The top of the folder `Photos`.
pub(super) fn entries() -> Vec<EntryView> {
    let entry = |path: &str, kind, size, local, holders| EntryView {
        path: path.to_owned(),
        kind,
        size,
        mtime: moment(-3_600),
        local,
        holders,
        kept: Some(if local == Local::Part { Kept::Part } else { Kept::All }),
    };
    vec![
        entry("2026", Kind::Directory, 0, Local::Part, None),
        entry("beach.jpg", Kind::File, 4_194_304, Local::Full, Some(2)),
        entry("latest", Kind::Symlink, 0, Local::Full, Some(2)),
        entry("new\u{7}line\n.jpg", Kind::File, 12, Local::None, Some(1)),
    ]
}

pub(super) fn holders() -> Vec<HolderView> {
    vec![
        HolderView {
            device: DESK.to_owned(),
            name: "desk".to_owned(),
            connected: true,
            complete: true,
            rtt_ms: None,
            rate: None,
        },
        HolderView {
            device: LAPTOP.to_owned(),
            name: "laptop".to_owned(),
            connected: true,
            complete: false,
            rtt_ms: Some(1.25),
            rate: Some(12_500_000),
        },
    ]
}

pub(super) fn conflicts() -> Vec<ConflictView> {
    let side = |device: &str, name: &str, seconds, size| ConflictSide {
        device: device.to_owned(),
        name: name.to_owned(),
        kind: Some(Kind::File),
        mtime: moment(seconds),
        size,
        version: "11aa22bb".to_owned(),
    };
    vec![ConflictView {
        id: "00c0ffee00c0ffee".to_owned(),
        folder: "Photos".to_owned(),
        path: "notes.txt".to_owned(),
        sides: vec![side(DESK, "desk", -120, 512), side(LAPTOP, "laptop", -60, 640)],
    }]
}

pub(super) fn history() -> Vec<VersionView> {
    let version = |name: &str, archived, size| VersionView {
        version: name.to_owned(),
        mtime: moment(-7_200),
        archived,
        size,
        device: LAPTOP.to_owned(),
        name: "laptop".to_owned(),
    };
    vec![version("9f3c21d0", None, 640), version("11aa22bb", Some(moment(-3_600)), 512)]
}

pub(super) fn plan() -> PlanView {
    PlanView {
        files: 15,
        bytes: 2_204_857_600,
        seconds: None,
        moves: vec![
            MoveView {
                folder: "Photos".to_owned(),
                device: DESK.to_owned(),
                name: "desk".to_owned(),
                files: 12,
                bytes: 104_857_600,
                seconds: Some(9),
            },
            MoveView {
                folder: "Photos".to_owned(),
                device: PHONE.to_owned(),
                name: PHONE_NAME.to_owned(),
                files: 3,
                bytes: 2_100_000_000,
                seconds: None,
            },
        ],
    }
}

pub(super) fn policies() -> Vec<PolicyView> {
    vec![
        PolicyView {
            key: "archive.days".to_owned(),
            value: "30".to_owned(),
            source: "default".to_owned(),
            meaning: "How long replaced and deleted versions are kept.".to_owned(),
        },
        PolicyView {
            key: "brake".to_owned(),
            value: "off".to_owned(),
            source: "folder:Photos".to_owned(),
            meaning: "Whether great deletes are held until a person decides.".to_owned(),
        },
    ]
}

pub(super) fn pulls() -> Vec<PullView> {
    vec![PullView {
        program: "viewer\u{1b}[2J".to_owned(),
        process: Some(4711),
        folder: "Photos".to_owned(),
        path: "beach.jpg".to_owned(),
        bytes: 4_194_304,
        refused: 0,
        first: moment(-60),
        last: moment(-30),
    }]
}

pub(super) fn events() -> Vec<EventView> {
    let happened = [
        Event::Started,
        Event::DeviceConnected {
            device: LAPTOP.to_owned(),
            name: "laptop".to_owned(),
            address: "192.168.1.20:22700".to_owned(),
        },
        Event::RemoteChanges { folder: "Photos".to_owned(), entries: 12 },
        Event::ReadFailed {
            folder: "Photos".to_owned(),
            path: "beach.jpg".to_owned(),
            devices: vec!["laptop".to_owned()],
        },
    ];
    (1u32..)
        .zip(happened)
        .map(|(seq, event)| EventView { seq: seq.into(), time: moment(seq.into()), event })
        .collect()
}
