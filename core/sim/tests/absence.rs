//! Devices that were away: nothing comes back, nothing is lost, and a third one carries the news.

use sim::run::check;

#[test]
fn a_delete_reaches_a_third_device_that_was_away_although_the_first_returned_before() {
    check(
        "devices 3; a: write x one; a: write y two; settle; c: kill
         a: rm x; settle; b: has-no x; a: kill; after 200d; a: start; settle
         c: start; settle; c: has-no x; a: has-no x; b: has-no x; c: has y two",
    );
}

#[test]
fn a_deleted_file_does_not_return_with_a_device_that_was_away_for_a_year() {
    check(
        "devices 3; a: write x one; settle; c: kill; b: rm x; settle; after 400d
         c: start; settle; a: has-no x; b: has-no x; c: has-no x",
    );
}

#[test]
fn what_was_written_while_away_arrives() {
    check(
        "devices 3; a: write x one; settle; cut a-c; cut b-c; c: write z three; a: write y two
         after 100d; join b-c; settle; b: has z three; a: has z three; c: has y two",
    );
}

#[test]
fn a_change_travels_through_a_device_in_the_middle() {
    check(
        "devices 3; cut a-c; a: write x once-upon-a-time; settle; c: has x once-upon-a-time
         c: write x and-then-there-was; settle; a: has x and-then-there-was
         a: mv x y; settle; c: has y and-then-there-was; c: has-no x
         c: rm y; settle; a: has-no y; a: conflicts 0; c: conflicts 0",
    );
}

#[test]
fn a_conflict_that_meets_in_the_middle_is_the_same_at_both_ends() {
    check(
        "devices 3; cut a-c; cut a-b; a: write x one; c: write x two; settle; join a-b; settle
         a: conflicts 1; b: conflicts 1; c: conflicts 1",
    );
}
