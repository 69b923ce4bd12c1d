//! A file that is open to be read, wherever its bytes are.
//!
//! While it is read, its bytes may come to this disk, be placed into the folder, or go: then they are
//! looked for anew. What is read stays the content that was opened.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::view;
use disk::{Held, Place};
use engine::home::policy::{Place as PolicyPlace, READ_DEADLINE};
use engine::stream::ReaderId;
use model::{Content, EntryKind, RelPath};

use super::content::{Patience, Remote, Wanted};
use super::{ReadFailed, Who, neighbours, sparing};
use crate::clock;
use crate::folders::Runtime;
use crate::node::Node;

/// How often the bytes of one read are looked for anew.
const TRIES: usize = 8;

/// How long placing what was read may take, and how often it is looked whether it is done.
const PLACING_MAX: Duration = Duration::from_secs(5);
const PLACING_LOOK: Duration = Duration::from_millis(4);

/// Tells whether whoever waits for a read has given it up.
pub(crate) type Interrupted<'a> = &'a dyn Fn() -> bool;

/// A file that is open to be read.
pub(crate) struct Reading {
    node: Arc<Node>,
    runtime: Arc<Runtime>,
    path: RelPath,
    content: Content,
    who: Who,
    origin: Mutex<Option<Arc<Origin>>>,
    /// Whether the last failure was told.
    told: Mutex<bool>,
}

/// Where the bytes are.
enum Origin {
    Here(Held),
    Away(Away),
}

/// A reader of a content that is elsewhere.
struct Away {
    node: Arc<Node>,
    remote: Arc<Remote>,
    reader: ReaderId,
}

impl Drop for Away {
    fn drop(&mut self) {
        self.node.remotes.table().streams.drop_reader(self.remote.stream(), self.reader);
    }
}

impl Reading {
    /// Opens what stands at `path`. Nothing is waited for.
    ///
    /// # Errors
    /// [`ReadFailed::NoEntry`], [`ReadFailed::NotAFile`], [`ReadFailed::Disk`].
    pub(crate) fn open(
        node: &Arc<Node>,
        runtime: &Arc<Runtime>,
        path: &RelPath,
        who: Who,
    ) -> Result<Self, ReadFailed> {
        let row = runtime.read(|index| Ok::<_, anyhow::Error>(index.get(path)?));
        let row = row.map_err(|error| ReadFailed::Disk(format!("{error:#}")))?;
        match row.map(|row| row.register.winner().kind.clone()) {
            Some(EntryKind::File { content, .. }) => {
                Ok(Self::of(node, runtime, (path, content), who))
            }
            Some(EntryKind::Directory { .. } | EntryKind::Symlink { .. }) => {
                Err(ReadFailed::NotAFile)
            }
            Some(EntryKind::Tombstone { .. }) | None => Err(ReadFailed::NoEntry),
        }
    }

    /// Opens a content that stands, or stood, at `path`.
    pub(crate) fn of(
        node: &Arc<Node>,
        runtime: &Arc<Runtime>,
        (path, content): (&RelPath, Content),
        who: Who,
    ) -> Self {
        let (node, runtime) = (Arc::clone(node), Arc::clone(runtime));
        let (origin, told) = (Mutex::default(), Mutex::new(false));
        Self { node, runtime, path: path.clone(), content, who, origin, told }
    }

