//! Works through a mounted drive: W7. The first device has every file, the second one only shows them.
//!
//! Each part reads files of its own, because what was read once is on the second device from then on, and mounts
//! anew, so that the system has kept nothing either. What is read is compared with the first device's files.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Bench;
use super::copies::{self, FAR, FAR_SIZE, MIB};
use super::meter::measured;
use super::net::Node;
use super::peer::Peer;
use super::place::{Expected, tree};
use super::record::{Figures, Measure, median, percentile};
use super::scale::warm;

/// How long a change may take until it is seen, and all files until they are known.
const SEEN_MAX: Duration = Duration::from_secs(60);

/// How often it is looked whether a change is seen.
const LOOK: Duration = Duration::from_micros(500);

/// Rest after mounting: connections are there, nothing is looked at for the first time.
const REST: Duration = Duration::from_secs(2);

const RANDOM_READS: u64 = 200;
const RANDOM_SIZE: usize = 64 << 10;

/// Files that are opened and read.
const SMALL_FILES: usize = 1000;

/// W7 with one peer, on fresh devices.
///
/// # Errors
/// When the peer does not even start; a part that fails is recorded and the next one tried.
pub(crate) fn session(bench: &mut Bench<'_>, peer: &mut dyn Peer) -> Result<()> {
    if !bench.wants("W7") || !peer.mounts() {
        return Ok(());
    }
    bench.network.clean(&bench.place)?;
    let nodes: Vec<&Node> = bench.network.nodes[..2].iter().collect();
    let at = bench.place.run().join("drive");
    fs::create_dir_all(&at)?;
    for copy in ["far", "small"] {
        bench.copies.link(copy, &nodes[0].folder.join(copy))?;
        warm(&bench.copies.path(copy))?;
    }
    nodes.iter().try_for_each(|node| peer.start(node)).context("starting")?;
    peer.pair(&nodes)?;
    peer.add(nodes[0], &nodes)?;
    peer.stream(nodes[1])?;
    peer.settle(&nodes)?;
    let mut drive = Drive { bench, peer, at };
    drive.part("W7a", Drive::first_byte);
    drive.part("W7b", Drive::in_order);
    drive.part("W7c", Drive::at_random);
    drive.part("W7d", Drive::walk);
    drive.part("W7e", Drive::small_files);
    drive.part("W7f", Drive::fresh);
    Ok(())
}

struct Drive<'a, 'b> {
    bench: &'a mut Bench<'b>,
    peer: &'a mut dyn Peer,
    at: PathBuf,
}

impl Drive<'_, '_> {
    fn nodes(&self) -> Vec<&Node> {
        self.bench.network.nodes[..2].iter().collect()
    }

    /// One part, on a new mount.
    fn part(&mut self, work: &str, run: impl FnOnce(&Self, &Path) -> Result<Figures>) {
        if self.bench.stop.asked() {
            return;
        }
        let outcome = self.mounted(run);
        let name = self.peer.name();
        let kept = outcome.and_then(|figures| self.bench.records.add(work, name, figures));
        if let Err(error) = kept {
            self.bench.records.failed(work, name, &error);
        }
    }

    fn mounted(&mut self, run: impl FnOnce(&Self, &Path) -> Result<Figures>) -> Result<Figures> {
        let nodes: Vec<&Node> = self.bench.network.nodes[..2].iter().collect();
        let shown = self.peer.mount(&nodes, &self.at).context("mounting")?;
        let outcome = self.ready(&shown).and_then(|()| run(self, &shown));
        let last = &self.bench.network.nodes[1];
        self.peer.unmount(last, &self.at).context("unmounting")?;
        outcome
    }

    /// Waits until every file is known there.
    fn ready(&self, shown: &Path) -> Result<()> {
        let known = || (shown.join("far").exists() && shown.join("small").exists()).then_some(());
        self.bench.stop.wait_for("the drive", SEEN_MAX, known)?;
        self.bench.place.flush()?;
        std::thread::sleep(REST);
        Ok(())
    }

    fn own(&self, path: &str) -> PathBuf {
        self.bench.network.nodes[0].folder.join(path)
    }

    /// W7a: open and read one byte; once, because the second time it is there.
    fn first_byte(&self, shown: &Path) -> Result<Figures> {
        let (mut millis, mut byte) = (0.0, [0; 1]);
        let (read, mut figures) = measured(&self.nodes(), |clock| -> Result<()> {
            let start = Instant::now();
            File::open(shown.join("far").join(FAR[0]))?.read_exact_at(&mut byte, 0)?;
            millis = start.elapsed().as_secs_f64() * 1e3;
            clock.stop();
            Ok(())
        });
        read?;
        let mut expected = [0; 1];
        File::open(self.own("far").join(FAR[0]))?.read_exact_at(&mut expected, 0)?;
        ensure!(byte == expected, "another byte was read");
        figures.remove(&Measure::Seconds);
        figures.insert(Measure::Median, millis);
        Ok(figures)
    }

