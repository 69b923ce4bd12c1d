//! Ways between devices: through a third one, cut in the middle, to a device that has stopped answering.

use std::time::Duration;

use crate::bed::{ARRIVAL_MAX, Home, noise, stays, until};

/// How long a device that no longer answers may still count as connected.
const DEAD_MAX: Duration = Duration::from_secs(20);

#[test]
fn two_devices_that_never_meet_agree_through_the_third() {
    let Some(home) = Home::unpaired_on_a_switch(3) else { return };
    let [a, b, c] = home.each();
    home.net().estrange(&[0, 2]);
    a.admit(b, "admin");
    b.admit(c, "member");
    a.write("from a", "by way of b");
    a.write("large", noise(6, 6 << 20));
    home.share();
    assert!(c.has("from a", "by way of b"));
    c.write("from c", "by way of b as well");
    c.rename("large", "larger");
    c.settle();
    let there = || a.has("from c", "by way of b as well") && a.read("larger").is_some();
    until("c's changes are on a", ARRIVAL_MAX, there);
    home.agree();
    assert!(!a.sees("c") && !c.sees("a"), "they have met: the test is worth nothing");
    // Both ends at once, while the one in the middle is away.
    b.stop();
    a.write("from a", "a's next");
    c.write("from c", "c's next");
    b.start();
    a.meet(b);
    b.meet(c);
    let there = || c.has("from a", "a's next") && a.has("from c", "c's next");
    until("both changes have passed through b", ARRIVAL_MAX, there);
    home.agree();
}

#[test]
fn a_transfer_that_is_cut_goes_on_when_the_cable_is_back() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    home.share();
    home.net().narrow(1, 200);
    let large = noise(18, 64 << 20);
    let before = home.net().carried(1);
    a.write("large.bin", &large);
    let part = || home.net().carried(1) - before > 16 << 20;
    until("a part has arrived", ARRIVAL_MAX, part);
    home.net().unplug(1);
    a.write("written meanwhile", "on a");
    b.write("and here", "on b");
    let alone = Duration::from_secs(2);
    stays("nothing gets through", alone, || a.read("and here").is_none());
    home.net().plug(1);
    home.net().widen(1);
    let took = until("the small files have crossed", ARRIVAL_MAX, || {
        b.has("written meanwhile", "on a") && a.has("and here", "on b")
    });
    assert!(took < Duration::from_secs(15), "back after {took:?}");
    a.meet(b);
    home.agree();
    assert!(b.has("large.bin", &large));
    let sent = home.net().carried(1) - before;
    assert!(sent < 80 << 20, "{sent} bytes were sent for a file of 64 MiB");
}

#[test]
fn a_device_that_no_longer_answers_is_seen_and_comes_back() {
    let Some(home) = Home::on_a_switch(3) else { return };
    let [a, b, c] = home.each();
    a.meet(c);
    home.share();
    home.net().silence(1);
    c.freeze();
    until("a misses both", DEAD_MAX, || !a.sees("b") && !a.sees("c"));
    a.write("meanwhile", "a goes on");
    a.tell(&["wait", "--timeout", "10s"]);
    home.net().unsilence(1);
    c.thaw();
    let arrived = || b.has("meanwhile", "a goes on") && c.has("meanwhile", "a goes on");
    until("both have caught up", ARRIVAL_MAX, arrived);
    a.meet(b);
    a.meet(c);
    home.agree();
}

#[test]
fn a_device_that_left_is_seen_at_once_and_found_again_under_its_old_address() {
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    b.stop();
    let took = until("a misses b", DEAD_MAX, || !a.sees("b"));
    assert!(took < Duration::from_secs(2), "{took:?}");
    let seen = a.peer("b");
    assert!(seen["last_seen"].is_string(), "{seen}");
    a.write("meanwhile", "x");
    b.start();
    until("b has caught up", ARRIVAL_MAX, || b.has("meanwhile", "x"));
    home.agree();
}
