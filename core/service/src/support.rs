//! The support bundle: what helps others to find a fault, in one file that a person can look through.
//!
//! Invariant: no name of a person's file, folder, device or home is in it, no content, no key and no
//! code. So `status.json` is written field by field, and from the log only lines that were made for
//! eyes like these are taken, with all that could be a name struck out (`scrub`).

mod scrub;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use api::view::{DeviceView, FolderView, PolicyView, StatusView};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

pub(crate) use scrub::Scrub;
use tar::{Builder, Header};

/// Lines of the log, from its end.
pub(crate) const LINES_MAX: usize = 5_000;

/// What goes into a bundle.
pub(crate) struct Bundle {
    pub(crate) status: StatusView,
    pub(crate) devices: Vec<DeviceView>,
    pub(crate) policies: Vec<PolicyView>,
    pub(crate) log: Vec<String>,
    pub(crate) scrub: Scrub,
    pub(crate) now: jiff::Timestamp,
}

impl Bundle {
    /// Writes it where nothing stands yet, for this user's eyes; its size.
    ///
    /// # Errors
    /// What the disk says; nothing is left then.
    pub(crate) fn write(&self, path: &Path) -> io::Result<u64> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let written = self.pack(file).and_then(|file| {
            file.sync_all()?;
            Ok(file.metadata()?.len())
        });
        written.inspect_err(|_| drop(std::fs::remove_file(path)))
    }

    fn pack<W: Write>(&self, target: W) -> io::Result<W> {
        let mut tar = Builder::new(GzEncoder::new(target, Compression::default()));
        self.add(&mut tar, "about.json", &pretty(&self.about()))?;
        self.add(&mut tar, "status.json", &pretty(&self.status()))?;
        self.add(&mut tar, "log.txt", self.log().as_bytes())?;
        tar.into_inner()?.finish()
    }

    fn add(&self, tar: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_mode(0o600);
        header.set_size(bytes.len() as u64);
        header.set_mtime(self.now.as_second().try_into().unwrap_or_default());
        tar.append_data(&mut header, name, bytes)
    }

    fn about(&self) -> Value {
        let system = rustix::system::uname();
        let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        json!({
            "homefold": env!("CARGO_PKG_VERSION"),
            "system": text(system.sysname()),
            "release": text(system.release()),
            "machine": text(system.machine()),
            "written": self.now,
        })
    }

    fn status(&self) -> Value {
        let status = &self.status;
        let mut problems: BTreeMap<&str, u64> = BTreeMap::new();
        for problem in &status.problems {
            *problems.entry(problem.reason.word()).or_default() += 1;
        }
        json!({
            "in_a_home": status.home.is_some(),
            "state": status.state,
            "isolated": status.isolated,
            "paused_until": status.paused_until,
            "drive_mounted": status.drive.is_some(),
            "progress": status.progress,
            "problems": problems,
            "problems_total": status.problems_total,
            "folders": status.folders.iter().map(folder).collect::<Vec<_>>(),
            "devices": self.devices.iter().map(device).collect::<Vec<_>>(),
            "policies": self.policies.iter().map(policy).collect::<Vec<_>>(),
        })
    }

    fn log(&self) -> String {
        let mut text = String::new();
        let mut left_out = 0;
        for line in &self.log {
            match self.scrub.line(line) {
                Some(line) => text.push_str(&format!("{line}\n")),
                None => left_out += 1,
            }
        }
        text.push_str(&format!("({left_out} lines are left out)\n"));
        text
    }
}

fn folder(view: &FolderView) -> Value {
    json!({
        "mode": view.mode,
        "state": view.state,
        "files": view.files,
        "bytes": view.bytes,
        "missing_files": view.missing_files,
        "missing_bytes": view.missing_bytes,
        "unsafe_files": view.unsafe_files,
        "unsafe_bytes": view.unsafe_bytes,
        "conflicts": view.conflicts,
        "problems": view.problems,
        "held": view.held.as_ref().map(|held| json!({
            "deletes": held.deletes,
            "overwrites": held.overwrites,
            "since": held.since,
            "cause": held.cause,
        })),
    })
}

fn device(view: &DeviceView) -> Value {
    let disk = |disk: &api::view::DiskView| json!({ "folders": disk.folders.len(), "size": disk.size, "free": disk.free });
    json!({
        // The first letters of a hash: as the log calls it.
        "id": view.id.split('-').next(),
        "role": view.role,
        "this": view.this,
        "connected": view.connected,
        "paused": view.paused,
        "last_seen": view.last_seen,
        "waiting_for_files": view.waiting_for_files,
        "waiting_for_bytes": view.waiting_for_bytes,
        "rtt_ms": view.rtt_ms,
        "rate_in": view.rate_in,
        "rate_out": view.rate_out,
        "disks": view.disks.iter().map(disk).collect::<Vec<_>>(),
    })
}

fn policy(view: &PolicyView) -> Value {
    let kind = view.source.split(':').next();
    json!({ "key": view.key, "value": view.value, "set_for": kind })
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