    /// W7b: the whole file, a MiB at a time, then compared.
    fn in_order(&self, shown: &Path) -> Result<Figures> {
        let path = shown.join("far").join(FAR[1]);
        let (read, mut figures) = measured(&self.nodes(), |clock| -> Result<u64> {
            let (file, mut block, mut at) = (File::open(&path)?, vec![0; MIB as usize], 0);
            loop {
                match file.read_at(&mut block, at)? {
                    0 => break,
                    count => at += count as u64,
                }
            }
            clock.stop();
            Ok(at)
        });
        ensure!(read? == FAR_SIZE, "the file was not read to its end");
        let seconds = figures.get(&Measure::Seconds).copied().unwrap_or(f64::MAX);
        figures.insert(Measure::Rate, FAR_SIZE as f64 / 1e6 / seconds);
        must_be_same(&path, &self.own("far").join(FAR[1]))?;
        Ok(figures)
    }

    /// W7c: each read is compared at once, outside its own time.
    fn at_random(&self, shown: &Path) -> Result<Figures> {
        let (file, own) = (
            File::open(shown.join("far").join(FAR[2]))?,
            File::open(self.own("far").join(FAR[2]))?,
        );
        let (millis, figures) = measured(&self.nodes(), |_| -> Result<Vec<f64>> {
            let (mut block, mut expected) = (vec![0; RANDOM_SIZE], vec![0; RANDOM_SIZE]);
            let mut millis = Vec::new();
            for number in 0..RANDOM_READS {
                let end = FAR_SIZE - RANDOM_SIZE as u64;
                let offset = copies::draw("random", number, (0, end));
                let start = Instant::now();
                file.read_exact_at(&mut block, offset)?;
                millis.push(start.elapsed().as_secs_f64() * 1e3);
                own.read_exact_at(&mut expected, offset)?;
                ensure!(block == expected, "other bytes were read at {offset}");
            }
            Ok(millis)
        });
        Ok(spread(figures, millis?))
    }

    /// W7d: every directory listed and every file looked at.
    fn walk(&self, shown: &Path) -> Result<Figures> {
        let (walked, figures) = measured(&self.nodes(), |clock| {
            let walked = tree(&shown.join("small"));
            clock.stop();
            walked
        });
        ensure!(walked? == tree(&self.own("small"))?, "the drive shows other files");
        Ok(figures)
    }

    /// W7e: the first files of the walk.
    fn small_files(&self, shown: &Path) -> Result<Figures> {
        let (mut files, _): (Expected, u64) = tree(&self.own("small"))?;
        files.truncate(SMALL_FILES);
        let (read, figures) = measured(&self.nodes(), |clock| -> Result<Vec<Vec<u8>>> {
            let read = |(path, _): &(PathBuf, _)| fs::read(shown.join("small").join(path));
            let all = files.iter().map(read).collect::<std::io::Result<_>>()?;
            clock.stop();
            Ok(all)
        });
        for ((path, _), bytes) in files.iter().zip(read?) {
            ensure!(fs::read(self.own("small").join(path))? == bytes, "other bytes were read");
        }
        Ok(figures)
    }

    /// W7f: a file that is saved again and again; the first save, which creates it, is not counted.
    fn fresh(&self, shown: &Path) -> Result<Figures> {
        let (from, to) = (self.own("note.txt"), shown.join("note.txt"));
        let (millis, figures) = measured(&self.nodes(), |_| -> Result<Vec<f64>> {
            let mut millis = Vec::new();
            for save in 0..=u64::from(self.bench.options.saves) {
                let pause = copies::draw("pause", save, (500, 1000));
                std::thread::sleep(Duration::from_millis(pause));
                let mut text = vec![0; copies::draw("save", save, (100, 4000)) as usize];
                copies::fill("fresh", save, &mut text);
                fs::write(&from, &text)?;
                millis.push(self.seen(&to, &text)?.as_secs_f64() * 1e3);
            }
            Ok(millis.split_off(1))
        });
        Ok(spread(figures, millis?))
    }

    fn seen(&self, path: &Path, text: &[u8]) -> Result<Duration> {
        let start = Instant::now();
        while fs::read(path).ok().as_deref() != Some(text) {
            ensure!(!self.bench.stop.asked(), "stopped");
            ensure!(start.elapsed() < SEEN_MAX, "the change is not seen");
            std::thread::sleep(LOOK);
        }
        Ok(start.elapsed())
    }
}

/// Median and 95th percentile in place of the whole time.
fn spread(mut figures: Figures, millis: Vec<f64>) -> Figures {
    figures.remove(&Measure::Seconds);
    figures.extend(median(millis.clone()).map(|value| (Measure::Median, value)));
    figures.extend(percentile(millis, 0.95).map(|value| (Measure::P95, value)));
    figures
}

fn must_be_same(one: &Path, other: &Path) -> Result<()> {
    let status = std::process::Command::new("cmp").arg("--silent").args([one, other]).status()?;
    ensure!(status.success(), "other bytes were read");
    Ok(())
}
