//! Works between two devices: W1 to W6.
//!
//! Data are prepared on the same file system and moved into A's folder by one rename, so noticing and hashing them
//! are inside the clock. Contents are compared in full outside of it.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::Bench;
use super::copies::{self, MIB};
use super::meter::{Clock, measured};
use super::net::Node;
use super::peer::Peer;
use super::place::{Frontier, has_files, must_equal, tree};
use super::record::{Measure, median, percentile};

/// How long a work may take.
const WORK_MAX: Duration = Duration::from_secs(600);

/// Rest before each work, so that none pays for another's leftovers.
const REST: Duration = Duration::from_millis(2100);

/// W1 to W6 with one peer, on fresh devices.
///
/// # Errors
/// When the peer does not even start; a work that fails is recorded and the next one tried.
pub(crate) fn session(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    if !["W1", "W2", "W3", "W4", "W5", "W6"].iter().any(|work| bench.wants(work)) {
        return Ok(());
    }
    bench.network.clean(&bench.place)?;
    {
        let nodes: Vec<&Node> = bench.network.nodes[..2].iter().collect();
        nodes.iter().try_for_each(|node| peer.start(node)).context("starting")?;
        peer.share(&nodes).context("sharing")?;
    }
    let mut two = Two { bench, peer };
    if two.wants("W1") || two.wants("W4") || two.wants("W5") {
        two.attempt("W1", Two::big_file);
    }
    if two.wants("W5") {
        two.attempt("W5b", Two::rename_folder);
    }
    for (work, copy) in [("W2", "small"), ("W3", "real")] {
        if two.bench.wants(work) {
            two.attempt(work, |two| two.new_tree(work, copy));
        }
    }
    if two.wants("W6") {
        two.attempt("W6", |two| {
            two.fill()?;
            two.small_saves()
        });
    }
    Ok(())
}

struct Two<'a, 'b> {
    bench: &'a mut Bench<'b>,
    peer: &'a mut dyn Peer,
}

impl Two<'_, '_> {
    fn wants(&self, work: &str) -> bool {
        let only_new = ["W1", "W2", "W3"].contains(&work);
        self.bench.wants(work) && (only_new || self.peer.follows())
    }

    fn attempt(&mut self, work: &str, run: impl FnOnce(&mut Self) -> Result<()>) {
        if self.bench.stop.asked() {
            return;
        }
        if let Err(error) = run(self) {
            self.bench.records.failed(work, self.peer.name(), &error);
        }
    }

    fn a(&self) -> PathBuf {
        self.bench.network.nodes[0].folder.clone()
    }

    fn b(&self) -> PathBuf {
        self.bench.network.nodes[1].folder.clone()
    }

    /// Makes the change and takes the time until `arrived`, then until B's disk has it; checks the trees.
    fn timed(
        &mut self,
        work: &str,
        change: impl FnOnce() -> Result<()>,
        mut arrived: impl FnMut() -> bool,
        part: &str,
    ) -> Result<()> {
        let nodes: Vec<&Node> = self.bench.network.nodes[..2].iter().collect();
        self.peer.settle(&nodes)?;
        std::thread::sleep(REST);
        self.bench.place.flush()?;
        self.bench.place.ready_memory()?;
        let (peer, stop, place) = (&mut *self.peer, &self.bench.stop, &self.bench.place);
        let run = |clock: &mut Clock| -> Result<f64> {
            change()?;
            clock.restart();
            bring(peer, &nodes)?;
            stop.wait_for(work, limit(peer), || arrived().then_some(()))?;
            clock.stop();
            let flush = Instant::now();
            place.flush()?;
            let flush = flush.elapsed().as_secs_f64();
            // What it still does afterwards was caused by this work too.
            peer.settle(&nodes)?;
            Ok(flush)
        };
        let (flush, mut figures) = measured(&nodes, run);
        let seconds = figures.get(&Measure::Seconds).copied().unwrap_or_default();
        figures.insert(Measure::Safe, seconds + flush?);
        must_equal(&nodes[0].folder.join(part), &nodes[1].folder.join(part))?;
        self.bench.records.add(work, self.peer.name(), figures)
    }

    /// W2, W3 and W1: a prepared tree appears at once.
    fn new_tree(&mut self, work: &str, copy: &str) -> Result<()> {
        let staged = self.bench.place.stage().join(copy);
        self.bench.copies.place(copy, &staged)?;
        let (expected, _) = tree(&staged)?;
        let to = self.a().join(copy);
        let mut frontier = Frontier::new(expected, self.b().join(copy));
        self.timed(work, || Ok(fs::rename(&staged, &to)?), || frontier.reached(), copy)
    }

    /// W1, then W4 and W5a on the same file.
    fn big_file(&mut self) -> Result<()> {
        self.new_tree("W1", "one")?;
        let (a, b) = (self.a().join("one/big.bin"), self.b().join("one/big.bin"));
        if self.wants("W4") {
            self.attempt("W4a", |two| two.timed("W4a", || append(&a), same_stat(&a, &b), "one"));
            self.attempt("W4b", |two| two.put_in_front(&a, &b));
            self.attempt("W4c", |two| two.timed("W4c", || scatter(&a), same_stat(&a, &b), "one"));
        }
        if self.wants("W5") {
            self.attempt("W5a", |two| {
                let expected = vec![("renamed.bin".into(), Some(fs::metadata(&a)?.len()))];
                let mut frontier = Frontier::new(expected, two.b().join("one"));
                let change = || Ok(fs::rename(&a, a.with_file_name("renamed.bin"))?);
                two.timed("W5a", change, || frontier.reached() && !b.exists(), "one")
            });
        }
        fs::remove_dir_all(self.a().join("one"))?;
        self.gone("one")
    }

