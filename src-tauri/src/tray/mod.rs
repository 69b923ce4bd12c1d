//! The tray: an icon whose shape says how things are, and a menu that does what must be done.
//!
//! What they hold is decided by pure functions ([`menu`], [`sentence`]); this puts it on the screen. A menu
//! that only says other words keeps its lines, so that it can be used while files move. Where the desktop
//! has no tray, nothing here is seen and the window has it all.

pub(crate) mod act;
pub(crate) mod menu;
pub(crate) mod sentence;
mod switch_off;

use std::sync::{Mutex, PoisonError};

use tauri::image::Image;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry, include_image};

use crate::sight::{Mood, Sight};
use crate::text::Speech;
use act::Act;
use menu::Item;

/// The tray and what it shows.
pub(crate) struct Tray {
    icon: TrayIcon,
    shown: Mutex<Shown>,
}

struct Shown {
    mood: Mood,
    items: Vec<Item>,
    lines: Vec<Line>,
}

/// A line on the screen.
enum Line {
    Text(MenuItem<Wry>),
    Submenu(Submenu<Wry>, Vec<Line>),
    Rule(PredefinedMenuItem<Wry>),
}

impl Tray {
    /// Puts the icon into the tray. On the main thread.
    ///
    /// # Errors
    /// The desktop refuses.
    pub(crate) fn put(app: &AppHandle, sight: &Sight, speech: &Speech) -> tauri::Result<Self> {
        let (mood, items) = (sight.mood(), menu::menu(sight, speech));
        let (menu, lines) = build(app, &items)?;
        let icon = TrayIconBuilder::with_id("homefold")
            .icon(picture(mood))
            .title("Homefold")
            .tooltip("Homefold")
            .menu(&menu)
            .on_menu_event(|app, event| {
                if let Some(act) = Act::of_id(event.id().as_ref()) {
                    crate::app::act(app, act);
                }
            })
            .build(app)?;
        Ok(Self { icon, shown: Mutex::new(Shown { mood, items, lines }) })
    }

    /// Shows another sight. On the main thread.
    ///
    /// # Errors
    /// The desktop refuses.
    pub(crate) fn show(
        &self,
        app: &AppHandle,
        sight: &Sight,
        speech: &Speech,
    ) -> tauri::Result<()> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (mood, items) = (sight.mood(), menu::menu(sight, speech));
        if mood != shown.mood {
            self.icon.set_icon(Some(picture(mood)))?;
            shown.mood = mood;
        }
        if same_shape(&shown.items, &items) {
            reword(&shown.lines, &shown.items, &items)?;
        } else {
            let (menu, lines) = build(app, &items)?;
            self.icon.set_menu(Some(menu))?;
            shown.lines = lines;
        }
        shown.items = items;
        Ok(())
    }
}

fn picture(mood: Mood) -> Image<'static> {
    match mood {
        Mood::Fine => include_image!("../icons/tray-fine.png"),
        Mood::Working => include_image!("../icons/tray-working.png"),
        Mood::Waiting => include_image!("../icons/tray-waiting.png"),
        Mood::Offline => include_image!("../icons/tray-offline.png"),
        Mood::Paused => include_image!("../icons/tray-paused.png"),
        Mood::Attention => include_image!("../icons/tray-attention.png"),
    }
}

fn build(app: &AppHandle, items: &[Item]) -> tauri::Result<(Menu<Wry>, Vec<Line>)> {
    let menu = Menu::new(app)?;
    let lines = items.iter().map(|item| line(app, item)).collect::<tauri::Result<Vec<_>>>()?;
    for line in &lines {
        menu.append(line.as_item())?;
    }
    Ok((menu, lines))
}

fn line(app: &AppHandle, item: &Item) -> tauri::Result<Line> {
    Ok(match item {
        Item::Note(text) => Line::Text(MenuItem::new(app, label(text), false, None::<&str>)?),
        Item::Button(text, act) => {
            Line::Text(MenuItem::with_id(app, act.id(), label(text), true, None::<&str>)?)
        }
        Item::Submenu(title, items) => {
            let submenu = Submenu::new(app, label(title), true)?;
            let lines =
                items.iter().map(|item| line(app, item)).collect::<tauri::Result<Vec<_>>>()?;
            for line in &lines {
                submenu.append(line.as_item())?;
            }
            Line::Submenu(submenu, lines)
        }
        Item::Line => Line::Rule(PredefinedMenuItem::separator(app)?),
    })
}

impl Line {
    fn as_item(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Self::Text(item) => item,
            Self::Submenu(submenu, _) => submenu,
            Self::Rule(rule) => rule,
        }
    }
}

/// A text in which nothing is a keyboard shortcut.
fn label(text: &str) -> String {
    text.replace('&', "&&")
}

/// Whether two menus differ in their words only.
fn same_shape(left: &[Item], right: &[Item]) -> bool {
    let same = |(left, right): (&Item, &Item)| match (left, right) {
        (Item::Note(_), Item::Note(_)) | (Item::Line, Item::Line) => true,
        (Item::Button(_, left), Item::Button(_, right)) => left == right,
        (Item::Submenu(_, left), Item::Submenu(_, right)) => same_shape(left, right),
        (Item::Note(_) | Item::Button(..) | Item::Submenu(..) | Item::Line, _) => false,
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

/// Writes the new words into lines of the same shape.
fn reword(lines: &[Line], old: &[Item], new: &[Item]) -> tauri::Result<()> {
    for (line, (old, new)) in lines.iter().zip(old.iter().zip(new)) {
        if old == new {
            continue;
        }
        match (line, new, old) {
            (Line::Text(item), Item::Note(text) | Item::Button(text, _), _) => {
                item.set_text(label(text))?
            }
            (Line::Submenu(submenu, lines), Item::Submenu(title, new), Item::Submenu(_, old)) => {
                submenu.set_text(label(title))?;
                reword(lines, old, new)?;
            }
            (Line::Text(_) | Line::Submenu(..) | Line::Rule(_), _, _) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::tests::{conflict, receiving, sight, with_conflicts};
    use crate::text::tests::speech;
    use api::Language;

    #[test]
    fn a_menu_that_says_other_words_keeps_its_lines() {
        let of = |sight: &Sight| menu::menu(sight, &speech(Language::En));
        let (fine, busy) = (of(&sight(|_| ())), of(&sight(receiving)));
        assert!(fine != busy && same_shape(&fine, &busy));
        let [one, two] =
            ["c1", "c2"].map(|id| of(&with_conflicts(vec![conflict(id, "notes.txt")])));
        // The same words, but a click would decide another conflict.
        assert!(!same_shape(&one, &two) && !same_shape(&fine, &one));
    }

    #[test]
    fn each_mood_has_a_picture_of_its_own_in_shape_and_not_only_in_colour() {
        let shape =
            |mood| picture(mood).rgba().chunks(4).map(|dot| dot[3] > 127).collect::<Vec<_>>();
        let shapes: std::collections::BTreeSet<_> = Mood::ALL.into_iter().map(shape).collect();
        // A check mark and two bars are drawn in white on the same house.
        assert!(shapes.len() >= Mood::ALL.len() - 1);
        let white = |mood| {
            picture(mood).rgba().chunks(4).map(|dot| dot[..3] == [255; 3]).collect::<Vec<_>>()
        };
        assert_ne!(white(Mood::Fine), white(Mood::Paused));
    }
}
