//! Codes that let one device in, and those that don't; finding the inviter without being told where.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::bed::{ARRIVAL_MAX, Device, Home, until};

fn join(device: &Device, code: &str, inviter: &Device) -> i32 {
    let ended = device.attempt(&["join", code, "--address", &inviter.address()]);
    assert_eq!(ended.err.lines().count(), usize::from(ended.status != 0), "{}", ended.err);
    ended.status
}

fn in_no_home_with(device: &Device, other: &Device) -> bool {
    device.peer(&other.name).is_null() && other.peer(&device.name).is_null()
}

#[test]
fn a_wrong_code_is_refused_and_the_right_one_still_works() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    let mut invite = a.invite(&[]);
    for turn in [1, 2] {
        assert_eq!(join(b, &invite.wrong_code(turn), a), 1);
        assert!(in_no_home_with(a, b));
    }
    assert_eq!(join(b, &invite.code, a), 0);
    assert_eq!(invite.end(), 0);
    a.meet(b);
}

#[test]
fn three_wrong_tries_end_a_code() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    let mut invite = a.invite(&[]);
    for (turn, said) in [(1, "is wrong"), (2, "is wrong"), (3, "the third wrong code")] {
        let code = invite.wrong_code(turn);
        let ended = b.attempt(&["join", &code, "--address", &a.address()]);
        assert!(ended.status == 1 && ended.err.contains(said), "{ended:?}");
    }
    assert_eq!(join(b, &invite.code, a), 1, "the right code still works");
    assert_eq!(invite.end(), 1);
    assert!(in_no_home_with(a, b));
    let mut again = a.invite(&[]);
    assert_eq!(join(b, &again.code, a), 0);
    assert_eq!(again.end(), 0);
}

#[test]
fn a_code_lets_one_device_in_and_no_second_one() {
    let home = Home::unpaired(3);
    let [a, b, c] = home.each();
    let mut invite = a.invite(&[]);
    assert_eq!(join(b, &invite.code, a), 0);
    assert_eq!(invite.end(), 0);
    assert_eq!(join(c, &invite.code, a), 1);
    assert!(in_no_home_with(a, c));
    // A third device joins from any admin.
    b.admit(c, "member");
    until("a knows the third device", ARRIVAL_MAX, || !a.peer("c").is_null());
    let refused = c.attempt(&["invite"]);
    assert_eq!(refused.status, 1, "only admins invite");
}

#[test]
fn a_code_that_is_over_or_withdrawn_is_refused() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    let mut short = a.invite(&["--expires", "1s"]);
    assert_eq!(short.end(), 4);
    let late = b.attempt(&["join", &short.code, "--address", &a.address()]);
    assert!(late.status == 1 && late.err.contains("time is over"), "{late:?}");
    let withdrawn = a.invite(&[]);
    let code = withdrawn.code.clone();
    drop(withdrawn);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(join(b, &code, a), 1);
    assert!(in_no_home_with(a, b));
    let nobody = b.attempt(&["join", &code, "--address", "127.0.0.1:9"]);
    assert_eq!(nobody.status, 1, "{}", nobody.err);
}

#[test]
fn the_inviter_is_found_in_the_local_network_by_itself() {
    let Some(home) = Home::unpaired_on_a_switch(3) else { return };
    let [a, b, c] = home.each();
    let mut invite = a.invite(&["--role", "member"]);
    b.tell(&["join", &invite.code]);
    assert_eq!(invite.end(), 0);
    a.meet(b);
    let mut invite = a.invite(&[]);
    assert_eq!(c.attempt(&["join", &invite.wrong_code(1)]).status, 1);
    c.tell(&["join", &invite.code]);
    assert_eq!(invite.end(), 0);
    a.meet(c);
    // Nobody told b and c where the other is.
    b.meet(c);
    home.share();
    c.write("found", "by itself");
    home.agree();
    assert!(a.has("found", "by itself"));
}

#[test]
fn what_a_device_knows_is_its_users_alone() {
    let home = Home::of(2);
    let [a, _] = home.each();
    let mode = |path: &str| a.data().join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("device.key"), 0o600);
    for entry in std::fs::read_dir(a.data()).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if std::os::unix::fs::FileTypeExt::is_socket(&kind) {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
