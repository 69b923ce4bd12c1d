//! Requests for bytes.

use super::{folder, hash};
use crate::bulk::{Request, Want};
use crate::error::DecodeError;
use crate::proto;

const WHOLE: u32 = 1;
const MANIFEST: u32 = 2;
const CHUNKS: u32 = 3;

impl From<&Request> for proto::Request {
    fn from(request: &Request) -> Self {
        Self {
            folder: request.folder.0.to_vec(),
            wants: request.wants.iter().map(Into::into).collect(),
            offer: request.offer,
        }
    }
}

impl From<&Want> for proto::Want {
    fn from(want: &Want) -> Self {
        let (kind, first, count) = match want {
            Want::Whole { .. } => (WHOLE, 0, 0),
            Want::Manifest { .. } => (MANIFEST, 0, 0),
            // Who knows of no fronts leaves the number out, and sends all of it.
            Want::Front { bytes, .. } => (MANIFEST, 0, *bytes),
            Want::Chunks { first, count, .. } => (CHUNKS, *first, *count),
        };
        Self { kind, hash: want.hash().0.to_vec(), first, count }
    }
}

/// A request. A want of an unknown kind can't be left out: the answer follows the order of wants.
pub(crate) fn request(told: proto::Request) -> Result<Request, DecodeError> {
    Ok(Request {
        folder: folder(&told.folder)?,
        wants: told.wants.iter().map(want).collect::<Result<_, _>>()?,
        offer: told.offer,
    })
}

fn want(told: &proto::Want) -> Result<Want, DecodeError> {
    let hash = hash(&told.hash)?;
    match told.kind {
        WHOLE => Ok(Want::Whole { hash }),
        MANIFEST if told.count > 0 => Ok(Want::Front { hash, bytes: told.count }),
        MANIFEST => Ok(Want::Manifest { hash }),
        CHUNKS if told.count > 0 && told.first.checked_add(told.count).is_some() => {
            Ok(Want::Chunks { hash, first: told.first, count: told.count })
        }
        CHUNKS => Err(DecodeError::Invalid("a run of chunks")),
        _ => Err(DecodeError::Newer("a want")),
    }
}
