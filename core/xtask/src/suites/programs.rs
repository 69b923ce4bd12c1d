//! Programs that people use, on files of the drive: `fsx`, git, SQLite, a compiler, and two that load the disk.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::home::{Home, until};
use super::{Options, quietly, tool};
use crate::workspace;

/// One of them.
pub(super) type Suite = fn(&Home, &Options) -> Result<()>;

const FSX: &str = "0.3.2";
/// Sources of the program that is built.
const SOURCES: u64 = 120;

/// `fsx` on a file that is made on the drive: mapped, read, written, cut, punched.
pub(super) fn fsx(home: &Home, options: &Options) -> Result<()> {
    let program = tool("fsx", FSX)?;
    let steps = options.much(100_000, 5_000).to_string();
    for (name, directory) in [("local", home.local("fsx")?), ("streamed", home.here(""))] {
        let mut command = Command::new(&program);
        command.args(["-N", &steps, "-S", "7", "-q"]).arg(directory.join("fsx.bin"));
        quietly(command.current_dir(std::env::temp_dir()))?;
        println!("{name}: {steps} steps");
        fs::remove_file(directory.join("fsx.bin"))?;
    }
    home.settle()
}

/// A repository is cloned into the drive and worked on; another one is elsewhere, and is looked through and packed.
pub(super) fn git(home: &Home, options: &Options) -> Result<()> {
    let depth = format!("--depth={}", options.much(300, 30));
    let (local, remote) = (home.local("git")?.join("repository"), "remote.git");
    clone(&local, &[&depth])?;
    at(&local, &["checkout", "-q", "-b", "work"])?;
    fs::write(local.join("new.txt"), "new")?;
    at(&local, &["add", "new.txt"])?;
    let author = ["-c", "user.name=suite", "-c", "user.email=suite@localhost"];
    at(&local, &[&author[..], &["commit", "-qm", "one"]].concat())?;
    at(&local, &["gc", "--quiet", "--prune=now"])?;
    checked(&local)?;
    // A shallow one: git looks whether its list of borders changed while it worked.
    clone(&home.there(remote), &[&depth])?;
    home.settle()?;
    let shown = home.here(remote);
    checked(&shown)?;
    at(&shown, &["gc", "--quiet", "--prune=now"])?;
    checked(&shown)?;
    home.settle()?;
    checked(&home.there(remote))?;
    checked(&home.there("git/repository"))
}

fn clone(to: &Path, options: &[&str]) -> Result<String> {
    let source = format!("file://{}", workspace::root().display());
    let mut command = Command::new("git");
    command.args(["clone", "--quiet", "--single-branch", "--no-tags"]).args(options);
    quietly(command.arg(source).arg(to))
}

fn at(repository: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    quietly(command.arg("-C").arg(repository).args(arguments))
}

/// Every object is whole, and the work tree is what was committed.
fn checked(repository: &Path) -> Result<()> {
    at(repository, &["fsck", "--full", "--strict"])?;
    let changed = at(repository, &["status", "--porcelain"])?;
    ensure!(changed.is_empty(), "{} differs from its commit:\n{changed}", repository.display());
    Ok(())
}

/// Two writers and a reader on one database, with a log and without; then on the other device.
pub(super) fn sqlite(home: &Home, options: &Options) -> Result<()> {
    let rows = options.much(20_000, 2_000);
    let local = home.local("sqlite")?;
    for (journal, directory) in [("wal", &local), ("delete", &local), ("delete", &home.here(""))] {
        let database = directory.join(format!("{journal}.db"));
        let table =
            format!("PRAGMA journal_mode={journal}; CREATE TABLE t (n INTEGER, text TEXT);");
        statement(&database, &table)?;
        std::thread::scope(|scope| {
            let writers = [0, 1].map(|writer| {
                let database = &database;
                scope.spawn(move || insert(database, writer, rows / 2))
            });
            writers.into_iter().try_for_each(|writer| {
                writer.join().unwrap_or_else(|_| anyhow::bail!("a writer panicked"))
            })
        })?;
        statement(&database, "UPDATE t SET text = text || 'x' WHERE n % 3 = 0; VACUUM;")?;
        sound(&database, rows)?;
        println!("{}: {rows} rows", database.file_name().unwrap_or_default().display());
    }
    home.settle()?;
    sound(&home.there("sqlite/wal.db"), rows)?;
    sound(&home.there("delete.db"), rows)?;
    home.free("delete.db")?;
    sound(&home.here("delete.db"), rows)
}

fn insert(database: &Path, writer: u64, rows: u64) -> Result<()> {
    let mut script = String::from(".timeout 60000\n");
    for start in (0..rows).step_by(100) {
        script.push_str("BEGIN IMMEDIATE;\n");
        for row in start..(start + 100).min(rows) {
            writeln!(script, "INSERT INTO t VALUES ({}, 'row {row}');", row * 2 + writer)?;
        }
        script.push_str("COMMIT;\n");
    }
    statement(database, &script).map(drop)
}

