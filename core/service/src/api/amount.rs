//! How much stands at and below a path, and whether it stays on this device: what a person wants to know
//! before anything is kept or given up. Changes nothing. Not here: doing it (`keeping`).

use std::collections::BTreeMap;
use std::sync::Arc;

use ::api::request::SubtreeRequest;
use ::api::view::AmountView;
use ::api::{ApiError, ErrorCode, Kept};
use engine::home::{Home, Place};
use engine::index::{DeviceNumber, IndexError, Row};
use model::{DeviceId, FolderId, Keep, Mode, RelPath};
use store::index::Reader;

use super::entry::{live, read};
use super::{Answer, keeping};
use crate::folders::Runtime;
use crate::node::Node;

/// Rows that are looked at in one go.
const PAGE: usize = 4096;

/// How much there is.
pub(super) async fn amount(node: &Arc<Node>, request: &SubtreeRequest) -> Answer<AmountView> {
    let (runtime, path) = keeping::subtree(node, request)?;
    let mut amount = AmountView { files: 0, bytes: 0, here_files: 0, here_bytes: 0 };
    if let Some(path) = &path {
        let row = live(&runtime, path.clone()).await?;
        let row =
            row.ok_or_else(|| ApiError::about(ErrorCode::UnknownEntry, request.path.as_str()))?;
        add(&mut amount, &row);
    }
    let mut after = None;
    loop {
        let (above, from) = (path.clone(), after.take());
        let rows = read(&runtime, move |index| page(index, above.as_ref(), from.as_ref())).await?;
        rows.iter().for_each(|row| add(&mut amount, row));
        match rows.last().filter(|_| rows.len() == PAGE) {
            Some(last) => after = Some(last.path.clone()),
            None => return Ok(amount),
        }
    }
}

fn page(
    index: &mut Reader,
    above: Option<&RelPath>,
    after: Option<&RelPath>,
) -> Result<Vec<Row>, IndexError> {
    index.below(above, after, PAGE)
}

fn add(amount: &mut AmountView, row: &Row) {
    let kind = &row.register.winner().kind;
    if !kind.is_live() || matches!(kind, model::EntryKind::Directory { .. }) {
        return;
    }
    amount.files += 1;
    amount.bytes = amount.bytes.saturating_add(kind.size());
    if row.holders.contains(DeviceNumber(0)) {
        amount.here_files += 1;
        amount.here_bytes = amount.here_bytes.saturating_add(kind.size());
    }
}

/// What stays on this device of one folder.
pub(super) struct Rules {
    /// Where no other rule holds; `None` of a folder that is only looked at.
    base: Option<Keep>,
    paths: BTreeMap<RelPath, Keep>,
}

impl Rules {
    /// Those of a folder.
    pub(super) fn of(node: &Node, runtime: &Runtime) -> Self {
        Self::in_home(&node.home.get(), (runtime.id, node.me), runtime.mode())
    }

    fn in_home(home: &Home, (folder, device): (FolderId, DeviceId), mode: Mode) -> Self {
        if mode == Mode::View {
            return Self { base: None, paths: BTreeMap::new() };
        }
        let keep = |path: Option<&RelPath>| {
            let place = Place { device: Some(device), folder: Some(folder), path };
            home.keep(place).unwrap_or(mode.keep())
        };
        let paths = home.keep_paths(folder, device).into_iter();
        let paths = paths.map(|path| (keep(Some(&path)), path));
        Self { base: Some(keep(None)), paths: paths.map(|(keep, path)| (path, keep)).collect() }
    }

    /// Whether what stands at and below a path stays.
    pub(super) fn kept(&self, path: &RelPath) -> Option<Kept> {
        let base = self.base?;
        let own = self.paths.get(path);
        let above = || path.ancestors().find_map(|above| self.paths.get(&above));
        let stays = |keep: Keep| keep == Keep::Always;
        let here = stays(own.or_else(above).copied().unwrap_or(base));
        let differs =
            |(below, keep): (&RelPath, &Keep)| below.is_below(path) && stays(*keep) != here;
        Some(match here {
            _ if self.paths.iter().any(differs) => Kept::Part,
            true => Kept::All,
            false => Kept::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn kept(base: Keep, rules: &[(&str, Keep)], at: &str) -> Option<Kept> {
        let paths = rules.iter().map(|(text, keep)| (path(text), *keep)).collect();
        Rules { base: Some(base), paths }.kept(&path(at))
    }

    #[test]
    fn a_directory_is_kept_in_part_if_a_rule_below_it_says_otherwise() {
        use Keep::{Always, Auto, Never};
        let rules = [("a/b", Always), ("c", Always), ("c/d", Never), ("c/e", Always)];
        for (at, expected) in [
            ("a", Kept::Part),
            ("a/b", Kept::All),
            ("a/b/file", Kept::All),
            ("a/bc", Kept::None),
            ("c", Kept::Part),
            ("c/d", Kept::None),
            ("c/e/file", Kept::All),
            ("other", Kept::None),
        ] {
            assert_eq!(kept(Auto, &rules, at), Some(expected), "{at}");
        }
        assert_eq!(kept(Always, &[("a/b", Auto)], "a"), Some(Kept::Part));
        assert_eq!(kept(Always, &[], "a"), Some(Kept::All));
    }

    #[test]
    fn nothing_is_said_of_a_folder_that_is_only_looked_at() {
        assert_eq!(Rules { base: None, paths: BTreeMap::new() }.kept(&path("a")), None);
    }
}
