//! The home of the suites: one device has the folder, the other one its drive.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::run::device::Device;

/// How long anything may take until it has arrived.
const ARRIVAL_MAX: Duration = Duration::from_secs(120);

const FOLDER: &str = "suites";

/// Two devices, and the drive of the second.
pub(super) struct Home {
    first: Device,
    second: Device,
    top: PathBuf,
    _place: Place,
}

/// The temporary directory of all of it, removed at the end.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("removing {}: {error}", self.0.display());
        }
    }
}

impl Home {
    /// Starts and pairs the devices, and mounts.
    ///
    /// # Errors
    /// When a device does not do what it is told.
    pub(super) fn open(binary: &Path) -> Result<Self> {
        let place = std::env::temp_dir().join(format!("homefold-suites-{}", std::process::id()));
        fs::create_dir(&place).with_context(|| format!("making {}", place.display()))?;
        let place = Place(place);
        let first = Device::start("first", &place.0, binary)?;
        let second = Device::start("second", &place.0, binary)?;
        let home = Self { first, second, top: place.0.join("drive"), _place: place };
        home.pair().context("pairing")?;
        fs::create_dir(home.there(""))?;
        home.first.tell(&["folder", "create", FOLDER, &text(&home.there(""))])?;
        let attach = ["folder", "attach", FOLDER, "--mode", "stream"];
        until("the folder to be known", || home.second.tell(&attach).is_ok())?;
        home.second.tell(&["drive", "mount", &text(&home.top)])?;
        Ok(home)
    }

    fn pair(&self) -> Result<()> {
        let (mut invite, code) = self.first.begin(&["invite"])?;
        self.second.tell(&["join", &code, "--address", &self.first.listen])?;
        let status = invite.end(ARRIVAL_MAX)?;
        ensure!(status.success(), "invite ended with {status}");
        Ok(())
    }

    /// Where a path lies on the device that has every file.
    pub(super) fn there(&self, path: &str) -> PathBuf {
        self.first.place.join(FOLDER).join(path)
    }

    /// Where it lies on the drive.
    pub(super) fn here(&self, path: &str) -> PathBuf {
        self.top.join(FOLDER).join(path)
    }

    /// A directory of the drive whose files are kept on its device.
    pub(super) fn local(&self, name: &str) -> Result<PathBuf> {
        fs::create_dir(self.here(name))?;
        self.settle()?;
        self.second.tell(&["keep", &format!("{FOLDER}/{name}")])?;
        Ok(self.here(name))
    }

    /// Gives up what is here of a subtree, so that it is remote from here on.
    pub(super) fn free(&self, name: &str) -> Result<()> {
        self.settle()?;
        let subtree = format!("{FOLDER}/{name}");
        // What was promised to another device a moment ago may stay for a while.
        until("the bytes to be given up", || self.second.tell(&["free", &subtree]).is_ok())
    }

    /// Everything is everywhere.
    pub(super) fn settle(&self) -> Result<()> {
        self.first.tell(&["wait", "--timeout", "120s"])?;
        self.second.tell(&["wait", "--timeout", "120s"])
    }

    /// Unmounts and ends both devices; no conflict may have come about.
    pub(super) fn close(mut self) -> Result<()> {
        let conflicts = self.second.ask(&["conflict", "list"])?;
        self.second.tell(&["drive", "unmount"])?;
        self.second.end_service()?;
        self.first.end_service()?;
        ensure!(conflicts.as_array().is_some_and(Vec::is_empty), "conflicts: {conflicts}");
        Ok(())
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Tries again until it is so.
pub(super) fn until(what: &str, mut so: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !so() {
        ensure!(began.elapsed() < ARRIVAL_MAX, "waiting for {what} took too long");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
