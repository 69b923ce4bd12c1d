//! The bytes of files, for whoever asks; and who had them fetched.

use std::sync::Arc;

use ::api::request::ContentRequest;
use ::api::server::ByteFeed;
use ::api::view::PullView;
use ::api::{ApiError, ErrorCode};
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

use super::{Answer, place};
use crate::chronicle::timestamp;
use crate::node::Node;
use crate::remote::{ReadFailed, Reading, Who};

/// Pieces that wait for a slow client.
const AHEAD: usize = 4;
/// Bytes of a piece; the first is smaller, so that it comes soon.
const PIECE: usize = 512 << 10;
const FIRST: usize = 64 << 10;

/// The bytes of a file. The first of them are waited for, so that an error has its code.
pub(super) async fn content(node: &Arc<Node>, request: ContentRequest) -> Answer<ByteFeed> {
    let runtime = place::open(node, &request.folder)?;
    let path = place::path(&request.path)?;
    let (pieces, feed) = mpsc::channel(AHEAD);
    let (opened, opening) = tokio::sync::oneshot::channel();
    let reader = Arc::clone(node);
    tokio::task::spawn_blocking(move || {
        let program = request.program.unwrap_or_else(|| "api".to_owned());
        let reading = Reading::open(&reader, &runtime, &path, Who { process: 0, program });
        let begun = reading.map(|reading| Giving::new(reading, request.offset, request.length));
        let begun = begun.and_then(|mut giving| {
            let first = giving.next(FIRST, &|| opened.is_closed())?;
            Ok((giving, first))
        });
        match begun {
            Ok((giving, first)) => {
                let length = first.len() as u64 + giving.left;
                if opened.send(Ok(length)).is_ok() {
                    giving.give(&reader, first, &pieces);
                }
            }
            Err(error) => drop(opened.send(Err(refusal(&reader, &request.path, error)))),
        }
    });
    let length = opening.await.map_err(|_| ApiError::new(ErrorCode::Internal))??;
    Ok(ByteFeed { length, feed })
}

/// What is still to be given.
struct Giving {
    reading: Reading,
    at: u64,
    left: u64,
}

impl Giving {
    fn new(reading: Reading, offset: Option<u64>, length: Option<u64>) -> Self {
        let at = offset.unwrap_or(0).min(reading.size());
        let left = length.unwrap_or(u64::MAX).min(reading.size() - at);
        Self { reading, at, left }
    }

    fn next(&mut self, most: usize, given_up: &dyn Fn() -> bool) -> Result<Bytes, ReadFailed> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(most);
        let mut bytes = BytesMut::zeroed(length);
        let read = self.reading.read_at(self.at, &mut bytes, given_up)?;
        bytes.truncate(read);
        self.at += read as u64;
        self.left -= read as u64;
        Ok(bytes.freeze())
    }

    fn give(mut self, node: &Node, first: Bytes, pieces: &mpsc::Sender<Result<Bytes, ApiError>>) {
        let mut sent = pieces.blocking_send(Ok(first));
        while sent.is_ok() && self.left > 0 {
            let next = self.next(PIECE, &|| pieces.is_closed());
            sent = pieces.blocking_send(next.map_err(|error| refusal(node, "", error)));
        }
    }
}

/// Why bytes could not be read.
pub(super) fn refusal(node: &Node, path: &str, error: ReadFailed) -> ApiError {
    let names = |devices: &[model::DeviceId]| {
        let names: Vec<_> = devices.iter().map(|d| node.home.device_name(*d)).collect();
        names.join(", ")
    };
    match error {
        ReadFailed::NoEntry => ApiError::about(ErrorCode::UnknownEntry, path),
        ReadFailed::NotAFile => ApiError::about(ErrorCode::BadRequest, path).because(error),
        ReadFailed::Unavailable(ref devices) => {
            let about = ApiError::about(ErrorCode::ContentUnavailable, path);
            if devices.is_empty() { about } else { about.because(names(devices)) }
        }
        ReadFailed::TimedOut(ref devices) => {
            ApiError::about(ErrorCode::TimedOut, path).because(names(devices))
        }
        ReadFailed::Spared => ApiError::about(ErrorCode::NotAllowed, path).because(error),
        ReadFailed::Interrupted | ReadFailed::Stopping => ApiError::new(ErrorCode::Stopping),
        ReadFailed::Disk(_) => ApiError::new(ErrorCode::DiskError).because(error),
    }
}

/// Who had what fetched.
pub(super) fn pulls(node: &Node) -> Vec<PullView> {
    let view = |pull: crate::remote::Pull| PullView {
        program: pull.who.program,
        process: (pull.who.process != 0).then_some(pull.who.process),
        folder: node.home.folder_name(pull.folder),
        path: pull.path.as_str().to_owned(),
        bytes: pull.bytes,
        refused: pull.refused,
        first: timestamp(pull.first),
        last: timestamp(pull.last),
    };
    node.remotes.pulls.all().into_iter().map(view).collect()
}
