//! What the changes of a batch share: the directory they work in, and what is to be made durable.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::rc::Rc;

use engine::change::Outcome;
use model::{Problem, RelPath};

use super::{Step, at_target};
use crate::platform::{Dir, is_gone};
use crate::root::Root;

/// Directories and files that are made durable one by one; if there are more, the whole volume is.
pub(super) const SYNC_ONE_BY_ONE_MAX: usize = 8;

/// A batch that is being carried out.
pub(super) struct Batch<'a> {
    root: &'a Root,
    /// The directory that was used last: neighbours in the batch share it.
    last: Option<(Option<RelPath>, Rc<Dir>)>,
    touched: BTreeMap<String, Touched>,
    many: bool,
}

enum Touched {
    Directory(Rc<Dir>),
    File(File),
}

impl<'a> Batch<'a> {
    pub(super) fn new(root: &'a Root) -> Self {
        Self { root, last: None, touched: BTreeMap::new(), many: false }
    }

    /// The directory that holds `path`.
    pub(super) fn parent(&mut self, path: &RelPath) -> io::Result<Rc<Dir>> {
        let parent = path.parent();
        if let Some((last, dir)) = &self.last
            && *last == parent
        {
            return Ok(dir.clone());
        }
        let dir = Rc::new(self.root.dir(parent.as_ref())?);
        self.last = Some((parent, dir.clone()));
        Ok(dir)
    }

    /// The directory that holds `path`, made if it is missing.
    pub(super) fn parent_made(&mut self, path: &RelPath) -> Step<Rc<Dir>> {
        let dir = match self.parent(path) {
            Ok(dir) => dir,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_above(path).map_err(|error| above(&error))?;
                self.parent(path).map_err(|error| above(&error))?
            }
            Err(error) => return Err(above(&error)),
        };
        let volume = dir.own_facts().map_err(|error| at_target(&error))?.volume;
        if volume == self.root.volume() {
            Ok(dir)
        } else {
            Err(Outcome::Blocked(Problem::Unsupported))
        }
    }

    fn make_above(&mut self, path: &RelPath) -> io::Result<()> {
        let mut dir = Rc::new(self.root.top().again()?);
        let Some(parent) = path.parent() else { return Ok(()) };
        let mut key = String::new();
        for name in parent.components() {
            let next = match dir.open_child(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    dir.make_dir(name, 0o777)?;
                    self.touch(&key, &dir);
                    dir.open_child(name)?
                }
                result => result?,
            };
            key = if key.is_empty() { name.to_owned() } else { format!("{key}/{name}") };
            dir = Rc::new(next);
        }
        Ok(())
    }

    /// Forgets the directory used last: it may be gone.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Names in the directory that holds `path` were changed.
    pub(super) fn touch_parent(&mut self, path: &RelPath, dir: &Rc<Dir>) {
        self.touch(path.parent().as_ref().map_or("", RelPath::as_str), dir);
    }

    /// Names in `dir` were changed; `key` tells directories apart.
    pub(super) fn touch(&mut self, key: &str, dir: &Rc<Dir>) {
        if !self.many && !self.touched.contains_key(key) {
            self.add(key.to_owned(), Touched::Directory(dir.clone()));
        }
    }

    /// Attributes of the file at `path` were changed.
    pub(super) fn touch_file(&mut self, path: &RelPath, file: File) {
        if !self.many {
            self.add(path.as_str().to_owned(), Touched::File(file));
        }
    }

    fn add(&mut self, key: String, touched: Touched) {
        self.touched.insert(key, touched);
        if self.touched.len() > SYNC_ONE_BY_ONE_MAX {
            self.many = true;
            self.touched.clear();
        }
    }

    /// Makes everything durable that was touched.
    pub(super) fn sync(self) -> io::Result<()> {
        if self.many {
            return self.root.sync_volume();
        }
        for touched in self.touched.into_values() {
            match touched {
                Touched::Directory(dir) => dir.sync()?,
                Touched::File(file) => file.sync_all()?,
            }
        }
        Ok(())
    }
}

/// What an error on the way to the target's directory means: if no directory can stand there, another
/// entry is in the way.
fn above(error: &io::Error) -> Outcome {
    if is_gone(error) && error.kind() != io::ErrorKind::NotFound {
        Outcome::Blocked(Problem::Obstructed)
    } else {
        at_target(error)
    }
}
