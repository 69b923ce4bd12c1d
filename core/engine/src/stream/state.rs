//! One content that is being read: where its pieces are, who reads it, who has it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use model::DeviceId;
use wire::Want;

use super::ahead::Ahead;
use super::{Layout, Pieces, ReadId, ReaderId, STRIKES_MAX};

/// Where a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// Not here.
    Elsewhere,
    /// Asked for.
    Asked,
    /// Here.
    Here,
}

#[derive(Debug)]
pub(super) struct Stream {
    layout: Layout,
    pub(super) pieces: Vec<Piece>,
    pub(super) sources: BTreeSet<DeviceId>,
    /// Devices that sent wrong bytes: they are not asked again.
    pub(super) wrong: BTreeSet<DeviceId>,
    /// How often each has broken off in a row.
    pub(super) strikes: BTreeMap<DeviceId, u32>,
    pub(super) readers: BTreeMap<ReaderId, Ahead>,
    pub(super) reads: BTreeMap<ReadId, Range<usize>>,
}

impl Stream {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            pieces: vec![Piece::Elsewhere; layout.ends.len()],
            layout,
            sources: BTreeSet::new(),
            wrong: BTreeSet::new(),
            strikes: BTreeMap::new(),
            readers: BTreeMap::new(),
            reads: BTreeMap::new(),
        }
    }

    pub(super) fn set_sources(&mut self, devices: impl IntoIterator<Item = DeviceId>) {
        self.sources = devices.into_iter().collect();
        self.strikes.clear();
    }

    /// A device broke off; or, with the most of strikes, has nothing to give.
    pub(super) fn strike(&mut self, device: DeviceId, strikes: u32) {
        *self.strikes.entry(device).or_default() += strikes;
    }

    /// When it comes back it may have been repaired.
    pub(super) fn forgive(&mut self, device: DeviceId) {
        self.wrong.remove(&device);
        self.strikes.remove(&device);
    }

    /// Who may be asked.
    pub(super) fn usable(&self) -> impl Iterator<Item = DeviceId> {
        let usable = |device: &&DeviceId| {
            !self.wrong.contains(device)
                && self.strikes.get(device).is_none_or(|strikes| *strikes < STRIKES_MAX)
        };
        self.sources.iter().filter(usable).copied()
    }

    /// The pieces that hold these bytes.
    pub(super) fn pieces_of(&self, bytes: &Range<u64>) -> Range<usize> {
        let ends = &self.layout.ends;
        let first = ends.partition_point(|end| *end <= bytes.start);
        let before = |end: &u64| *end < bytes.end;
        let last = if bytes.is_empty() { first } else { ends.partition_point(before) + 1 };
        first..last.clamp(first, ends.len())
    }

    /// The bytes of these pieces.
    pub(super) fn bytes(&self, pieces: Range<usize>) -> u64 {
        let ends = &self.layout.ends;
        let end = pieces.end.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
        end.saturating_sub(self.start(pieces.start))
    }

    fn start(&self, piece: usize) -> u64 {
        piece.checked_sub(1).and_then(|before| self.layout.ends.get(before)).copied().unwrap_or(0)
    }

    /// Runs of pieces in this state that reads wait for.
    pub(super) fn needed(&self, state: Piece) -> Vec<Range<usize>> {
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        for read in self.reads.values() {
            needed.extend(read.clone().filter(|piece| self.pieces[*piece] == state));
        }
        let mut runs: Vec<Range<usize>> = Vec::new();
        for piece in needed {
            match runs.last_mut() {
                Some(run) if run.end == piece => run.end += 1,
                Some(_) | None => runs.push(piece..piece + 1),
            }
        }
        runs
    }

    /// Whether there may be something to ask for, at once or later.
    pub(super) fn wants_more(&self) -> bool {
        !self.reads.is_empty() || self.ahead(0).is_some()
    }

    /// The next run, of about `limit` bytes, that is worth having before it is asked for.
    pub(super) fn ahead(&self, limit: u64) -> Option<Range<usize>> {
        self.readers.values().find_map(|ahead| self.ahead_of(&ahead.range(), limit))
    }

    fn ahead_of(&self, wanted: &Range<u64>, limit: u64) -> Option<Range<usize>> {
        let window = self.pieces_of(wanted);
        let elsewhere = |piece: &usize| self.pieces[*piece] == Piece::Elsewhere;
        let first = window.clone().find(elsewhere)?;
        let mut run = first..first + 1;
        while run.end < window.end && elsewhere(&run.end) && self.bytes(run.clone()) < limit {
            run.end += 1;
        }
        // Many small requests would cost more than they bring: the window moves on soon.
        let cut = run.end == window.end && run.end < self.pieces.len() && first > window.start;
        let small = self.bytes(run.clone()) < limit.min(self.bytes(window) / 4);
        (!(cut && small)).then_some(run)
    }

    /// How these pieces are asked for.
    pub(super) fn want(&self, pieces: &Range<usize>) -> Option<Want> {
        let hash = self.layout.hash;
        Some(match self.layout.pieces {
            Pieces::Whole => Want::Whole { hash },
            Pieces::Manifest => Want::Manifest { hash },
            Pieces::Front(bytes) => Want::Front { hash, bytes },
            Pieces::Chunks => Want::Chunks {
                hash,
                first: u32::try_from(pieces.start).ok()?,
                count: u32::try_from(pieces.len()).ok()?,
            },
        })
    }
}
