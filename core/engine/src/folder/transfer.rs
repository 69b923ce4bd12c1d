//! Fetching bytes: which device is asked for what, and when.
//!
//! Whoever is connected and holds a content is a source. Work is pulled: a source that has answered is
//! asked again, so the faster one does more; the size of a request follows the source's measured rate,
//! so that each takes about [`REQUEST_TIME`]. A source that fails is dropped for that content, one that
//! sends wrong bytes is not asked for it again while it stays connected. Not here: which contents are
//! needed (`work`), the bytes (outside the engine).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::{Content, ContentHash, DeviceId, Problem, Tick};
use wire::Want;

use crate::event::{Arrival, Staging};

/// How long a request should take.
const REQUEST_TIME: Duration = Duration::from_millis(40);
/// Bytes of the first request to a source.
const REQUEST_FIRST: u64 = 512 << 10;
/// The least and the most bytes of a request.
const REQUEST_RANGE: (u64, u64) = (256 << 10, 8 << 20);
/// Requests that a source works on at a time.
const REQUESTS_MAX: usize = 3;
/// Small files in one request.
const WANTS_MAX: usize = 512;
/// Larger files in flight at a time.
const LARGE_MAX: usize = 8;

/// What the transfers ask the folder to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ask `from`.
    Fetch { request: u64, from: DeviceId, wants: Vec<Want> },
    /// Prepare staging; the manifest is known.
    Stage(Content),
    /// Everything is staged.
    Ready(ContentHash),
    /// It can't be had or stored for this reason; it is not fetched any more.
    Stuck(ContentHash, Problem),
    /// No source is left; it is not fetched any more until it is wanted again.
    Sourceless(ContentHash),
    /// A source sent wrong bytes.
    Corrupt(DeviceId),
}

/// A content on its way.
#[derive(Debug)]
struct Transfer {
    content: Content,
    sources: BTreeSet<DeviceId>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Waits for its turn: to be asked for, or for its manifest to be asked for.
    Queued,
    /// Its manifest is known; it waits for staging.
    Known,
    /// A request for the whole of it, or for its manifest, is under way.
    Asked,
    /// Staging is being prepared.
    Staging,
    /// Chunks are being fetched.
    Chunks { missing: VecDeque<(u32, u32)>, chunk_bytes: u64 },
}

#[derive(Debug)]
struct Asked {
    from: DeviceId,
    wants: Vec<Want>,
    bytes: u64,
    at: Tick,
}

/// All transfers of a folder.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    all: BTreeMap<ContentHash, Transfer>,
    /// What is to be asked for.
    queue: VecDeque<ContentHash>,
    /// What is to be staged.
    known: VecDeque<ContentHash>,
    requests: BTreeMap<u64, Asked>,
    /// Bytes per second of each source, as measured.
    rates: BTreeMap<DeviceId, u64>,
    wrong: BTreeSet<(DeviceId, ContentHash)>,
    last_request: u64,
}

impl Transfers {
    /// How many contents are on their way.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Fetches `content` from any of `sources`; whether there is any that may be asked. `known`: its
    /// manifest is in the index.
    pub(crate) fn want(&mut self, content: Content, sources: &[DeviceId], known: bool) -> bool {
        let usable = |device: &&DeviceId| !self.wrong.contains(&(**device, content.hash));
        let sources: BTreeSet<_> = sources.iter().filter(usable).copied().collect();
        if sources.is_empty() {
            return false;
        }
        match self.all.get_mut(&content.hash) {
            Some(transfer) => transfer.sources.extend(sources),
            None if content.chunked && known => {
                let transfer = Transfer { content, sources, phase: Phase::Known };
                self.all.insert(content.hash, transfer);
                self.known.push_back(content.hash);
            }
            None => {
                self.all.insert(content.hash, Transfer { content, sources, phase: Phase::Queued });
                self.queue.push_back(content.hash);
            }
        }
        true
    }

    /// A device is gone: what it was asked for is asked of others.
    pub(crate) fn lose(&mut self, device: DeviceId) -> Vec<Step> {
        let lost: Vec<u64> = self
            .requests
            .iter()
            .filter(|(_, asked)| asked.from == device)
            .map(|(id, _)| *id)
            .collect();
        let mut steps = Vec::new();
        // When it comes back it may have been repaired.
        self.wrong.retain(|(liar, _)| *liar != device);
        for transfer in self.all.values_mut() {
            transfer.sources.remove(&device);
        }
        for request in lost {
            let count = self.requests[&request].wants.len();
            steps.extend(self.fetched(Tick(0), request, &vec![Arrival::Lost; count]));
        }
        let idle: Vec<_> = self
            .all
            .iter()
            .filter(|(_, t)| t.sources.is_empty() && !matches!(t.phase, Phase::Staging))
            .map(|(hash, _)| *hash)
            .collect();
        steps.extend(
            idle.into_iter().filter_map(|hash| self.forget(hash).then_some(Step::Sourceless(hash))),
        );
        steps
    }

