//! Checks on Markdown: a link to a file of the checkout leads to one, and so does a path in back-ticks that starts with
//! `core/`, `ui/` or `src-tauri/`.

use std::path::Path;

use super::Faults;

/// Links of one file that lead nowhere. Addresses of other places are not looked at.
pub(super) fn broken(root: &Path, path: &str, text: &str) -> Faults {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let mut faults = Faults::new();
    let mut in_code = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let broken = targets(line).into_iter().filter(|to| !leads(root, folder, to));
            let absent = named(line).into_iter().filter(|path| !root.join(path).exists());
            for to in broken.chain(absent) {
                faults.push((at + 1, format!("{to} leads nowhere")));
            }
        }
    }
    faults
}

/// The files that a line links to: `[text](here)`.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("](") {
        let Some(target) = line[at + 2..].split(')').next() else { continue };
        let target = target.split(['#', ' ']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains(':') {
            found.push(target);
        }
    }
    found
}

/// Files that a line names in back-ticks. A pattern, or a path that is yet to be chosen, names none.
fn named(line: &str) -> Vec<&str> {
    let is_path = |text: &&str| {
        ["core/", "ui/", "src-tauri/"].iter().any(|start| text.starts_with(start))
            && !text.contains(['*', '{', ' ', '<', '…'])
    };
    line.split('`').skip(1).step_by(2).filter(is_path).collect()
}

fn leads(root: &Path, folder: &Path, target: &str) -> bool {
    match target.strip_prefix('/') {
        Some(from_root) => root.join(from_root).exists(),
        None => root.join(folder).join(target).exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::broken;
    use crate::workspace;

    fn count(text: &str) -> usize {
        broken(&workspace::root(), "core/xtask/notes.md", text).len()
    }

    #[test]
    fn a_link_is_read_from_the_folder_of_its_file() {
        assert_eq!(count("[a](Cargo.toml) and [b](../xtask/src/main.rs#L1)"), 0);
        assert_eq!(count("[a](nowhere.md)"), 1);
    }

    #[test]
    fn a_path_in_back_ticks_is_read_from_the_root() {
        assert_eq!(count("`core/xtask/src/main.rs` and `core/*/tests`"), 0);
        assert_eq!(count("see `core/nowhere.rs`"), 1);
    }

    #[test]
    fn other_places_and_code_are_not_looked_at() {
        assert_eq!(count("[a](https://example.org) [b](#part)\n```\n[c](nowhere)\n```\n"), 0);
    }
}
