//! Growth: what more files and larger files cost, and whether it is more than their share.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use super::Bench;
use super::copies::{GROWTH, LARGE, grown, large};
use super::meter::measured;
use super::net::Node;
use super::peer::Peer;
use super::place::{Frontier, tree};
use super::record::{Figures, Measure};
use super::scale::{index, prepare};

/// How long the largest file may take.
const LARGE_MAX: Duration = Duration::from_secs(1800);

/// Time and memory of a first index for ever more files, and of one file that grows and is sent.
///
/// # Errors
/// When a step is not finished in time.
pub(crate) fn session(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    if !bench.wants("growth") || !peer.continuous() {
        return Ok(());
    }
    let mut files = Vec::new();
    for &count in GROWTH {
        let figures = first_index(bench, peer, count)?;
        files.push((count, figures.clone()));
        bench.records.add(&format!("growth-{count}"), peer.name(), figures)?;
    }
    let mut sizes = Vec::new();
    for &gib in LARGE {
        let figures = one_file(bench, peer, gib)?;
        sizes.push((gib, figures.clone()));
        bench.records.add(&format!("growth-{gib}GiB"), peer.name(), figures)?;
    }
    print("files", &files);
    print("GiB in one file", &sizes);
    Ok(())
}

fn first_index(bench: &Bench<'_>, peer: &mut dyn Peer, count: u64) -> Result<Figures> {
    prepare(bench, 1, &grown(count))?;
    let nodes: Vec<&Node> = bench.network.nodes[..1].iter().collect();
    peer.start(nodes[0])?;
    let figures = index(bench, peer, &nodes, count);
    peer.stop();
    figures
}

fn one_file(bench: &Bench<'_>, peer: &mut dyn Peer, gib: u64) -> Result<Figures> {
    bench.network.clean(&bench.place)?;
    let nodes: Vec<&Node> = bench.network.nodes[..2].iter().collect();
    nodes.iter().try_for_each(|node| peer.start(node))?;
    peer.share(&nodes)?;
    let staged = bench.place.stage().join("large");
    bench.copies.place(&large(gib), &staged)?;
    bench.place.flush()?;
    let mut frontier = Frontier::new(tree(&staged)?.0, nodes[1].folder.join("large"));
    let (arrived, figures) = measured(&nodes, |clock| -> Result<()> {
        fs::rename(&staged, nodes[0].folder.join("large"))?;
        clock.restart();
        let reached = || frontier.reached().then_some(());
        bench.stop.wait_for("the large file", LARGE_MAX, reached)?;
        clock.stop();
        Ok(())
    });
    peer.stop();
    arrived.map(|()| figures)
}

fn print(what: &str, each: &[(u64, Figures)]) {
    for pair in each.windows(2) {
        let [(few, less), (many, more)] = pair else { continue };
        let of = |measure: Measure| {
            let value = |figures: &Figures| figures.get(&measure).copied().unwrap_or_default();
            value(more) / value(less)
        };
        println!(
            "growth {few} -> {many} {what} (x {}): time x {:.2}, CPU x {:.2}, memory x {:.2}",
            many / few,
            of(Measure::Seconds),
            of(Measure::Cpu),
            of(Measure::Memory),
        );
    }
}