    /// Nobody wants it any more, or it is there.
    pub(crate) fn forget(&mut self, hash: ContentHash) -> bool {
        self.all.remove(&hash).is_some()
    }

    /// The manifest of a content is known: staging may begin when it is its turn.
    fn stage_later(&mut self, hash: ContentHash) {
        if let Some(transfer) = self.all.get_mut(&hash) {
            transfer.phase = Phase::Known;
            self.known.push_back(hash);
        }
    }

    /// What staging found.
    pub(crate) fn staged(&mut self, hash: ContentHash, staging: Staging) -> Vec<Step> {
        let Some(transfer) = self.all.get_mut(&hash) else { return Vec::new() };
        match staging {
            Staging::Blocked(problem) => {
                self.all.remove(&hash);
                vec![Step::Stuck(hash, problem)]
            }
            Staging::Missing { missing, .. } if missing.is_empty() => {
                self.all.remove(&hash);
                vec![Step::Ready(hash)]
            }
            Staging::Missing { chunks, missing, .. } => {
                let chunk_bytes = (transfer.content.size / u64::from(chunks.max(1))).max(1);
                transfer.phase = Phase::Chunks { missing: missing.into(), chunk_bytes };
                Vec::new()
            }
        }
    }

    /// What came of a request.
    pub(crate) fn fetched(&mut self, now: Tick, request: u64, results: &[Arrival]) -> Vec<Step> {
        let Some(asked) = self.requests.remove(&request) else { return Vec::new() };
        if results.iter().all(|result| *result == Arrival::Done) {
            self.measure(now, &asked);
        }
        let mut steps = Vec::new();
        for (i, want) in asked.wants.iter().enumerate() {
            let result = results.get(i).copied().unwrap_or(Arrival::Lost);
            steps.extend(self.arrived(asked.from, want, result));
        }
        steps
    }

    fn measure(&mut self, now: Tick, asked: &Asked) {
        let nanos = now.since(asked.at).as_nanos().max(1);
        let rate = u128::from(asked.bytes) * 1_000_000_000 * REQUESTS_MAX as u128 / nanos;
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        let known = self.rates.entry(asked.from).or_insert(rate);
        *known = *known / 2 + rate / 2;
    }

    fn arrived(&mut self, from: DeviceId, want: &Want, result: Arrival) -> Vec<Step> {
        let hash = want.hash();
        let mut steps = Vec::new();
        if result == Arrival::Corrupt {
            self.wrong.insert((from, hash));
            steps.push(Step::Corrupt(from));
        }
        let Some(transfer) = self.all.get_mut(&hash) else { return steps };
        match result {
            Arrival::Done => steps.extend(self.progress(hash, want)),
            Arrival::Blocked(problem) => {
                self.all.remove(&hash);
                steps.push(Step::Stuck(hash, problem));
            }
            Arrival::Missing | Arrival::Corrupt | Arrival::Lost => {
                if result != Arrival::Lost {
                    transfer.sources.remove(&from);
                }
                steps.extend(self.again(hash, want));
            }
        }
        steps
    }

    fn progress(&mut self, hash: ContentHash, want: &Want) -> Option<Step> {
        match want {
            Want::Whole { .. } => self.forget(hash).then_some(Step::Ready(hash)),
            Want::Manifest { .. } | Want::Front { .. } => {
                self.stage_later(hash);
                None
            }
            Want::Chunks { .. } => {
                let owed = self.owes(hash);
                let transfer = self.all.get(&hash)?;
                let Phase::Chunks { missing, .. } = &transfer.phase else { return None };
                // Staging knows best whether anything is still missing.
                if missing.is_empty() && !owed {
                    self.stage_later(hash);
                }
                None
            }
        }
    }

