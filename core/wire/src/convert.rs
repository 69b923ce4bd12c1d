//! Between the values of the model and the fields on the wire.
//!
//! Writing never refuses; reading takes nothing that is not valid, so that whoever holds a value need
//! not check it again. The number of list elements was checked before (`scan`).

pub(crate) mod bulk;
pub(crate) mod entry;
pub(crate) mod message;
pub(crate) mod record;

use model::{ContentHash, DeviceId, FolderId, HomeId, Mode};

use crate::error::DecodeError;
use crate::limits::NUMBER_MAX;

/// Exactly `N` bytes.
fn fixed<const N: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::Invalid(what))
}

fn hash(bytes: &[u8]) -> Result<ContentHash, DecodeError> {
    fixed(bytes, "a content hash").map(ContentHash)
}

fn device(bytes: &[u8]) -> Result<DeviceId, DecodeError> {
    fixed(bytes, "a device id").map(DeviceId)
}

fn folder(bytes: &[u8]) -> Result<FolderId, DecodeError> {
    fixed(bytes, "a folder id").map(FolderId)
}

fn home(bytes: &[u8]) -> Result<HomeId, DecodeError> {
    fixed(bytes, "a home id").map(HomeId)
}

/// A counter, sequence or size that a database can hold.
fn number(value: u64, what: &'static str) -> Result<u64, DecodeError> {
    if value <= NUMBER_MAX { Ok(value) } else { Err(DecodeError::Invalid(what)) }
}

/// A text of at most `bytes_max` bytes.
fn text(value: String, bytes_max: usize, what: &'static str) -> Result<String, DecodeError> {
    if value.len() <= bytes_max { Ok(value) } else { Err(DecodeError::Invalid(what)) }
}

fn mode_number(mode: Mode) -> u32 {
    match mode {
        Mode::Clone => 1,
        Mode::Stream => 2,
        Mode::Storage => 3,
        Mode::Portal => 4,
        Mode::View => 5,
    }
}

fn mode(number: u32) -> Result<Mode, DecodeError> {
    let found = Mode::ALL.into_iter().find(|mode| mode_number(*mode) == number);
    found.ok_or(DecodeError::Newer("a mode"))
}
