//! The order of a batch: the only place that looks at several paths at once.
//!
//! Directories are made before what they hold, moves happen before their source's directory goes,
//! and whatever takes a directory away comes last, deepest first.

use model::EntryKind;

use crate::change::{Change, Make};

/// Puts the changes of a batch into an order in which each finds what it needs.
pub(crate) fn sort<T>(batch: &mut [T], change: impl Fn(&T) -> &Change) {
    batch.sort_by(|a, b| {
        let (a, b) = (change(a), change(b));
        match (takes_away(a), takes_away(b)) {
            (false, true) => std::cmp::Ordering::Less,
            (true, false) => std::cmp::Ordering::Greater,
            (false, false) => a.path.cmp(&b.path),
            (true, true) => b.path.cmp(&a.path),
        }
    });
}

/// Whether something goes that others may have to leave first.
fn takes_away(change: &Change) -> bool {
    let was_directory =
        change.expect.as_ref().is_some_and(|seen| matches!(seen.kind, EntryKind::Directory { .. }));
    match change.make {
        Make::Nothing => true,
        Make::Directory { .. } | Make::Attributes { .. } => false,
        Make::Symlink { .. } | Make::File { .. } => was_directory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Seen, Stat};
    use model::RelPath;

    fn change(path: &str, make: Make, directory: bool) -> Change {
        let kind = EntryKind::Directory { mode: 0o755 };
        Change {
            path: RelPath::parse(path).unwrap(),
            expect: directory.then(|| Seen { kind, stat: Stat::default() }),
            make,
            archive: false,
        }
    }

    #[test]
    fn parents_are_made_first_and_removed_last() {
        let link = || Make::Symlink { target: "t".into() };
        let mut batch = vec![
            change("old", Make::Nothing, true),
            change("old/x", Make::Nothing, false),
            change("new/x", link(), false),
            change("new", Make::Directory { mode: 0o755 }, false),
            change("swap", link(), true),
            change("swap/x", Make::Nothing, false),
        ];
        sort(&mut batch, |change| change);
        let order: Vec<_> = batch.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(order, ["new", "new/x", "swap/x", "swap", "old/x", "old"]);
    }
}