    /// Whether whoever opened it may have bytes fetched, or all of them are here.
    ///
    /// # Errors
    /// [`ReadFailed::Spared`].
    pub(crate) fn admit(&self) -> Result<(), ReadFailed> {
        let place = (self.runtime.id, &self.path);
        if sparing::is_admitted(&self.node, place, &self.who) || self.here().is_some() {
            return Ok(());
        }
        Err(sparing::refuse(&self.node, place, &self.who))
    }

    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.content.size
    }

    /// Fills `into` from `offset` on, as far as the file goes; how many bytes these are. Blocks until
    /// they are here.
    ///
    /// # Errors
    /// [`ReadFailed`], after the deadline that the policies give at the latest.
    pub(crate) fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        interrupted: Interrupted<'_>,
    ) -> Result<usize, ReadFailed> {
        let left = self.content.size.saturating_sub(offset).min(into.len() as u64) as usize;
        if left == 0 {
            return Ok(0);
        }
        let patience = Patience { begun: clock::tick(), deadline: self.deadline(), interrupted };
        let read = self.fill(offset, &mut into[..left], patience);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match &read {
            Ok(()) => *told = false,
            Err(ReadFailed::TimedOut(devices) | ReadFailed::Unavailable(devices)) if !*told => {
                *told = true;
                self.tell(devices);
            }
            Err(_) => {}
        }
        read.map(|()| left)
    }

    fn fill(&self, offset: u64, into: &mut [u8], patience: Patience<'_>) -> Result<(), ReadFailed> {
        let mut tried = None;
        for _ in 0..TRIES {
            let reach = offset..offset + into.len() as u64;
            let origin = self.origin(tried.take(), (reach, patience))?;
            let read = match &*origin {
                Origin::Here(held) => held.read_at(offset, into).is_ok(),
                Origin::Away(away) => {
                    let reader = (away.reader, &self.who);
                    away.remote.read(&self.node, reader, (offset, into), patience)?
                }
            };
            if read {
                return Ok(());
            }
            tried = Some(origin);
        }
        Err(ReadFailed::Disk("the file changes all the time".to_owned()))
    }

    /// Where the bytes are; looked for anew if they were not where they were `tried`.
    fn origin(
        &self,
        tried: Option<Arc<Origin>>,
        (reach, patience): (Range<u64>, Patience<'_>),
    ) -> Result<Arc<Origin>, ReadFailed> {
        let known = self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known
            && tried.as_ref().is_none_or(|tried| !Arc::ptr_eq(tried, &known))
        {
            return Ok(known);
        }
        let mut held = self.here();
        if let Some(Origin::Away(away)) = tried.as_deref() {
            self.node.remotes.drop_stale(&away.remote);
            if away.remote.store().staged().is_some_and(|staged| staged.is_complete()) {
                held = held.or_else(|| self.placed(patience));
            }
        }
        let origin = Arc::new(match held {
            Some(held) => Origin::Here(held),
            None => self.away(reach, patience)?,
        });
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&origin));
        Ok(origin)
    }

    /// The bytes on this disk: in the folder, in the archive, or staged as a whole.
    fn here(&self) -> Option<Held> {
        let ground = self.runtime.ground()?;
        let hash = self.content.hash;
        let rows = self.runtime.read(|index| Ok::<_, anyhow::Error>(index.on_disk(hash)?));
        let on_disk = rows.unwrap_or_default().into_iter().filter_map(|row| {
            let seen = row.disk?.seen;
            Some(Place::Path { path: row.path, seen })
        });
        on_disk
            .chain([Place::Archive(hash), Place::Staged(hash)])
            .filter_map(|place| ground.reader.open(&place).ok())
            .find(|held| held.size() == self.content.size)
    }

    /// The bytes after they were taken out of staging: where they stand is known as soon as that is
    /// durable.
    fn placed(&self, patience: Patience<'_>) -> Option<Held> {
        let begun = clock::tick();
        while clock::tick().since(begun) < PLACING_MAX
            && !(patience.interrupted)()
            && !*self.node.leaving.borrow()
        {
            std::thread::sleep(PLACING_LOOK);
            if let Some(held) = self.here() {
                return Some(held);
            }
        }
        None
    }

    fn away(&self, reach: Range<u64>, patience: Patience<'_>) -> Result<Origin, ReadFailed> {
        let wanted = Wanted {
            runtime: &self.runtime,
            path: &self.path,
            content: self.content,
            who: &self.who,
            reach,
        };
        if !self.content.chunked {
            neighbours::opened(&self.node, &self.runtime, (&self.path, self.content), &self.who);
        }
        let remote = Remote::open(&self.node, &wanted, patience)?;
        let reader = self.node.remotes.table().streams.add_reader(remote.stream());
        Ok(Origin::Away(Away { node: Arc::clone(&self.node), remote, reader }))
    }

    fn deadline(&self) -> Duration {
        let place = PolicyPlace {
            device: Some(self.node.me),
            folder: Some(self.runtime.id),
            path: Some(&self.path),
        };
        Duration::from_secs(self.node.home.get().number(READ_DEADLINE, place))
    }

    /// Tells which devices were waited for in vain.
    fn tell(&self, devices: &[model::DeviceId]) {
        tracing::warn!(folder = %self.runtime.id, ?devices, "a read was given up");
        tracing::debug!(path = self.path.as_str(), "a read was given up");
        self.node.chronicle.tell(view::Event::ReadFailed {
            folder: self.node.home.folder_name(self.runtime.id),
            path: self.path.as_str().to_owned(),
            devices: devices.iter().map(|device| self.node.home.device_name(*device)).collect(),
        });
    }
}
