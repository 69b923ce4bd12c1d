//! The service's log: `logs/` in the data dir and standard error.
//!
//! Invariant: all log files together stay under [`FILES_MAX`] times [`FILE_MAX`] bytes. Names of
//! users' files appear at DEBUG and below only, which is off unless `HOMEFOLD_LOG` asks for it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

/// Bytes of one log file.
const FILE_MAX: u64 = 4 << 20;
/// Log files kept, the current one included.
const FILES_MAX: u32 = 5;
/// Lines that wait to be written; what comes on top is lost. Room for all of them is taken at once.
const WAITING_MAX: usize = 8192;
/// The current log file.
const CURRENT: &str = "service.log";

/// Starts logging for the whole process; the log is flushed when the guard is dropped.
///
/// # Errors
/// When the directory for the logs can't be made. A second call in one process changes nothing.
pub(crate) fn start(directory: &Path) -> anyhow::Result<WorkerGuard> {
    let writer = Rotating::open(directory).context("opening the log")?;
    let (file, guard) =
        NonBlockingBuilder::default().buffered_lines_limit(WAITING_MAX).finish(writer);
    let level = || {
        EnvFilter::try_from_env("HOMEFOLD_LOG")
            .unwrap_or_else(|_| EnvFilter::new("info,mdns_sd=warn,quinn=warn,rustls=warn"))
    };
    let started = tracing_subscriber::registry()
        .with(fmt::layer().with_writer(file).with_ansi(false).with_filter(level()))
        .with(fmt::layer().with_writer(io::stderr).with_ansi(false).with_filter(level()))
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        before(panic);
    }));
    Ok(guard)
}

/// A place in the log: a file, and how much of it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogPlace {
    inode: u64,
    read: u64,
}

/// The last `lines` lines of the log, oldest first, and where they end.
///
/// # Errors
/// When a log file can't be read.
pub(crate) fn tail(directory: &Path, lines: usize) -> io::Result<(Vec<String>, LogPlace)> {
    let mut kept: Vec<String> = Vec::new();
    let mut end = LogPlace { inode: 0, read: 0 };
    for age in 0..FILES_MAX {
        if age > 0 && kept.len() >= lines {
            break;
        }
        match read_from(&place(directory, age), 0) {
            Ok((mut older, there)) => {
                if age == 0 {
                    end = there;
                }
                older.append(&mut kept);
                kept = older;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        }
    }
    Ok((kept.split_off(kept.len().saturating_sub(lines)), end))
}

/// The whole lines after `from`, and where they end.
///
/// # Errors
/// When a log file can't be read.
pub(crate) fn since(directory: &Path, from: LogPlace) -> io::Result<(Vec<String>, LogPlace)> {
    let current = place(directory, 0);
    if std::fs::metadata(&current)?.ino() == from.inode {
        return read_from(&current, from.read);
    }
    // It was pushed back since: its end, then the new one.
    let before = place(directory, 1);
    let was_there = std::fs::metadata(&before).is_ok_and(|about| about.ino() == from.inode);
    let mut lines = if was_there { read_from(&before, from.read)?.0 } else { Vec::new() };
    let (newer, end) = read_from(&current, 0)?;
    lines.extend(newer);
    Ok((lines, end))
}

fn read_from(file: &Path, from: u64) -> io::Result<(Vec<String>, LogPlace)> {
    let mut file = File::open(file)?;
    let inode = file.metadata()?.ino();
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX * 2).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let place = LogPlace { inode, read: from + whole as u64 };
    Ok((text.lines().map(str::to_owned).collect(), place))
}

/// A file that makes room for itself by pushing older ones back.
struct Rotating {
    directory: PathBuf,
    file: File,
    written: u64,
}

impl Rotating {
    fn open(directory: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let file = OpenOptions::new().create(true).append(true).open(place(directory, 0))?;
        let written = file.metadata()?.len();
        Ok(Self { directory: directory.to_owned(), file, written })
    }

    fn rotate(&mut self) -> io::Result<()> {
        for age in (1..FILES_MAX).rev() {
            match std::fs::rename(place(&self.directory, age - 1), place(&self.directory, age)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        *self = Self::open(&self.directory)?;
        Ok(())
    }
}

fn place(directory: &Path, age: u32) -> PathBuf {
    match age {
        0 => directory.join(CURRENT),
        _ => directory.join(format!("{CURRENT}.{age}")),
    }
}

impl Write for Rotating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written > 0 && self.written + bytes.len() as u64 > FILE_MAX {
            self.rotate()?;
        }
        let count = self.file.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_never_outgrows_its_files() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Rotating::open(directory.path()).unwrap();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..30 {
            log.write_all(&line).unwrap();
        }
        let sizes: Vec<u64> = std::fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(sizes.len(), FILES_MAX as usize);
        assert!(sizes.iter().all(|size| *size <= FILE_MAX));
    }

    #[test]
    fn the_tail_reaches_into_older_files() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Rotating::open(directory.path()).unwrap();
        writeln!(log, "first").unwrap();
        log.rotate().unwrap();
        writeln!(log, "second").unwrap();
        assert_eq!(tail(directory.path(), 5).unwrap().0, ["first", "second"]);
        assert_eq!(tail(directory.path(), 1).unwrap().0, ["second"]);
    }

    #[test]
    fn a_follower_misses_nothing_when_the_log_is_pushed_back() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Rotating::open(directory.path()).unwrap();
        writeln!(log, "first").unwrap();
        let (_, place) = tail(directory.path(), 1).unwrap();
        writeln!(log, "second").unwrap();
        log.rotate().unwrap();
        writeln!(log, "third").unwrap();
        let (lines, place) = since(directory.path(), place).unwrap();
        assert_eq!(lines, ["second", "third"]);
        assert_eq!(since(directory.path(), place).unwrap().0, [""; 0]);
    }
}
