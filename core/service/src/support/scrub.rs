//! Striking out of a line of the log what could be a name, a path, a code or a key.
//!
//! Lines above DEBUG name no files (`log`); this is the second lock on that door. It rather strikes
//! out too much: what is in quotes, whatever holds a slash and what follows it, names that are known,
//! long numbers and long words.

/// What stands for a name.
const STRUCK: &str = "…";
/// From here on a name is struck out inside of words too.
const NAME_LONG: usize = 4;
/// A word of this length may be a key.
const WORD_MAX: usize = 31;
/// A number of this length may be a code.
const CODE_DIGITS: usize = 8;
/// Lines of these levels are made for people.
const LEVELS: [&str; 3] = ["INFO", "WARN", "ERROR"];

/// The names that are known: of folders, devices, the home, the user.
pub(crate) struct Scrub(Vec<String>);

impl Scrub {
    /// Strikes these out.
    pub(crate) fn of(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> =
            names.into_iter().filter(|name| !name.trim().is_empty()).collect();
        // A name that holds another one goes first.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self(names)
    }

    /// The line as others may see it; `None` for one that they may not.
    pub(crate) fn line(&self, line: &str) -> Option<String> {
        let (time, rest) = line.split_once(' ')?;
        time.parse::<jiff::Timestamp>().ok()?;
        let (level, said) = rest.trim_start().split_once(' ')?;
        if !LEVELS.contains(&level) {
            return None;
        }
        let (place, said) = said.split_once(": ")?;
        let said = without_quoted(said);
        let said = self.without_names(&said);
        let said = without_paths(&said);
        Some(format!("{time} {level} {place}: {}", without_long_words(&said)))
    }

    fn without_names(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for name in &self.0 {
            text = without_name(&text, name);
        }
        text
    }
}

fn without_name(text: &str, name: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let joined =
            before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        kept.push_str(before);
        kept.push_str(if joined && name.len() < NAME_LONG { name } else { STRUCK });
        rest = after;
    }
    kept + rest
}

/// What stands in quotes may be anything; quotes inside of it are escaped.
fn without_quoted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        kept.push(letter);
        let end = match letter {
            '"' => '"',
            '“' => '”',
            '`' => '`',
            _ => continue,
        };
        kept.push_str(STRUCK);
        while let Some(inside) = letters.next() {
            if inside == '\\' {
                letters.next();
            } else if inside == end {
                kept.push(end);
                break;
            }
        }
    }
    kept
}

/// A path may hold blanks: with the word in which it begins goes all up to the next colon.
fn without_paths(text: &str) -> String {
    let parts = text.split(": ").map(|part| match part.find('/') {
        Some(slash) => {
            let start = part[..slash].rfind([' ', '=', '(']).map_or(0, |before| before + 1);
            format!("{}{STRUCK}", &part[..start])
        }
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(": ")
}

fn without_long_words(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let (key, value) = word.split_once('=').unwrap_or(("", word));
        let core = value.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = core.chars().filter(char::is_ascii_digit).count();
        let is_code = core.chars().all(|c| c.is_ascii_digit() || c == '-') && digits == CODE_DIGITS;
        match (is_code || value.chars().count() > WORD_MAX, key) {
            (false, _) => word.to_owned(),
            (true, "") => STRUCK.to_owned(),
            (true, key) => format!("{key}={STRUCK}"),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let scrub = Scrub::of(["Papers", "ada", "Home of ada", "al"].map(str::to_owned));
        let line = format!("2026-11-27T11:41:28.260750Z  WARN service::look: {text}");
        let start = "2026-11-27T11:41:28.260750Z WARN service::look: ";
        scrub.line(&line).unwrap().strip_prefix(start).unwrap().to_owned()
    }

    #[test]
    fn what_could_be_a_name_is_struck_out() {
        for (text, left) in [
            (
                "connected device=Device(CYABMLH) address=10.0.0.2:22700",
                "connected device=Device(CYABMLH) address=10.0.0.2:22700",
            ),
            (
                "opening /home/ada/My will.txt: denied (os error 13)",
                "opening …: denied (os error 13)",
            ),
            ("at Letters/To Eve.odt", "at …"),
            ("path=/srv/a b/c", "path=…"),
            ("in \"My \\\"will\\\".txt\" and “Eve” or `x y`", "in \"…\" and “…” or `…`"),
            ("an open quote \"My will", "an open quote \"…"),
            ("Papers of ada in Home of ada", "… of … in …"),
            ("al all alpha", "… all alpha"),
            ("the code 12345678 or 1234-5678, and 2026", "the code … or … and 2026"),
            ("folder=0123456789abcdef0123456789abcdef went", "folder=… went"),
            ("key MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg", "key …"),
        ] {
            assert_eq!(said(text), left);
        }
    }

    #[test]
    fn lines_that_are_not_for_others_are_left_out() {
        let scrub = Scrub::of([]);
        for line in [
            "2026-11-27T11:41:28Z DEBUG service::look: x",
            "2026-11-27T11:41:28Z TRACE service::look: x",
            "the second line of something",
            "  INFO service: no time",
            "",
        ] {
            assert_eq!(scrub.line(line), None, "{line}");
        }
    }
}
