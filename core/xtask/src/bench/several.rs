//! W10: a third device fetches what one holder has, then what two have, each behind a narrow link.

use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use super::copies::MIB;
use super::meter::measured;
use super::net::Node;
use super::peer::Peer;
use super::place::{Frontier, must_equal};
use super::record::Measure;

/// What each holder can send, in Mbit/s.
const NARROW: u32 = 200;

const SIZE: u64 = 256 * MIB;

const WORK_MAX: Duration = Duration::from_secs(180);

/// One holder, then two, with one peer.
///
/// # Errors
/// When a step does not work.
pub(crate) fn session(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    if !bench.wants("W10") || !peer.continuous() {
        return Ok(());
    }
    for holders in 1..=2 {
        let outcome = fetch(bench, peer, holders);
        bench.network.nodes.iter().for_each(Node::unshape);
        peer.stop();
        outcome.with_context(|| format!("{holders} holders"))?;
    }
    Ok(())
}

fn fetch(bench: &mut Bench<'_>, peer: &mut dyn Peer, count: usize) -> Result<()> {
    bench.network.clean(&bench.place)?;
    let [holders @ .., last] = bench.network.nodes.as_slice() else { return Ok(()) };
    let holders = &holders[..count];
    let nodes: Vec<&Node> = holders.iter().chain([last]).collect();
    for holder in holders {
        bench.copies.link("shared", &holder.folder.join("shared"))?;
    }
    nodes.iter().try_for_each(|node| peer.start(node))?;
    peer.pair(&nodes)?;
    for holder in holders {
        peer.add(holder, &nodes)?;
        let known = || peer.indexed(holder).ok().flatten().filter(|known| *known >= 1);
        bench.stop.wait_for("the holder's index", WORK_MAX, known)?;
    }
    // The holders know of each other by now; only the fetching is to be timed.
    std::thread::sleep(Duration::from_secs(5));
    holders.iter().try_for_each(|holder| holder.shape(NARROW))?;
    let expected = vec![("shared/shared.bin".into(), Some(SIZE))];
    let mut frontier = Frontier::new(expected, last.folder.clone());
    let (fetched, mut figures) = measured(&nodes, |clock| {
        peer.add(last, &nodes)?;
        let arrived = || frontier.reached().then_some(());
        let waited = bench.stop.wait_for("the file", WORK_MAX, arrived);
        clock.stop();
        waited
    });
    fetched?;
    must_equal(&holders[0].folder.join("shared"), &last.folder.join("shared"))?;
    let seconds = figures.get(&Measure::Seconds).copied().unwrap_or(f64::MAX);
    figures.insert(Measure::Rate, SIZE as f64 / 1e6 / seconds);
    bench.records.add(&format!("W10-{count}"), peer.name(), figures)
}
