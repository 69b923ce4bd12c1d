//! The files to work with: made once, the same bytes on every machine, kept for later runs.
//!
//! Bytes are the endless output of BLAKE3 over "seed/number", sizes are drawn from it too.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::place::Place;
use super::{Options, WORKS};
use crate::step;

pub(crate) const MIB: u64 = 1 << 20;

/// Files that the works on many files use.
pub(crate) const MANY: u64 = 100_000;

/// Numbers of files between which growth is measured.
pub(crate) const GROWTH: &[u64] = &[10_000, 100_000, 1_000_000];

/// Sizes of one file, in GiB, between which it is measured too.
pub(crate) const LARGE: &[u64] = &[1, 4];

/// Files of a GiB, one for each way of reading: what was read of one is there for the next reader.
pub(crate) const FAR: [&str; 3] = ["first.bin", "order.bin", "random.bin"];
pub(crate) const FAR_SIZE: u64 = 1024 * MIB;

/// A tree that real people made, found on every machine with a C compiler.
const REAL: &str = "/usr/include";

/// The prepared copies.
pub(crate) struct Copies {
    root: PathBuf,
}

impl Copies {
    /// Makes what the asked works need and is not there yet.
    ///
    /// # Errors
    /// When the disk is too small or cannot be written.
    pub(crate) fn make(place: &Place, options: &Options) -> Result<Self> {
        let copies = Self { root: place.root.join("copies") };
        let only =
            |work: &&&str| options.only.is_empty() || options.only.iter().any(|one| one == **work);
        for work in WORKS.iter().filter(only) {
            copies.prepare(work)?;
        }
        Ok(copies)
    }

    fn prepare(&self, work: &str) -> Result<()> {
        match work {
            "W1" | "W4" => self.once("one", |to| one(&to.join("big.bin"), 1024 * MIB, "w1")),
            "W2" => self.once("small", |to| many(to, 10_000, 100, (1024, 16_384))),
            "W3" => self.once("real", |to| copy(Path::new(REAL), &to.join("tree"), "-a")),
            "W5" => {
                self.prepare("W1")?;
                self.once("thousand", |to| many(to, 1000, 1, (4096, 4096)))
            }
            "W6" => ["W2", "W3"].into_iter().try_for_each(|work| self.prepare(work)),
            "W7" => {
                self.prepare("W2")?;
                self.once("far", |to| {
                    FAR.iter().try_for_each(|name| one(&to.join(name), FAR_SIZE, name))
                })
            }
            "W8" | "W9" => self.once("many", |to| many(to, MANY, 1000, (256, 2048))),
            "W10" => self.once("shared", |to| one(&to.join("shared.bin"), 256 * MIB, "w10")),
            "growth" => self.prepare_growth(),
            _ => Ok(()),
        }
    }

    fn prepare_growth(&self) -> Result<()> {
        for &count in GROWTH {
            self.once(&grown(count), |to| many(to, count, count / 100, (256, 2048)))?;
        }
        for &size in LARGE {
            self.once(&large(size), |to| one(&to.join("large.bin"), size * 1024 * MIB, "large"))?;
        }
        Ok(())
    }

    fn once(&self, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let (done, making) = (self.root.join(name), self.root.join(format!("{name}.part")));
        if done.exists() {
            return Ok(());
        }
        println!("making the files of `{name}`");
        let _ = fs::remove_dir_all(&making);
        fs::create_dir_all(&making)?;
        make(&making).with_context(|| format!("making the files of {name}"))?;
        Ok(fs::rename(making, done)?)
    }

    /// Where a prepared copy is; it must not be changed.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Copies a prepared tree to `to`, which a rename then puts in place.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub(crate) fn place(&self, name: &str, to: &Path) -> Result<()> {
        copy(&self.root.join(name), to, "-a")
    }

    /// The same without copying bytes, for works that only read.
    ///
    /// # Errors
    /// When it cannot be linked.
    pub(crate) fn link(&self, name: &str, to: &Path) -> Result<()> {
        copy(&self.root.join(name), to, "-al")
    }
}

/// The name of the copy with so many files.
pub(crate) fn grown(count: u64) -> String {
    format!("grown-{count}")
}

/// The name of the copy with one file of so many GiB.
pub(crate) fn large(gib: u64) -> String {
    format!("large-{gib}")
}

fn copy(from: &Path, to: &Path, how: &str) -> Result<()> {
    let mut command = std::process::Command::new("cp");
    let status = command.arg(how).arg(from).arg(to).status()?;
    anyhow::ensure!(status.success(), "{}: {status}", step::typed(&command));
    Ok(())
}

/// Fills a buffer with the bytes number `number` of `seed`.
pub(crate) fn fill(seed: &str, number: u64, buffer: &mut [u8]) {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{seed}/{number}").as_bytes());
    hasher.finalize_xof().fill(buffer);
}

/// A number from `low` to `high`, the same for the same seed and number.
pub(crate) fn draw(seed: &str, number: u64, (low, high): (u64, u64)) -> u64 {
    let mut bytes = [0; 8];
    fill(&format!("{seed}/draw"), number, &mut bytes);
    low + u64::from_le_bytes(bytes) % (high - low + 1)
}

/// Writes `size` bytes of `seed`, a MiB at a time.
pub(crate) fn write(file: &mut impl Write, size: u64, seed: &str) -> Result<()> {
    let mut block = vec![0; MIB as usize];
    for number in 0..size.div_ceil(MIB) {
        fill(seed, number, &mut block);
        let left = (size - number * MIB).min(MIB);
        file.write_all(&block[..left as usize])?;
    }
    Ok(())
}

/// Writes `size` zeros, a MiB at a time.
pub(crate) fn write_zeros(file: &mut impl Write, size: u64) -> Result<()> {
    let block = vec![0; MIB as usize];
    (0..size / MIB).try_for_each(|_| file.write_all(&block))?;
    Ok(())
}

fn one(path: &Path, size: u64, seed: &str) -> Result<()> {
    write(&mut File::create(path)?, size, seed)
}

fn many(to: &Path, count: u64, folders: u64, sizes: (u64, u64)) -> Result<()> {
    let mut block = vec![0; sizes.1 as usize];
    for number in 0..count {
        let folder = to.join(format!("d{:05}", number % folders));
        if number < folders {
            fs::create_dir(&folder)?;
        }
        let size = draw("many", number, sizes) as usize;
        fill("many", number, &mut block[..size]);
        fs::write(folder.join(format!("f{number:07}.dat")), &block[..size])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{draw, write};

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let bytes = |seed| {
            let mut bytes = Vec::new();
            write(&mut bytes, 3_000_000, seed).unwrap();
            bytes
        };
        assert_eq!(bytes("a").len(), 3_000_000);
        assert_eq!(bytes("a"), bytes("a"));
        assert_ne!(bytes("a"), bytes("b"));
    }

    #[test]
    fn a_drawn_number_stays_in_its_range() {
        assert!((0..1000).all(|number| (10..=12).contains(&draw("x", number, (10, 12)))));
        assert_eq!(draw("x", 7, (5, 5)), 5);
    }
}
