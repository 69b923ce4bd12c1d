//! Answers as text for a person: plain sentences and tables.
//!
//! Every name that a device or a person chose goes through [`escape`]: it may hold characters that
//! move the cursor or turn the reading direction. Not here: where the text goes (`output`).

mod activity;
mod entries;
mod home;
mod table;
mod units;

pub(crate) use activity::{event, remark_on_invitation};
pub(crate) use entries::{conflicts, history, holders, listing, pulls};
pub(crate) use home::{devices, folders, plan, policies, status};
pub(crate) use units::{bytes, count, millis, span, when};

use api::view::DeviceView;

/// `text` on one line, with nothing that a terminal would act on.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if api::text::is_unsafe(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The first group of an id, for where space is short.
pub(crate) fn short(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

/// A device's name and how it can be told from one of the same name.
pub(crate) fn device_name(device: &DeviceView) -> String {
    format!("{} ({})", escape(&device.name), escape(short(&device.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        for hostile in [
            "a\u{1b}[2Jb",
            "a\rb",
            "a\nb",
            "a\u{9b}b",
            "a\u{202e}gpj.exe",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{7f}b",
            "a\u{0}b",
            "a\u{feff}b",
            "a\u{e0041}b",
            "a\u{2028}b",
        ] {
            let safe = escape(hostile);
            assert!(safe.contains("\\u{"), "{safe}");
            assert!(!safe.chars().any(api::text::is_unsafe), "{safe:?}");
        }
    }

    #[test]
    fn names_of_every_language_stay_as_they_are() {
        for name in ["été", "写真", "صور", "🏠", "a b", "a\\b", "e\u{301}"] {
            assert_eq!(escape(name), name);
        }
    }
}
