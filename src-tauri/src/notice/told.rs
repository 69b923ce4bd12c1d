//! What a person was told already, kept over restarts of the app so that nothing is told twice.
//!
//! A list of keys, the oldest first, with a limit. When the file can't be read or written the worst that
//! happens is that something is told again.

use std::path::Path;

/// Keys that are remembered.
const KEYS_MAX: usize = 2_000;
/// Bytes of the file that are read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What was told.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    keys: Vec<String>,
}

impl Told {
    /// What the file says; nothing if there is none.
    pub(crate) fn load(file: &Path) -> Self {
        let fits = std::fs::metadata(file).is_ok_and(|stat| stat.len() <= FILE_BYTES_MAX);
        let text = fits.then(|| std::fs::read(file).ok()).flatten().unwrap_or_default();
        Self { keys: serde_json::from_slice(&text).unwrap_or_default() }
    }

    /// Puts it into the file.
    pub(crate) fn save(&self, file: &Path) -> std::io::Result<()> {
        if let Some(directory) = file.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let beside = file.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec(&self.keys)?)?;
        std::fs::rename(beside, file)
    }

    /// Whether this is told for the first time; from now on it is not.
    pub(crate) fn is_new(&mut self, key: &str) -> bool {
        if self.keys.iter().any(|known| known == key) {
            return false;
        }
        if self.keys.len() == KEYS_MAX {
            self.keys.remove(0);
        }
        self.keys.push(key.to_owned());
        true
    }

    /// How many keys start like this.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.keys.iter().filter(|key| key.starts_with(start)).count()
    }

    /// Forgets the keys that start like this and are not among `present`: should it come back, it is news.
    pub(crate) fn keep_only(&mut self, start: &str, present: &[String]) {
        self.keys.retain(|key| !key.starts_with(start) || present.contains(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_known_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new/told.json");
        let mut told = Told::load(&file);
        assert!(told.is_new("a") && !told.is_new("a"));
        told.save(&file).unwrap();
        assert_eq!(Told::load(&file), told);
    }

    #[test]
    fn a_file_of_anything_else_is_taken_as_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("told.json");
        std::fs::write(&file, "{\"not\": \"a list\"").unwrap();
        assert_eq!(Told::load(&file), Told::default());
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut told = Told::default();
        (0..=KEYS_MAX).for_each(|n| assert!(told.is_new(&n.to_string())));
        assert_eq!(told.keys.len(), KEYS_MAX);
        assert!(!told.is_new(&KEYS_MAX.to_string()) && told.is_new("0"));
    }
}
