//! Taking along what is here of a folder, from a directory of the service's own to the user's: a view that is
//! attached, a folder that was streamed and is to be a clone.
//!
//! The index goes with it, so that what was written stays what it is: an edit of the version that was shown.
//! Invariant: everything stands in the new place and is durable before that is noted, and goes from the old one
//! only afterwards, so that a crash at any moment leaves one place that is whole. On one volume no byte is
//! copied: until the old names are gone a file has both.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use model::path::OWN_DIRECTORY;
use model::{FolderId, Mode};
use store::home::Attachment;
use tokio::task::spawn_blocking;

use crate::folders::{self, Runtime};
use crate::node::Node;

/// What goes along of the service's own directory.
const ARCHIVE: &str = "archive";

/// Makes it a clone at `path`, an empty directory; whether that was possible: no program may have a file open
/// there. Whoever calls holds the turn, and has taken away what was mounted at `path`.
pub(crate) async fn move_to(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    path: &Path,
) -> anyhow::Result<bool> {
    let target = path.to_owned();
    if !spawn_blocking(move || is_empty(&target)).await? {
        return Ok(false);
    }
    super::hide(node, runtime, true);
    if runtime.is_used() {
        super::hide(node, runtime, false);
        return Ok(false);
    }
    let (old, folder) = (runtime.path.clone(), runtime.id);
    let (mode, place) = (runtime.mode(), runtime.place());
    let before = Attachment { folder, root: Some(old.clone()), mode, place };
    let root = Some(path.to_owned());
    let new = Attachment { folder, root, mode: Mode::Clone, place: None };
    folders::close(node, folder).await;
    if let Err(error) = copy_and_note(node, old.clone(), new.clone()).await {
        folders::open(node, &before).await?;
        node.drives.folders_changed();
        return Err(error);
    }
    super::say(node, folder, Some(Mode::Clone)).await?;
    folders::open(node, &new).await?;
    // All of it stands in the new place.
    drop(spawn_blocking(move || fs::remove_dir_all(old)).await);
    Ok(true)
}

async fn copy_and_note(node: &Arc<Node>, old: PathBuf, new: Attachment) -> anyhow::Result<()> {
    let keeper = Arc::clone(node);
    let copied = spawn_blocking(move || {
        let target = new.root.as_deref().context("a folder without a directory")?;
        let mut made = Vec::new();
        let moved = take_along((&old, target), new.folder, &mut made).and_then(|()| {
            ensure!(keeper.book.attach(&new), "the new place could not be kept");
            Ok(())
        });
        if moved.is_err() {
            take_back(target, made);
        }
        moved
    });
    copied.await.context("copying what was written")?
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Copies what a view holds, durably, and marks the new place as the folder's.
fn take_along(
    (old, new): (&Path, &Path),
    folder: FolderId,
    made: &mut Vec<PathBuf>,
) -> anyhow::Result<()> {
    copy_directory(old, new, Some(OWN_DIRECTORY), made).context("copying the files")?;
    let (from, to) = (old.join(OWN_DIRECTORY), new.join(OWN_DIRECTORY));
    fs::create_dir_all(to.join(ARCHIVE))?;
    copy_directory(&from.join(ARCHIVE), &to.join(ARCHIVE), None, made)
        .context("copying earlier versions")?;
    drop(disk::Root::adopt(new, folder)?);
    rustix::fs::syncfs(File::open(new)?).context("making it durable")
}

/// Takes away what was made in the new place before something failed, and nothing else.
fn take_back(new: &Path, made: Vec<PathBuf>) {
    for path in made.into_iter().rev() {
        // Where somebody else has put something meanwhile, the directory stays.
        drop(fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)));
    }
    drop(fs::remove_dir_all(new.join(OWN_DIRECTORY)));
}

