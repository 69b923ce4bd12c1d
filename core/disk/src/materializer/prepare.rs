//! The first step: everything new is written under names of staging and made durable there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::num::NonZero;
use std::os::unix::fs::FileExt;
use std::thread;

use content::zero::written_runs;
use engine::change::{Change, Make, Outcome, Source};
use engine::observation::{Seen, Stat};
use model::{Content, ContentHash, Problem, RelPath, WallTime};

use super::batch::SYNC_ONE_BY_ONE_MAX;
use super::{Materializer, Step, at_source, at_target, staged_hash};
use crate::platform::{copy_range, facts_of, problem_of, reflink, set_mode, set_time};
use crate::reader::{Held, Place, ReadError, Reader};
use crate::space::Space;
use crate::staging::Temp;

/// Changes from which on several threads prepare them.
const PARALLEL_LEAST: usize = 64;
/// Threads that prepare.
const THREADS_MAX: usize = 4;
/// Bytes from which on a content is looked through for zeros.
const SPARSE_LEAST: usize = 64 * 1024;

/// What a change needs besides the target.
#[derive(Debug)]
pub(super) enum Ready {
    /// A file or link waits under a name of staging.
    Temp(TempFile),
    /// Nothing.
    Nothing,
}

/// Something that waits to be swapped in.
#[derive(Debug)]
pub(super) struct TempFile {
    pub(super) name: String,
    /// Its fingerprint, as it shall be at the target but for the ctime.
    pub(super) stat: Stat,
    /// The content in staging whose only file it is.
    pub(super) staged: Option<ContentHash>,
    /// To make it durable; kept only while there are few.
    file: Option<File>,
}

/// A file to be made.
struct Wanted<'a> {
    content: &'a Content,
    mode: u16,
    mtime: WallTime,
    source: &'a Source,
    /// Whether no other change of the batch takes the same content out of staging.
    alone: bool,
    /// Whether the file is kept open to be made durable by itself.
    keep_open: bool,
}

/// What the preparation of one change must know of the others.
struct Others {
    uses: BTreeMap<ContentHash, usize>,
    few: bool,
}

impl Materializer {
    /// Prepares all changes; those that failed have their outcome.
    pub(super) fn prepare(&self, changes: &[Change]) -> Vec<Step<Ready>> {
        let allowed = self.give_out_room(changes);
        let others = Others { uses: uses(changes), few: changes.len() <= SYNC_ONE_BY_ONE_MAX };
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
        let tasks: Vec<(&Change, Step<()>)> = changes.iter().zip(allowed).collect();
        let part = if changes.len() < PARALLEL_LEAST {
            tasks.len().max(1)
        } else {
            tasks.len().div_ceil(threads)
        };
        let mut ready: Vec<Step<Ready>> = thread::scope(|scope| {
            let mut parts = tasks.chunks(part);
            let first = parts.next().unwrap_or(&[]);
            let threads: Vec<_> = parts
                .map(|part| {
                    let others = &others;
                    scope.spawn(move || self.prepare_part(part, others))
                })
                .collect();
            let mut ready = self.prepare_part(first, &others);
            for thread in threads {
                ready.extend(thread.join().unwrap_or_else(|p| std::panic::resume_unwind(p)));
            }
            ready
        });
        if let Err(error) = self.sync_temps(&mut ready, others.few) {
            let lost = Outcome::Blocked(problem_of(&error));
            for ready in &mut ready {
                if let Ok(Ready::Temp(temp)) = ready {
                    self.discard(temp);
                    *ready = Err(lost.clone());
                }
            }
        }
        ready
    }

    fn prepare_part(&self, part: &[(&Change, Step<()>)], others: &Others) -> Vec<Step<Ready>> {
        part.iter()
            .map(|(change, allowed)| {
                allowed.clone()?;
                self.prepare_one(change, others)
            })
            .collect()
    }

    /// Gives each change in turn the room that it needs, as long as there is room.
    fn give_out_room(&self, changes: &[Change]) -> Vec<Step<()>> {
        let mut space = match self.root.space() {
            Ok(space) => space,
            Err(error) => return vec![Err(at_target(&error)); changes.len()],
        };
        let room = |change: &Change, space: &mut Space| match self.room_needed(change) {
            0 => Ok(()),
            bytes => space.take(bytes),
        };
        changes.iter().map(|change| room(change, &mut space).map_err(Outcome::Blocked)).collect()
    }

