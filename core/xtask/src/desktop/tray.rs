//! The app's tray as the panel sees it: through the bus, by the words on its lines.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::bus;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";

/// The one item that is registered.
pub(super) struct Tray {
    name: String,
    menu: String,
}

/// A line of the menu.
pub(super) struct Line {
    id: i64,
    label: String,
    below: Vec<Line>,
}

impl Tray {
    /// The tray item, once the app has put one there.
    pub(super) fn find() -> Option<Self> {
        let items = bus::ask(&[
            "get-property",
            WATCHER,
            "/StatusNotifierWatcher",
            WATCHER,
            "RegisteredStatusNotifierItems",
        ]);
        let items = items.ok()?;
        let full = items["data"].as_array()?.first()?.as_str()?;
        let (name, path) = full.split_once('/')?;
        let path = format!("/{path}");
        let menu =
            bus::ask(&["get-property", name, &path, "org.kde.StatusNotifierItem", "Menu"]).ok()?;
        Some(Self { name: name.to_owned(), menu: menu["data"].as_str()?.to_owned() })
    }

    /// The whole menu.
    ///
    /// # Errors
    /// When the app does not answer.
    pub(super) fn lines(&self) -> Result<Vec<Line>> {
        let layout =
            ["call", &self.name, &self.menu, MENU, "GetLayout", "iias", "0", "--", "-1", "0"];
        let answer = bus::ask(&layout)?;
        let root = line(&answer["data"][1]).context("reading the layout of the menu")?;
        Ok(root.below)
    }

    /// The first line, which says how things are.
    pub(super) fn sentence(&self) -> Option<String> {
        self.lines().ok()?.into_iter().next().map(|line| line.label)
    }

    /// Clicks the line under these words, each the start of one on the way down.
    ///
    /// # Errors
    /// When there is no such line.
    pub(super) fn click(&self, way: &[&str]) -> Result<()> {
        let mut lines = self.lines()?;
        let mut id = None;
        for (step, words) in way.iter().enumerate() {
            // The sentence on top may say the same as a submenu below it.
            let leads = |line: &Line| step + 1 == way.len() || !line.below.is_empty();
            let meant = |line: &Line| line.label.starts_with(words) && leads(line);
            let Some(at) = lines.iter().position(meant) else {
                let labels: Vec<_> = lines.iter().map(|line| line.label.as_str()).collect();
                bail!("the tray's menu has no {words:?} but {labels:?}");
            };
            let line = lines.swap_remove(at);
            (id, lines) = (Some(line.id), line.below);
        }
        let id = id.context("a way has at least one word")?.to_string();
        let event = ["Event", "isvu", &id, "clicked", "i", "0", "0"];
        bus::ask(&[&["call", &self.name, &self.menu, MENU], &event[..]].concat())?;
        Ok(())
    }
}

/// A node of the layout: `[id, properties, children]`, each child in a variant.
fn line(node: &Value) -> Option<Line> {
    let label = node[1]["label"]["data"].as_str().unwrap_or_default();
    let below = node[2].as_array()?.iter().filter_map(|child| line(&child["data"])).collect();
    // An underscore is written twice: a single one would mark a key.
    Some(Line { id: node[0].as_i64()?, label: label.replace("__", "_"), below })
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_layout_is_read_with_what_lies_below() {
        let layout = serde_json::json!([0, {}, [
            {"type": "(ia{sv}av)", "data": [3, {"label": {"type": "s", "data": "a__b"}}, []]},
            {"type": "(ia{sv}av)", "data": [4, {"label": {"type": "s", "data": "Pause"}}, [
                {"type": "(ia{sv}av)", "data": [5, {"label": {"type": "s", "data": "For 2 hours"}}, []]},
            ]]},
        ]]);
        let root = line(&layout).unwrap();
        assert_eq!((root.below[0].id, root.below[0].label.as_str()), (3, "a_b"));
        assert_eq!((root.below[1].below[0].id, root.below.len()), (5, 2));
    }
}
