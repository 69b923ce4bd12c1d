//! Homes whose devices do not all keep every file.

use sim::run::check;

#[test]
fn a_device_that_streams_knows_every_file_and_has_those_that_were_brought() {
    check(
        "mode b stream
        a: write x one; a: write d/y two; settle
        b: absent x; b: absent d/y; b: has-dir d
        b: bring x; settle; b: has x one; b: absent d/y",
    );
}

#[test]
fn what_is_given_up_is_deleted_nowhere() {
    check(
        "mode b stream
        a: write x one; settle; b: bring x; settle
        b: free x; settle; b: absent x; a: has x one
        b: kill; b: start; settle; b: rescan; settle; b: absent x; a: has x one",
    );
}

#[test]
fn rules_say_what_is_kept_and_new_files_follow_them() {
    check(
        "mode b stream
        a: mkdir d; settle; b: keep d always; a: write d/x one; a: write x two; settle
        b: has d/x one; b: absent x
        b: keep d never; settle; b: absent d/x; a: has d/x one",
    );
}

#[test]
fn a_view_keeps_nothing_whatever_the_rules_say() {
    check(
        "mode b view
        b: keep d always; a: write d/x one; settle; b: has-dir d; b: absent d/x
        b: bring d/x; settle; b: free d; settle; b: absent d/x; a: has d/x one",
    );
}

#[test]
fn a_file_that_only_a_view_has_besides_is_the_last_copy() {
    check(
        "mode a portal; mode b view
        a: write x one; settle; b: bring x; settle; a: free x; settle; a: has x one",
    );
}

#[test]
fn the_last_copy_is_not_given_up() {
    check(
        "mode a portal; mode b portal
        a: write x one; settle; a: has x one
        a: free x; b: free x; settle; a: has x one; b: absent x",
    );
}

#[test]
fn of_two_that_give_up_at_a_time_one_keeps_the_bytes() {
    check(
        "mode a stream; mode b stream
        a: write x one; settle; b: bring x; settle; a: has x one; b: has x one
        a: free x; b: free x; settle; a: bring x; settle; a: has x one",
    );
}

#[test]
fn who_has_promised_keeps_until_the_promise_has_ended() {
    check(
        "devices 3; mode b stream; mode c stream
        a: write x one; settle; b: bring x; c: bring x; settle
        cut a-b; cut a-c; settle; b: free x; settle
        c: has x one; b: absent x; c: free x; after 60s; c: has x one
        join a-c; join a-b; after 15m; settle; a: has x one",
    );
}

#[test]
fn an_index_that_is_set_back_does_not_take_what_was_given_up_for_deleted() {
    for noticed in ["noticed", "unnoticed"] {
        check(&format!(
            "mode b stream
            a: write x one; settle; b: bring x; settle; b: has x one; b: backup
            b: free x; settle; b: absent x; b: rollback {noticed}; settle
            a: has x one; b: absent x"
        ));
    }
}

#[test]
fn an_edit_of_what_was_shown_is_no_conflict_and_one_of_what_was_not_is() {
    check(
        "mode b stream
        a: write x one; a: write y one; settle
        b: edit x two; b: write y two; settle
        a: has x two; a: conflicts 1; b: conflicts 1",
    );
}

#[test]
fn what_is_not_here_can_be_removed_and_moved() {
    check(
        "mode b stream
        a: write x one; a: write y two; settle
        b: drop x; b: carry y z; settle
        a: has-no x; a: has-no y; a: has z two; b: absent z; a: conflicts 0",
    );
}

#[test]
fn what_was_moved_elsewhere_is_moved_where_it_stands_and_not_thrown_away() {
    check(
        "devices 3; mode a stream; mode b stream; mode c stream
        a: write x one; settle; c: drop y; c: carry x y; settle
        a: has y one; a: has-no x; b: absent y",
    );
}

#[test]
fn a_file_that_is_changed_while_it_is_to_go_stays_with_its_change() {
    check(
        "mode b stream
        a: write x one; settle; b: bring x; settle; b: free x; b: write x two; settle
        a: has x two; a: conflicts 0; b: conflicts 0",
    );
}

#[test]
fn a_stream_becomes_a_clone_and_a_clone_a_stream() {
    check(
        "mode b stream
        a: write x one; settle; b: absent x; b: mode clone; settle; b: has x one
        b: mode stream; a: write y two; settle; b: has x one; b: absent y",
    );
}
