//! Reads, writes and cuts at random, compared with a copy in memory, on a file that stands elsewhere or of which
//! some parts are here, and on one so large that it is written in parts: what `fsx` can't begin with, because it
//! makes its file itself.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Result, ensure};

use super::Options;
use super::home::{Home, until};

/// Bytes of a file when it begins.
const SIZE: usize = 6 << 20;
/// Of one that is written in parts while the rest is elsewhere.
const SIZE_LARGE: usize = 36 << 20;
/// Bytes that a file may grow to beyond that.
const GROWTH: u64 = 2 << 20;
/// Bytes of one read or write.
const SPAN_MAX: u64 = 96 << 10;
/// Steps after which the file is closed and given up, so that it is remote again.
const ROUND: u64 = 250;

/// A file that is remote when it is opened, again and again; one of which parts were read before; a large one.
pub(super) fn run(home: &Home, options: &Options) -> Result<()> {
    for (name, size, mixed) in
        [("remote.bin", SIZE, false), ("mixed.bin", SIZE, true), ("large.bin", SIZE_LARGE, false)]
    {
        let mut model = Model::new(name.len() as u64, size);
        fs::write(home.there(name), &model.bytes)?;
        let file = home.here(name);
        let known = |size: usize| fs::metadata(&file).is_ok_and(|facts| facts.len() == size as u64);
        until("the file to be known", || known(size))?;
        let mut left = options.much(10_000, 750);
        while left > 0 {
            if mixed {
                model.read_parts(&file)?;
            }
            let steps = left.min(ROUND);
            model.work(&file, steps)?;
            left -= steps;
            home.free(name)?;
        }
        ensure!(fs::read(&file)? == model.bytes, "{name} differs on the drive");
        ensure!(fs::read(home.there(name))? == model.bytes, "{name} differs on the other device");
        println!("{name}: {} steps", options.much(10_000, 750));
    }
    Ok(())
}

/// What the file should hold, and where the next number comes from.
struct Model {
    bytes: Vec<u8>,
    /// Bytes that it may grow to.
    size_max: u64,
    seed: u64,
}

impl Model {
    fn new(seed: u64, size: usize) -> Self {
        let mut model = Self { bytes: Vec::new(), size_max: size as u64 + GROWTH, seed };
        model.bytes = (0..size).map(|_| model.next() as u8).collect();
        model
    }

    /// A number of a plain generator (xorshift): the same at every run.
    fn next(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 8) % end.max(1)
    }

    /// Reads a few places without changing anything, so that parts of the file are here.
    fn read_parts(&mut self, path: &Path) -> Result<()> {
        let file = File::open(path)?;
        (0..5).try_for_each(|_| self.read(&file))
    }

    fn work(&mut self, path: &Path, steps: u64) -> Result<()> {
        let file = File::options().read(true).write(true).open(path)?;
        for _ in 0..steps {
            match self.below(100) {
                0..45 => self.read(&file)?,
                45..90 => self.write(&file)?,
                90..97 => self.cut(&file)?,
                _ => file.sync_all()?,
            }
        }
        let size = file.metadata()?.len();
        ensure!(size == self.bytes.len() as u64, "the file has {size} bytes");
        Ok(())
    }

    fn read(&mut self, file: &File) -> Result<()> {
        let at = self.below(self.bytes.len() as u64) as usize;
        let length = self.below(SPAN_MAX) as usize;
        let end = (at + length).min(self.bytes.len());
        let mut found = vec![0; end - at];
        file.read_exact_at(&mut found, at as u64)?;
        ensure!(found == self.bytes[at..end], "other bytes were read at {at}..{end}");
        Ok(())
    }

    fn write(&mut self, file: &File) -> Result<()> {
        let at = self.below(self.size_max - SPAN_MAX) as usize;
        let (length, byte) = (self.below(SPAN_MAX) as usize, self.next() as u8);
        let written: Vec<u8> = (0..length).map(|n| byte.wrapping_add(n as u8)).collect();
        file.write_all_at(&written, at as u64)?;
        if length > 0 && self.bytes.len() < at + length {
            self.bytes.resize(at + length, 0);
        }
        self.bytes[at..at + length].copy_from_slice(&written);
        Ok(())
    }

    fn cut(&mut self, file: &File) -> Result<()> {
        let size = self.below(self.size_max);
        file.set_len(size)?;
        self.bytes.resize(size as usize, 0);
        Ok(())
    }
}
