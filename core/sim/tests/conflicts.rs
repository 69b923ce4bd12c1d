//! Rule 11: concurrent versions are all kept, listed alike everywhere, and choices agree.

use sim::run::check;

#[test]
fn two_edits_at_the_same_time_keep_both_and_list_one_everywhere() {
    check(
        "devices 3; a: write x base; settle; cut a-b
         a: write x mine; b: write x yours; settle; join a-b; settle
         a: conflicts 1; b: conflicts 1; c: conflicts 1",
    );
}

#[test]
fn three_edits_at_the_same_time_list_two() {
    check(
        "devices 3; cut a-b; cut b-c; cut a-c
         a: write x one; b: write x two; c: write x three; settle
         join a-b; join b-c; join a-c; settle
         a: conflicts 2; b: conflicts 2; c: conflicts 2",
    );
}

#[test]
fn a_device_whose_version_lost_may_go_on_editing_and_the_loser_stays_listed() {
    check(
        "b: write x w56-aaaabbbb; a: write x aaaabbbbw0057; settle
         a: conflicts 1; a: write x w58; settle; a: conflicts 1; b: conflicts 1
         b: write x w59; settle; a: conflicts 1; b: conflicts 1; b: has x w59",
    );
}

#[test]
fn an_edit_beats_a_delete() {
    check(
        "a: write x one; settle; cut a-b; a: rm x; b: write x two; settle; join a-b; settle
         a: has x two; b: has x two; a: conflicts 0; b: conflicts 0",
    );
}

#[test]
fn equal_contents_are_no_conflict() {
    check(
        "cut a-b; a: write x same; b: write x same; settle; join a-b; settle
         a: has x same; b: has x same; a: conflicts 0; b: conflicts 0; a: fetched 0",
    );
}

#[test]
fn a_later_edit_is_no_conflict() {
    check(
        "a: write x one; settle; b: write x two; settle; a: write x three; settle
         a: conflicts 0; b: conflicts 0; b: has x three",
    );
}

#[test]
fn a_choice_ends_a_conflict_everywhere() {
    for keep in ["mine", "theirs", "both"] {
        check(&format!(
            "devices 3; cut a-b; a: write x one; b: write x two; settle; join a-b; settle
             c: conflicts 1; a: resolve 0 {keep}; settle
             a: conflicts 0; b: conflicts 0; c: conflicts 0",
        ));
    }
}

#[test]
fn mine_and_theirs_mean_the_side_of_the_device_that_is_asked() {
    check(
        "cut a-b; a: write x one; b: write x two; settle; join a-b; settle
         a: resolve 0 mine; settle; a: has x one; b: has x one",
    );
    check(
        "cut a-b; a: write x one; b: write x two; settle; join a-b; settle
         a: resolve 0 theirs; settle; a: has x two; b: has x two",
    );
}

#[test]
fn two_devices_that_resolve_the_same_conflict_agree() {
    for (first, second) in [("mine", "mine"), ("theirs", "mine"), ("both", "theirs")] {
        check(&format!(
            "cut a-b; a: write x one; b: write x two; settle; join a-b; settle; cut a-b
             a: resolve 0 {first}; b: resolve 0 {second}; settle; join a-b; settle
             a: conflicts 0; b: conflicts 0",
        ));
    }
}

#[test]
fn a_file_against_a_directory_keeps_both() {
    check(
        "cut a-b; a: write x one; b: write x/y two; settle; join a-b; settle
         a: has x/y two; b: has x/y two; a: conflicts 1; b: conflicts 1",
    );
}

#[test]
fn the_losing_side_outlives_every_retention() {
    check(
        "cut a-b; a: write x one; b: write x two; settle; join a-b; settle; after 90d
         a: resolve 0 both; settle; a: conflicts 0; b: conflicts 0",
    );
}
