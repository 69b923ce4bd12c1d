//! Rule 14: attaching a directory that already holds files merges and deletes nothing.

use sim::run::check;

#[test]
fn equal_contents_are_adopted_without_a_transfer() {
    check(
        "detached b; a: write d/x once-upon-a-time; b: write d/x once-upon-a-time; settle; count
         b: attach; settle; b: has d/x once-upon-a-time; b: conflicts 0; a: conflicts 0
         b: fetched 0",
    );
}

#[test]
fn different_contents_are_a_conflict_and_nothing_is_deleted() {
    check(
        "detached b; a: write x one; a: write y here; b: write x two; b: write z there; settle
         b: attach; settle; a: conflicts 1; b: conflicts 1
         a: has y here; b: has y here; a: has z there; b: has z there",
    );
}

#[test]
fn a_third_device_that_attaches_later_gets_everything() {
    check(
        "devices 3; detached c; a: write d/x one; b: write e/y two; a: mkdir f; a: link l x; settle
         c: attach; settle; c: has d/x one; c: has e/y two; c: has-dir f",
    );
}