    /// Puts a want back so that another source is asked.
    fn again(&mut self, hash: ContentHash, want: &Want) -> Option<Step> {
        let transfer = self.all.get_mut(&hash)?;
        if transfer.sources.is_empty() {
            self.all.remove(&hash);
            return Some(Step::Sourceless(hash));
        }
        match (want, &mut transfer.phase) {
            (Want::Chunks { first, count, .. }, Phase::Chunks { missing, .. }) => {
                missing.push_front((*first, *count));
            }
            (Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. }, phase) => {
                *phase = Phase::Queued;
                self.queue.push_back(hash);
            }
            (Want::Chunks { .. }, Phase::Queued | Phase::Known | Phase::Asked | Phase::Staging) => {
            }
        }
        None
    }

    fn owes(&self, hash: ContentHash) -> bool {
        self.requests.values().flat_map(|asked| &asked.wants).any(|want| want.hash() == hash)
    }

    /// What can be asked for now.
    pub(crate) fn poll(&mut self, now: Tick) -> Vec<Step> {
        let mut steps = self.start_large();
        let sources: BTreeSet<_> =
            self.all.values().flat_map(|t| t.sources.iter().copied()).collect();
        // Round by round, so that no source is filled up while another stays idle.
        loop {
            let before = steps.len();
            for device in &sources {
                if self.load(*device) < REQUESTS_MAX {
                    steps.extend(self.ask(now, *device));
                }
            }
            if steps.len() == before {
                return steps;
            }
        }
    }

    fn load(&self, device: DeviceId) -> usize {
        self.requests.values().filter(|asked| asked.from == device).count()
    }

    /// Larger files whose manifest is known go to staging, a few at a time.
    fn start_large(&mut self) -> Vec<Step> {
        let under_way = |t: &&Transfer| matches!(t.phase, Phase::Staging | Phase::Chunks { .. });
        let mut active = match self.known.is_empty() {
            true => 0,
            false => self.all.values().filter(under_way).count(),
        };
        let mut steps = Vec::new();
        while active < LARGE_MAX
            && let Some(hash) = self.known.pop_front()
        {
            if let Some(transfer) = self.all.get_mut(&hash) {
                transfer.phase = Phase::Staging;
                steps.push(Step::Stage(transfer.content));
                active += 1;
            }
        }
        steps
    }

    fn request_bytes(&self, device: DeviceId) -> u64 {
        let rate = self.rates.get(&device).copied();
        let aim = rate.map_or(REQUEST_FIRST, |rate| {
            let each = rate / REQUESTS_MAX as u64;
            each.saturating_mul(u64::try_from(REQUEST_TIME.as_millis()).unwrap_or(0)) / 1000
        });
        aim.clamp(REQUEST_RANGE.0, REQUEST_RANGE.1)
    }

    /// The next request to `device`, if there is anything to ask of it.
    fn ask(&mut self, now: Tick, device: DeviceId) -> Option<Step> {
        let budget = self.request_bytes(device);
        let (wants, bytes) =
            self.next_chunks(device, budget).or_else(|| self.next_queued(device, budget))?;
        self.last_request += 1;
        let request = self.last_request;
        self.requests.insert(request, Asked { from: device, wants: wants.clone(), bytes, at: now });
        Some(Step::Fetch { request, from: device, wants })
    }

    fn next_chunks(&mut self, device: DeviceId, budget: u64) -> Option<(Vec<Want>, u64)> {
        for (hash, transfer) in &mut self.all {
            if !transfer.sources.contains(&device) {
                continue;
            }
            let Phase::Chunks { missing, chunk_bytes } = &mut transfer.phase else { continue };
            let Some((first, available)) = missing.pop_front() else { continue };
            let fit = u32::try_from((budget / *chunk_bytes).max(1)).unwrap_or(u32::MAX);
            let count = available.min(fit);
            if count < available {
                missing.push_front((first + count, available - count));
            }
            let want = Want::Chunks { hash: *hash, first, count };
            return Some((vec![want], u64::from(count) * *chunk_bytes));
        }
        None
    }

    fn next_queued(&mut self, device: DeviceId, budget: u64) -> Option<(Vec<Want>, u64)> {
        let (mut wants, mut bytes, mut kept) = (Vec::new(), 0, VecDeque::new());
        while let Some(hash) = self.queue.pop_front() {
            let Some(transfer) = self.all.get_mut(&hash) else { continue };
            if !transfer.sources.contains(&device) {
                kept.push_back(hash);
                continue;
            }
            transfer.phase = Phase::Asked;
            if transfer.content.chunked {
                wants.push(Want::Manifest { hash });
                bytes += transfer.content.size / 1024;
            } else {
                wants.push(Want::Whole { hash });
                bytes += transfer.content.size;
            }
            if wants.len() >= WANTS_MAX || bytes >= budget {
                break;
            }
        }
        kept.append(&mut self.queue);
        self.queue = kept;
        (!wants.is_empty()).then_some((wants, bytes))
    }
}

#[cfg(test)]
mod tests;
