//! The rules over sources: what the pure crates never name, and the one door from the command line to the service.

use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace;

/// What a pure crate's `clippy.toml` must ban; the nearest such file replaces the root one.
const BANNED_BY_CLIPPY: &[&str] = &[
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::collections::HashMap",
    "std::collections::HashSet",
];

/// Modules that a pure crate never names. Clippy cannot ban a whole module.
const BANNED_MODULES: &[&str] =
    &["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::os", "tokio::"];

/// Named all the same: cutting and hashing use every core, and their result does not depend on it.
const ALLOWED: &[(&str, &str)] = &[("content", "std::thread")];

/// What is wrong with one pure crate.
pub(super) fn faults(root: &Path, name: &str) -> Result<Vec<String>> {
    let folder = Path::new("core").join(name);
    let mut faults = Vec::new();
    let rules = std::fs::read_to_string(root.join(&folder).join("clippy.toml")).unwrap_or_default();
    for banned in BANNED_BY_CLIPPY.iter().filter(|banned| !rules.contains(**banned)) {
        faults.push(format!("core/{name}/clippy.toml does not ban {banned}"));
    }
    for (path, text) in sources(root, &folder.join("src"))? {
        faults.extend(banned_lines(name, &text).into_iter().map(|fault| format!("{path}:{fault}")));
    }
    Ok(faults)
}

/// Only the files of the command line that are named after the service may start it; all else goes through `api`.
pub(super) fn service_door(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (path, text) in sources(root, Path::new("core/cli/src"))? {
        if !path.rsplit('/').next().unwrap_or_default().contains("service") {
            faults.extend(service_lines(&text).into_iter().map(|line| {
                format!("{path}:{line}: uses the crate service; only `service run` starts it")
            }));
        }
    }
    Ok(faults)
}

fn sources(root: &Path, folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in workspace::files(&root.join(folder))? {
        let path = folder.join(path);
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(root.join(&path));
            found.push((path.display().to_string(), text.with_context(|| format!("{path:?}"))?));
        }
    }
    Ok(found)
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = |line: &str| !line.trim_start().starts_with("//");
    text.lines().enumerate().filter(move |(_, line)| code(line)).map(|(at, line)| (at + 1, line))
}

fn banned_lines(name: &str, text: &str) -> Vec<String> {
    let banned = BANNED_MODULES.iter().filter(|module| !ALLOWED.contains(&(name, *module)));
    let banned: Vec<_> = banned.collect();
    let mut faults = Vec::new();
    for (at, line) in code_lines(text) {
        for banned in banned.iter().filter(|banned| line.contains(***banned)) {
            faults.push(format!("{at}: a pure crate does not name {banned}"));
        }
    }
    faults
}

fn service_lines(text: &str) -> Vec<usize> {
    if has_own_service(text) {
        return Vec::new();
    }
    let names_crate = |line: &str| {
        line.match_indices("service::").any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != ':')
        })
    };
    code_lines(text).filter(|(_, line)| names_crate(line)).map(|(at, _)| at).collect()
}

/// The command line has a module of that name too; where it is in scope, it is the one that is meant.
fn has_own_service(text: &str) -> bool {
    let mut imports = text.split("use crate::").skip(1).filter_map(|rest| rest.split(';').next());
    let is_service = |word: &str| word == "service";
    text.contains("mod service;")
        || imports.any(|import| import.split(|c: char| !c.is_alphanumeric()).any(is_service))
}

#[cfg(test)]
mod tests {
    use super::{banned_lines, service_lines};

    #[test]
    fn a_disk_access_in_a_pure_crate_is_a_fault() {
        assert_eq!(banned_lines("model", "use std::fs::File;\n").len(), 1);
        assert!(banned_lines("model", "//! Never std::fs.\nuse std::fmt;\n").is_empty());
    }

    #[test]
    fn only_content_may_use_several_cores() {
        assert_eq!(banned_lines("engine", "use std::thread;\n").len(), 1);
        assert!(banned_lines("content", "use std::thread;\n").is_empty());
    }

    #[test]
    fn only_the_crate_service_counts_as_the_service() {
        assert_eq!(service_lines("use service::run;\nlet x = crate::service::Options;"), [1]);
        assert_eq!(service_lines("\n    service::start(options)"), [2]);
        assert!(service_lines("my_service::x();\n// service::run").is_empty());
        assert!(service_lines("use crate::commands::{id, service};\nservice::Run").is_empty());
        assert!(service_lines("pub(crate) mod service;\nservice::Run").is_empty());
    }
}
