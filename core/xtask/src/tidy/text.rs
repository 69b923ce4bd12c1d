//! Checks on the lines of one file.

use super::Faults;

/// Words that mark work left undone; written in two halves, so that this file does not hold them.
const LEFTOVERS: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];

/// Macros that no finished Rust file calls.
const MACROS: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")];

/// Folders of one particular machine.
const MACHINES: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/var/", "tmp/")];

/// Rules for every text file.
pub(super) fn everywhere(text: &str) -> Faults {
    let mut faults = Faults::new();
    for (at, line) in lines(text) {
        if line.ends_with([' ', '\t', '\r']) {
            faults.push((at, "ends with white space".into()));
        }
        for word in LEFTOVERS.iter().filter(|word| has_word(line, word)) {
            faults.push((at, format!("holds {word}: do it, or say in the issue what is missing")));
        }
        for folder in MACHINES.iter().filter(|folder| names_folder(line, folder)) {
            faults.push((at, format!("names {folder}, a folder of one machine")));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push((text.lines().count(), "does not end with a line break".into()));
    }
    faults
}

/// Rules for Rust files.
pub(super) fn rust(text: &str) -> Faults {
    let mut faults = Faults::new();
    if !text.starts_with("//!") {
        faults
            .push((1, "does not open with `//!`: what it is, what holds, what is not here".into()));
    }
    for (at, line) in lines(text).filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for name in MACROS.iter().filter(|name| line.contains(**name)) {
            faults.push((at, format!("calls {name}…)")));
        }
    }
    faults
}

/// A file is a room that can be seen from its door.
pub(super) fn length(text: &str, lines_max: usize) -> Faults {
    let lines = text.lines().count();
    match lines > lines_max {
        true => vec![(lines, format!("{lines} lines, at most {lines_max}: split it by meaning"))],
        false => Faults::new(),
    }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // Not `str::lines`, which hides a carriage return.
    text.split('\n').enumerate().map(|(at, line)| (at + 1, line))
}

fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        !inside(line[..at].chars().next_back()) && !inside(line[at + word.len()..].chars().next())
    })
}

/// An absolute path only: a folder of the same name inside another is no such folder.
fn names_folder(line: &str, folder: &str) -> bool {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | '~');
    line.match_indices(folder).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_path))
}

#[cfg(test)]
mod tests {
    use super::{everywhere, length, rust};

    #[test]
    fn white_space_at_the_end_of_a_line_is_a_fault() {
        assert_eq!(everywhere("a \nb\n").len(), 1);
        assert_eq!(everywhere("a\r\n").len(), 1);
        assert_eq!(everywhere("a").len(), 1);
        assert!(everywhere("a\nb\n").is_empty());
    }

    #[test]
    fn a_marker_of_undone_work_is_a_fault() {
        assert_eq!(everywhere(concat!("// TO", "DO: later\n")).len(), 1);
        assert!(everywhere(concat!("MASTO", "DONT\n")).is_empty());
    }

    #[test]
    fn a_folder_of_one_machine_is_a_fault() {
        assert_eq!(everywhere(concat!("cd /wo", "rk/main\n")).len(), 1);
        assert!(everywhere(concat!("photos/wo", "rk/x\n")).is_empty());
    }

    #[test]
    fn a_rust_file_opens_with_its_meaning() {
        assert_eq!(rust("use std::fmt;\n").len(), 1);
        assert!(rust("//! What it is.\n").is_empty());
    }

    #[test]
    fn a_macro_of_unfinished_work_is_a_fault_outside_comments() {
        assert_eq!(rust(concat!("//! A.\nfn a() { todo", "!() }\n")).len(), 1);
        assert!(rust(concat!("//! A.\n// never dbg", "!(x)\n")).is_empty());
    }

    #[test]
    fn a_long_file_is_a_fault() {
        assert!(length(&"a\n".repeat(500), 500).is_empty());
        assert_eq!(length(&"a\n".repeat(501), 500).len(), 1);
    }
}
