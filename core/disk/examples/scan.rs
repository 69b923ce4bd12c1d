//! Times what a folder on disk costs: the first look at it, a look that finds nothing, and taking in
//! files. Run as `cargo run --release -p disk --example scan -- DIRECTORY [FILES]`; the directory is
//! made, filled with FILES small files (100,000), and left there.

#![allow(clippy::print_stdout, reason = "it is a program to be read")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use disk::scanner::Batch;
use disk::{Ignore, Materializer, Place, Progress, Root, Scanner, Staging, Watcher};
use engine::change::{Change, Make, Outcome, Source};
use engine::observation::{Found, Knowledge, KnowledgeError, Known, Scope, Seen};
use model::{Content, EntryKind, FolderId, RelPath, WallTime};

type Failure = Box<dyn Error>;

#[derive(Default)]
struct Index {
    rows: BTreeMap<RelPath, Seen>,
    inodes: HashMap<u64, RelPath>,
}

impl Knowledge for Index {
    fn each_known(
        &mut self,
        under: Option<&RelPath>,
        each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError> {
        for (path, seen) in &self.rows {
            if under.is_none_or(|under| path == under || path.is_below(under)) {
                each(Known { path: path.clone(), seen: seen.clone() });
            }
        }
        Ok(())
    }

    fn by_inode(&mut self, inode: u64) -> Result<Option<Known>, KnowledgeError> {
        let path = self.inodes.get(&inode).cloned();
        Ok(path.map(|path| Known { seen: self.rows[&path].clone(), path }))
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("which directory?")?);
    let files = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    fill(&directory, files)?;
    let root = Arc::new(Root::adopt(&directory, FolderId([1; 16]))?);
    let ignore = Arc::new(Ignore::load(&root)?);
    let (staging, _) = Staging::open(root.clone())?;
    let staging = Arc::new(staging);
    let start = Instant::now();
    let (sink, _news) = crossbeam_channel::bounded(1);
    let _watcher = Watcher::start(root.clone(), ignore.clone(), sink)?;
    println!("watching: {:.3} s", start.elapsed().as_secs_f64());
    let mut index = Index::default();
    for round in ["first look", "second look", "third look"] {
        let (found, seconds) = look(&root, &ignore, &mut index, &Scope::Folder)?;
        println!("{round}: {found} differ, {seconds:.3} s");
    }
    let one = index.rows.keys().next_back().cloned().ok_or("nothing found")?;
    fs::write(directory.join(one.as_str()), "changed")?;
    let (found, seconds) = look(&root, &ignore, &mut index, &Scope::Paths(vec![one]))?;
    println!("one path: {found} differ, {:.3} ms", seconds * 1000.0);
    let materializer = Materializer::new(root.clone(), staging.clone(), ignore);
    take_small(&materializer, &staging, 10_000)?;
    take_large(&root, &materializer, &staging, 1 << 30)
}

fn fill(directory: &Path, files: usize) -> Result<(), Failure> {
    if directory.exists() {
        return Ok(());
    }
    let mut body = vec![0; 4096];
    for file in 0..files {
        let parent = directory.join(format!("d{}/e{}", file / 1000, file / 100 % 10));
        if file % 100 == 0 {
            fs::create_dir_all(&parent)?;
        }
        let length = 100 + file * 7919 % 2100;
        body[..8].copy_from_slice(&file.to_le_bytes());
        fs::write(parent.join(format!("file number {file}")), &body[..length])?;
    }
    Ok(())
}

fn look(
    root: &Arc<Root>,
    ignore: &Arc<Ignore>,
    index: &mut Index,
    scope: &Scope,
) -> Result<(usize, f64), Failure> {
    let (sink, batches) = crossbeam_channel::bounded::<Batch>(4);
    let receiving =
        std::thread::spawn(move || batches.iter().flat_map(|b| b.observations).collect::<Vec<_>>());
    let scanner = Scanner::new(root.clone(), ignore.clone());
    let start = Instant::now();
    scanner.scan(index, scope, &sink, &Progress::default())?;
    let seconds = start.elapsed().as_secs_f64();
    drop(sink);
    let found = receiving.join().map_err(|_| "a thread panicked")?;
    let count = found.len();
    for observation in found {
        if let Found::Present(seen) = observation.found {
            if matches!(seen.kind, EntryKind::File { .. }) {
                index.inodes.insert(seen.stat.inode, observation.path.clone());
            }
            index.rows.insert(observation.path, seen);
        }
    }
    Ok((count, seconds))
}

fn file(content: Content) -> Make {
    Make::File { content, mode: 0o644, mtime: WallTime(1 << 60), source: Source::Staged }
}

fn take_small(materializer: &Materializer, staging: &Staging, count: usize) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for number in 0..count {
        let mut bytes = vec![7; 1024 + number * 7919 % 15_360];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        let content = Content::single(&bytes);
        staging.small(content.hash, bytes)?;
        let path =
            RelPath::parse(format!("taken {}/{}/f{number}", std::process::id(), number / 100))?;
        changes.push(Change { path, expect: None, make: file(content), archive: true });
    }
    let start = Instant::now();
    let mut done = 0;
    for batch in changes.chunks(2000) {
        let outcomes = materializer.apply(batch);
        done += outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Done(_))).count();
    }
    println!("{done} small files taken in: {:.3} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn take_large(
    root: &Arc<Root>,
    materializer: &Materializer,
    staging: &Arc<Staging>,
    size: usize,
) -> Result<(), Failure> {
    let mut bytes = vec![0; size];
    blake3::Hasher::new().update(&std::process::id().to_le_bytes()).finalize_xof().fill(&mut bytes);
    let start = Instant::now();
    let (content, manifest) = content::read_all(&mut &bytes[..], size as u64)?;
    println!("1 GiB cut and hashed: {:.3} s", start.elapsed().as_secs_f64());
    let manifest = manifest.ok_or("too small")?;
    let start = Instant::now();
    let staged = staging.large(content, &manifest)?;
    for (index, chunk) in manifest.chunks().iter().enumerate() {
        staged.put(index, &bytes[chunk.offset as usize..chunk.end() as usize])?;
    }
    let put = start.elapsed().as_secs_f64();
    let path = RelPath::parse(format!("large {}", std::process::id()))?;
    let change = Change { path: path.clone(), expect: None, make: file(content), archive: true };
    let outcome = materializer.apply(&[change]).remove(0);
    let Outcome::Done(Some(stat)) = outcome else { return Err("not taken in".into()) };
    println!("1 GiB staged: {put:.3} s, taken in: {:.3} s", start.elapsed().as_secs_f64());
    bytes[0] ^= 1;
    let (edited, edited_manifest) = content::read_all(&mut &bytes[..], size as u64)?;
    let start = Instant::now();
    let staged = staging.large(edited, &edited_manifest.ok_or("too small")?)?;
    let seen = Seen { kind: EntryKind::File { content, mode: 0o644 }, stat };
    let held =
        disk::Reader::new(root.clone(), staging.clone()).open(&Place::Path { path, seen })?;
    let copied = staged.fill_from(&held, &manifest)?;
    println!("{copied} bytes copied from alike: {:.3} s", start.elapsed().as_secs_f64());
    staging.discard(edited.hash)?;
    Ok(())
}