    fn room_needed(&self, change: &Change) -> u64 {
        match &change.make {
            Make::File { content, source, .. } => match source {
                Source::Move { .. } => 0,
                // What is in a file of staging takes its room already.
                Source::Staged if self.staging.bytes(content.hash).is_none() => 0,
                Source::Staged | Source::Copy { .. } | Source::Archive { .. } => content.size,
            },
            Make::Directory { .. }
            | Make::Symlink { .. }
            | Make::Attributes { .. }
            | Make::Nothing => 0,
        }
    }

    fn prepare_one(&self, change: &Change, others: &Others) -> Step<Ready> {
        match &change.make {
            Make::File { source: Source::Move { .. }, .. }
            | Make::Directory { .. }
            | Make::Attributes { .. }
            | Make::Nothing => Ok(Ready::Nothing),
            Make::Symlink { target } => self.prepare_link(target).map(Ready::Temp),
            Make::File { content, mode, mtime, source } => {
                let wanted = Wanted {
                    content,
                    mode: *mode,
                    mtime: *mtime,
                    source,
                    alone: others.uses.get(&content.hash) == Some(&1),
                    keep_open: others.few,
                };
                self.prepare_file(&wanted).map(Ready::Temp)
            }
        }
    }

    fn prepare_link(&self, target: &str) -> Step<TempFile> {
        let name = self.staging.temp_name(Temp::Link);
        let dir = self.staging.dir();
        let made = dir.make_link(&name, target).and_then(|()| dir.facts(&name));
        match made {
            Ok(Some(facts)) => Ok(TempFile { name, stat: facts.stat, staged: None, file: None }),
            Ok(None) => Err(Outcome::Differs),
            Err(error) => Err(Outcome::Blocked(problem_of(&error))),
        }
    }

    fn prepare_file(&self, wanted: &Wanted<'_>) -> Step<TempFile> {
        let hash = wanted.content.hash;
        let name = self.staging.temp_name(Temp::Content(hash));
        if let Source::Staged = wanted.source
            && wanted.alone
            && self.staging.bytes(hash).is_none()
        {
            let dir = self.staging.dir();
            dir.rename_new(&hash.to_string(), dir, &name).map_err(|error| at_source(&error))?;
            let temp = dir
                .open_file_to_write(&name)
                .map_err(|error| at_target(&error))
                .and_then(|file| finish(name.clone(), file, wanted, Some(hash)));
            return temp.inspect_err(|_| {
                let _ = self.staging.put_back(&name, hash);
            });
        }
        let created = self.staging.dir().create_file(&name, wanted.mode);
        let mut file = created.map_err(|error| Outcome::Blocked(problem_of(&error)))?;
        let temp =
            self.write(&mut file, wanted).and_then(|()| finish(name.clone(), file, wanted, None));
        temp.inspect_err(|_| {
            let _ = self.staging.dir().remove_file(&name);
        })
    }

    fn write(&self, file: &mut File, wanted: &Wanted<'_>) -> Step<()> {
        let hash = wanted.content.hash;
        match wanted.source {
            Source::Staged => match self.staging.bytes(hash) {
                Some(bytes) => {
                    write_sparsely(file, &bytes).map_err(|e| Outcome::Blocked(problem_of(&e)))
                }
                None => self.copy(file, &Place::Staged(hash)),
            },
            Source::Copy { path, seen } => self.copy(file, &place_of(path, seen)),
            Source::Archive { hash: kept } => {
                self.copy(file, &Place::Archive(*kept))?;
                verify(file, wanted.content)
            }
            Source::Move { .. } => Ok(()),
        }
    }

    fn copy(&self, to: &File, place: &Place) -> Step<()> {
        let reader = Reader::new(self.root.clone(), self.staging.clone());
        let held = reader.open(place).map_err(|error| source_unread(&error))?;
        let copied = copy_all(&held, to).and_then(|()| held.unchanged());
        match copied {
            Ok(true) => Ok(()),
            Ok(false) => Err(Outcome::SourceDiffers),
            Err(error) => Err(Outcome::Blocked(problem_of(&error))),
        }
    }

