//! Showing a large new file to somebody else while it is still being read.
//!
//! What is shown promises nothing: the file may change before its end is reached, and then all of it
//! was for nothing. Whoever looks gets the open file and its chunks, in their order.

use std::fmt::Debug;
use std::fs::File;

use content::hash::Part;
use engine::observation::Stat;
use model::RelPath;

use crate::reader::Held;

/// Bytes of a file from which on it is worth showing.
const PREVIEW_LEAST: u64 = 32 << 20;

/// Who is shown files.
pub trait Preview: Debug + Send + Sync {
    /// A file that nothing was known of begins to be read; `None` if that is of no interest.
    fn begin(&self, path: &RelPath, held: Held) -> Option<Box<dyn Previewed>>;
}

/// A file that is being shown. Dropping it says that it changed, or can't be read.
pub trait Previewed: Send + Sync {
    /// The next chunks. Called on a thread that waits: it must not take long.
    fn chunks(&self, chunks: &[Part]);

    /// All chunks were told, and the file did not change meanwhile.
    fn whole(self: Box<Self>);
}

/// Shows `file`, if it is large enough and is what was `seen`.
pub(super) fn begin(
    preview: &dyn Preview,
    path: &RelPath,
    file: &File,
    seen: &Stat,
) -> Option<Box<dyn Previewed>> {
    if seen.size < PREVIEW_LEAST {
        return None;
    }
    let held = Held::of_file(file.try_clone().ok()?).ok()?;
    held.is_as(seen).then(|| preview.begin(path, held))?
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use engine::observation::{Knowledge, KnowledgeError, Known, Scope};

    use super::*;
    use crate::testing::{Bed, noise, path};
    use crate::{Ignore, Progress, Scanner};

    /// Knows of one file.
    struct Index(Option<Known>);

    impl Knowledge for Index {
        fn each_known(
            &mut self,
            _: Option<&RelPath>,
            each: &mut dyn FnMut(Known),
        ) -> Result<(), KnowledgeError> {
            self.0.iter().cloned().for_each(each);
            Ok(())
        }

        fn by_inode(&mut self, _: u64) -> Result<Option<Known>, KnowledgeError> {
            Ok(None)
        }
    }

    /// What was shown: path, bytes in chunks, whether it was whole.
    type Log = Arc<Mutex<Vec<(String, u64, bool)>>>;

    #[derive(Debug)]
    struct Watching(Log, Option<std::path::PathBuf>);

    struct Shown(Log, Option<std::path::PathBuf>);

    impl Preview for Watching {
        fn begin(&self, path: &RelPath, held: Held) -> Option<Box<dyn Previewed>> {
            assert!(held.unchanged().unwrap());
            self.0.lock().unwrap().push((path.as_str().to_owned(), 0, false));
            Some(Box::new(Shown(self.0.clone(), self.1.clone())))
        }
    }

    impl Previewed for Shown {
        fn chunks(&self, chunks: &[Part]) {
            let bytes: u64 = chunks.iter().map(|(_, length)| u64::from(*length)).sum();
            self.0.lock().unwrap().last_mut().unwrap().1 += bytes;
            if let Some(file) = &self.1 {
                std::fs::File::options().write(true).open(file).unwrap().set_len(1).unwrap();
            }
        }

        fn whole(self: Box<Self>) {
            self.0.lock().unwrap().last_mut().unwrap().2 = true;
        }
    }

    fn shown(bed: &Bed, known: Option<Known>, cut: Option<&str>) -> Vec<(String, u64, bool)> {
        let log = Log::default();
        let preview = Watching(log.clone(), cut.map(|name| bed.at(name)));
        let scanner = Scanner::new(bed.root.clone(), Arc::new(Ignore::of_text("")));
        let (sink, found) = crossbeam_channel::unbounded();
        let scanner = scanner.showing(Arc::new(preview));
        scanner.scan(&mut Index(known), &Scope::Folder, &sink, &Progress::default()).unwrap();
        assert!(!found.is_empty());
        std::mem::take(&mut *log.lock().unwrap())
    }

    #[test]
    fn a_large_new_file_is_shown_and_a_small_one_is_not() {
        let bed = Bed::new();
        let size = PREVIEW_LEAST + 5;
        bed.write("big", noise(1, size as usize));
        bed.write("small", "x");
        assert_eq!(shown(&bed, None, None), [("big".to_owned(), size, true)]);
    }

    #[test]
    fn an_edited_file_is_not_shown() {
        let bed = Bed::new();
        bed.write("big", "old");
        let known = Known { path: path("big"), seen: bed.seen("big") };
        bed.write("big", noise(1, PREVIEW_LEAST as usize));
        assert_eq!(shown(&bed, Some(known), None), []);
    }

    #[test]
    fn a_file_that_changes_while_it_is_shown_never_becomes_whole() {
        let bed = Bed::new();
        bed.write("big", noise(1, PREVIEW_LEAST as usize * 2));
        let shown = shown(&bed, None, Some("big"));
        assert!(shown.iter().all(|(_, _, whole)| !whole), "{shown:?}");
    }
}
