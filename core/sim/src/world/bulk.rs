//! Bytes of files on their way: asked for, read at the holder, checked and staged at home.

use engine::event::{Arrival, ManifestRead};
use engine::index::Index;
use engine::{ByteSource, Event};
use model::{ContentHash, DeviceId, Problem};
use wire::Want;

use super::{Wants, Work, World};
use crate::home::FOLDER;
use crate::toy;

/// A bulk request, out or on its way back.
pub(crate) struct Errand {
    /// Who asks, in which life and opening of its folder.
    home: (usize, u64, u64),
    holder: usize,
    /// Over which connection.
    number: u64,
    request: u64,
    wants: Wants,
    /// What the holder answered to each want.
    answers: Option<Vec<Answer>>,
}

/// What a holder sends for one want: pieces, or nothing.
type Answer = Option<Vec<Vec<u8>>>;

impl World {
    /// A service asks another for bytes.
    pub(super) fn fetch(&mut self, device: usize, (request, from): (u64, DeviceId), wants: Wants) {
        self.deeds += 1;
        let holder = self.device_of(from);
        let number = holder.and_then(|holder| self.network.number_of(device, holder));
        let (Some(holder), Some(number)) = (holder, number) else {
            return self.lost(device, request, wants.len());
        };
        let home = (device, self.devices[device].life, self.opening(device));
        let errand = Errand { home, holder, number, request, wants, answers: None };
        let wait = self.pace.network.draw(&mut self.random);
        self.schedule(wait, Work::Bulk(Box::new(errand)));
    }

    fn lost(&mut self, device: usize, request: u64, count: usize) {
        let results = vec![Arrival::Lost; count];
        let manifests = Vec::new();
        self.tell_later(device, Event::Fetched { folder: FOLDER, request, results, manifests });
    }

    /// A request arrives at the holder, or its answer at home.
    pub(super) fn run_errand(&mut self, mut errand: Errand) {
        let (device, life, opening) = errand.home;
        if !self.lives(device, life) || self.opening(device) != opening {
            return;
        }
        let carried = self.network.carries(device, errand.holder, errand.number);
        if errand.answers.is_none() {
            if !carried {
                return self.lost(device, errand.request, errand.wants.len());
            }
            errand.answers = Some(self.answer(errand.holder, device, &errand.wants));
            let wait = self.pace.network.draw(&mut self.random);
            return self.schedule(wait, Work::Bulk(Box::new(errand)));
        }
        // A connection that broke meanwhile has brought a part.
        let count = errand.wants.len();
        let came = if carried { count } else { self.random.below(count + 1) };
        self.bring_home(&errand, came);
    }

    /// What a holder sends.
    fn answer(&mut self, holder: usize, to: usize, wants: &[Want]) -> Vec<Answer> {
        let to = self.devices[to].id;
        let mut answers = Vec::with_capacity(wants.len());
        for want in wants {
            let mut answer = self.read_for(holder, to, want);
            for piece in answer.iter_mut().flatten() {
                if self.random.percent(self.pace.corrupt_percent) {
                    piece.push(b'!');
                }
            }
            answers.push(answer);
        }
        answers
    }

    fn read_for(&self, holder: usize, to: DeviceId, want: &Want) -> Answer {
        let at = &self.devices[holder];
        let engine = &at.run.as_ref()?.engine;
        if !engine.may_fetch(to, FOLDER) {
            return None;
        }
        if let Want::Manifest { hash } | Want::Front { hash, .. } = want
            && let Some(manifest) = engine.index(FOLDER)?.manifest(*hash).ok()?
        {
            return Some(vec![manifest]);
        }
        let blob = match engine.source_of(FOLDER, want.hash()).ok()?? {
            ByteSource::Disk { path, seen } => at.disk.read(&path, &seen)?,
            ByteSource::Archive => at.disk.archive.get(&want.hash())?.clone(),
        };
        match want {
            Want::Whole { .. } => Some(vec![blob.bytes.clone()]),
            // An index that was lost took the manifests along: what is still there is read.
            Want::Manifest { .. } | Want::Front { .. } => {
                Some(vec![toy::manifest_of(&blob.bytes)?.bytes])
            }
            Want::Chunks { first, count, .. } => {
                let chunks = *first..first.saturating_add(*count);
                chunks.map(|i| toy::chunk(&blob.bytes, i).map(<[u8]>::to_vec)).collect()
            }
        }
    }

    /// The answer arrives: every piece is checked before it is staged.
    fn bring_home(&mut self, errand: &Errand, came: usize) {
        let (device, ..) = errand.home;
        let (mut results, mut manifests) = (Vec::new(), Vec::new());
        let answers = errand.answers.iter().flatten();
        for (place, (want, answer)) in errand.wants.iter().zip(answers).enumerate() {
            results.push(match answer {
                _ if place >= came => Arrival::Lost,
                None => Arrival::Missing,
                Some(pieces) => self.keep_pieces(device, want, pieces, &mut manifests),
            });
        }
        if results.contains(&Arrival::Done) {
            self.stir();
        }
        let request = errand.request;
        self.tell_later(device, Event::Fetched { folder: FOLDER, request, results, manifests });
    }

    fn keep_pieces(
        &mut self,
        device: usize,
        want: &Want,
        pieces: &[Vec<u8>],
        manifests: &mut Vec<ManifestRead>,
    ) -> Arrival {
        let disk = &self.devices[device].disk;
        if disk.ailments.full {
            return Arrival::Blocked(Problem::DiskFull);
        }
        if !disk.is_there() {
            return Arrival::Blocked(Problem::DiskError);
        }
        self.fetched += pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
        match (want, pieces) {
            (Want::Whole { hash }, [bytes]) if ContentHash::of(bytes) == *hash => {
                self.devices[device].disk.stage_whole(*hash, bytes.clone());
                Arrival::Done
            }
            (Want::Manifest { hash } | Want::Front { hash, .. }, [bytes])
                if ContentHash::of(bytes) == *hash =>
            {
                manifests.extend(toy::read_manifest(bytes.clone()));
                Arrival::Done
            }
            (Want::Chunks { hash, first, .. }, pieces) => {
                self.keep_chunks(device, *hash, *first, pieces)
            }
            (Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. }, _) => {
                Arrival::Corrupt
            }
        }
    }

    fn keep_chunks(
        &mut self,
        device: usize,
        hash: ContentHash,
        first: u32,
        pieces: &[Vec<u8>],
    ) -> Arrival {
        let at = &mut self.devices[device];
        let index = at.run.as_ref().and_then(|run| run.engine.index(FOLDER));
        let manifest = index.and_then(|index| index.manifest(hash).ok().flatten());
        let Some(chunks) = manifest.and_then(|bytes| toy::chunks_of(&bytes)) else {
            return Arrival::Missing;
        };
        for (index, piece) in (first..).zip(pieces) {
            if chunks.get(index as usize) != Some(&ContentHash::of(piece)) {
                return Arrival::Corrupt;
            }
            at.disk.stage_chunk(hash, index, piece.clone());
        }
        Arrival::Done
    }
}
