//! The fields of everything on the wire, with their tags.
//!
//! A tag is never given to another field. A new field is optional for those who read, a new kind in a
//! `oneof` is left out by those who don't know it, and so versions N and N-1 talk. Repeated numbers
//! are packed. Not here: what is valid (`convert`), how much is allowed (`scan`, `limits`).

use prost::{Message, Oneof};

/// A message on the control stream.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Frame {
    #[prost(oneof = "Body", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10")]
    pub(crate) body: Option<Body>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Body {
    #[prost(message, tag = "1")]
    Home(Home),
    #[prost(message, tag = "2")]
    Open(Open),
    #[prost(message, tag = "3")]
    Update(Update),
    #[prost(message, tag = "4")]
    Refused(Refused),
    #[prost(message, tag = "5")]
    HistoryAsked(HistoryAsked),
    #[prost(message, tag = "6")]
    HistoryTold(HistoryTold),
    #[prost(message, tag = "7")]
    PromiseAsked(Promises),
    #[prost(message, tag = "8")]
    Promised(Promises),
    #[prost(message, tag = "9")]
    Offer(Offer),
    #[prost(message, tag = "10")]
    Disks(Disks),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Disks {
    #[prost(message, repeated, tag = "1")]
    pub(crate) disks: Vec<DiskSpace>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct DiskSpace {
    #[prost(uint64, tag = "1")]
    pub(crate) size: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) free: u64,
}

/// A question for promises, and its answer.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Promises {
    #[prost(fixed64, tag = "1")]
    pub(crate) question: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) folder: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) files: Vec<PromisedFile>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct PromisedFile {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) content: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Home {
    #[prost(message, repeated, tag = "1")]
    pub(crate) records: Vec<Record>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Offer {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(fixed64, tag = "2")]
    pub(crate) number: u64,
    #[prost(string, tag = "3")]
    pub(crate) path: String,
    #[prost(uint64, tag = "4")]
    pub(crate) size: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Position {
    #[prost(fixed64, tag = "1")]
    pub(crate) epoch: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) sequence: u64,
    #[prost(fixed64, tag = "3")]
    pub(crate) mark: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Open {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(fixed64, tag = "2")]
    pub(crate) epoch: u64,
    #[prost(fixed64, tag = "3")]
    pub(crate) actor: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) sequence: u64,
    #[prost(message, optional, tag = "5")]
    pub(crate) received: Option<Position>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) actors: Vec<ActorOf>,
    /// 1 clone, 2 stream, 3 storage, 4 portal, 5 view.
    #[prost(uint32, tag = "7")]
    pub(crate) mode: u32,
    #[prost(bool, tag = "8")]
    pub(crate) answer: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ActorOf {
    #[prost(fixed64, tag = "1")]
    pub(crate) actor: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) device: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub(crate) counter: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Update {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub(crate) after: u64,
    #[prost(message, optional, tag = "3")]
    pub(crate) position: Option<Position>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) items: Vec<Item>,
    /// Of the entries that need no repeating: the sequences …
    #[prost(uint64, repeated, tag = "5")]
    pub(crate) same: Vec<u64>,
    /// … and whether each is held.
    #[prost(bool, repeated, tag = "6")]
    pub(crate) same_held: Vec<bool>,
    #[prost(message, repeated, tag = "7")]
    pub(crate) small: Vec<Small>,
    #[prost(uint64, tag = "8")]
    pub(crate) followed: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Item {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) siblings: Vec<Entry>,
    #[prost(bool, tag = "3")]
    pub(crate) held: bool,
    #[prost(uint64, tag = "4")]
    pub(crate) sequence: u64,
    #[prost(bool, tag = "5")]
    pub(crate) yours_held: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Small {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) hash: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Entry {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4")]
    pub(crate) kind: Option<Kind>,
    #[prost(sfixed64, tag = "5")]
    pub(crate) mtime: i64,
    /// The version vector: the actors …
    #[prost(fixed64, repeated, tag = "6")]
    pub(crate) actors: Vec<u64>,
    /// … and the counter of each.
    #[prost(uint64, repeated, tag = "7")]
    pub(crate) counters: Vec<u64>,
    #[prost(fixed64, tag = "8")]
    pub(crate) dot_actor: u64,
    #[prost(uint64, tag = "9")]
    pub(crate) dot_counter: u64,
    #[prost(bytes = "vec", optional, tag = "10")]
    pub(crate) resolves: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Kind {
    #[prost(message, tag = "1")]
    Tombstone(Tombstone),
    #[prost(string, tag = "2")]
    Symlink(String),
    #[prost(message, tag = "3")]
    File(File),
    /// Its permission bits.
    #[prost(uint32, tag = "4")]
    Directory(u32),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tombstone {
    /// Where a rename put what stood here; if so, all five are set.
    #[prost(string, optional, tag = "1")]
    pub(crate) moved_to: Option<String>,
    #[prost(fixed64, tag = "2")]
    pub(crate) dot_actor: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) dot_counter: u64,
    #[prost(fixed64, tag = "4")]
    pub(crate) from_actor: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) from_counter: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct File {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) hash: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub(crate) size: u64,
    #[prost(bool, tag = "3")]
    pub(crate) chunked: bool,
    #[prost(uint32, tag = "4")]
    pub(crate) mode: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Refused {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) paths: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HistoryAsked {
    #[prost(fixed64, tag = "1")]
    pub(crate) question: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) folder: Vec<u8>,
    #[prost(string, tag = "3")]
    pub(crate) path: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HistoryTold {
    #[prost(fixed64, tag = "1")]
    pub(crate) question: u64,
    #[prost(message, repeated, tag = "2")]
    pub(crate) versions: Vec<Archived>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Archived {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) entry: Option<Entry>,
    #[prost(sfixed64, tag = "3")]
    pub(crate) archived_at: i64,
}

/// A request on a bulk stream.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Request {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) wants: Vec<Want>,
    /// The number of an [`Offer`].
    #[prost(fixed64, optional, tag = "3")]
    pub(crate) offer: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Want {
    /// 1 whole, 2 manifest (with `count`: the front of it, of so many bytes), 3 chunks.
    #[prost(uint32, tag = "1")]
    pub(crate) kind: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) hash: Vec<u8>,
    #[prost(uint32, tag = "3")]
    pub(crate) first: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) count: u32,
}

