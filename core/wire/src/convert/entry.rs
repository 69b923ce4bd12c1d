//! Entries: one version of one path.

use model::entry::Destination;
use model::{Actor, ConflictId, Content, Dot, Entry, EntryKind, RelPath, Version, WallTime};

use super::{fixed, hash, number};
use crate::error::{DecodeError, known};
use crate::limits::{LINK_BYTES_MAX, VERSION_PARTS_MAX};
use crate::message::{Archived, Item, Sequence};
use crate::proto;

impl From<&Entry> for proto::Entry {
    fn from(entry: &Entry) -> Self {
        let parts = || entry.version.iter();
        Self {
            kind: Some((&entry.kind).into()),
            mtime: entry.mtime.0,
            actors: parts().map(|dot| dot.actor.0).collect(),
            counters: parts().map(|dot| dot.counter).collect(),
            dot_actor: entry.dot.actor.0,
            dot_counter: entry.dot.counter,
            resolves: entry.resolves.map(|id| id.0.to_vec()),
        }
    }
}

impl From<&EntryKind> for proto::Kind {
    fn from(kind: &EntryKind) -> Self {
        match kind {
            EntryKind::Tombstone { moved_to } => Self::Tombstone(proto::Tombstone {
                moved_to: moved_to.as_ref().map(|to| to.path.as_str().to_owned()),
                dot_actor: moved_to.as_ref().map_or(0, |to| to.dot.actor.0),
                dot_counter: moved_to.as_ref().map_or(0, |to| to.dot.counter),
                from_actor: moved_to.as_ref().map_or(0, |to| to.from.actor.0),
                from_counter: moved_to.as_ref().map_or(0, |to| to.from.counter),
            }),
            EntryKind::Symlink { target } => Self::Symlink(target.clone()),
            EntryKind::File { content, mode } => Self::File(proto::File {
                hash: content.hash.0.to_vec(),
                size: content.size,
                chunked: content.chunked,
                mode: u32::from(*mode),
            }),
            EntryKind::Directory { mode } => Self::Directory(u32::from(*mode)),
        }
    }
}

impl TryFrom<proto::Entry> for Entry {
    type Error = DecodeError;

    fn try_from(entry: proto::Entry) -> Result<Self, DecodeError> {
        let version = version(&entry.actors, &entry.counters)?;
        let dot = dot(entry.dot_actor, entry.dot_counter)?;
        if !version.contains(dot) {
            return Err(DecodeError::Invalid("a version that does not know of its own change"));
        }
        let resolves = entry.resolves.map(|id| fixed(&id, "a conflict id")).transpose()?;
        Ok(Self {
            kind: entry.kind.ok_or(DecodeError::Newer("an entry"))?.try_into()?,
            mtime: WallTime(entry.mtime),
            version,
            dot,
            resolves: resolves.map(ConflictId),
        })
    }
}

impl TryFrom<proto::Kind> for EntryKind {
    type Error = DecodeError;

    fn try_from(kind: proto::Kind) -> Result<Self, DecodeError> {
        Ok(match kind {
            proto::Kind::Tombstone(gone) => Self::Tombstone { moved_to: destination(gone)? },
            proto::Kind::Symlink(target) => Self::Symlink { target: link(target)? },
            proto::Kind::File(file) => Self::File {
                content: Content {
                    hash: hash(&file.hash)?,
                    size: number(file.size, "a size")?,
                    chunked: file.chunked,
                },
                mode: permissions(file.mode)?,
            },
            proto::Kind::Directory(mode) => Self::Directory { mode: permissions(mode)? },
        })
    }
}

fn destination(gone: proto::Tombstone) -> Result<Option<Destination>, DecodeError> {
    let Some(path) = gone.moved_to else { return Ok(None) };
    let dot = dot(gone.dot_actor, gone.dot_counter)?;
    let from = self::dot(gone.from_actor, gone.from_counter)?;
    Ok(Some(Destination { path: RelPath::parse(path)?, dot, from }))
}

fn link(target: String) -> Result<String, DecodeError> {
    if target.is_empty() || target.len() > LINK_BYTES_MAX || target.contains('\0') {
        return Err(DecodeError::Invalid("the target of a link"));
    }
    Ok(target)
}

fn permissions(mode: u32) -> Result<u16, DecodeError> {
    u16::try_from(mode)
        .ok()
        .filter(|mode| *mode <= 0o777)
        .ok_or(DecodeError::Invalid("permission bits"))
}

fn dot(actor: u64, counter: u64) -> Result<Dot, DecodeError> {
    match number(counter, "a counter")? {
        0 => Err(DecodeError::Invalid("a counter")),
        counter => Ok(Dot { actor: Actor(actor), counter }),
    }
}

fn version(actors: &[u64], counters: &[u64]) -> Result<Version, DecodeError> {
    if actors.len() != counters.len() || actors.len() > VERSION_PARTS_MAX {
        return Err(DecodeError::Invalid("a version vector"));
    }
    for &counter in counters {
        number(counter, "a counter")?;
    }
    Ok(Version::new(actors.iter().copied().map(Actor).zip(counters.iter().copied())))
}

impl From<&Item> for proto::Item {
    fn from(item: &Item) -> Self {
        Self {
            path: item.path.as_str().to_owned(),
            siblings: item.siblings.iter().map(Into::into).collect(),
            held: item.held,
            sequence: item.sequence.0,
            yours_held: item.yours_held,
        }
    }
}

/// An item, unless one of its versions is of a kind that only a newer version of us knows: half of
/// the siblings would say something else than all of them.
pub(crate) fn item(item: proto::Item) -> Result<Option<Item>, DecodeError> {
    let sequence = Sequence(number(item.sequence, "a sequence")?);
    let path = RelPath::parse(item.path)?;
    let siblings = item.siblings.into_iter().map(Entry::try_from).collect();
    let Some(siblings) = known::<Vec<_>>(siblings)? else { return Ok(None) };
    if siblings.is_empty() {
        return Err(DecodeError::Invalid("an item without a version"));
    }
    let (held, yours_held) = (item.held, item.yours_held);
    Ok(Some(Item { sequence, path, siblings, held, yours_held }))
}

impl From<&Archived> for proto::Archived {
    fn from(archived: &Archived) -> Self {
        Self {
            path: archived.path.as_str().to_owned(),
            entry: Some((&archived.entry).into()),
            archived_at: archived.archived_at.0,
        }
    }
}

/// A kept version, unless only a newer version of us knows its kind.
pub(crate) fn archived(archived: proto::Archived) -> Result<Option<Archived>, DecodeError> {
    let path = RelPath::parse(archived.path)?;
    let entry = archived.entry.ok_or(DecodeError::Invalid("a kept version"))?;
    let Some(entry) = known(entry.try_into())? else { return Ok(None) };
    Ok(Some(Archived { path, entry, archived_at: WallTime(archived.archived_at) }))
}
