//! How fast the devices are that bytes are read from, as measured, and how much each has to do.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{DeviceId, Tick};

/// How long a request that runs ahead of a reader should take.
const REQUEST_TIME: Duration = Duration::from_millis(20);
/// The least and the most bytes of such a request.
const REQUEST_RANGE: (u64, u64) = (256 << 10, 4 << 20);
/// What a device is taken for that was not measured yet.
const UNKNOWN: Source =
    Source { rate: 100 << 20, delay: Duration::from_millis(1), requests: 0, ahead: 0, bytes: 0 };
/// How long a device may be silent before another is asked as well.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// One device.
#[derive(Debug, Clone, Copy)]
struct Source {
    /// Bytes a second.
    rate: u64,
    /// From a request to its first bytes.
    delay: Duration,
    /// Requests under way, and those of them that run ahead.
    requests: usize,
    ahead: usize,
    /// Bytes under way.
    bytes: u64,
}

/// All devices that were ever read from.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<DeviceId, Source>);

impl Sources {
    /// A request goes out.
    pub(super) fn asked(&mut self, device: DeviceId, bytes: u64, ahead: bool) {
        let source = self.0.entry(device).or_insert(UNKNOWN);
        source.requests += 1;
        source.ahead += usize::from(ahead);
        source.bytes += bytes;
    }

    /// The first bytes of a request came.
    pub(super) fn began(&mut self, device: DeviceId, waited: Duration) {
        if let Some(source) = self.0.get_mut(&device) {
            source.delay = (source.delay * 3 + waited) / 4;
        }
    }

    /// Bytes of a request came.
    pub(super) fn came(&mut self, device: DeviceId, bytes: u64) {
        if let Some(source) = self.0.get_mut(&device) {
            source.bytes = source.bytes.saturating_sub(bytes);
        }
    }

    /// A request is over, with `left` of its bytes outstanding.
    pub(super) fn ended(&mut self, device: DeviceId, left: u64, ahead: bool) {
        if let Some(source) = self.0.get_mut(&device) {
            source.requests = source.requests.saturating_sub(1);
            source.ahead = source.ahead.saturating_sub(usize::from(ahead));
            source.bytes = source.bytes.saturating_sub(left);
        }
    }

    /// A request brought so many bytes in that time, beside `others` requests.
    pub(super) fn measure(&mut self, device: DeviceId, bytes: u64, since: (Tick, Tick)) {
        let Some(source) = self.0.get_mut(&device) else { return };
        if bytes < REQUEST_RANGE.0 / 4 {
            return;
        }
        let nanos = since.1.since(since.0).as_nanos().max(1);
        let beside = source.requests.max(1) as u128;
        let rate = u128::from(bytes) * 1_000_000_000 * beside / nanos;
        let rate = u64::try_from(rate).unwrap_or(u64::MAX).clamp(1 << 10, 64 << 30);
        source.rate = source.rate / 2 + rate / 2;
    }

    /// When the answer to a request of so many bytes is to be expected.
    pub(super) fn expected(&self, device: DeviceId, bytes: u64) -> Duration {
        let source = self.get(device);
        let nanos =
            u128::from(source.bytes + bytes) * 1_000_000_000 / u128::from(source.rate.max(1));
        source.delay + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How long it may be silent.
    pub(super) fn patience(&self, device: DeviceId) -> Duration {
        (self.expected(device, 0) * 4).clamp(PATIENCE.0, PATIENCE.1)
    }

    /// Bytes of a request to it that runs ahead.
    pub(super) fn request_bytes(&self, device: DeviceId, requests: usize) -> u64 {
        let each = self.get(device).rate / requests.max(1) as u64;
        let bytes = each.saturating_mul(u64::try_from(REQUEST_TIME.as_millis()).unwrap_or(0));
        (bytes / 1000).clamp(REQUEST_RANGE.0, REQUEST_RANGE.1)
    }

    /// Requests under way to it, and those that run ahead.
    pub(super) fn load(&self, device: DeviceId) -> (usize, usize) {
        let source = self.get(device);
        (source.requests, source.ahead)
    }

    fn get(&self, device: DeviceId) -> Source {
        self.0.get(&device).copied().unwrap_or(UNKNOWN)
    }
}
