//! pjdfstest, in its Rust form, on a drive over a plain directory.
//!
//! It changes users, so it wants root and a mount that others may enter; elsewhere it is left out, and says so.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::{step, system, workspace};

/// The suite's version: another one has other tests.
const VERSION: &str = "0.2.2";
/// How long mounting may take.
const MOUNT_MAX: Duration = Duration::from_secs(20);

/// Tests that fail, each with its reason in `core/docs/semantics.md`.
const FAILING: &[&str] = &[];
/// Tests that it leaves out; all but the last (see `core/docs/semantics.md`) on any ext4 too, for want of another
/// file system, of being mounted read-only, or of flags that only BSD has.
const LEFT_OUT: &[&str] = &[
    "chmod::erofs_named",
    "chown::erofs_named",
    "chown::lchown::erofs_named",
    "link::erofs_named",
    "link::exdev_target",
    "mkdir::erofs_new_file",
    "mkfifo::erofs_new_file",
    "open::erofs_named",
    "open::erofs_new_file",
    "rename::erofs_named",
    "rename::exdev_target",
    "rmdir::erofs_named",
    "symlink::erofs_new_file",
    "truncate::erofs_named",
    "unlink::erofs_named",
    "link::link_count_max",
];

/// Runs the suite.
///
/// # Errors
/// When another test fails than is known, or one that is known does not any more.
pub(super) fn run() -> Result<()> {
    if !system::is_root() {
        println!("left out: it changes users, which wants root");
        return Ok(());
    }
    let suite = super::tool("pjdfstest", VERSION)?;
    step::run(&mut step::cargo(&["build", "--package", "drive", "--example", "mount"]))?;
    let drive = Mounted::open(&workspace::target().join("debug/examples/mount"))?;
    let config = drive.place.join("suite.toml");
    fs::write(&config, CONFIG)?;
    let mut command = Command::new(suite);
    command.arg("-c").arg(config).arg("-p").arg(drive.folder());
    let output = command.output().context("starting pjdfstest")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    drop(drive);
    judge(&said)
}

/// What the file system can, and how long the suite waits between two looks at a time.
const CONFIG: &str = "[features]\nposix_fallocate = {}\nrename_ctime = {}\nutimensat = {}\n\
    utime_now = {}\n[settings]\nnaptime = 0.01\nallow_remount = false\n\
    [dummy_auth]\nentries = [[\"nobody\", \"nogroup\"], [\"daemon\", \"daemon\"], [\"games\", \"games\"]]\n";

/// Compares what failed, and what it left out for want of something, with what is known.
fn judge(said: &str) -> Result<()> {
    let ended = |how: &str| -> BTreeSet<String> {
        let lines = said.lines().filter(|line| line.trim_end().ends_with(how));
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let summary = said.lines().find(|line| line.starts_with("Summary:"));
    println!("{}", summary.with_context(|| format!("it ran nothing:\n{said}"))?);
    let known =
        |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let failed = ended("FAILED");
    ensure!(failed == known(FAILING), "these tests fail: {failed:?}\n{said}");
    let left_out = ended("skipped");
    ensure!(left_out == known(LEFT_OUT), "these are left out: {left_out:?}");
    Ok(())
}

/// A drive over a directory, in a process of its own.
struct Mounted {
    place: PathBuf,
    process: Child,
}

impl Mounted {
    fn open(program: &Path) -> Result<Self> {
        let place = std::env::temp_dir().join(format!("homefold-posix-{}", std::process::id()));
        fs::create_dir(&place).with_context(|| format!("making {}", place.display()))?;
        let (at, body) = (place.join("at"), place.join("body"));
        fs::create_dir(&at)?;
        fs::create_dir(&body)?;
        let mut command = Command::new(program);
        command.arg(&at).arg(format!("suite={}", body.display())).arg("--everyone");
        let process = command.stdin(Stdio::piped()).spawn().context("starting the drive")?;
        let mounted = Self { place, process };
        let began = Instant::now();
        while !mounted.folder().exists() {
            ensure!(began.elapsed() < MOUNT_MAX, "the drive was not mounted");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(mounted)
    }

    fn folder(&self) -> PathBuf {
        self.place.join("at/suite")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It ends with its input.
        if let Some(mut input) = self.process.stdin.take() {
            let _gone = input.flush();
        }
        let _status = self.process.wait();
        if let Err(error) = fs::remove_dir_all(&self.place) {
            eprintln!("removing {}: {error}", self.place.display());
        }
    }
}
