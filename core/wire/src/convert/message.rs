//! Messages on the control stream.

use model::{Actor, ContentHash, Counter, DeviceId, FolderId, RelPath};

use super::{device, entry, folder, hash, mode, mode_number, number, record};
use crate::error::{DecodeError, known};
use crate::limits::SMALL_BYTES_MAX;
use crate::message::{
    DiskSpace, Mark, Message, Offer, Open, Position, Same, Sequence, Small, Update,
};
use crate::proto::{self, Body};
use crate::record::Record;

impl From<&Message> for proto::Frame {
    fn from(message: &Message) -> Self {
        let body = match message {
            Message::Home(records) => {
                Body::Home(proto::Home { records: records.iter().map(Into::into).collect() })
            }
            Message::Open(open) => Body::Open(open.into()),
            Message::Update(update) => Body::Update(update.into()),
            Message::Refused { folder, paths } => Body::Refused(proto::Refused {
                folder: folder.0.to_vec(),
                paths: paths.iter().map(|path| path.as_str().to_owned()).collect(),
            }),
            Message::PromiseAsked { question, folder, files } => {
                Body::PromiseAsked(promises(*question, *folder, files))
            }
            Message::Promised { question, folder, files } => {
                Body::Promised(promises(*question, *folder, files))
            }
            Message::HistoryAsked { question, folder, path } => {
                Body::HistoryAsked(proto::HistoryAsked {
                    question: *question,
                    folder: folder.0.to_vec(),
                    path: path.as_str().to_owned(),
                })
            }
            Message::HistoryTold { question, versions } => Body::HistoryTold(proto::HistoryTold {
                question: *question,
                versions: versions.iter().map(Into::into).collect(),
            }),
            Message::Offer(offer) => Body::Offer(proto::Offer {
                folder: offer.folder.0.to_vec(),
                number: offer.number,
                path: offer.path.as_str().to_owned(),
                size: offer.size,
            }),
            Message::Disks(disks) => {
                let disks = disks.iter().map(|&DiskSpace { size, free }| (size, free));
                let disks = disks.map(|(size, free)| proto::DiskSpace { size, free }).collect();
                Body::Disks(proto::Disks { disks })
            }
        };
        Self { body: Some(body) }
    }
}

/// The message in a frame; `None` if only a newer version knows its kind.
pub(crate) fn message(frame: proto::Frame) -> Result<Option<Message>, DecodeError> {
    let Some(body) = frame.body else { return Ok(None) };
    known(match body {
        Body::Home(home) => records(home).map(Message::Home),
        Body::Open(told) => open(told).map(Message::Open),
        Body::Update(told) => update(told).map(Message::Update),
        Body::Refused(refused) => folder(&refused.folder).and_then(|folder| {
            let paths = refused.paths.into_iter().map(RelPath::parse).collect::<Result<_, _>>()?;
            Ok(Message::Refused { folder, paths })
        }),
        Body::HistoryAsked(asked) => folder(&asked.folder).and_then(|folder| {
            let path = RelPath::parse(asked.path)?;
            Ok(Message::HistoryAsked { question: asked.question, folder, path })
        }),
        Body::HistoryTold(told) => all(told.versions, entry::archived)
            .map(|versions| Message::HistoryTold { question: told.question, versions }),
        Body::PromiseAsked(asked) => promised(asked.folder, asked.files).map(|(folder, files)| {
            Message::PromiseAsked { question: asked.question, folder, files }
        }),
        Body::Promised(told) => promised(told.folder, told.files)
            .map(|(folder, files)| Message::Promised { question: told.question, folder, files }),
        Body::Offer(told) => offer(told).map(Message::Offer),
        Body::Disks(told) => {
            told.disks.iter().map(disk).collect::<Result<_, _>>().map(Message::Disks)
        }
    })
}

fn promises(question: u64, folder: FolderId, files: &[(RelPath, ContentHash)]) -> proto::Promises {
    let file = |(path, content): &(RelPath, ContentHash)| proto::PromisedFile {
        path: path.as_str().to_owned(),
        content: content.0.to_vec(),
    };
    proto::Promises { question, folder: folder.0.to_vec(), files: files.iter().map(file).collect() }
}

type Promised = (FolderId, Vec<(RelPath, ContentHash)>);

fn promised(of: Vec<u8>, told: Vec<proto::PromisedFile>) -> Result<Promised, DecodeError> {
    let file = |told: proto::PromisedFile| Ok((RelPath::parse(told.path)?, hash(&told.content)?));
    let files = told.into_iter().map(file).collect::<Result<_, DecodeError>>()?;
    Ok((folder(&of)?, files))
}

