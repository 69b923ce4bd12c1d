//! Why bytes are no valid value.

use model::PathError;

/// Bytes that another device sent, or that were stored, are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There are none.
    #[error("decoding a frame: it is empty")]
    Empty,
    /// They begin with a format that this version does not know.
    #[error("decoding a frame: format {0} is unknown")]
    Format(u8),
    /// The frame, or what it unpacks to, is beyond its limit.
    #[error("decoding a frame: it has {0} bytes, which is too many")]
    TooLarge(usize),
    /// The packed part can't be unpacked to the declared size.
    #[error("unpacking a frame: {0}")]
    Unpack(String),
    /// The fields don't parse.
    #[error("decoding the fields of a frame: {0}")]
    Malformed(String),
    /// There is more of something than allowed.
    #[error("decoding a frame: too much in field {0}")]
    Limit(u32),
    /// A path that can't be in a folder.
    #[error("decoding a path: {0}")]
    Path(#[from] PathError),
    /// A value outside its range.
    #[error("decoding {0}: it is not valid")]
    Invalid(&'static str),
    /// A kind that only a newer version knows. Where something can be left out, it is, and this
    /// error does not get out.
    #[error("decoding {0}: its kind is of a newer version")]
    Newer(&'static str),
}

/// Leaves out what only a newer version knows; every other error stays one.
pub(crate) fn known<T>(result: Result<T, DecodeError>) -> Result<Option<T>, DecodeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(DecodeError::Newer(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