fn sound(database: &Path, rows: u64) -> Result<()> {
    let said = statement(database, "PRAGMA integrity_check; SELECT count(*) FROM t;")?;
    ensure!(said.trim() == format!("ok\n{rows}"), "{}: {said}", database.display());
    Ok(())
}

/// Runs a script on a database; a line may be long, so it goes in as a file.
fn statement(database: &Path, script: &str) -> Result<String> {
    let file = std::env::temp_dir().join(format!(
        "homefold-suite-{}-{:?}.sql",
        std::process::id(),
        std::thread::current().id()
    ));
    fs::write(&file, script)?;
    let mut command = Command::new("sqlite3");
    let said = quietly(command.arg("-bail").arg(database).arg(format!(".read {}", file.display())));
    fs::remove_file(file)?;
    said
}

/// A program in C whose sources are on the other device is built on the drive, changed and built again.
pub(super) fn build(home: &Home, _options: &Options) -> Result<()> {
    let project = home.there("project");
    fs::create_dir(&project)?;
    let mut main = String::from("#include \"all.h\"\nint main(void) { int sum = 0;\n");
    let mut header = String::new();
    for number in 0..SOURCES {
        let source = format!("#include \"all.h\"\nint part{number}(void) {{ return {number}; }}\n");
        fs::write(project.join(format!("part{number}.c")), source)?;
        writeln!(header, "int part{number}(void);")?;
        writeln!(main, "sum += part{number}();")?;
    }
    main.push_str("return sum == SUM ? 0 : 1; }\n");
    fs::write(project.join("main.c"), main)?;
    fs::write(project.join("all.h"), header)?;
    let sum = SOURCES * (SOURCES - 1) / 2;
    let rules = "objects := $(patsubst %.c,%.o,$(wildcard *.c))\nall: program\nprogram: $(objects)\n\
        \tcc -o $@ $^\n%.o: %.c all.h\n\tcc -O1 -DSUM=$(SUM) -c -o $@ $<\n";
    fs::write(project.join("Makefile"), format!("SUM := {sum}\n{rules}"))?;
    home.settle()?;
    let shown = home.here("project");
    until("the sources to be known", || shown.join("Makefile").exists())?;
    make(&shown)?;
    quietly(&mut Command::new(shown.join("program")))?;
    let again = make(&shown)?;
    ensure!(!again.contains("-c -o"), "it is built once more without a change:\n{again}");
    fs::write(shown.join("part7.c"), "#include \"all.h\"\nint part7(void) { return 7 + 0; }\n")?;
    let again = make(&shown)?;
    let compiled = again.matches("-c -o").count();
    ensure!(compiled == 1, "{compiled} sources were built after a change of one:\n{again}");
    quietly(&mut Command::new(shown.join("program")))?;
    home.settle()?;
    quietly(&mut Command::new(project.join("program"))).map(drop)
}

fn make(project: &Path) -> Result<String> {
    quietly(Command::new("make").arg("-C").arg(project).args(["-j", "2"]))
}

/// `fio` with verifying, and the file stressors of `stress-ng`; not in the short form.
pub(super) fn stress(home: &Home, options: &Options) -> Result<()> {
    let missing = ["fio", "stress-ng"].into_iter().find(|name| !workspace::has_program(name));
    if options.short || missing.is_some() {
        println!("left out: {}", missing.unwrap_or("it takes long"));
        return Ok(());
    }
    let local = home.local("stress")?;
    let mut command = Command::new("fio");
    command.args(["--name=verify", "--rw=randrw", "--size=256m", "--bsrange=512-256k"]);
    command.args(["--verify=crc32c", "--verify_fatal=1", "--ioengine=psync"]);
    quietly(command.arg(format!("--directory={}", local.display())))?;
    fs::remove_file(local.join("verify.0.0"))?;
    for stressor in STRESSORS {
        let mut command = Command::new("stress-ng");
        command.args([&format!("--{stressor}"), "1", "--timeout", "5s", "--verify"]);
        quietly(command.arg("--temp-path").arg(&local))?;
        println!("{stressor}: no error");
    }
    home.settle()
}

/// Those of `stress-ng` that work on files.
const STRESSORS: &[&str] = &[
    "access",
    "chmod",
    "copy-file",
    "dentry",
    "dir",
    "dirdeep",
    "fallocate",
    "fcntl",
    "fiemap",
    "file-ioctl",
    "filename",
    "flock",
    "fpunch",
    "hdd",
    "iomix",
    "lease",
    "link",
    "lockf",
    "mmap",
    "open",
    "rename",
    "seek",
    "symlink",
    "sync-file",
    "utime",
    "xattr",
];
