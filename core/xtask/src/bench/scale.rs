//! Works on many files: W8 (idle) and W9 (first index, rescan, start).

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::Bench;
use super::copies::MANY;
use super::meter::{cpu_seconds, measured};
use super::net::Node;
use super::peer::Peer;
use super::record::{Figures, Measure};

/// How long an index of the most files may take.
const INDEX_MAX: Duration = Duration::from_secs(1800);

/// Quiet before the idle minute, and the minute itself.
const CALM: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(60);

/// W9 and W8 with one peer, on fresh devices that both hold the files already.
///
/// # Errors
/// When a step does not work; later ones need it.
pub(crate) fn session(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    if !bench.wants("W8") && !bench.wants("W9") || !peer.follows() {
        return Ok(());
    }
    prepare(bench, 2, "many")?;
    match peer.continuous() {
        true => by_itself(bench, peer),
        false => by_command(bench, peer),
    }
}

/// Links the files into the first devices and reads them once: the cache is warm for everyone.
pub(super) fn prepare(bench: &Bench<'_>, devices: usize, copy: &str) -> Result<()> {
    bench.network.clean(&bench.place)?;
    for node in &bench.network.nodes[..devices] {
        bench.copies.link(copy, &node.folder.join(copy))?;
    }
    warm(&bench.copies.path(copy))?;
    bench.place.flush()
}

pub(super) fn warm(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => warm(&entry.path())?,
            false => drop(std::fs::read(entry.path())?),
        }
    }
    Ok(())
}

/// One pass over two equal trees, then one that finds nothing.
fn by_command(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    let nodes: Vec<&Node> = bench.network.nodes[..2].iter().collect();
    nodes.iter().try_for_each(|node| peer.start(node))?;
    let (first, index) = measured(&nodes, |_| {
        peer.pair(&nodes)?;
        peer.kick(nodes[0], nodes[1])
    });
    first?;
    let (second, rescan) = measured(&nodes, |_| peer.kick(nodes[0], nodes[1]));
    second?;
    bench.records.add("W9", peer.name(), index)?;
    bench.records.add("W9r", peer.name(), rescan)
}

fn by_itself(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    let nodes: Vec<&Node> = bench.network.nodes[..2].iter().collect();
    nodes.iter().try_for_each(|node| peer.start(node))?;
    peer.pair(&nodes)?;
    let index = index(bench, peer, &nodes, MANY)?;
    peer.add(nodes[1], &nodes)?;
    settle_at(bench, peer, nodes[1], MANY)?;
    peer.settle(&nodes)?;
    let (looked, rescan) = measured(&nodes[..1], |_| peer.rescan(nodes[0]));
    looked?;
    let idle = if bench.wants("W8") { Some(idle(bench, peer, &nodes)?) } else { None };
    let restart = Instant::now();
    peer.restart(nodes[0])?;
    peer.indexed(nodes[0])?;
    let start = Figures::from([(Measure::Seconds, restart.elapsed().as_secs_f64())]);
    let name = peer.name();
    bench.records.add("W9", name, index)?;
    bench.records.add("W9r", name, rescan)?;
    bench.records.add("W9s", name, start)?;
    idle.map_or(Ok(()), |idle| bench.records.add("W8", name, idle))
}

/// The first device takes part and looks at everything for the first time.
pub(super) fn index(
    bench: &Bench<'_>,
    peer: &mut dyn Peer,
    nodes: &[&Node],
    count: u64,
) -> Result<Figures> {
    let (indexed, figures) = measured(&nodes[..1], |clock| {
        peer.add(nodes[0], nodes)?;
        settle_at(bench, peer, nodes[0], count)?;
        clock.stop();
        anyhow::Ok(())
    });
    indexed.context("indexing")?;
    Ok(figures)
}

fn settle_at(bench: &Bench<'_>, peer: &mut dyn Peer, node: &Node, count: u64) -> Result<()> {
    let known = || peer.indexed(node).ok().flatten().filter(|known| *known >= count);
    bench.stop.wait_for("the index", INDEX_MAX, known)?;
    Ok(())
}

/// A minute in which nothing happens.
fn idle(bench: &Bench<'_>, peer: &dyn Peer, nodes: &[&Node]) -> Result<Figures> {
    std::thread::sleep(CALM);
    let before = cpu_seconds(nodes);
    std::thread::sleep(IDLE);
    let share = (cpu_seconds(nodes) - before) / nodes.len() as f64 / IDLE.as_secs_f64();
    let resident = nodes.iter().map(|node| node.resident_bytes()).max().unwrap_or(0);
    bench.place.flush()?;
    Ok(Figures::from([
        (Measure::Idle, share * 100.0),
        (Measure::Memory, resident as f64 / 1e6),
        (Measure::Database, disk_bytes(&peer.state(nodes[0])) as f64 / 1e6),
    ]))
}

/// What a folder takes on the disk.
fn disk_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => disk_bytes(&entry.path()),
            Ok(found) => found.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}
