//! Rule 10: renames of files and of whole trees move nothing over the wire, and edits follow them.

use sim::run::{check, check_promptly};

#[test]
fn a_renamed_file_moves_no_bytes() {
    check(
        "a: write x once-upon-a-time-there-was; settle; count
         a: mv x y; settle
         b: has y once-upon-a-time-there-was; b: has-no x; b: fetched 0; b: kept x 0",
    );
}

#[test]
fn a_renamed_tree_moves_no_bytes() {
    check_promptly(
        "a: write d/x once-upon-a-time-there-was; a: write d/e/y two; a: mkdir d/f; settle; count
         a: mv d z; settle
         b: has z/x once-upon-a-time-there-was; b: has z/e/y two; b: has-dir z/f; b: has-no d
         b: fetched 0",
    );
}

#[test]
fn a_file_moved_between_directories_moves_no_bytes() {
    check(
        "devices 3; a: write d/x once-upon-a-time; settle; count
         b: mv d/x e/x; settle; c: has e/x once-upon-a-time; c: has-no d/x; a: fetched 0",
    );
}

#[test]
fn an_edit_made_elsewhere_at_the_same_time_follows_a_rename() {
    check_promptly(
        "a: write x one; settle; cut a-b
         a: mv x y; b: write x two; settle
         join a-b; settle
         a: has y two; b: has y two; a: has-no x; b: has-no x; a: conflicts 0; b: conflicts 0",
    );
}

#[test]
fn an_edit_follows_whichever_side_hears_of_the_other_first() {
    check_promptly(
        "devices 3; a: write x one; settle; cut a-b; cut a-c; cut b-c
         a: mv x y; b: write x two; settle
         join b-c; settle; join a-c; settle; join a-b; settle
         a: has y two; b: has y two; c: has y two; c: has-no x; c: conflicts 0",
    );
}

#[test]
fn an_edit_in_a_tree_follows_the_rename_of_the_tree() {
    check_promptly(
        "a: write d/x one; a: write d/y same; settle; cut a-b
         a: mv d e; b: write d/x two; settle
         join a-b; settle
         a: has e/x two; b: has e/x two; b: has e/y same; a: has-no d/x; b: has-no d/x",
    );
}

#[test]
fn a_file_renamed_on_one_side_and_deleted_on_the_other_stays_under_its_new_name() {
    check(
        "a: write x one; settle; cut a-b
         a: mv x y; b: rm x; settle; join a-b; settle
         a: has y one; b: has y one; a: has-no x; b: has-no x",
    );
}

#[test]
fn two_files_that_exchange_their_names_keep_their_contents() {
    check(
        "a: write x one-one-one-one; a: write y two-two-two-two; settle
         a: exchange x y; settle
         b: has x two-two-two-two; b: has y one-one-one-one; b: conflicts 0",
    );
}

#[test]
fn renames_in_a_circle_end() {
    check(
        "a: write x one; a: write y two; settle; cut a-b
         a: exchange x y; b: write x three; b: exchange x y; settle; join a-b; settle",
    );
}

#[test]
fn an_editor_that_saves_beside_and_renames_makes_one_change() {
    check(
        "a: write x one; settle; a: save x two; settle
         b: has x two; b: has-no x.tmp; a: conflicts 0
         b: save-aside x three; settle; a: has x three; a: has-no x~; a: conflicts 0",
    );
}

#[test]
fn what_is_done_to_a_file_that_is_about_to_be_moved_is_done_to_it_there() {
    for (deed, there) in [("write x three", "has y three"), ("rm x", "has-no y")] {
        check_promptly(&format!(
            "a: write x one; settle; cut a-b; b: mv x y; a: write x aaaabbbbccccdddd-two; after 2s; a: bad y
             b: full; join a-b; after 9s; a: {deed}; after 2s; a: cure; b: cure; settle
             a: {there}; b: {there}; a: has-no x; b: has-no x; a: conflicts 0; b: conflicts 0",
        ));
    }
}

#[test]
fn an_edit_that_its_author_deletes_before_it_is_moved_is_awaited_by_nobody() {
    check(
        "a: write d/z one-and-two-and-three; settle; cut a-b
         b: append d/z +more; after 1830ms; b: rm d/z; a: mv d/z y; join a-b; settle
         a: has-no d/z; b: has-no d/z",
    );
}
