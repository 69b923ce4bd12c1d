//! What programs do, and the single steps that it consists of.

use model::RelPath;

use crate::disk::user::Step;
use crate::disk::{Disk, Node};

/// What a program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// One step.
    Step(Step),
    /// Saves a file beside and renames it over the old one.
    Save(RelPath, String),
    /// Renames the old file away, writes a new one and deletes the old one.
    SaveAside(RelPath, String),
    /// Deletes a file and writes the same bytes again.
    Recreate(RelPath),
    /// Puts a directory with a file in it in place of a file, or a file in place of a directory.
    Turn(RelPath, String),
    /// Exchanges the names of two files.
    Exchange(RelPath, RelPath),
    /// Writes so many files into a directory.
    Fill(RelPath, usize),
    /// Deletes everything in a directory, one by one; `None`: in the whole folder.
    Clear(Option<RelPath>),
}

impl Deed {
    /// The steps, as a program would do them one after the other.
    #[must_use]
    pub fn steps(&self, disk: &Disk) -> Vec<Step> {
        match self {
            Self::Step(step) => vec![step.clone()],
            Self::Save(path, text) => named(path, ".tmp", |temp| {
                vec![Step::Write(temp.clone(), bytes(text)), Step::Rename(temp, path.clone())]
            }),
            Self::SaveAside(path, text) => named(path, "~", |aside| {
                vec![
                    Step::Rename(path.clone(), aside.clone()),
                    Step::Write(path.clone(), bytes(text)),
                    Step::Remove(aside),
                ]
            }),
            Self::Recreate(path) => {
                let blob = disk.tree.get(path).and_then(Node::blob);
                blob.map_or_else(Vec::new, |blob| {
                    vec![Step::Remove(path.clone()), Step::Write(path.clone(), blob.bytes.clone())]
                })
            }
            Self::Turn(path, text) => turn(disk, path, text),
            Self::Exchange(a, b) => named(a, ".swap", |aside| {
                vec![
                    Step::Rename(a.clone(), aside.clone()),
                    Step::Rename(b.clone(), a.clone()),
                    Step::Rename(aside, b.clone()),
                ]
            }),
            Self::Fill(directory, count) => {
                let names = (0..*count).filter_map(|i| directory.child(&format!("f{i}")).ok());
                names
                    .map(|path| {
                        let text = format!("{}{}", path.name(), directory.as_str());
                        Step::Write(path, bytes(&text))
                    })
                    .collect()
            }
            Self::Clear(directory) => clear(disk, directory.as_ref()),
        }
    }
}

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn named(path: &RelPath, ending: &str, steps: impl FnOnce(RelPath) -> Vec<Step>) -> Vec<Step> {
    path.sibling(&format!("{}{ending}", path.name())).map_or_else(|_| Vec::new(), steps)
}

fn turn(disk: &Disk, path: &RelPath, text: &str) -> Vec<Step> {
    let new = match disk.tree.get(path) {
        Some(node) if node.is_directory() => Some(path.clone()),
        Some(_) => path.child("in").ok(),
        None => None,
    };
    new.map_or_else(Vec::new, |new| vec![Step::Remove(path.clone()), Step::Write(new, bytes(text))])
}

fn clear(disk: &Disk, directory: Option<&RelPath>) -> Vec<Step> {
    let inside = |path: &RelPath| directory.is_none_or(|above| path.is_below(above));
    let paths = disk.tree.iter().map(|(path, _)| path).filter(|path| inside(path));
    let mut paths: Vec<_> = paths.cloned().collect();
    paths.reverse();
    paths.into_iter().map(Step::Remove).collect()
}
