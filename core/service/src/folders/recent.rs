//! Small files that were just seen: their bytes are about to travel with the page that announces them,
//! and looking each of them up in the index costs more than reading it.
//!
//! A note is used once and holds only while the file is what it was (the reader checks); without one
//! the index is asked.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::observation::{Found, Observation, Seen};
use model::{Content, RelPath};
use wire::limits::SMALL_BYTES_MAX;

/// Notes that are kept; when there are more, all are dropped.
const NOTES_MAX: usize = 8192;

/// The notes of one folder.
#[derive(Default)]
pub(super) struct Recent(Mutex<HashMap<RelPath, Seen>>);

impl Recent {
    /// Notes the small files among what a scan found.
    pub(super) fn note(&self, observations: &[Observation]) {
        let mut notes = self.notes();
        for Observation { path, found } in observations {
            let Found::Present(seen) = found else { continue };
            let small = |content: &Content| content.size <= SMALL_BYTES_MAX as u64;
            if seen.kind.content().filter(small).is_some() {
                if notes.len() >= NOTES_MAX {
                    notes.clear();
                }
                notes.insert(path.clone(), seen.clone());
            }
        }
    }

    /// What was seen at a path, if it was this content.
    pub(super) fn take(&self, path: &RelPath, content: Content) -> Option<Seen> {
        self.notes().remove(path).filter(|seen| seen.kind.content() == Some(content))
    }

    /// Drops every note.
    pub(super) fn clear(&self) {
        *self.notes() = HashMap::new();
    }

    fn notes(&self) -> MutexGuard<'_, HashMap<RelPath, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::observation::Stat;
    use model::EntryKind;

    fn seen(path: &str, bytes: &[u8]) -> (Observation, Content) {
        let content = Content::single(bytes);
        let kind = EntryKind::File { content, mode: 0o644 };
        let found = Found::Present(Seen { kind, stat: Stat::default() });
        (Observation { path: RelPath::parse(path).unwrap(), found }, content)
    }

    #[test]
    fn a_note_is_used_once_and_for_its_content_alone() {
        let recent = Recent::default();
        let ((a, one), (b, two)) = (seen("a", b"one"), seen("b", b"two"));
        let (large, three) = seen("c", &[0; 20_000]);
        recent.note(&[a.clone(), b.clone(), large.clone()]);
        assert!(recent.take(&a.path, one).is_some());
        assert!(recent.take(&a.path, one).is_none());
        assert!(recent.take(&b.path, one).is_none());
        assert!(recent.take(&b.path, two).is_none());
        assert!(recent.take(&large.path, three).is_none());
    }
}
