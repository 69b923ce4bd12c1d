//! Listing directories and looking at what is in them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use content::hash::Pass;
use engine::observation::{Found, Knowledge, KnowledgeError, Observation, Seen, Stat};
use model::path::OWN_DIRECTORY;
use model::{EntryKind, Problem, RelPath};

use super::Progress;
use super::collect::{Collector, Gone, Outlet};
use super::known::{KnownTree, Row, join};
use super::preview::Preview;
use super::queue::Queue;
use crate::ignore::Ignore;
use crate::made::Note;
use crate::platform::{Dir, Facts, Kind, Listed, is_gone, problem_of};
use crate::root::Root;

/// Entries of a directory that one thread looks at before others may take some.
const ENTRIES_MAX: usize = 256;

/// Something to look at.
pub(super) enum Task {
    /// What is in a directory, which itself is reported if that is given.
    List { path: String, report: Option<Seen> },
    /// Some entries of an open directory.
    Entries { dir: Arc<OpenDir>, entries: Vec<Entry> },
    /// One path and everything below.
    Path { path: RelPath, known: Option<Seen> },
}

impl Task {
    /// The folder as a whole.
    pub(super) fn whole() -> Self {
        Self::List { path: String::new(), report: None }
    }
}

pub(super) struct OpenDir {
    pub(super) dir: Dir,
    /// Empty for the root.
    pub(super) path: String,
}

/// A name in a directory, with what is known of it.
pub(super) struct Entry {
    pub(super) name: Box<str>,
    pub(super) known: Option<Seen>,
}

/// What the threads of a scan share.
pub(super) struct Shared<'a> {
    pub(super) root: &'a Root,
    pub(super) ignore: &'a Ignore,
    pub(super) preview: Option<&'a dyn Preview>,
    /// Whether anything is known at all, so that asking where a file came from makes sense.
    pub(super) has_known: bool,
    pub(super) known: Mutex<KnownTree>,
    pub(super) knowledge: Mutex<&'a mut dyn Knowledge>,
    pub(super) queue: &'a Queue,
    pub(super) progress: &'a Progress,
    pub(super) outlet: Outlet<'a>,
    pub(super) gone: Gone,
    pub(super) nameless: AtomicU64,
    /// Why the scan can't go on.
    pub(super) failed: Mutex<Option<KnowledgeError>>,
}

/// One thread of a scan.
pub(super) struct Worker<'s, 'a> {
    pub(super) shared: &'s Shared<'a>,
    pub(super) found: Collector<'s>,
    pub(super) pass: Pass,
}

impl<'s, 'a> Worker<'s, 'a> {
    pub(super) fn new(shared: &'s Shared<'a>) -> Self {
        let found = Collector::new(shared.outlet);
        Self { shared, found, pass: Pass::default() }
    }

    pub(super) fn flush(&mut self) {
        self.found.flush();
    }

    /// Works on one task. When the scan is to stop, tasks are only thrown away.
    pub(super) fn work(&mut self, task: Task) {
        if self.shared.progress.stop.load(Ordering::Relaxed) {
            return;
        }
        match task {
            Task::List { path, report } => self.list(path, report),
            Task::Entries { dir, entries } => self.look_at_all(&dir, entries),
            Task::Path { path, known } => self.look_at_path(&path, known),
        }
        self.found.flush_if_due();
    }

    fn look_at_path(&mut self, path: &RelPath, known: Option<Seen>) {
        if path.ancestors().any(|above| self.shared.ignore.matches(above.as_str(), true)) {
            return;
        }
        match self.shared.root.parent(path) {
            Ok(dir) => {
                let parent = path.parent().map_or_else(String::new, |p| p.as_str().to_owned());
                let dir = Arc::new(OpenDir { dir, path: parent });
                if known.is_none() && matches!(dir.dir.facts(path.name()), Ok(None)) {
                    return self.nothing_there(&dir.dir, path);
                }
                self.look_at_all(&dir, vec![Entry { name: path.name().into(), known }]);
            }
            Err(error) if is_gone(&error) => self.gone(path.as_str(), known.as_ref()),
            Err(error) => self.blocked(path.as_str(), problem_of(&error)),
        }
    }

    /// Nothing stands at a path that is not known; but a name that is no text may stand there, in the
    /// form in which it is shown.
    fn nothing_there(&mut self, dir: &Dir, path: &RelPath) {
        if !path.name().contains(char::REPLACEMENT_CHARACTER) {
            return;
        }
        let mut nameless = false;
        let listed = dir.list(&mut |entry| {
            nameless |= entry.text().is_none() && entry.lossy() == path.name();
        });
        if nameless && listed.is_ok() && !self.shared.ignore.matches(path.as_str(), false) {
            self.blocked(path.as_str(), Problem::Name);
        }
    }