/// The greeting.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Hello {
    #[prost(uint32, tag = "1")]
    pub(crate) protocol_min: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) protocol_max: u32,
    #[prost(string, tag = "3")]
    pub(crate) software: String,
}

/// A record of the home's settings.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Record {
    #[prost(oneof = "Fact", tags = "1, 2, 3, 4, 5, 6, 7, 8")]
    pub(crate) fact: Option<Fact>,
    #[prost(uint64, tag = "13")]
    pub(crate) millis: u64,
    #[prost(uint32, tag = "14")]
    pub(crate) count: u32,
    #[prost(bytes = "vec", tag = "15")]
    pub(crate) author: Vec<u8>,
    #[prost(bytes = "vec", tag = "16")]
    pub(crate) signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Fact {
    #[prost(message, tag = "1")]
    Home(HomeFact),
    #[prost(message, tag = "2")]
    Member(MemberFact),
    /// The device.
    #[prost(bytes, tag = "3")]
    Removed(Vec<u8>),
    #[prost(message, tag = "4")]
    Name(NameFact),
    #[prost(message, tag = "5")]
    Addresses(AddressesFact),
    #[prost(message, tag = "6")]
    Folder(FolderFact),
    #[prost(message, tag = "7")]
    Pod(PodFact),
    #[prost(message, tag = "8")]
    Policy(PolicyFact),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HomeFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) id: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) secret: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct MemberFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) device: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) public_key: Vec<u8>,
    /// 1 admin, 2 member, 3 reader, 4 storage, 5 portal.
    #[prost(uint32, tag = "3")]
    pub(crate) role: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct NameFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) device: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct AddressesFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) device: Vec<u8>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) addresses: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct FolderFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(bool, tag = "3")]
    pub(crate) deleted: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct PodFact {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) folder: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) device: Vec<u8>,
    /// As in [`Open`]; unset when the device has left.
    #[prost(uint32, optional, tag = "3")]
    pub(crate) mode: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct PolicyFact {
    #[prost(string, tag = "1")]
    pub(crate) target: String,
    #[prost(string, tag = "2")]
    pub(crate) key: String,
    #[prost(string, optional, tag = "3")]
    pub(crate) value: Option<String>,
}
