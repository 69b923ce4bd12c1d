//! Changes of the service on a simulated disk, as `engine::change` describes them.
//!
//! Each change is done at once or not at all; between two changes of a batch anything may happen.
//! Nothing of a batch is durable before [`Disk::sync`].

use std::rc::Rc;

use engine::absence::{Evicted, Eviction};
use engine::change::{Change, Make, Outcome, Source};
use engine::observation::{Root, Seen};
use model::{Content, Problem, RelPath, WallTime};

use super::node::{Blob, Body, Node};
use super::{Disk, Effect, Hand};
use crate::random::Random;

/// Why a change was not made.
type Refusal = Outcome;

impl Disk {
    /// Makes one change, or says why not; and what changed at which paths.
    pub fn apply(&mut self, change: &Change, random: &mut Random) -> (Outcome, Vec<Effect>) {
        if let Some(problem) = self.refuses(&change.path, random) {
            return (Outcome::Blocked(problem), Vec::new());
        }
        self.tree.begin(Hand::Service);
        let result = self.make(change);
        self.tree.end();
        match result {
            Ok(effects) => {
                let stat = self.tree.get(&change.path).map(Node::stat);
                (Outcome::Done(stat), effects)
            }
            Err(refusal) => (refusal, Vec::new()),
        }
    }

    /// Gives up the bytes of a file that is exactly what was believed.
    pub fn evict(&mut self, file: &Eviction, random: &mut Random) -> Evicted {
        if let Some(problem) = self.refuses(&file.path, random) {
            return Evicted::Blocked(problem);
        }
        if self.tree.get(&file.path).is_none() {
            return Evicted::Done;
        }
        if !self.is_as(&file.path, Some(&file.seen)) {
            return Evicted::Differs;
        }
        self.tree.begin(Hand::Service);
        self.tree.set(&file.path, None);
        self.tree.end();
        Evicted::Done
    }

    /// Whether files stand as they are known; everything is durable then.
    pub fn assure(&mut self, files: &[(RelPath, Seen)]) -> Vec<bool> {
        if self.check() != Root::Ready || !self.sync() {
            return vec![false; files.len()];
        }
        files.iter().map(|(path, seen)| self.is_as(path, Some(seen))).collect()
    }

    fn refuses(&mut self, path: &RelPath, random: &mut Random) -> Option<Problem> {
        match self.check() {
            Root::Ready => {}
            Root::Missing | Root::Unmarked | Root::OtherVolume | Root::Denied => {
                return Some(Problem::DiskError);
            }
        }
        if self.ailments.read_only {
            return Some(Problem::ReadOnly);
        }
        let bad = self.ailments.bad.contains(path);
        (bad || random.percent(self.ailments.flaky)).then_some(Problem::DiskError)
    }

    fn make(&mut self, change: &Change) -> Result<Vec<Effect>, Refusal> {
        let path = &change.path;
        if !self.is_as(path, change.expect.as_ref()) {
            return Err(Outcome::Differs);
        }
        match &change.make {
            Make::Nothing => self.make_nothing(change),
            Make::Attributes { mode, mtime } => {
                self.make_attributes(path, *mode, *mtime);
                Ok(Vec::new())
            }
            Make::Directory { mode } => self.replace(change, Body::Directory, *mode, None),
            Make::Symlink { target } => {
                self.replace(change, Body::Link(target.clone()), 0o777, None)
            }
            Make::File { content, mode, mtime, source } => {
                self.make_file(change, *content, (*mode, *mtime), source)
            }
        }
    }

