//! Measures the index: `cargo run --release -p store --example speed -- [ROWS]`.
//!
//! Rows are put in batches of 1,000, each committed durably, as a first scan and a first transfer do.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::index::{DeviceNumber, Holders, Index, OnDisk, Row};
use engine::observation::{Knowledge, Seen, Stat};
use model::{
    Actor, Content, ContentHash, DeviceId, Dot, Entry, EntryKind, Register, RelPath, Version,
    WallTime,
};
use store::index::{Durability, FolderIndex, Reader};
use wire::Sequence;

const BATCH: u64 = 1000;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(100_000), |rows| rows.parse())?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("index.db");
    let mut index = FolderIndex::open(&file)?.index;
    for device in 0..4 {
        index.number(DeviceId([device; 32]))?;
    }
    let scanned = (0..rows).map(|n| row(n, true)).collect::<Outcome<Vec<_>>>()?;
    let arrived = (rows..rows + rows / 4).map(|n| row(n, false)).collect::<Outcome<Vec<_>>>()?;
    let settled = (rows..rows + rows / 4).map(|n| row(n, true)).collect::<Outcome<Vec<_>>>()?;
    let acted: Vec<Row> = scanned
        .iter()
        .map(|row| Row { holders: row.holders.with(DeviceNumber(3), true), ..row.clone() })
        .collect();
    put("put rows of a first scan", &mut index, &scanned)?;
    put("put rows that arrive", &mut index, &arrived)?;
    put("put the same rows once they stand on the disk", &mut index, &settled)?;
    put("put rows that another device acted on", &mut index, &acted)?;
    // The engine asks inside transactions; outside of one each question takes locks of its own.
    index.begin()?;
    let start = now();
    for row in &scanned {
        index.get(&row.path)?.ok_or("the row is missing")?;
    }
    told("get in order", scanned.len(), start);
    let start = now();
    for n in 0..rows {
        let row = &scanned[usize::try_from(n * 7919 % rows)?];
        index.get(&row.path)?.ok_or("the row is missing")?;
    }
    told("get in any order", scanned.len(), start);
    lookups(&index, &scanned)?;
    index.rollback()?;
    listings(&index, &file)?;
    let start = now();
    index.idle()?;
    told("idle", 1, start);
    let bytes = std::fs::metadata(&file)?.len();
    println!("{} bytes a row, {} MB in all", bytes / (rows + rows / 4), bytes >> 20);
    index.close()?;
    let start = now();
    let index = FolderIndex::open(&file)?.index;
    told("open", 1, start);
    let start = now();
    index.totals()?;
    told("totals, cold", 1, start);
    drop(index);
    let start = now();
    drop(FolderIndex::open(&file)?);
    told("open after a kill", 1, start);
    Ok(())
}

fn put(activity: &str, index: &mut FolderIndex, rows: &[Row]) -> Outcome {
    let start = now();
    for batch in rows.chunks(usize::try_from(BATCH)?) {
        index.begin()?;
        for row in batch {
            index.put(row)?;
        }
        index.commit(Durability::Full)?;
    }
    told(activity, rows.len(), start);
    Ok(())
}

fn lookups(index: &FolderIndex, rows: &[Row]) -> Outcome {
    let some = || rows.iter().step_by(7);
    let start = now();
    for row in some() {
        index.folded(&row.path)?;
    }
    told("look for alike names", some().count(), start);
    let start = now();
    for row in some() {
        if let Some(content) = row.register.winner().kind.content() {
            index.on_disk(content.hash)?;
        }
    }
    told("look for a content", some().count(), start);
    Ok(())
}

fn listings(index: &FolderIndex, file: &Path) -> Outcome {
    let start = now();
    let (mut after, mut count) = (Sequence(0), 0);
    loop {
        let page = index.since(after, 1000)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        count += page.len();
    }
    told("list changes", count, start);
    let start = now();
    let mut count = 0;
    let mut reader = Reader::open(file)?;
    reader.each_known(None, &mut |_| count += 1)?;
    told("tell what is known of the disk", count, start);
    let start = now();
    index.totals()?;
    told("sum up", count, start);
    Ok(())
}

fn told(activity: &str, count: usize, start: Moment) {
    let (wall, cpu) = (start.wall.elapsed(), cpu_time().saturating_sub(start.cpu));
    let each = cpu.as_secs_f64() * 1e6 / count.max(1) as f64;
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{activity}: {:.1} ms for {count}, of these {:.1} ms on a core, {each:.2} us each",
        millis(wall),
        millis(cpu)
    );
}

/// A moment by the wall and by the core: on a busy machine only the latter can be compared.
struct Moment {
    wall: Instant,
    cpu: Duration,
}

fn now() -> Moment {
    Moment { wall: Instant::now(), cpu: cpu_time() }
}

/// The time that this thread was on a core, where the system tells it.
fn cpu_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// A file in a tree of documents; either known from elsewhere only, or on this disk too.
fn row(number: u64, is_on_disk: bool) -> Outcome<Row> {
    const NAMES: [&str; 5] =
        ["AUTHORS", "README", "changelog.Debian.gz", "examples-of-use.html", "copyright"];
    let (package, place) = (number / 5, number % 5);
    let name = NAMES[usize::try_from(place)?];
    let path = format!("doc/lib-package-{package:06}/{name}");
    let dot = Dot { actor: Actor(0x1234_5678_9abc_def0), counter: number + 1 };
    let version = Version::new([(dot.actor, dot.counter)]);
    let hash = ContentHash::of(path.as_bytes());
    let size = 1000 + number * 7919 % 60_000;
    let kind = EntryKind::File { content: Content { hash, size, chunked: false }, mode: 0o644 };
    let signed = i64::try_from(number)?;
    let mtime = WallTime(1_700_000_000_123_456_789 + signed * 77_777_777);
    let ctime = WallTime(1_760_000_000_000_000_000 + signed * 33_333);
    let stat = Stat { size, mtime, ctime, inode: 5_000_000 + number, mode: 0o644 };
    let seen = Seen { kind: kind.clone(), stat };
    let disk = is_on_disk.then(|| OnDisk { seen, version: version.clone(), dot });
    let entry = Entry { kind, mtime, version, dot, resolves: None };
    Ok(Row {
        path: RelPath::parse(path)?,
        register: Register::new(entry),
        sequence: Sequence(if is_on_disk { number + 1 } else { number + 10_000_001 }),
        via: (!is_on_disk).then_some((DeviceNumber(1), Sequence(number))),
        holders: Holders(if is_on_disk { 3 } else { 2 }),
        disk,
        needed: !is_on_disk,
        problem: None,
        shown: Version::default(),
    })
}
