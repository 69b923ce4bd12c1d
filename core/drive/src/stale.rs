//! What a kernel holds and must let go of, because something changed that no program did through it.

use model::RelPath;

use crate::drive::Drive;
use crate::nodes::{Found, ROOT};

/// Something that a kernel may hold of before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// What a name leads to.
    Name {
        /// The directory.
        parent: u64,
        /// The name.
        name: Box<[u8]>,
    },
    /// A name that leads nowhere any more: whoever watches the directory is to be told.
    Gone {
        /// The directory.
        parent: u64,
        /// What it led to.
        number: u64,
        /// The name.
        name: Box<[u8]>,
    },
    /// Facts about a number.
    Facts {
        /// The number.
        number: u64,
    },
    /// Facts and bytes of a number; for a directory, its list.
    Bytes {
        /// The number.
        number: u64,
    },
}

impl Drive {
    /// What is stale now that `paths` of `folder` changed, in the body or in the index. Changes that came
    /// through the drive itself make nothing stale.
    #[must_use]
    pub fn stale(&self, folder: &str, paths: &[RelPath]) -> Vec<Stale> {
        let mut stale = Vec::new();
        let Some(top) = self.top_of(folder) else { return stale };
        for path in paths {
            self.stale_at(top, path, &mut stale);
        }
        stale
    }

    /// What is stale if anything in `folder` may have changed.
    #[must_use]
    pub fn stale_all(&self, folder: &str) -> Vec<Stale> {
        let mut stale = Vec::new();
        let mut left: Vec<u64> = self.top_of(folder).into_iter().collect();
        while let Some(directory) = left.pop() {
            stale.push(Stale::Bytes { number: directory });
            let children = self.nodes().children(directory);
            for (name, number) in children {
                self.stale_name(directory, &name, &mut stale);
                left.push(number);
            }
        }
        stale
    }

    /// The list of folders changed.
    #[must_use]
    pub fn stale_folders(&self) -> Vec<Stale> {
        let known = self.nodes().children(ROOT);
        let names = self.folders.names();
        let mut stale = vec![Stale::Bytes { number: ROOT }];
        for (name, number) in known {
            if !names.iter().any(|each| each.as_bytes() == &*name) {
                self.nodes().detach(ROOT, &name);
                stale.push(Stale::Gone { parent: ROOT, number, name: (*name).into() });
            }
        }
        stale
    }

    /// Every number that somebody may have written to without its bytes having left the kernel.
    #[must_use]
    pub fn written(&self) -> Vec<u64> {
        self.nodes().written()
    }

    fn top_of(&self, folder: &str) -> Option<u64> {
        let nodes = self.nodes();
        let root = nodes.get(ROOT).ok()?;
        match &root.shown {
            Some(shown) => (shown.name == folder).then_some(ROOT),
            None => nodes.child(ROOT, folder.as_bytes()),
        }
    }

    fn stale_at(&self, top: u64, path: &RelPath, stale: &mut Vec<Stale>) {
        let mut parent = top;
        if let Some(above) = path.parent() {
            for name in above.components() {
                let next = self.nodes().child(parent, name.as_bytes());
                let Some(next) = next else { return };
                parent = next;
            }
        }
        let before = stale.len();
        self.stale_name(parent, path.name().as_bytes(), stale);
        let list = Stale::Bytes { number: parent };
        if stale.len() > before && !stale[..before].contains(&list) {
            stale.insert(before, list);
        }
    }

    fn stale_name(&self, parent: u64, name: &[u8], stale: &mut Vec<Stale>) {
        let Ok(standing) = self.standing(parent, name) else { return };
        let known = self.nodes().child(parent, name);
        let (number, standing) = match (known, standing) {
            (Some(number), Some(standing)) => (number, standing),
            (Some(number), None) => {
                self.nodes().detach(parent, name);
                stale.push(Stale::Gone { parent, number, name: name.into() });
                return;
            }
            (None, _) => return stale.push(Stale::Name { parent, name: name.into() }),
        };
        let mut nodes = self.nodes();
        if !nodes.is_still(number, standing.found()) {
            nodes.detach(parent, name);
            stale.push(Stale::Name { parent, name: name.into() });
            stale.push(Stale::Bytes { number });
            return;
        }
        if nodes.is_written_and_differs(number, standing.found()) {
            return;
        }
        let bytes = nodes.differs(number, standing.found());
        let facts = nodes.facts_differ(number, standing.found());
        nodes.note(number, standing.found());
        if bytes {
            stale.push(Stale::Bytes { number });
        } else if facts {
            stale.push(Stale::Facts { number });
        }
    }
}

/// Whether what was found is the same for a kernel as what was noted before.
impl crate::nodes::Nodes {
    fn differs(&self, number: u64, found: Found<'_>) -> bool {
        self.get(number).is_ok_and(|node| node.stamp != found.stamp())
    }

    /// While it is open to be written nobody can tell whose change it was: that is seen when it is closed.
    fn is_written_and_differs(&mut self, number: u64, found: Found<'_>) -> bool {
        let differs = self.differs(number, found);
        let Ok(node) = self.get_mut(number) else { return false };
        let doubtful = node.writers() > 0 && differs;
        if doubtful {
            node.with_used(|used| used.doubtful = true);
        }
        doubtful
    }

    fn facts_differ(&self, number: u64, found: Found<'_>) -> bool {
        self.get(number).is_ok_and(|node| node.mode != found.mode())
    }

    fn written(&self) -> Vec<u64> {
        self.numbers_where(|node| node.writers() > 0)
    }
}