fn offer(told: proto::Offer) -> Result<Offer, DecodeError> {
    let proto::Offer { folder: of, number: named, path, size } = told;
    let (path, size) = (RelPath::parse(path)?, number(size, "a size")?);
    Ok(Offer { folder: folder(&of)?, number: named, path, size })
}

fn disk(told: &proto::DiskSpace) -> Result<DiskSpace, DecodeError> {
    let size = number(told.size, "the size of a disk")?;
    if told.free > size {
        return Err(DecodeError::Invalid("the space of a disk"));
    }
    Ok(DiskSpace { size, free: told.free })
}

/// Every element that this version knows.
fn all<P, T>(
    list: Vec<P>,
    one: impl Fn(P) -> Result<Option<T>, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut values = Vec::with_capacity(list.len());
    for element in list {
        values.extend(one(element)?);
    }
    Ok(values)
}

fn records(home: proto::Home) -> Result<Vec<Record>, DecodeError> {
    all(home.records, |told| known(record::record(told)))
}

impl From<Position> for proto::Position {
    fn from(position: Position) -> Self {
        Self { epoch: position.epoch, sequence: position.sequence.0, mark: position.mark.0 }
    }
}

fn position(told: Option<proto::Position>) -> Result<Position, DecodeError> {
    let Some(told) = told else { return Ok(Position::default()) };
    Ok(Position { epoch: told.epoch, sequence: sequence(told.sequence)?, mark: Mark(told.mark) })
}

fn sequence(value: u64) -> Result<Sequence, DecodeError> {
    number(value, "a sequence").map(Sequence)
}

impl From<&Open> for proto::Open {
    fn from(open: &Open) -> Self {
        let actors = open.actors.iter().map(|(actor, device, counter)| proto::ActorOf {
            actor: actor.0,
            device: device.0.to_vec(),
            counter: *counter,
        });
        Self {
            folder: open.folder.0.to_vec(),
            epoch: open.epoch,
            actor: open.actor.0,
            sequence: open.sequence.0,
            received: Some(open.received.into()),
            actors: actors.collect(),
            mode: mode_number(open.mode),
            answer: open.answer,
        }
    }
}

fn open(told: proto::Open) -> Result<Open, DecodeError> {
    Ok(Open {
        folder: folder(&told.folder)?,
        epoch: told.epoch,
        actor: Actor(told.actor),
        sequence: sequence(told.sequence)?,
        received: position(told.received)?,
        actors: told.actors.iter().map(actor_of).collect::<Result<_, _>>()?,
        mode: mode(told.mode)?,
        answer: told.answer,
    })
}

fn actor_of(told: &proto::ActorOf) -> Result<(Actor, DeviceId, Counter), DecodeError> {
    Ok((Actor(told.actor), device(&told.device)?, number(told.counter, "a counter")?))
}

impl From<&Update> for proto::Update {
    fn from(update: &Update) -> Self {
        Self {
            folder: update.folder.0.to_vec(),
            after: update.after.0,
            position: Some(update.position.into()),
            items: update.items.iter().map(Into::into).collect(),
            same: update.same.iter().map(|same| same.sequence.0).collect(),
            same_held: update.same.iter().map(|same| same.held).collect(),
            small: update.small.iter().map(Into::into).collect(),
            followed: update.followed.0,
        }
    }
}

fn update(told: proto::Update) -> Result<Update, DecodeError> {
    Ok(Update {
        folder: folder(&told.folder)?,
        after: sequence(told.after)?,
        position: position(told.position)?,
        followed: sequence(told.followed)?,
        items: all(told.items, entry::item)?,
        same: same(&told.same, &told.same_held)?,
        small: told.small.into_iter().map(small).collect::<Result<_, _>>()?,
    })
}

fn same(sequences: &[u64], held: &[bool]) -> Result<Vec<Same>, DecodeError> {
    if sequences.len() != held.len() {
        return Err(DecodeError::Invalid("a list of unchanged entries"));
    }
    let pairs = sequences.iter().zip(held);
    pairs.map(|(&value, &held)| Ok(Same { sequence: sequence(value)?, held })).collect()
}

impl From<&Small> for proto::Small {
    fn from(small: &Small) -> Self {
        Self { hash: small.hash.0.to_vec(), bytes: small.bytes.clone() }
    }
}

fn small(told: proto::Small) -> Result<Small, DecodeError> {
    if told.bytes.len() > SMALL_BYTES_MAX {
        return Err(DecodeError::Invalid("a small content"));
    }
    Ok(Small { hash: hash(&told.hash)?, bytes: told.bytes })
}
