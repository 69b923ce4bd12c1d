//! Bytes that are fetched: the folder's side of `transfer`.

use model::{Content, ContentHash, DeviceId, RelPath};

use super::transfer::Step;
use super::{Folder, ME, Turn};
use crate::action::Action;
use crate::event::{Arrival, ManifestRead, Staging};
use crate::index::{Holders, Index, IndexError, Row};
use crate::notice::Notice;

/// Other files whose chunks are looked at before a fetch.
const ALIKE_MAX: usize = 4;

impl<I: Index> Folder<I> {
    pub(super) fn poll_transfers(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.paused || self.transfers.len() == 0 {
            return Ok(());
        }
        let steps = self.transfers.poll(turn.now.tick);
        self.follow_steps(turn, steps)
    }

    /// Carries out what the transfers ask for.
    pub(super) fn follow_steps(
        &mut self,
        turn: &mut Turn<'_>,
        steps: Vec<Step>,
    ) -> Result<(), IndexError> {
        for step in steps {
            match step {
                Step::Fetch { request, from, wants } => {
                    turn.ask(Action::Fetch { folder: self.id, request, from, wants });
                }
                Step::Stage(content) => {
                    let alike = self.alike(content)?;
                    turn.ask(Action::Stage { folder: self.id, content, alike });
                }
                Step::Ready(hash) => {
                    self.work.staged.insert(hash);
                    self.wake(hash);
                }
                Step::Stuck(hash, problem) => {
                    for path in self.work.waiting.remove(&hash).unwrap_or_default() {
                        self.put_problem(turn, &path, problem)?;
                    }
                }
                Step::Sourceless(hash) => {
                    let paths = self.work.waiting.remove(&hash).unwrap_or_default();
                    if self.disk.unusable.contains(&hash) {
                        for path in paths {
                            self.withdraw(turn, &path, hash)?;
                        }
                    } else if self.work.nowhere.insert(hash) {
                        paths.into_iter().for_each(|path| self.work.add(path));
                    }
                    self.work.sourceless = true;
                    self.work.retry_later(turn.now.tick);
                }
                Step::Corrupt(device) => {
                    turn.ask(Action::Tell(Notice::Corrupt { folder: self.id, device }));
                }
            }
        }
        Ok(())
    }

    fn wake(&mut self, hash: ContentHash) {
        let paths = self.work.waiting.get(&hash).cloned().unwrap_or_default();
        paths.into_iter().for_each(|path| self.work.add(path));
    }

    /// Contents on this disk that may share chunks with one that is to be fetched: what stands at the
    /// paths that wait for it first.
    fn alike(&self, content: Content) -> Result<Vec<ContentHash>, IndexError> {
        let mut alike = Vec::new();
        for path in self.work.waiting.get(&content.hash).into_iter().flatten() {
            let disk = self.index.get(path)?.and_then(|row| row.disk);
            alike
                .extend(disk.and_then(|disk| disk.seen.kind.content()).map(|content| content.hash));
        }
        for hash in self.index.similar(content.hash, ALIKE_MAX)? {
            if !alike.contains(&hash) && hash != content.hash {
                alike.push(hash);
            }
        }
        Ok(alike)
    }

    pub(crate) fn staged(
        &mut self,
        turn: &mut Turn<'_>,
        content: ContentHash,
        staging: Staging,
    ) -> Result<(), IndexError> {
        let steps = self.transfers.staged(content, staging);
        self.follow_steps(turn, steps)?;
        self.pump(turn)
    }

    pub(crate) fn fetched(
        &mut self,
        turn: &mut Turn<'_>,
        request: u64,
        (results, manifests): (Vec<Arrival>, Vec<ManifestRead>),
    ) -> Result<(), IndexError> {
        self.keep_manifests(&manifests)?;
        let steps = self.transfers.fetched(turn.now.tick, request, &results);
        self.follow_steps(turn, steps)?;
        self.pump(turn)
    }

    /// Who may be asked for the content of a row. What a person chose in a conflict may be kept by
    /// any device that once had it, and so may what nobody is known to hold.
    pub(super) fn sources_of(&self, row: &Row) -> Vec<DeviceId> {
        let nobody = row.holders.with(ME, false) == Holders::default();
        if nobody || row.register.winner().resolves.is_some() {
            return self
                .peers
                .iter()
                .filter(|(_, peer)| peer.opened)
                .map(|(device, _)| *device)
                .collect();
        }
        self.connected(row.holders)
    }

    /// Fetches a content for a path; whether any of the sources may be asked.
    pub(super) fn want(
        &mut self,
        content: Content,
        sources: &[DeviceId],
        path: &RelPath,
    ) -> Result<bool, IndexError> {
        let known = content.chunked && self.index.manifest(content.hash)?.is_some();
        let wanted = self.transfers.want(content, sources, known);
        if wanted {
            self.work.waiting.entry(content.hash).or_default().insert(path.clone());
        }
        Ok(wanted)
    }
}