    /// As most programs save: a new file, renamed over the old one.
    fn put_in_front(&mut self, a: &Path, b: &Path) -> Result<()> {
        let staged = self.bench.place.stage().join("longer.bin");
        let mut longer = File::create(&staged)?;
        longer.write_all(b"!")?;
        std::io::copy(&mut File::open(a)?, &mut longer)?;
        drop(longer);
        self.timed("W4b", || Ok(fs::rename(&staged, a)?), same_stat(a, b), "one")
    }

    fn rename_folder(&mut self) -> Result<()> {
        let staged = self.bench.place.stage().join("thousand");
        self.bench.copies.place("thousand", &staged)?;
        let (expected, _) = tree(&staged)?;
        let (old, new) = (self.a().join("old"), self.a().join("new"));
        fs::rename(&staged, &old)?;
        let mut before = Frontier::new(expected.clone(), self.b().join("old"));
        self.brought(|| before.reached())?;
        let left = self.b().join("old");
        let mut after = Frontier::new(expected, self.b().join("new"));
        let arrived = || after.reached() && !has_files(&left);
        self.timed("W5b", || Ok(fs::rename(&old, &new)?), arrived, "new")
    }

    /// Waits, outside of any clock, until a deletion has arrived.
    fn gone(&mut self, part: &str) -> Result<()> {
        let there = self.b().join(part);
        self.brought(|| !has_files(&there))
    }

    fn brought(&mut self, mut arrived: impl FnMut() -> bool) -> Result<()> {
        let nodes: Vec<&Node> = self.bench.network.nodes[..2].iter().collect();
        bring(self.peer, &nodes)?;
        let arrived = || arrived().then_some(());
        self.bench.stop.wait_for("an untimed change", limit(self.peer), arrived)?;
        Ok(())
    }

    /// Brings the 20,000 files among which W6 happens, as far as no other work has.
    fn fill(&mut self) -> Result<()> {
        for copy in ["small", "real"] {
            let to = self.a().join(copy);
            if to.exists() {
                continue;
            }
            let staged = self.bench.place.stage().join(copy);
            self.bench.copies.place(copy, &staged)?;
            let mut frontier = Frontier::new(tree(&staged)?.0, self.b().join(copy));
            fs::rename(&staged, &to)?;
            self.brought(|| frontier.reached())?;
        }
        Ok(())
    }

    /// W6: the file is written in place; the first save, which creates it, is not counted.
    fn small_saves(&mut self) -> Result<()> {
        let nodes: Vec<&Node> = self.bench.network.nodes[..2].iter().collect();
        self.peer.settle(&nodes)?;
        let (from, to) = (nodes[0].folder.join("note.txt"), nodes[1].folder.join("note.txt"));
        let (peer, stop) = (&mut *self.peer, &self.bench.stop);
        let saves = self.bench.options.saves;
        let (millis, mut figures) = measured(&nodes, |_| -> Result<Vec<f64>> {
            let mut millis = Vec::new();
            for save in 0..=u64::from(saves) {
                std::thread::sleep(Duration::from_millis(copies::draw(
                    "pause",
                    save,
                    (1000, 2000),
                )));
                let mut text = vec![0; copies::draw("save", save, (100, 4000)) as usize];
                copies::fill("save", save, &mut text);
                fs::write(&from, &text)?;
                let start = Instant::now();
                bring(peer, &nodes)?;
                let there = || fs::read(&to).is_ok_and(|found| found == text).then_some(());
                stop.wait_for("a small save", limit(peer), there)?;
                millis.push(start.elapsed().as_secs_f64() * 1e3);
            }
            Ok(millis.split_off(1))
        });
        let millis = millis?;
        figures.remove(&Measure::Seconds);
        figures.extend(median(millis.clone()).map(|value| (Measure::Median, value)));
        figures.extend(percentile(millis, 0.95).map(|value| (Measure::P95, value)));
        self.bench.records.add("W6", self.peer.name(), figures)
    }
}

/// Runs the pass of a system that is run by a command.
fn bring(peer: &mut dyn Peer, nodes: &[&Node]) -> Result<()> {
    match peer.continuous() {
        true => Ok(()),
        false => peer.kick(nodes[0], nodes[1]),
    }
}

/// What is not there after a command has ended will not come.
fn limit(peer: &dyn Peer) -> Duration {
    if peer.continuous() { WORK_MAX } else { Duration::ZERO }
}

/// True once B's file has the size and the second of A's.
fn same_stat(a: &Path, b: &Path) -> impl FnMut() -> bool {
    let (a, b) = (a.to_path_buf(), b.to_path_buf());
    move || match (fs::metadata(&a), fs::metadata(&b)) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.mtime() == b.mtime(),
        _ => false,
    }
}

fn append(path: &Path) -> Result<()> {
    copies::write(&mut File::options().append(true).open(path)?, MIB, "append")
}

fn scatter(path: &Path) -> Result<()> {
    let mut file = File::options().write(true).open(path)?;
    let end = file.metadata()?.len() - 4096;
    let mut block = [0; 4096];
    for number in 0..100 {
        copies::fill("scatter", number, &mut block);
        file.seek(SeekFrom::Start(copies::draw("scatter", number, (0, end))))?;
        file.write_all(&block)?;
    }
    Ok(())
}