    fn list(&mut self, path: String, report: Option<Seen>) {
        let mut listed = Vec::new();
        let opened = if path.is_empty() {
            self.shared.root.top().again()
        } else {
            self.shared.root.top().open_below(&path)
        };
        let dir = match opened.and_then(|dir| {
            dir.list(&mut |entry| listed.push(entry))?;
            Ok(dir)
        }) {
            Ok(dir) => dir,
            Err(error) if is_gone(&error) => return self.gone_below(&path),
            Err(error) => return self.blocked(&path, problem_of(&error)),
        };
        if let Some(seen) = report {
            self.present(&path, seen);
        }
        let dir = Arc::new(OpenDir { dir, path });
        let mut entries = self.merge(&dir, listed);
        while entries.len() > ENTRIES_MAX {
            let part = entries.split_off(entries.len() - ENTRIES_MAX);
            self.shared.queue.push(Task::Entries { dir: dir.clone(), entries: part });
        }
        self.look_at_all(&dir, entries);
    }

    /// The names in a directory, each with what is known of it. What is known and was not listed is
    /// among them too: it is looked up once more before it is called gone.
    fn merge(&mut self, dir: &OpenDir, mut listed: Vec<Listed>) -> Vec<Entry> {
        listed.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let rows = self.known().take(&dir.path);
        let mut entries = Vec::with_capacity(listed.len().max(rows.len()));
        let mut rows = rows.into_iter().peekable();
        let entry = |row: Row| Entry { name: row.name, known: Some(row.seen) };
        for name in &listed {
            let Some(text) = name.text() else {
                self.nameless(dir, name, &listed);
                continue;
            };
            while let Some(row) = rows.next_if(|row| *row.name < *text) {
                entries.push(entry(row));
            }
            match rows.next_if(|row| *row.name == *text) {
                Some(row) => entries.push(entry(row)),
                None if dir.path.is_empty() && text == OWN_DIRECTORY => {}
                None => entries.push(Entry { name: text.into(), known: None }),
            }
        }
        entries.extend(rows.map(entry));
        entries
    }

    /// A name that is no text is told in a form that can be shown, if no other entry has that form.
    fn nameless(&mut self, dir: &OpenDir, name: &Listed, listed: &[Listed]) {
        let shown = name.lossy();
        let path = join(&dir.path, &shown);
        if self.shared.ignore.matches(&path, false) {
            return;
        }
        if listed.iter().any(|other| other.name == shown.as_bytes()) {
            self.shared.nameless.fetch_add(1, Ordering::Relaxed);
        } else {
            self.blocked(&path, Problem::Name);
        }
    }

    fn look_at_all(&mut self, dir: &Arc<OpenDir>, entries: Vec<Entry>) {
        let count = entries.len() as u64;
        let mut path = dir.path.clone();
        if !path.is_empty() {
            path.push('/');
        }
        let start = path.len();
        for entry in entries {
            if self.shared.progress.stop.load(Ordering::Relaxed) {
                return;
            }
            path.truncate(start);
            path.push_str(&entry.name);
            self.look_at(dir, &path, &entry);
        }
        self.shared.progress.entries.fetch_add(count, Ordering::Relaxed);
    }

    fn look_at(&mut self, dir: &OpenDir, path: &str, entry: &Entry) {
        let facts = match dir.dir.facts(&entry.name) {
            Ok(Some(facts)) => facts,
            Ok(None) => return self.gone(path, entry.known.as_ref()),
            Err(error) => return self.blocked(path, problem_of(&error)),
        };
        if self.shared.ignore.matches(path, facts.kind == Kind::Directory) {
            return;
        }
        let known = entry.known.as_ref();
        if facts.kind != Kind::Directory && known.is_some_and(|k| is_kind(k, Kind::Directory)) {
            self.gone_below(path);
        }
        match facts.kind {
            Kind::Directory => self.look_at_dir(path, &facts, known),
            Kind::File => self.look_at_file(dir, path, (&entry.name, &facts), known),
            Kind::Symlink => self.look_at_link(dir, path, (&entry.name, &facts), known),
            Kind::Other => self.blocked(path, Problem::Unsupported),
        }
    }

