//! Checks on the names of files and types: words that say nothing are banned.

use super::Faults;

/// Never part of a name.
const EMPTY_WORDS: &[&str] = &["manager", "helper", "util", "processor", "common", "misc"];

/// Never the last word of a type's or a Rust file's name: everything is data.
const EMPTY_ENDINGS: &[&str] = &["data", "info"];

/// Words after which a type's name stands.
const OPENERS: &[&str] = &["struct", "enum", "trait", "type", "union", "mod"];

/// The names of a file and of the folders that hold it.
pub(super) fn of_path(path: &str) -> Faults {
    let mut faults = Faults::new();
    for part in path.split('/') {
        let stem = part.split('.').find(|stem| !stem.is_empty()).unwrap_or_default();
        let words = words(stem);
        faults.extend(banned(&words).map(|word| (0, format!("the name {part} says `{word}`"))));
        if part.ends_with(".rs") {
            faults.extend(ending(&words).map(|word| (0, format!("{part} ends with `{word}`"))));
        }
    }
    faults
}

/// The names of the types and modules that a Rust file defines.
pub(super) fn of_types(text: &str) -> Faults {
    let mut faults = Faults::new();
    for (at, line) in text.lines().enumerate() {
        let Some(name) = defined(line) else { continue };
        let words = words(name);
        for word in banned(&words).chain(ending(&words)) {
            faults.push((at + 1, format!("the name {name} says `{word}`, which says nothing")));
        }
    }
    faults
}

/// The type or module that a line defines.
fn defined(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if rest.starts_with("//") {
        return None;
    }
    if let Some(after) = rest.strip_prefix("pub") {
        rest = after.trim_start();
        if rest.starts_with('(') {
            rest = rest.split_once(')')?.1.trim_start();
        }
    }
    let (opener, after) = rest.split_once(' ')?;
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    // An indented `type` belongs to a trait, which chose the name.
    let of_trait = opener == "type" && line.starts_with(' ');
    (OPENERS.contains(&opener) && !of_trait && !name.is_empty()).then_some(name)
}

/// `TransferManager`, `transfer_manager` and `transfer-manager` have the same words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let starts = (c.is_uppercase() && was_lower) || !c.is_alphanumeric();
        if starts {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        was_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn banned(words: &[String]) -> impl Iterator<Item = String> {
    let is_banned = |word: &&String| EMPTY_WORDS.contains(&word.trim_end_matches('s'));
    words.iter().filter(is_banned).cloned()
}

fn ending(words: &[String]) -> impl Iterator<Item = String> {
    words.last().filter(|word| EMPTY_ENDINGS.contains(&word.as_str())).cloned().into_iter()
}

#[cfg(test)]
mod tests {
    use super::{of_path, of_types};

    #[test]
    fn a_file_name_that_says_nothing_is_a_fault() {
        assert_eq!(of_path("core/disk/src/utils.rs").len(), 1);
        assert_eq!(of_path("core/common/Cargo.toml").len(), 1);
        assert_eq!(of_path("core/disk/src/file_info.rs").len(), 1);
        assert!(of_path("core/disk/src/scanner.rs").is_empty());
    }

    #[test]
    fn a_type_name_that_says_nothing_is_a_fault() {
        assert_eq!(of_types("pub(crate) struct TransferManager {\n").len(), 1);
        assert_eq!(of_types("mod helpers;\n").len(), 1);
        assert_eq!(of_types("enum ChunkData {}\n").len(), 1);
        assert!(
            of_types("struct DataDir;\n    type Data = ();\nstruct Utility;\n// struct Util\n")
                .is_empty()
        );
    }
}
