//! The thread that prepares larger files: what an earlier attempt left, and what stands elsewhere on
//! this disk, is not fetched.

use std::sync::Arc;

use content::Manifest;
use crossbeam_channel::Receiver;
use disk::{Held, Place, StageError, Staged};
use engine::event::Staging;
use engine::index::{Index as _, IndexError};
use engine::{ByteSource, Event};
use model::{Content, ContentHash, Problem};

use super::Runtime;

/// What it is asked for.
pub(crate) enum Job {
    /// To prepare a content, out of others that may share chunks with it.
    Stage { content: Content, alike: Vec<ContentHash> },
    /// To delete what is staged of a content.
    Unstage(ContentHash),
    /// To end.
    Stop,
}

/// Works until it is told to stop.
pub(super) fn run(runtime: &Arc<Runtime>, jobs: &Receiver<Job>) {
    for job in jobs {
        match job {
            Job::Stage { content, alike } => stage(runtime, content, &alike),
            Job::Unstage(content) => unstage(runtime, content),
            Job::Stop => return,
        }
        if runtime.is_stopped() {
            return;
        }
    }
}

fn stage(runtime: &Runtime, content: Content, alike: &[ContentHash]) {
    let staging = match prepare(runtime, content, alike) {
        Ok(staged) => Staging::Missing {
            chunks: u32::try_from(staged.manifest().chunks().len()).unwrap_or(u32::MAX),
            missing: staged.missing(),
            bytes: staged.missing_bytes(),
        },
        Err(problem) => Staging::Blocked(problem),
    };
    let (folder, content) = (runtime.id, content.hash);
    runtime.door.tell_blocking(Event::Staged { folder, content, staging });
}

fn prepare(
    runtime: &Runtime,
    content: Content,
    alike: &[ContentHash],
) -> Result<Arc<Staged>, Problem> {
    let ground = runtime.ground().ok_or(Problem::DiskError)?;
    let (manifest, _) = known(runtime, content.hash).ok_or(Problem::DiskError)?;
    let failed = |error: StageError| match error {
        // It is shown with the entry, and there may be thousands of them.
        StageError::Full => tracing::debug!(folder = %runtime.id, "no room for staging"),
        StageError::Corrupt
        | StageError::NoSuchChunk(_)
        | StageError::Manifest
        | StageError::Io(_) => {
            tracing::warn!(folder = %runtime.id, "staging: {:#}", anyhow::Error::from(error));
        }
    };
    let staged = ground.staging.large(content, &manifest).map_err(|error| {
        let problem = error.problem();
        failed(error);
        problem
    })?;
    runtime.keep_staged(Arc::clone(&staged));
    for other in alike {
        if staged.missing_bytes() == 0 || runtime.is_stopped() {
            break;
        }
        if let Some((manifest, held)) = open(runtime, *other)
            && let Err(error) = staged.fill_from(&held, &manifest)
        {
            // What could not be copied is fetched.
            failed(error);
        }
    }
    Ok(staged)
}

/// Another content on this disk, open, with its chunks.
fn open(runtime: &Runtime, content: ContentHash) -> Option<(Manifest, Held)> {
    let (manifest, source) = known(runtime, content)?;
    let place = match source? {
        ByteSource::Disk { path, seen } => Place::Path { path, seen },
        ByteSource::Archive => Place::Archive(content),
    };
    Some((manifest, runtime.ground()?.reader.open(&place).ok()?))
}

/// What the index knows of a content: its chunks, and where it stands on this disk.
fn known(runtime: &Runtime, content: ContentHash) -> Option<(Manifest, Option<ByteSource>)> {
    let folder = runtime.id;
    let looked = runtime.door.look(move |engine| {
        let manifest = engine.index(folder).map_or(Ok(None), |index| index.manifest(content))?;
        Ok::<_, IndexError>((manifest, engine.source_of(folder, content)?))
    });
    let (bytes, source) = runtime.runtime.block_on(looked).ok()?.ok()?;
    Some((Manifest::decode(&bytes?).ok()?, source))
}

fn unstage(runtime: &Runtime, content: ContentHash) {
    runtime.forget_staged(content);
    let Some(ground) = runtime.ground() else { return };
    if let Err(error) = ground.staging.discard(content) {
        tracing::warn!(folder = %runtime.id, %error, "deleting staged bytes");
    }
}
