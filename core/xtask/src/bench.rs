//! `cargo xtask bench`: the same work for Homefold and for the peers found on this machine, in one run.
//!
//! Two or three devices are network namespaces joined by a switch that has no way out, each with a control group
//! that counts the processor time of everything a peer starts. The harness itself looks at the files of the far
//! side; it takes no peer's word. Repetitions are interleaved: every peer runs once before any runs again.
//! `core/docs/testing.md` says what each figure means.

mod copies;
mod drive;
mod goals;
mod growth;
mod machine;
mod meter;
mod net;
mod peer;
mod place;
mod record;
mod scale;
mod several;
mod table;
mod two;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use self::copies::Copies;
use self::goals::Judge;
use self::net::Network;
use self::peer::Peer;
use self::place::Place;
use self::record::Records;
use crate::stop::Stop;
use crate::{step, system, workspace};

pub(crate) use self::net::{EnterOptions, enter};

/// Every work by its name, in the order of the tables.
const WORKS: &[&str] = &["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "growth"];

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Who takes part; absent: homefold and every peer found on this machine
    #[arg(long, value_delimiter = ',', value_name = "PEER,…")]
    peers: Vec<String>,
    /// Only these works: W1 to W10, growth. W4 and the first part of W5 bring W1 along
    #[arg(long, value_delimiter = ',', value_name = "W1,…")]
    only: Vec<String>,
    /// How often; the tables show medians
    #[arg(long, default_value_t = 5, value_name = "N")]
    reps: u32,
    /// Saves that W6 and W7f time
    #[arg(long, default_value_t = 30, value_name = "N")]
    saves: u32,
    /// Where files are kept while measuring: an otherwise quiet file system, 16 GB free
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
    /// This homefold rather than a fresh release build
    #[arg(long, value_name = "FILE")]
    homefold: Option<PathBuf>,
}

/// All that one session needs.
pub(crate) struct Bench<'a> {
    pub(crate) place: Place,
    pub(crate) copies: Copies,
    pub(crate) network: Network,
    pub(crate) records: Records,
    pub(crate) options: &'a Options,
    pub(crate) stop: Stop,
}

impl Bench<'_> {
    /// Is this work asked for?
    pub(crate) fn wants(&self, work: &str) -> bool {
        let only = &self.options.only;
        only.is_empty() && work != "growth" || only.iter().any(|one| one == work)
    }
}

/// Measures, and prints tables and goals.
///
/// # Errors
/// When this machine cannot do it, or Homefold itself fails a work. A peer that fails is only listed.
pub(crate) fn run(options: &Options) -> Result<()> {
    machine::check()?;
    for work in &options.only {
        ensure!(WORKS.contains(&work.as_str()), "no work is called {work}; there are {WORKS:?}");
    }
    let names = peer::choose(&options.peers)?;
    let binary = match &options.homefold {
        Some(binary) => std::path::absolute(binary)?,
        None if names.contains(&"homefold") => build()?,
        None => PathBuf::new(),
    };
    ensure!(
        !names.contains(&"homefold") || binary.is_file(),
        "there is no program {}",
        binary.display()
    );
    let stop = Stop::listen()?;
    let place =
        Place::make(options.place.clone().unwrap_or_else(|| workspace::target().join("bench")))?;
    let copies = Copies::make(&place, options)?;
    let network = Network::up(&place)?;
    machine::raise_priority()?;
    let mut bench = Bench { place, copies, network, records: Records::create()?, options, stop };
    let handicaps = introduce(&names, &binary)?;
    for repetition in 1..=options.reps {
        for name in &names {
            println!("-- {name}, {repetition} of {}", options.reps);
            all_works(&mut bench, || peer::make(name, &binary))?;
        }
    }
    table::print(&bench.records);
    let wants = |work: &str| bench.wants(work);
    Judge { records: &bench.records, wants: &wants, handicaps: &handicaps }.print();
    bench.records.fail_when_ours_failed()
}

/// Says who takes part and who does not; gives those over whom a win proves nothing, with the reason.
fn introduce(names: &[&'static str], binary: &Path) -> Result<Vec<(&'static str, &'static str)>> {
    let mut handicaps = Vec::new();
    for name in names {
        let peer = peer::make(name, binary)?;
        println!("{name}: {}", peer.version());
        if let Some(why) = peer.handicap() {
            println!("  {why}: to be faster than this one proves nothing");
            handicaps.push((*name, why));
        }
    }
    for (name, how) in peer::absent() {
        println!("{name}: not on this machine, so nothing is held against it ({how})");
    }
    Ok(handicaps)
}

/// One pass of one peer over everything that was asked for.
fn all_works(bench: &mut Bench<'_>, make: impl Fn() -> Result<Box<dyn Peer>>) -> Result<()> {
    let sessions =
        [two::session, drive::session, scale::session, growth::session, several::session];
    for session in sessions {
        let mut peer = make()?;
        let outcome = session(bench, peer.as_mut());
        peer.stop();
        bench.network.kill_all();
        if bench.stop.asked() {
            bail!("stopped");
        }
        if let Err(error) = outcome {
            bench.records.failed("session", peer.name(), &error);
        }
    }
    Ok(())
}

fn build() -> Result<PathBuf> {
    system::prepare(false)?;
    step::run(&mut step::cargo(&["build", "--release", "--package", "cli"]))
        .context("building Homefold")?;
    Ok(workspace::target().join("release/homefold"))
}
