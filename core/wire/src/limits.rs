//! How much a device takes from another, whatever it claims.
//!
//! A frame beyond a limit is refused as a whole before anything is allocated for it; whoever builds
//! frames stays below ([`crate::codec::weight_of_item`] helps to cut pages). Bytes unless said otherwise.

/// A frame on the control stream or a bulk request, packed and unpacked alike.
pub const FRAME_MAX: usize = 4 << 20;
/// What a page of an index should stay below, so that its frame stays below [`FRAME_MAX`].
pub const PAGE_BYTES_MAX: usize = FRAME_MAX - (64 << 10);
/// Entries in a page of an index.
pub const PAGE_ENTRIES_MAX: usize = 1024;
/// Entries in a page that need no repeating.
pub const SAME_MAX: usize = 8192;
/// Contents that travel with a page.
pub const SMALL_MAX: usize = 1024;
/// Each content that travels with the change that made it.
pub const SMALL_BYTES_MAX: usize = 16 << 10;
/// Concurrent versions of a path.
pub const SIBLINGS_MAX: usize = 64;
/// Actors in a version vector.
pub const VERSION_PARTS_MAX: usize = 256;
/// Actors told at the beginning of a folder's exchange.
pub const ACTORS_MAX: usize = 4096;
/// Paths refused in one message.
pub const REFUSED_MAX: usize = 1024;
/// Files in a question for promises, and in its answer.
pub const PROMISES_MAX: usize = 1024;
/// Earlier versions told in one message.
pub const HISTORY_MAX: usize = 1024;
/// Disks of a device that are told.
pub const DISKS_MAX: usize = 16;
/// Wants in one bulk request.
pub const WANTS_MAX: usize = 4096;
/// The bytes of one part of a bulk answer, packed and unpacked alike.
pub const PART_BYTES_MAX: usize = 64 << 20;
/// The text of a symbolic link.
pub const LINK_BYTES_MAX: usize = 4096;
/// Records in one message.
pub const RECORDS_MAX: usize = 1024;
/// Names of homes, devices and folders.
pub const NAME_BYTES_MAX: usize = 255;
/// Addresses of a device.
pub const ADDRESSES_MAX: usize = 16;
/// One address of a device.
pub const ADDRESS_BYTES_MAX: usize = 128;
/// A public key.
pub const PUBLIC_KEY_BYTES_MAX: usize = 256;
/// A signature.
pub const SIGNATURE_BYTES_MAX: usize = 128;
/// What a policy is about, as text: a folder's id and the longest path, and what separates them.
pub const TARGET_BYTES_MAX: usize = 4096 + 64;
/// The name of a policy.
pub const POLICY_KEY_BYTES_MAX: usize = 64;
/// The value of a policy.
pub const POLICY_VALUE_BYTES_MAX: usize = 1024;
/// A greeting.
pub const HELLO_BYTES_MAX: usize = 1024;
/// Counters, sequences and sizes: what a database can hold as a signed number.
pub const NUMBER_MAX: u64 = i64::MAX as u64;
/// Milliseconds of a stamp: the year 10,889. No device can push the home's order beyond.
pub const STAMP_MILLIS_MAX: u64 = (1 << 48) - 1;
/// Changes within one millisecond of a stamp.
pub const STAMP_COUNT_MAX: u32 = u32::MAX / 2;