    /// Whether exactly what was expected stands at a path; a directory need only be a directory.
    fn is_as(&self, path: &RelPath, expect: Option<&Seen>) -> bool {
        match (self.tree.get(path), expect) {
            (None, None) => true,
            (Some(node), Some(seen)) => match (&node.body, &seen.kind) {
                (Body::Directory, model::EntryKind::Directory { .. }) => true,
                (Body::Directory | Body::Link(_) | Body::File(_), kind) => {
                    node.stat() == seen.stat
                        && std::mem::discriminant(&node.seen().kind) == std::mem::discriminant(kind)
                }
            },
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    /// Takes away what stands at a path, into the archive if it is to be kept.
    fn displace(&mut self, change: &Change) -> Result<(), Refusal> {
        let Some(node) = self.tree.get(&change.path) else { return Ok(()) };
        if node.is_directory() && self.tree.below(&change.path).next().is_some() {
            return Err(Outcome::Blocked(Problem::Obstructed));
        }
        if let Some(blob) = node.blob().filter(|_| change.archive) {
            let blob = Rc::clone(blob);
            let kept = self.archive.get(&blob.content.hash).is_some_and(|kept| kept.sound);
            if !kept {
                self.archive.insert(blob.content.hash, blob);
            }
        }
        Ok(())
    }

    fn make_nothing(&mut self, change: &Change) -> Result<Vec<Effect>, Refusal> {
        let before = self.tree.get(&change.path).map(Node::thing);
        self.displace(change)?;
        self.tree.set(&change.path, None);
        let path = change.path.clone();
        Ok(vec![Effect { path, before, after: None, moved_from: None }])
    }

    fn make_attributes(&mut self, path: &RelPath, mode: u16, mtime: WallTime) {
        let Some(mut node) = self.tree.get(path).cloned() else { return };
        node.ctime = self.tree.stamp(self.now);
        match node.body {
            Body::File(_) => (node.mode, node.mtime) = (mode, mtime),
            Body::Directory => node.mode = mode,
            Body::Link(_) => {}
        }
        self.tree.set(path, Some(node));
    }

    /// Puts something new in place of what stands there.
    fn replace(
        &mut self,
        change: &Change,
        body: Body,
        mode: u16,
        mtime: Option<WallTime>,
    ) -> Result<Vec<Effect>, Refusal> {
        let path = &change.path;
        let same_directory =
            body == Body::Directory && self.tree.get(path).is_some_and(Node::is_directory);
        if same_directory {
            self.make_attributes(path, mode, WallTime(0));
            return Ok(Vec::new());
        }
        let obstructed = Outcome::Blocked(Problem::Obstructed);
        self.displace(change)?;
        let before = self.tree.get(path).map(Node::thing);
        let mut effects = self.make_parents(path).ok_or(obstructed)?;
        let now = self.tree.stamp(self.now);
        let inode = self.tree.new_inode();
        let node = Node { body, inode, mode, mtime: mtime.unwrap_or(now), ctime: now };
        let after = Some(node.thing());
        self.tree.set(path, Some(node));
        effects.push(Effect { path: path.clone(), before, after, moved_from: None });
        Ok(effects)
    }

    fn make_file(
        &mut self,
        change: &Change,
        content: Content,
        (mode, mtime): (u16, WallTime),
        source: &Source,
    ) -> Result<Vec<Effect>, Refusal> {
        let blob = match source {
            Source::Staged => self.staged(content).ok_or(Outcome::SourceDiffers)?,
            Source::Copy { path, seen } => self.copied(path, seen, content)?,
            Source::Archive { hash } => {
                let kept = self.archive.get(hash).filter(|blob| blob.sound);
                self.with_room(kept.cloned())?
            }
            Source::Move { path, seen } => {
                return self.move_here(change, (path, seen), (mode, mtime));
            }
        };
        let effects = self.replace(change, Body::File(blob), mode, Some(mtime))?;
        if *source == Source::Staged && self.consumes_staging {
            self.staging.remove(&content.hash);
        }
        Ok(effects)
    }

    fn copied(&self, path: &RelPath, seen: &Seen, content: Content) -> Result<Rc<Blob>, Refusal> {
        let blob = self.read(path, seen).filter(|blob| blob.sound && blob.content == content);
        self.with_room(blob)
    }

    fn with_room(&self, blob: Option<Rc<Blob>>) -> Result<Rc<Blob>, Refusal> {
        let blob = blob.ok_or(Outcome::SourceDiffers)?;
        if self.ailments.full { Err(Outcome::Blocked(Problem::DiskFull)) } else { Ok(blob) }
    }

    fn move_here(
        &mut self,
        change: &Change,
        (from, seen): (&RelPath, &Seen),
        (mode, mtime): (u16, WallTime),
    ) -> Result<Vec<Effect>, Refusal> {
        let node = self.tree.get(from).filter(|node| node.stat() == seen.stat);
        let node = node.filter(|node| node.blob().is_some()).cloned();
        let node = node.ok_or(Outcome::SourceDiffers)?;
        let mut effects = self.replace(change, node.body.clone(), mode, Some(mtime))?;
        if let Some(mut placed) = self.tree.get(&change.path).cloned() {
            placed.inode = node.inode;
            self.tree.set(&change.path, Some(placed));
        }
        if let Some(effect) = effects.last_mut() {
            effect.moved_from = Some(from.clone());
        }
        self.tree.set(from, None);
        Ok(effects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::user::Step;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn disk(files: &[(&str, &str)]) -> Disk {
        let mut disk = Disk::default();
        for (at, text) in files {
            disk.user(&Step::Write(path(at), text.as_bytes().to_vec()));
        }
        disk
    }

    fn seen(disk: &Disk, at: &str) -> Option<Seen> {
        disk.tree.get(&path(at)).map(Node::seen)
    }

    fn staged(disk: &mut Disk, text: &str) -> Make {
        let blob = Blob::new(text.as_bytes().to_vec());
        disk.stage_whole(blob.content.hash, blob.bytes.clone());
        let mtime = WallTime(5);
        Make::File { content: blob.content, mode: 0o600, mtime, source: Source::Staged }
    }

    fn apply(disk: &mut Disk, at: &str, expect: Option<Seen>, make: Make) -> Outcome {
        let change = Change { path: path(at), expect, make, archive: true };
        disk.apply(&change, &mut Random::new(0)).0
    }

    #[test]
    fn a_file_that_changed_since_it_was_seen_is_not_touched() {
        let mut disk = disk(&[("x", "old")]);
        let expect = seen(&disk, "x");
        disk.user(&Step::Write(path("x"), b"mine".to_vec()));
        let make = staged(&mut disk, "theirs");
        assert_eq!(apply(&mut disk, "x", expect, make), Outcome::Differs);
        assert_eq!(disk.tree.get(&path("x")).unwrap().blob().unwrap().bytes, b"mine");
    }

    #[test]
    fn what_is_replaced_goes_to_the_archive() {
        let mut disk = disk(&[("x", "old")]);
        let (expect, make) = (seen(&disk, "x"), staged(&mut disk, "new"));
        assert!(matches!(apply(&mut disk, "x", expect, make), Outcome::Done(Some(_))));
        assert!(disk.archived(&Content::single(b"old")));
        assert_eq!(disk.tree.get(&path("x")).unwrap().mtime, WallTime(5));
    }

    #[test]
    fn a_directory_that_holds_something_stays() {
        let mut disk = disk(&[("d/x", "1")]);
        let expect = seen(&disk, "d");
        let outcome = apply(&mut disk, "d", expect.clone(), Make::Nothing);
        assert_eq!(outcome, Outcome::Blocked(Problem::Obstructed));
        disk.user(&Step::Remove(path("d/x")));
        assert_eq!(apply(&mut disk, "d", expect, Make::Nothing), Outcome::Done(None));
    }

    #[test]
    fn a_move_keeps_the_file_and_takes_the_source_away() {
        let mut disk = disk(&[("x", "1")]);
        let source = seen(&disk, "x").unwrap();
        let content = source.kind.content().unwrap();
        let inode = source.stat.inode;
        let from = Source::Move { path: path("x"), seen: source };
        let make = Make::File { content, mode: 0o644, mtime: WallTime(1), source: from };
        assert!(matches!(apply(&mut disk, "d/y", None, make), Outcome::Done(Some(_))));
        assert!(disk.tree.get(&path("x")).is_none());
        assert_eq!(disk.tree.get(&path("d/y")).unwrap().inode, inode);
    }

    #[test]
    fn an_ailing_disk_refuses_and_stays_as_it_is() {
        let mut disk = disk(&[("x", "1")]);
        let (expect, make) = (seen(&disk, "x"), staged(&mut disk, "2"));
        disk.ailments.read_only = true;
        let outcome = apply(&mut disk, "x", expect, make);
        assert_eq!(outcome, Outcome::Blocked(Problem::ReadOnly));
        assert_eq!(seen(&disk, "x").unwrap().stat.size, 1);
    }
}