    fn look_at_dir(&mut self, path: &str, facts: &Facts, known: Option<&Seen>) {
        if facts.volume != self.shared.root.volume() {
            return self.blocked(path, Problem::Unsupported);
        }
        let kind = EntryKind::Directory { mode: facts.stat.mode };
        let as_known =
            known.is_some_and(|seen| seen.kind == kind && seen.stat.inode == facts.stat.inode);
        let made = !as_known
            && matches!(self.shared.root.made().done_at(path), Some(Note::Left(made))
                if (made.inode, made.mode) == (facts.stat.inode, facts.stat.mode));
        let report = (!as_known && !made).then_some(Seen { kind, stat: facts.stat });
        self.shared.queue.push(Task::List { path: path.to_owned(), report });
    }

    fn look_at_link(
        &mut self,
        dir: &OpenDir,
        path: &str,
        (name, facts): (&str, &Facts),
        known: Option<&Seen>,
    ) {
        if is_unchanged(known, Kind::Symlink, &facts.stat) || self.is_made(path, facts) {
            return;
        }
        match dir.dir.read_link(name) {
            Ok(Some(target)) => {
                let seen = Seen { kind: EntryKind::Symlink { target }, stat: facts.stat };
                match known {
                    // It may be one that is found to be gone from elsewhere.
                    None if self.shared.has_known => self.new_link(path, seen),
                    None | Some(_) => self.present(path, seen),
                }
            }
            Ok(None) => self.blocked(path, Problem::Name),
            Err(error) if is_gone(&error) => self.gone(path, known),
            Err(error) => self.blocked(path, problem_of(&error)),
        }
    }

    fn new_link(&mut self, path: &str, seen: Seen) {
        self.shared.root.made().forget(path);
        if let Some(path) = self.rel_path(path) {
            self.shared.gone.add_new_link(path, seen);
        }
    }

    /// Whether the service itself made what stands there, and the index will know it in a moment.
    pub(super) fn is_made(&self, path: &str, facts: &Facts) -> bool {
        self.shared.root.made().done_at(path) == Some(Note::Left(facts.stat))
    }

    pub(super) fn present(&mut self, path: &str, seen: Seen) {
        self.tell(path, Found::Present(seen));
    }

    pub(super) fn blocked(&mut self, path: &str, problem: Problem) {
        self.tell(path, Found::Blocked(problem));
    }

    fn tell(&mut self, path: &str, found: Found) {
        self.shared.root.made().forget(path);
        match self.rel_path(path) {
            Some(path) => self.found.add([Observation { path, found }], None),
            None => tracing::debug!("a name that can't be told was left out"),
        }
    }

    /// The path, if it can be told; else it is counted.
    pub(super) fn rel_path(&self, path: &str) -> Option<RelPath> {
        let path = RelPath::parse(path).ok();
        if path.is_none() {
            self.shared.nameless.fetch_add(1, Ordering::Relaxed);
        }
        path
    }

    /// Nothing stands at `path` any more. What the service has put there just now may not be known yet,
    /// so that its going is told too.
    pub(super) fn gone(&mut self, path: &str, known: Option<&Seen>) {
        let left = match self.shared.root.made().done_at(path) {
            Some(Note::Gone) => return,
            Some(Note::Doing | Note::Left(_)) => true,
            None => false,
        };
        let directory = known.is_some_and(|known| is_kind(known, Kind::Directory));
        if (left || known.is_some()) && !self.shared.ignore.matches(path, directory) {
            self.shared.gone.add(path, known);
            self.gone_below(path);
        }
    }

    /// Nothing stands below `path` any more.
    fn gone_below(&mut self, path: &str) {
        let shared = self.shared;
        let mut ignored: Vec<String> = Vec::new();
        self.known().take_below(path, &mut |path, seen| {
            let below_ignored = ignored.iter().any(|above| is_below(path, above));
            if below_ignored || shared.ignore.matches(path, is_kind(seen, Kind::Directory)) {
                ignored.push(path.to_owned());
            } else if shared.root.made().at(path) != Some(Note::Gone) {
                shared.gone.add(path, Some(seen));
            }
        });
    }

    fn known(&self) -> std::sync::MutexGuard<'_, KnownTree> {
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

fn is_kind(seen: &Seen, kind: Kind) -> bool {
    match seen.kind {
        EntryKind::File { .. } => kind == Kind::File,
        EntryKind::Directory { .. } => kind == Kind::Directory,
        EntryKind::Symlink { .. } => kind == Kind::Symlink,
        EntryKind::Tombstone { .. } => false,
    }
}

/// Whether the fingerprint says that nothing was done to it since it was seen.
pub(super) fn is_unchanged(known: Option<&Seen>, kind: Kind, stat: &Stat) -> bool {
    known.is_some_and(|seen| is_kind(seen, kind) && seen.stat == *stat)
}
