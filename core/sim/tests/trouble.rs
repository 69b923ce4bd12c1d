//! Crashes, full and failing disks, indexes set back, rights taken away: nothing is lost, and it goes
//! on by itself.

use sim::run::{check, check_promptly};

#[test]
fn a_kill_in_the_middle_of_everything_loses_nothing() {
    check_promptly(
        "devices 3; a: fill d 12; after 3ms; b: kill; after 5ms; b: start; after 4ms; b: kill
         a: write d/f1 other; b: start; after 2ms; a: kill; after 1s; a: start; settle
         b: has d/f1 other; b: has d/f11 f11d; c: has d/f1 other; a: conflicts 0",
    );
}

#[test]
fn what_can_not_be_stored_waits_and_goes_on_by_itself() {
    for ailment in ["full", "read-only", "bad x", "flaky 60"] {
        check(&format!(
            "b: {ailment}; a: write x once-upon-a-time; a: write y two; after 20s
             b: cure; settle; b: has x once-upon-a-time; b: has y two",
        ));
    }
}

#[test]
fn one_path_that_can_not_be_written_does_not_stop_the_others() {
    check("b: bad x; a: write x one; a: write y two; settle; b: has y two; b: has-no x");
}

#[test]
fn an_index_that_fails_is_opened_again() {
    for calls in [0, 3, 7, 12, 20, 33] {
        check(&format!(
            "a: write x one; settle; b: index-fault {calls}; a: write x two; a: write y three
             settle; b: has x two; b: has y three; a: conflicts 0",
        ));
    }
}

#[test]
fn an_index_that_was_set_back_is_noticed_at_the_first_contact() {
    for noticed in ["noticed", "unnoticed"] {
        check(&format!(
            "devices 3; a: write x one; settle; a: backup; a: write x two; a: write y three; settle
             cut a-b; cut a-c; a: rollback {noticed}; after 3s; a: write z four; after 3s
             join a-b; join a-c; settle; b: has x two; b: has y three; c: has z four; a: has z four",
        ));
    }
}

#[test]
fn what_was_deleted_since_a_snapshot_goes_again_when_the_snapshot_is_put_back() {
    check(
        "devices 3; a: write x one; b: write d/y two; a: write z three; settle; c: backup
         a: rm x; b: rm d; after 90000s; c: restore-backup; settle
         a: has-no x; c: has-no x; c: has-no d/y; c: has z three",
    );
}

#[test]
fn a_lost_index_is_made_anew_from_the_disk_and_the_others() {
    check(
        "devices 3; a: write x one; a: write d/y two; settle; a: amnesia; settle
         a: has x one; a: has d/y two; a: conflicts 0; b: conflicts 0
         a: write x three; settle; b: has x three; c: conflicts 0",
    );
}

#[test]
fn a_wrong_clock_decides_nothing() {
    check(
        "a: write x one; settle; b: clock -3650; b: write x two; settle; a: has x two
         a: clock 3650; a: write x three; settle; b: has x three; a: conflicts 0; b: conflicts 0",
    );
}

#[test]
fn a_reader_changes_nothing_for_the_others() {
    check(
        "devices 3; role c reader; a: write x one; a: write y two; settle
         c: write x mine; c: rm y; c: write z new; settle
         a: has x one; b: has y two; a: has-no z; b: has-no z",
    );
}

#[test]
fn a_removed_device_learns_nothing_more() {
    check(
        "devices 3; a: write x one; settle; a: remove c; settle; a: write x two; a: write y new
         settle; b: has x two; c: has x one; c: has-no y",
    );
}

#[test]
fn a_file_that_is_written_all_the_time_does_not_stop_the_others() {
    let storm: String = (0..60).map(|i| format!("a: write hot w{i}; after 40ms;")).collect();
    check(&format!("a: fill d 12; {storm} settle; b: has d/f11 f11d; b: has hot w59"));
}

#[test]
fn a_replaced_version_is_kept_and_dropped_after_its_time() {
    check(
        "a: write x one; settle; a: write x two; settle; b: kept x 1; after 20d; b: kept x 1
         after 12d; b: kept x 0",
    );
}

#[test]
fn what_its_author_replaced_before_it_was_displaced_is_no_side_of_a_conflict_after_a_kill() {
    check(
        "cut a-b; a: write x one; b: write x other; after 2s; a: full; b: full; join a-b; after 5s
         a: kill; b: kill; a: cure; b: cure; a: write x three; b: write x fourth; a: start; b: start
         settle; a: conflicts 1; b: conflicts 1",
    );
}
