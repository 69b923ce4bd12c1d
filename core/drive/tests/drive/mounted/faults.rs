//! Crashes, ordinary users, and what a killed service leaves.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use drive::fuse::{MountState, Mounted, Options, clear, is_available, state};

use super::Mount;
use crate::memory::{FOLDER, home};

/// Set for the process that one of these tests starts: where it is to mount.
const CHILD: &str = "DRIVE_TEST_MOUNT_AT";
/// The user `nobody`, who may do nothing special.
const NOBODY: u32 = 65534;

/// Not a test of its own: what the other process of a test does. It mounts, says so, and waits for the end.
#[test]
fn in_another_process() {
    let Some(at) = std::env::var_os(CHILD) else { return };
    let at = Path::new(&at);
    let (memory, drive) = home();
    let mounted = Mounted::start(drive, &Options::at(at)).unwrap();
    let folder = at.join(FOLDER);
    fs::write(folder.join("a"), "one").unwrap();
    fs::write(folder.join("b"), "two").unwrap();
    fs::rename(folder.join("a"), folder.join("b")).unwrap();
    assert_eq!(fs::read(memory.body.path().join("b")).unwrap(), b"one");
    println!("\nmounted");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    mounted.stop();
    assert_eq!(state(at), MountState::Free);
    println!("\nstopped");
}

/// Runs the other process until it has mounted on `at`.
fn other(mut command: Command, at: &Path) -> Child {
    command.args(["--exact", "mounted::faults::in_another_process", "--nocapture"]);
    command.env(CHILD, at).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    wait_for(&mut child, "mounted");
    child
}

fn wait_for(child: &mut Child, word: &str) {
    let output = child.stdout.take().unwrap();
    let mut lines = BufReader::new(output);
    let mut line = String::new();
    while line.trim_end() != word {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended without the word {word}");
    }
    child.stdout = Some(lines.into_inner());
}

#[test]
fn what_a_killed_service_leaves_is_cleared() {
    if !is_available() {
        return eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
    }
    let top = tempfile::tempdir().unwrap();
    let mut child = other(Command::new(std::env::current_exe().unwrap()), top.path());
    assert_eq!(state(top.path()), MountState::Taken);
    assert!(clear(top.path()).is_err());
    child.kill().unwrap();
    child.wait().unwrap();
    Mount::until("the dead mount", || state(top.path()) == MountState::Dead);
    clear(top.path()).unwrap();
    assert_eq!(state(top.path()), MountState::Free);
}

#[test]
fn an_ordinary_user_has_a_drive_too() {
    let helper = Path::new("/usr/bin/fusermount3").exists();
    let open = fs::metadata("/dev/fuse").is_ok_and(|facts| facts.permissions().mode() & 0o6 == 0o6);
    if !helper || !open {
        return eprintln!("NOT RUN: no fusermount3, or /dev/fuse is closed to users");
    }
    if !rustix::process::geteuid().is_root() {
        // The other tests are already those of an ordinary user.
        return;
    }
    let own = tempfile::tempdir().unwrap();
    let (program, top, temporary) =
        (own.path().join("test"), own.path().join("drive"), own.path().join("tmp"));
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(own.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for directory in [&top, &temporary] {
        fs::create_dir(directory).unwrap();
        chown(directory, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut command = Command::new("setpriv");
    let who = NOBODY.to_string();
    command.args(["--reuid", &who, "--regid", &who, "--clear-groups", "--"]).arg(&program);
    command.env("TMPDIR", &temporary).current_dir("/");
    let mut child = other(command, &top);
    child.stdin.take().unwrap().write_all(b"end\n").unwrap();
    wait_for(&mut child, "stopped");
    assert!(child.wait().unwrap().success());
}