    /// Makes what was written durable: one by one if it is little, else the whole volume at once.
    fn sync_temps(&self, ready: &mut [Step<Ready>], few: bool) -> io::Result<()> {
        let temps: Vec<&mut TempFile> = ready
            .iter_mut()
            .filter_map(|ready| match ready {
                Ok(Ready::Temp(temp)) => Some(temp),
                Ok(Ready::Nothing) | Err(_) => None,
            })
            .collect();
        if !few && !temps.is_empty() {
            return self.staging.dir().sync_volume();
        }
        // Links have no file: they are durable with the directory that they are swapped into.
        temps.into_iter().filter_map(|temp| temp.file.take()).try_for_each(|file| file.sync_all())
    }

    /// Undoes the preparation of a change that was not carried out. What stands under the temporary
    /// name may be another file, if one could not be put back: that one is left for the next start.
    pub(super) fn discard(&self, temp: &TempFile) {
        let dir = self.staging.dir();
        let result = match (dir.facts(&temp.name), temp.staged) {
            (Ok(Some(facts)), _) if facts.stat.inode != temp.stat.inode => return,
            (Ok(None), _) => return,
            (Err(error), _) => Err(error),
            (Ok(Some(_)), Some(hash)) => self.staging.put_back(&temp.name, hash),
            (Ok(Some(_)), None) => dir.remove_file(&temp.name),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "a temporary file stays in staging until the next start");
        }
    }
}

/// Sets attributes and takes the fingerprint.
fn finish(
    name: String,
    file: File,
    wanted: &Wanted<'_>,
    staged: Option<ContentHash>,
) -> Step<TempFile> {
    let finished = set_time(&file, wanted.mtime)
        .and_then(|()| {
            let facts = facts_of(&file)?;
            if facts.stat.mode == wanted.mode & 0o777 {
                return Ok(facts);
            }
            set_mode(&file, wanted.mode)?;
            facts_of(&file)
        })
        .map_err(|error| Outcome::Blocked(problem_of(&error)))?;
    if finished.stat.size != wanted.content.size {
        return Err(Outcome::SourceDiffers);
    }
    Ok(TempFile { name, stat: finished.stat, staged, file: wanted.keep_open.then_some(file) })
}

/// How many changes take each content out of staging.
fn uses(changes: &[Change]) -> BTreeMap<ContentHash, usize> {
    let mut uses = BTreeMap::new();
    for hash in changes.iter().filter_map(staged_hash) {
        *uses.entry(hash).or_insert(0) += 1;
    }
    uses
}

fn place_of(path: &RelPath, seen: &Seen) -> Place {
    Place::Path { path: path.clone(), seen: seen.clone() }
}

fn source_unread(error: &ReadError) -> Outcome {
    match error {
        ReadError::Differs => Outcome::SourceDiffers,
        ReadError::Io(error) => at_source(error),
    }
}

fn copy_all(from: &Held, to: &File) -> io::Result<()> {
    let Some(source) = from.file() else {
        let mut bytes = vec![0; from.size() as usize];
        from.read_at(0, &mut bytes).map_err(io::Error::other)?;
        return to.write_all_at(&bytes, 0);
    };
    if reflink(source, to)? {
        return Ok(());
    }
    to.set_len(from.size())?;
    for extent in crate::platform::data_extents(source, from.size())? {
        let length = extent.end - extent.start;
        copy_range((source, extent.start), (to, extent.start), length)?;
    }
    Ok(())
}

fn write_sparsely(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    if bytes.len() < SPARSE_LEAST {
        return file.write_all(bytes);
    }
    file.set_len(bytes.len() as u64)?;
    for (start, length) in written_runs(bytes) {
        file.write_all_at(&bytes[start..start + length], start as u64)?;
    }
    Ok(())
}

/// Whether an old copy still has the bytes that its name says.
fn verify(file: &File, content: &Content) -> Step<()> {
    use std::io::{Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(0)).map_err(|error| Outcome::Blocked(problem_of(&error)))?;
    match content::read_all(&mut file, content.size) {
        Ok((found, _)) if found == *content => Ok(()),
        Ok(_) | Err(content::ReadError::Short { .. }) => Err(Outcome::SourceDiffers),
        Err(content::ReadError::Io(error)) => Err(Outcome::Blocked(problem_of(&error))),
        Err(content::ReadError::TooLong(_) | content::ReadError::Manifest(_)) => {
            Err(Outcome::Blocked(Problem::Unsupported))
        }
    }
}
