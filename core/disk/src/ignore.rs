//! What of a folder is not synced: the rules in `.homefoldignore`, and the litter of systems and
//! programs.
//!
//! Rules have gitignore syntax and stand in one file at the folder's root, which is itself synced. The
//! litter list ([`LITTER`]) comes before them, so that a rule `!pattern` takes a name off it. Ignored
//! paths are never observed, neither as present nor as gone. A directory that holds nothing but
//! [`DISPOSABLE`] litter counts as empty.

use std::io::{self, Read};
use std::path::Path;

use ::ignore::gitignore::{Gitignore, GitignoreBuilder};
use model::RelPath;
use model::path::IGNORE_FILE;

use crate::platform::is_gone;
use crate::root::Root;

/// Bytes of the rules that are read; what follows is left out with a warning.
pub const RULES_MAX: u64 = 1 << 20;

/// Names that systems and programs leave behind and that mean nothing elsewhere. Files of users that
/// merely look temporary (`*.tmp`, `*~`, `*.bak`) are not among them unless they are hidden; nor is the name
/// that vim tries a directory with (`4913`), because people number files and it stands there for a moment only.
pub const LITTER: [&str; 31] = [
    // macOS
    ".DS_Store",
    "._*",
    ".AppleDouble",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    ".TemporaryItems",
    ".DocumentRevisions-V100",
    ".apdisk",
    // Windows
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "$RECYCLE.BIN/",
    "System Volume Information/",
    // Linux desktops and file systems
    ".Trash-*/",
    "lost+found/",
    ".fuse_hidden*",
    ".nfs0*",
    ".goutputstream-*",
    ".xdp-*",
    // lock and swap files of editors and office programs
    "~$*",
    ".~lock.*#",
    ".#*",
    ".*.sw?",
    ".*.un~",
    ".*.kate-swp",
    // downloads and copies that are not complete
    "*.part",
    "*.partial",
    "*.crdownload",
    ".*.tmp",
    ".syncthing.*",
];

/// The litter that its system makes again by itself: such files are removed with their directory. The
/// rest of the litter may hold work (swap files, half a download), so it keeps its directory.
pub const DISPOSABLE: [&str; 6] =
    [".DS_Store", "._*", ".apdisk", "Thumbs.db", "ehthumbs.db", "desktop.ini"];

/// The rules of one folder, ready to be asked.
#[derive(Debug, Clone)]
pub struct Ignore {
    rules: Gitignore,
    disposable: Gitignore,
    warnings: Vec<String>,
}

impl Ignore {
    /// The rules that stand in the folder; only the litter list if there is no file.
    ///
    /// # Errors
    /// What the system reports: nothing may be scanned then, as ignored files would be taken for new.
    pub fn load(root: &Root) -> io::Result<Self> {
        let file = match root.top().open_file(IGNORE_FILE) {
            Ok(file) => file,
            Err(error) if is_gone(&error) => return Ok(Self::of_text("")),
            Err(error) => return Err(error),
        };
        if !file.metadata()?.is_file() {
            return Ok(Self::of_text(""));
        }
        let mut bytes = Vec::new();
        file.take(RULES_MAX + 1).read_to_end(&mut bytes)?;
        let cut = bytes.len() as u64 > RULES_MAX;
        bytes.truncate(RULES_MAX as usize);
        let mut ignore = Self::of_text(&String::from_utf8_lossy(&bytes));
        if cut {
            ignore.warnings.push(format!("only the first {RULES_MAX} bytes are used"));
        }
        Ok(ignore)
    }

    /// The rules written in `text`. Lines that are no valid pattern are left out and listed in
    /// [`Ignore::warnings`].
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let mut warnings = Vec::new();
        let disposable = compile(DISPOSABLE.into_iter(), &mut warnings);
        let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
        let rules = compile(LITTER.into_iter().chain(lines), &mut warnings);
        Self { rules, disposable, warnings }
    }

    /// Whether `path` or a directory above it is ignored.
    #[must_use]
    pub fn is_ignored(&self, path: &RelPath, is_dir: bool) -> bool {
        self.matches(path.as_str(), is_dir)
            || path.ancestors().any(|above| self.matches(above.as_str(), true))
    }

    /// Whether a file of this name counts as nothing when its directory is removed.
    #[must_use]
    pub fn is_disposable(&self, name: &str) -> bool {
        self.disposable.matched(Path::new(name), false).is_ignore()
    }

    /// Lines of the rules that can't be used, for people.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether `path` itself is ignored; the directories above it are known not to be.
    pub(crate) fn matches(&self, path: &str, is_dir: bool) -> bool {
        path != IGNORE_FILE && self.rules.matched(Path::new(path), is_dir).is_ignore()
    }
}

fn compile<'a>(lines: impl Iterator<Item = &'a str>, warnings: &mut Vec<String>) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        if let Err(error) = builder.add_line(None, line) {
            warnings.push(error.to_string());
        }
    }
    builder.build().unwrap_or_else(|error| {
        warnings.push(error.to_string());
        Gitignore::empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(rules: &str, path: &str) -> bool {
        Ignore::of_text(rules).is_ignored(&RelPath::parse(path).unwrap(), false)
    }

    #[test]
    fn litter_of_systems_is_ignored_and_files_of_users_are_not() {
        for path in [
            ".DS_Store",
            "a/Thumbs.db",
            "x/~$report.docx",
            ".~lock.report.odt#",
            "a/.notes.txt.swp",
            ".Trash-1000/files/a",
            "film.mkv.part",
            "a/.b.tmp",
        ] {
            assert!(ignored("", path), "{path}");
        }
        for path in [
            "a.tmp",
            "notes~",
            "a.bak",
            ".bashrc",
            "desktop",
            "thumbs",
            ".trash",
            "part",
            ".git/x",
            ".homefoldignore",
            "core.swp",
            "4913",
            "orders/4913/invoice.pdf",
        ] {
            assert!(!ignored("", path), "{path}");
        }
    }

    #[test]
    fn rules_have_the_syntax_of_gitignore() {
        let rules = "# comment\n*.log\n!keep.log\n/build/\nnode_modules/\na/**/z\n";
        for (path, expected) in [
            ("x.log", true),
            ("d/x.log", true),
            ("keep.log", false),
            ("build/x", true),
            ("d/build/x", false),
            ("d/node_modules/p/i.js", true),
            ("a/b/c/z", true),
            ("a/b", false),
        ] {
            assert_eq!(ignored(rules, path), expected, "{path}");
        }
    }

    #[test]
    fn a_rule_takes_a_name_off_the_litter_list() {
        assert!(!ignored("!*.part", "a/film.part"));
    }

    #[test]
    fn work_in_progress_is_no_disposable_litter() {
        let ignore = Ignore::of_text("");
        assert!(ignore.is_disposable(".DS_Store") && ignore.is_disposable("Thumbs.db"));
        assert!(!ignore.is_disposable("film.part") && !ignore.is_disposable(".a.swp"));
    }

    #[test]
    fn the_rules_themselves_are_always_synced() {
        assert!(!ignored("*\n.homefoldignore\n", ".homefoldignore"));
        assert!(ignored("*", "anything"));
    }

    #[test]
    fn a_line_that_is_no_pattern_is_told_and_left_out() {
        let ignore = Ignore::of_text("[z-a]\n*.log");
        assert_eq!(ignore.warnings().len(), 1);
        assert!(ignore.is_ignored(&RelPath::parse("x.log").unwrap(), false));
    }
}