/// Copies what stands in a directory, but for one name, into another one, and notes what it has made; never
/// over anything.
fn copy_directory(
    from: &Path,
    to: &Path,
    left_out: Option<&str>,
    made: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if left_out.is_some_and(|name| entry.file_name() == name) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&target)?;
            made.push(target.clone());
            copy_directory(&source, &target, None, made)?;
            fs::set_permissions(&target, entry.metadata()?.permissions())?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
            made.push(target);
        } else if kind.is_file() {
            copy_file(&source, &target, made)?;
        }
    }
    Ok(())
}

/// Gives a file a second name, or copies it with its mode and its time where that can't be.
fn copy_file(source: &Path, target: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if fs::hard_link(source, target).is_ok() {
        made.push(target.to_owned());
        return Ok(());
    }
    let facts = fs::metadata(source)?;
    // Somebody may have put a file there since the directory was found to be empty.
    drop(File::create_new(target)?);
    made.push(target.to_owned());
    fs::copy(source, target)?;
    let writable = facts.permissions().mode() | 0o200;
    fs::set_permissions(target, fs::Permissions::from_mode(writable))?;
    File::options().write(true).open(target)?.set_modified(facts.modified()?)?;
    fs::set_permissions(target, facts.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_goes_along_as_it_is_and_nothing_of_the_service_but_earlier_versions() {
        let place = tempfile::tempdir().unwrap();
        let (old, new) = (place.path().join("old"), place.path().join("new"));
        for directory in [".homefold/staging", ".homefold/archive/ab", "d/e"] {
            fs::create_dir_all(old.join(directory)).unwrap();
        }
        fs::create_dir(&new).unwrap();
        for (name, mode) in [(".homefold/staging/x", 0o600), (".homefold/archive/ab/y", 0o400)] {
            fs::write(old.join(name), "own").unwrap();
            fs::set_permissions(old.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::write(old.join("d/e/f.txt"), "written").unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123);
        File::options()
            .write(true)
            .open(old.join("d/e/f.txt"))
            .unwrap()
            .set_modified(time)
            .unwrap();
        fs::set_permissions(old.join("d/e/f.txt"), fs::Permissions::from_mode(0o444)).unwrap();
        symlink("nowhere", old.join("link")).unwrap();
        let mut made = Vec::new();
        take_along((&old, &new), FolderId([3; 16]), &mut made).unwrap();
        let facts = fs::metadata(new.join("d/e/f.txt")).unwrap();
        assert_eq!((facts.modified().unwrap(), facts.permissions().mode() & 0o777), (time, 0o444));
        assert_eq!(fs::read(new.join("d/e/f.txt")).unwrap(), b"written");
        assert_eq!(fs::read_link(new.join("link")).unwrap(), Path::new("nowhere"));
        assert_eq!(fs::read(new.join(".homefold/archive/ab/y")).unwrap(), b"own");
        assert!(!new.join(".homefold/staging/x").exists());
        assert!(disk::Root::open(&new, FolderId([3; 16])).is_ok());
    }

    #[test]
    fn what_somebody_has_put_there_meanwhile_stays_and_what_was_made_is_taken_back() {
        let place = tempfile::tempdir().unwrap();
        let (old, new) = (place.path().join("old"), place.path().join("new"));
        fs::create_dir_all(old.join("d")).unwrap();
        fs::create_dir(&new).unwrap();
        fs::write(old.join("d/x"), "ours").unwrap();
        fs::write(old.join("a"), "ours too").unwrap();
        fs::write(new.join("d"), "somebody's").unwrap();
        let mut made = Vec::new();
        take_along((&old, &new), FolderId([3; 16]), &mut made).unwrap_err();
        assert!(copy_file(&old.join("a"), &new.join("d"), &mut made).is_err());
        take_back(&new, made);
        let left: Vec<_> = fs::read_dir(&new).unwrap().flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, ["d"]);
        assert_eq!(fs::read(new.join("d")).unwrap(), b"somebody's");
        assert_eq!(fs::read(old.join("d/x")).unwrap(), b"ours");
    }
}
