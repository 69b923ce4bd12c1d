//! Rule 13: a batch of deletes that looks like an accident is held, at the source and at receivers.

use sim::run::{check, check_promptly};

#[test]
fn a_batch_of_deletes_is_held_at_its_source_until_a_person_lets_it_through() {
    check_promptly(
        "a: fill d 40; a: write x one; settle; a: clear d; settle
         a: held 40; b: has d/f0 f0d; b: has d/f39 f39d
         a: release; settle; b: has-no d/f0; b: has-no d/f39; b: has x one; a: held 0; b: held 0",
    );
}

#[test]
fn a_held_batch_is_put_back_by_one_command() {
    check_promptly(
        "a: fill d 40; a: write x one; settle; a: clear d; settle; a: held 40
         a: undo; settle; a: held 0; a: has d/f0 f0d; a: has d/f39 f39d; b: has d/f0 f0d",
    );
}

#[test]
fn a_receiver_holds_what_comes_from_several_and_puts_it_back_everywhere() {
    check_promptly(
        "devices 3; a: fill d 15; a: fill e 15; a: fill f 6; settle
         a: clear d; settle; c: clear e; settle; a: held 0; c: held 0; b: held 15; b: has e/f0 f0e
         b: undo; settle; a: has e/f0 f0e; b: has e/f14 f14e; c: has e/f14 f14e; b: held 0
         a: has-no d/f0; b: has-no d/f0",
    );
}

#[test]
fn a_held_batch_stays_held_over_a_restart() {
    check_promptly(
        "a: fill d 40; settle; a: clear d; settle; a: held 40; a: kill; a: start; settle
         a: held 40; b: has d/f0 f0d; a: undo; settle; a: has d/f0 f0d",
    );
}

#[test]
fn a_few_deletes_are_not_held() {
    check("a: fill d 40; settle; a: rm d/f1; a: rm d/f2; settle; a: held 0; b: has-no d/f1");
}

#[test]
fn moves_are_no_deletes() {
    check_promptly(
        "a: fill d 40; a: write x one; settle; a: mv d e; settle; a: held 0; b: held 0
         b: has e/f0 f0d; b: has-no d/f0; b: has-no d",
    );
}

#[test]
fn what_is_moved_away_and_back_is_no_delete() {
    check_promptly(
        "a: fill d 5; a: fill f 40; settle; a: mv d e; a: mv e d; a: mv f g; a: mv g f; settle
         a: held 0; b: held 0; a: has d/f0 f0d; b: has d/f0 f0d; b: has f/f39 f39f",
    );
}

#[test]
fn a_root_that_vanished_deletes_nothing_and_comes_back() {
    for state in ["missing", "unmarked", "other-volume", "denied"] {
        check(&format!(
            "a: fill d 5; settle; a: lose {state}; settle; b: has d/f0 f0d
             b: write d/f1 new; settle; b: has d/f1 new
             a: find; settle; a: has d/f0 f0d; a: has d/f1 new; a: held 0",
        ));
    }
}

#[test]
fn an_emptied_root_is_held_and_can_be_put_back() {
    check(
        "a: fill d 5; settle; a: wipe; settle; b: has d/f0 f0d; b: has d/f4 f4d
         a: undo; settle; a: has d/f0 f0d; a: has d/f4 f4d; a: held 0",
    );
}
