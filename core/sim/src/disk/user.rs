//! What programs of the user do to a folder. Not here: saves and bulk work that take several steps
//! (`script::deed` breaks them down).

use std::rc::Rc;

use model::RelPath;

use super::node::{Blob, Body, Node};
use super::{Disk, Effect, Hand};

/// One step of a program, done at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes a file in place, with the directories above it.
    Write(RelPath, Vec<u8>),
    /// Adds to the end of a file.
    Append(RelPath, Vec<u8>),
    /// Deletes a file, or a directory with all that is in it.
    Remove(RelPath),
    /// Makes a directory.
    Directory(RelPath),
    /// Renames, over what stands at the new name if a file system allows it.
    Rename(RelPath, RelPath),
    /// Copies a file.
    Copy(RelPath, RelPath),
    /// Sets permission bits.
    Mode(RelPath, u16),
    /// Sets the time of a file so many seconds back.
    Touch(RelPath, u32),
    /// Makes a symbolic link.
    Link(RelPath, String),
}

impl Disk {
    /// Does one step, if a file system would; says what changed. Nothing changes while the user's
    /// folder is away.
    pub fn user(&mut self, step: &Step) -> Vec<Effect> {
        if self.away.is_some() || self.ailments.read_only {
            return Vec::new();
        }
        self.tree.begin(Hand::User);
        let effects = match step {
            Step::Write(path, bytes) => self.write(path, bytes.clone()),
            Step::Append(path, bytes) => self.append(path, bytes),
            Step::Remove(path) => self.remove(path),
            Step::Directory(path) => self.directory(path),
            Step::Rename(from, to) => self.rename(from, to),
            Step::Copy(from, to) => self.copy(from, to),
            Step::Mode(path, mode) => self.mode(path, *mode),
            Step::Touch(path, back) => self.touch(path, *back),
            Step::Link(path, target) => self.link(path, target),
        };
        self.tree.end();
        effects
    }

    /// Puts something at a path of which only directories may be missing.
    pub(super) fn put(&mut self, path: &RelPath, body: Body, mode: u16) -> Effect {
        let now = self.tree.stamp(self.now);
        let before = self.tree.get(path);
        let inode = before.filter(|node| same_sort(&node.body, &body)).map(|node| node.inode);
        let kept_mode = before.filter(|node| same_sort(&node.body, &body)).map(|node| node.mode);
        let thing_before = before.map(Node::thing);
        let inode = inode.unwrap_or_else(|| self.tree.new_inode());
        let node = Node { body, inode, mode: kept_mode.unwrap_or(mode), mtime: now, ctime: now };
        let after = Some(node.thing());
        self.tree.set(path, Some(node));
        Effect { path: path.clone(), before: thing_before, after, moved_from: None }
    }

    /// Makes the missing directories above a path; `None` if something else is in the way.
    pub(super) fn make_parents(&mut self, path: &RelPath) -> Option<Vec<Effect>> {
        let above: Vec<_> = path.ancestors().collect();
        if above.iter().any(|p| self.tree.get(p).is_some_and(|node| !node.is_directory())) {
            return None;
        }
        let missing = above.iter().rev().filter(|p| self.tree.get(p).is_none()).cloned();
        let missing: Vec<_> = missing.collect();
        Some(missing.iter().map(|p| self.put(p, Body::Directory, 0o755)).collect())
    }

    fn put_file(&mut self, path: &RelPath, blob: Rc<Blob>) -> Vec<Effect> {
        let directory = self.tree.get(path).is_some_and(Node::is_directory);
        if directory || self.ailments.full || self.ailments.bad.contains(path) {
            return Vec::new();
        }
        let Some(mut effects) = self.make_parents(path) else { return Vec::new() };
        effects.push(self.put(path, Body::File(blob), 0o644));
        effects
    }

    fn write(&mut self, path: &RelPath, bytes: Vec<u8>) -> Vec<Effect> {
        let is_link = self.tree.get(path).is_some_and(|node| matches!(node.body, Body::Link(_)));
        if is_link { Vec::new() } else { self.put_file(path, Blob::new(bytes)) }
    }

    fn append(&mut self, path: &RelPath, bytes: &[u8]) -> Vec<Effect> {
        let Some(old) = self.tree.get(path).and_then(Node::blob).cloned() else {
            return Vec::new();
        };
        self.put_file(path, Blob::new([old.bytes.as_slice(), bytes].concat()))
    }

    fn remove(&mut self, path: &RelPath) -> Vec<Effect> {
        let mut gone: Vec<RelPath> = self.tree.below(path).map(|(path, _)| path.clone()).collect();
        gone.insert(0, path.clone());
        let mut effects = Vec::new();
        for path in gone.into_iter().rev() {
            let Some(before) = self.tree.get(&path).map(Node::thing) else { continue };
            self.tree.set(&path, None);
            effects.push(Effect { path, before: Some(before), after: None, moved_from: None });
        }
        effects
    }

    fn directory(&mut self, path: &RelPath) -> Vec<Effect> {
        if self.tree.get(path).is_some() || self.ailments.full {
            return Vec::new();
        }
        let Some(mut effects) = self.make_parents(path) else { return Vec::new() };
        effects.push(self.put(path, Body::Directory, 0o755));
        effects
    }

