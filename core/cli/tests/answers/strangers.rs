//! Other users of this computer. These tests act as another user, so they need root, and say so
//! where they can't run.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::scene::{Ended, Scene, ended, homefold};

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

/// Whether this process may act as another user.
fn is_root() -> bool {
    let dir = tempfile::tempdir().unwrap();
    let may = chown(dir.path(), Some(NOBODY), None).is_ok();
    if !may {
        eprintln!("skipped: acting as another user needs root");
    }
    may
}

fn run_as_nobody(data_dir: &Path, line: &str) -> Ended {
    // The binary itself may stand where nobody else can reach it.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = place.path().join("homefold");
    // By another program: a file that this process had open for writing can't always be started,
    // because a child of another test may have it open still.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_homefold")).arg(&copy).status();
    assert!(copied.unwrap().success());
    let mut command = Command::new(copy);
    command
        .arg(line)
        .env_clear()
        .env("HOMEFOLD_DATA_DIR", data_dir)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY);
    ended(command.output().unwrap())
}

#[test]
fn another_user_gets_nothing() {
    if !is_root() {
        return;
    }
    let scene = Scene::new();
    let refused = run_as_nobody(scene.data_dir.path(), "id");
    assert_eq!((refused.status, refused.out.as_str()), (1, ""), "{}", refused.err);
}

#[test]
fn another_user_gets_nothing_even_where_the_directory_was_opened() {
    if !is_root() {
        return;
    }
    let scene = Scene::new();
    let socket = scene.data_dir.path().join(api::SOCKET_NAME);
    fs::set_permissions(scene.data_dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o777)).unwrap();
    // Its own program would refuse to speak to us; one that does not care is cut off.
    let refused = run_as_nobody(scene.data_dir.path(), "id");
    assert!(refused.err.contains("belongs to another user"), "{}", refused.err);
    let asked = Command::new("/usr/bin/python3")
        .args(["-c", ASK, socket.to_str().unwrap()])
        .uid(NOBODY)
        .output();
    match asked {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "b''"),
        Err(_) => eprintln!("skipped in part: there is no python3"),
    }
    assert_eq!(scene.run("id").status, 0, "this user is served all the same");
}

/// Asks for the id and prints what comes back.
const ASK: &str = "\
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect(sys.argv[1])
try:
    s.sendall(b'GET /v1/id HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n')
    print(s.recv(1000))
except OSError:
    print(b'')
";

#[test]
fn a_socket_of_another_user_is_not_spoken_to() {
    if !is_root() {
        return;
    }
    let scene = Scene::new();
    chown(scene.data_dir.path().join(api::SOCKET_NAME), Some(NOBODY), None).unwrap();
    let output = ended(homefold(scene.data_dir.path(), "join 12345678").output().unwrap());
    assert_eq!(output.status, 1);
    assert!(output.err.contains("belongs to another user"), "{}", output.err);
}
