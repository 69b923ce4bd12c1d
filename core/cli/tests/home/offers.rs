//! Large new files, whose bytes travel before their names are known.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::bed::{Home, noise};

/// Large enough to be offered.
const LARGE: usize = 80 << 20;

#[test]
fn a_large_file_that_changes_while_it_is_offered_arrives_as_it_ended() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("rest", "rest");
    home.share();
    for round in 0..4 {
        let name = format!("big {round}");
        a.write(&name, noise(round, LARGE));
        let file = File::options().write(true).open(a.at(&name)).unwrap();
        for edit in 0..=round {
            std::thread::sleep(std::time::Duration::from_millis(15));
            file.write_at(&noise(edit, 5000), edit * 10_000_000 + 7).unwrap();
        }
        file.set_len(LARGE as u64 - round * 1_000_000).unwrap();
    }
    let tree = home.agree();
    assert_eq!(tree.len(), 5);
    assert!(a.conflicts().is_empty() && b.problems().is_empty(), "{:?}", b.problems());
}

#[test]
fn a_copy_of_a_large_file_sends_next_to_nothing() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, _] = home.each();
    a.write("big", noise(1, LARGE));
    home.share();
    let before = home.net().carried(0);
    a.write("copy", noise(1, LARGE));
    a.write("longer", [b"!".to_vec(), noise(1, LARGE)].concat());
    home.agree();
    let carried = home.net().carried(0) - before;
    assert!(carried < 4 << 20, "{carried} bytes were sent");
}
