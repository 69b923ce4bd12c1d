//! The directories that a user has by custom, as suggestions of what to share.
//!
//! Where they are stands in `user-dirs.dirs` of the user's settings, else they have their English names.
//! Invariant: counting is bounded in time and follows no link. Names of files are not told.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::api::view::PlaceView;
use ::api::{ApiError, ErrorCode, PlaceKind};

use super::{Answer, place};
use crate::node::Node;

/// How long all of them may be counted.
const COUNT_MAX: Duration = Duration::from_secs(2);
/// Bytes of the settings that are read.
const SETTINGS_MAX: u64 = 64 << 10;

/// Those that are there and not shared.
pub(super) async fn places(node: &Arc<Node>) -> Answer<Vec<PlaceView>> {
    let node = Arc::clone(node);
    let found = tokio::task::spawn_blocking(move || {
        let end = Instant::now() + COUNT_MAX;
        let there = named().into_iter().filter_map(|(kind, path)| {
            let real = std::fs::canonicalize(path).ok()?;
            (real.is_dir() && !place::is_taken(&node, &real)).then_some((kind, real))
        });
        there.map(|(kind, path)| view(kind, &path, end)).collect()
    });
    found.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))
}

fn view(kind: PlaceKind, path: &Path, end: Instant) -> PlaceView {
    let (mut files, mut bytes) = (0, 0);
    let counted = count(path, end, |size| {
        files += 1;
        bytes += size;
    });
    PlaceView { kind, path: path.display().to_string(), files, bytes, counted }
}

/// Gives the size of every file below a directory; whether all were found in time.
fn count(top: &Path, end: Instant, mut file: impl FnMut(u64)) -> bool {
    let mut open = vec![top.to_owned()];
    while let Some(directory) = open.pop() {
        // What can't be read can't be shared either.
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            if Instant::now() >= end {
                return false;
            }
            match entry.metadata() {
                Ok(stat) if stat.is_dir() => open.push(entry.path()),
                Ok(stat) if stat.is_file() => file(stat.len()),
                Ok(_) | Err(_) => {}
            }
        }
    }
    true
}

/// Where each should be.
fn named() -> Vec<(PlaceKind, PathBuf)> {
    let Some(home) = std::env::home_dir() else { return Vec::new() };
    let settings = std::env::var_os("XDG_CONFIG_HOME").map_or(home.join(".config"), PathBuf::from);
    let file = settings.join("user-dirs.dirs");
    let fits = std::fs::metadata(&file).is_ok_and(|stat| stat.len() <= SETTINGS_MAX);
    let text = fits.then(|| std::fs::read_to_string(file).ok()).flatten().unwrap_or_default();
    let kinds = PlaceKind::ALL.iter().map(|kind| (*kind, told(&text, *kind, &home)));
    kinds.filter(|(_, path)| *path != home).collect()
}

/// What the settings say, or what is usual. The user's directory itself means that there is none.
fn told(settings: &str, kind: PlaceKind, home: &Path) -> PathBuf {
    let (key, usual) = match kind {
        PlaceKind::Documents => ("XDG_DOCUMENTS_DIR=", "Documents"),
        PlaceKind::Pictures => ("XDG_PICTURES_DIR=", "Pictures"),
        PlaceKind::Music => ("XDG_MUSIC_DIR=", "Music"),
        PlaceKind::Videos => ("XDG_VIDEOS_DIR=", "Videos"),
    };
    let line = settings.lines().find_map(|line| line.trim().strip_prefix(key));
    let Some(value) = line.map(|value| value.trim_matches('"')) else { return home.join(usual) };
    match value.strip_prefix("$HOME") {
        Some(below) => home.join(below.trim_matches('/')).components().collect(),
        None => PathBuf::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_settings_say_goes_before_what_is_usual() {
        let home = Path::new("/home/ada");
        let settings = "# made by a program\nXDG_DOCUMENTS_DIR=\"$HOME/Papiers\"\n\
                        XDG_MUSIC_DIR=\"/srv/music\"\nXDG_VIDEOS_DIR=\"$HOME/\"\n";
        let told = |kind| told(settings, kind, home);
        assert_eq!(told(PlaceKind::Documents), Path::new("/home/ada/Papiers"));
        assert_eq!(told(PlaceKind::Music), Path::new("/srv/music"));
        assert_eq!(told(PlaceKind::Pictures), Path::new("/home/ada/Pictures"));
        assert_eq!(told(PlaceKind::Videos), home, "there is none");
    }

    #[test]
    fn counting_follows_no_link_and_ends_in_time() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir(top.path().join("inner")).unwrap();
        std::fs::write(top.path().join("a"), "12").unwrap();
        std::fs::write(top.path().join("inner/b"), "345").unwrap();
        std::os::unix::fs::symlink(top.path(), top.path().join("inner/round")).unwrap();
        let (mut files, mut bytes) = (0, 0);
        let later = Instant::now() + Duration::from_secs(60);
        let all = count(top.path(), later, |size| {
            files += 1;
            bytes += size;
        });
        assert_eq!((all, files, bytes), (true, 2, 5));
        assert!(!count(top.path(), Instant::now(), |_| ()));
    }
}
