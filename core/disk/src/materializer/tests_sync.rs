//! A disk that takes what is written and then says that it could not keep it.

use std::sync::atomic::Ordering;

use engine::observation::{KnowledgeError, Known, Scope};
use model::RelPath;

use super::tests::{materializer, staged};
use super::*;
use crate::scanner::{Progress, ScanError, Scanner};
use crate::testing::{Bed, path};

/// An index that knows of nothing, and what happens while it is asked.
struct Blank<F: FnMut() + Send>(F);

impl<F: FnMut() + Send> observation::Knowledge for Blank<F> {
    fn each_known(
        &mut self,
        _under: Option<&RelPath>,
        _each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError> {
        (self.0)();
        Ok(())
    }

    fn by_inode(&mut self, _inode: u64) -> Result<Option<Known>, KnowledgeError> {
        Ok(None)
    }
}

/// How many paths a scan reports, and in what state it finds the root if it fails. `meanwhile`: what
/// happens after its beginning.
fn scanned(bed: &Bed, meanwhile: impl FnMut() + Send) -> (usize, Option<observation::Root>) {
    let scanner = Scanner::new(bed.root.clone(), Arc::new(Ignore::of_text("")));
    let (sink, batches) = crossbeam_channel::unbounded();
    let result = scanner.scan(&mut Blank(meanwhile), &Scope::Folder, &sink, &Progress::default());
    let state = result.err().map(|error| match error {
        ScanError::Root(state) => state,
        ScanError::Knowledge(_) => panic!("{error}"),
    });
    (batches.try_iter().map(|batch| batch.observations.len()).sum(), state)
}

#[test]
fn what_could_not_be_made_durable_is_neither_done_nor_found_until_it_is() {
    let bed = Bed::new();
    let places: Vec<String> = (0..12).map(|number| format!("{number}/file")).collect();
    let changes: Vec<Change> = places.iter().map(|at| staged(&bed, at, None, at)).collect();
    bed.root.syncs_fail.store(true, Ordering::SeqCst);
    let outcomes = materializer(&bed).apply(&changes);
    let failed = Outcome::Blocked(Problem::DiskError);
    assert!(outcomes.iter().all(|outcome| *outcome == failed), "{outcomes:?}");
    assert_eq!(bed.root.check(), observation::Root::Denied);
    assert_eq!(scanned(&bed, || {}), (0, Some(observation::Root::Denied)));
    let seen = vec![(path("0/file"), bed.seen("0/file"))];
    assert_eq!(materializer(&bed).assure(&seen), [false]);

    bed.root.syncs_fail.store(false, Ordering::SeqCst);
    assert_eq!(bed.root.check(), observation::Root::Ready);
    assert_eq!(scanned(&bed, || {}), (24, None));
    assert_eq!(materializer(&bed).assure(&seen), [true]);
}

#[test]
fn what_is_seen_while_a_sync_fails_is_not_told() {
    let bed = Bed::new();
    bed.write("a", "put there a moment ago");
    assert_eq!(scanned(&bed, || bed.root.doubt()), (0, Some(observation::Root::Denied)));
    assert_eq!(scanned(&bed, || {}), (1, None));
}
