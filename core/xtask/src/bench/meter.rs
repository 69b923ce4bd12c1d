//! What a work cost: seconds, processor time, memory, bytes on the wire, and how busy the machine was besides.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::net::Node;
use super::record::{Figures, Measure};

/// The kernel's unit of processor time in `/proc`; fixed for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_millis(30);

/// Runs `work` and gives what it returns with what it cost on these devices. `work` calls its argument when its
/// clock is to stop; what follows still counts as processor time and wire, because a peer caused it.
pub(crate) fn measured<T>(nodes: &[&Node], work: impl FnOnce(&mut Clock) -> T) -> (T, Figures) {
    let (cpu, sent) = (cpu_seconds(nodes), sent_bytes(nodes));
    let (busy, own) = (busy_seconds(), own_seconds());
    let (ended, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut clock = Clock { start: Instant::now(), stopped: None };
    let out = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let most = nodes.iter().map(|node| node.resident_bytes()).max().unwrap_or(0);
                peak.fetch_max(most, Ordering::Relaxed);
                std::thread::sleep(SAMPLE);
            }
        });
        let out = work(&mut clock);
        clock.stop();
        ended.store(true, Ordering::Relaxed);
        out
    });
    let wall = clock.start.elapsed().as_secs_f64();
    let cpu = cpu_seconds(nodes) - cpu;
    let others = (busy_seconds() - busy) - cpu - (own_seconds() - own);
    let mut figures = Figures::new();
    figures.insert(Measure::Seconds, clock.seconds());
    figures.insert(Measure::Cpu, cpu);
    figures.insert(Measure::Memory, peak.into_inner() as f64 / 1e6);
    figures.insert(Measure::Wire, (sent_bytes(nodes) - sent) as f64 / 1e6);
    figures.insert(Measure::Others, others.max(0.0) / wall.max(1e-3));
    (out, figures)
}

/// The clock of one work.
pub(crate) struct Clock {
    start: Instant,
    stopped: Option<Duration>,
}

impl Clock {
    /// Sets the start to this moment.
    pub(crate) fn restart(&mut self) {
        self.start = Instant::now();
    }

    /// Stops it; later calls change nothing.
    pub(crate) fn stop(&mut self) {
        self.stopped.get_or_insert(self.start.elapsed());
    }

    fn seconds(&self) -> f64 {
        self.stopped.unwrap_or_default().as_secs_f64()
    }
}

/// Processor time of the devices.
pub(crate) fn cpu_seconds(nodes: &[&Node]) -> f64 {
    nodes.iter().map(|node| node.cpu_seconds()).sum()
}

fn sent_bytes(nodes: &[&Node]) -> u64 {
    nodes.iter().map(|node| node.sent_bytes()).sum()
}

/// Processor time that the whole machine has spent on anything.
fn busy_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<f64> = fields.take(7).filter_map(|field| field.parse().ok()).collect();
    // The fourth and fifth are idle time.
    let counted = ticks.iter().enumerate().filter(|(at, _)| ![3, 4].contains(at));
    counted.map(|(_, ticks)| ticks).sum::<f64>() / TICKS_PER_SECOND
}

/// Processor time of the harness itself and of the commands that it has run to their end.
fn own_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything, the fields 14 to 17 of the whole line are the times.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let times = behind.split_whitespace().skip(11).take(4);
    times.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}