    fn rename(&mut self, from: &RelPath, to: &RelPath) -> Vec<Effect> {
        let Some(node) = self.tree.get(from).cloned() else { return Vec::new() };
        if from == to || to.is_below(from) || from.is_below(to) {
            return Vec::new();
        }
        let over = self.tree.get(to);
        let fits = over.is_none_or(|over| {
            over.is_directory() == node.is_directory() && self.tree.below(to).next().is_none()
        });
        if !fits {
            return Vec::new();
        }
        let Some(mut effects) = self.make_parents(to) else { return Vec::new() };
        let mut moved = vec![from.clone()];
        moved.extend(self.tree.below(from).map(|(path, _)| path.clone()));
        for old in moved {
            let tail = &old.as_str()[from.as_str().len()..];
            let Ok(new) = RelPath::parse(format!("{to}{tail}")) else { continue };
            effects.extend(self.rename_one(&old, &new, old == *from));
        }
        effects
    }

    fn rename_one(&mut self, old: &RelPath, new: &RelPath, top: bool) -> Option<Effect> {
        let mut node = self.tree.get(old)?.clone();
        let before = self.tree.get(new).map(Node::thing);
        if top {
            node.ctime = self.tree.stamp(self.now);
        }
        let after = Some(node.thing());
        self.tree.set(old, None);
        self.tree.set(new, Some(node));
        Some(Effect { path: new.clone(), before, after, moved_from: Some(old.clone()) })
    }

    fn copy(&mut self, from: &RelPath, to: &RelPath) -> Vec<Effect> {
        let Some(blob) = self.tree.get(from).and_then(Node::blob).cloned() else {
            return Vec::new();
        };
        let is_link = self.tree.get(to).is_some_and(|node| matches!(node.body, Body::Link(_)));
        // A program copies what it reads: of a rotten file, bytes that nobody had written before.
        let blob = if blob.sound { blob } else { Blob::new(blob.bytes.clone()) };
        if is_link || from == to { Vec::new() } else { self.put_file(to, blob) }
    }

    fn mode(&mut self, path: &RelPath, mode: u16) -> Vec<Effect> {
        let Some(mut node) = self.tree.get(path).cloned() else { return Vec::new() };
        if !matches!(node.body, Body::Link(_)) {
            node.mode = mode;
            node.ctime = self.tree.stamp(self.now);
            return self.set_again(path, node);
        }
        Vec::new()
    }

    fn touch(&mut self, path: &RelPath, back: u32) -> Vec<Effect> {
        let Some(mut node) = self.tree.get(path).cloned() else { return Vec::new() };
        if node.blob().is_some() {
            node.ctime = self.tree.stamp(self.now);
            node.mtime = model::WallTime(node.ctime.0 - i64::from(back) * 1_000_000_000);
            return self.set_again(path, node);
        }
        Vec::new()
    }

    /// The same thing with other attributes.
    fn set_again(&mut self, path: &RelPath, node: Node) -> Vec<Effect> {
        let same = Some(node.thing());
        self.tree.set(path, Some(node));
        vec![Effect { path: path.clone(), before: same.clone(), after: same, moved_from: None }]
    }

    fn link(&mut self, path: &RelPath, target: &str) -> Vec<Effect> {
        if self.tree.get(path).is_some() || self.ailments.full {
            return Vec::new();
        }
        let Some(mut effects) = self.make_parents(path) else { return Vec::new() };
        effects.push(self.put(path, Body::Link(target.to_owned()), 0o777));
        effects
    }
}

fn same_sort(a: &Body, b: &Body) -> bool {
    match (a, b) {
        (Body::Directory, Body::Directory)
        | (Body::Link(_), Body::Link(_))
        | (Body::File(_), Body::File(_)) => true,
        (Body::Directory | Body::Link(_) | Body::File(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn write(disk: &mut Disk, at: &str, text: &str) {
        disk.user(&Step::Write(path(at), text.into()));
    }

    fn listing(disk: &Disk) -> Vec<&str> {
        disk.tree.iter().map(|(path, _)| path.as_str()).collect()
    }

    #[test]
    fn a_directory_takes_everything_in_it_along() {
        let mut disk = Disk::default();
        write(&mut disk, "d/e/x", "1");
        write(&mut disk, "d/y", "2");
        let inode = disk.tree.get(&path("d/y")).unwrap().inode;
        let effects = disk.user(&Step::Rename(path("d"), path("z")));
        assert_eq!(listing(&disk), ["z", "z/e", "z/e/x", "z/y"]);
        assert_eq!(disk.tree.get(&path("z/y")).unwrap().inode, inode);
        assert!(effects.iter().any(|effect| effect.moved_from == Some(path("d/y"))));
    }

    #[test]
    fn what_a_file_system_refuses_changes_nothing() {
        let mut disk = Disk::default();
        write(&mut disk, "x", "1");
        write(&mut disk, "d/y", "2");
        for step in [
            Step::Write(path("x/y"), b"3".to_vec()),
            Step::Write(path("d"), b"3".to_vec()),
            Step::Rename(path("d"), path("d/e")),
            Step::Rename(path("x"), path("d")),
            Step::Append(path("no"), b"3".to_vec()),
        ] {
            assert_eq!(disk.user(&step), [], "{step:?}");
        }
        assert_eq!(listing(&disk), ["d", "d/y", "x"]);
    }

    #[test]
    fn overwriting_keeps_the_file_and_changes_its_fingerprint() {
        let mut disk = Disk::default();
        write(&mut disk, "x", "1");
        let before = disk.tree.get(&path("x")).unwrap().stat();
        write(&mut disk, "x", "2");
        let after = disk.tree.get(&path("x")).unwrap().stat();
        assert_eq!(before.inode, after.inode);
        assert_ne!(before, after);
    }
}
