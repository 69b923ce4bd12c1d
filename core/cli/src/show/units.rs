//! Sizes, spans and moments for people.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use api::Language;

use crate::text::{Noun, language, say};

/// A size with three digits at most: `12.5 MB`.
pub(crate) fn bytes(size: u64) -> String {
    api::text::bytes(language(), size)
}

/// A round trip: `1.2 ms`.
pub(crate) fn millis(time: f64) -> String {
    let text = format!("{time:.1} ms");
    match language() {
        Language::En => text,
        Language::Fr => text.replace('.', ","),
    }
}

/// `1 file`, `12 files`, with the thousands set apart.
pub(crate) fn count(number: u64, noun: Noun) -> String {
    count_in(language(), number, noun)
}

fn count_in(language: Language, number: u64, noun: Noun) -> String {
    format!("{} {}", api::text::grouped(language, number), noun.word(language, number))
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    api::text::grouped(language(), number)
}

/// A span in its two largest units: `1 h 30 min`; below a second in milliseconds.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds == 0 && time > Duration::ZERO {
        return format!("{} ms", time.as_millis());
    }
    let parts = [
        (seconds / 86_400, say("d", "j")),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let first = parts.iter().position(|(number, _)| *number > 0).unwrap_or(3);
    let shown = parts[first..].iter().take(2).enumerate();
    let words: Vec<String> = shown
        .filter(|(place, (number, _))| *place == 0 || *number > 0)
        .map(|(_, (number, unit))| format!("{number} {unit}"))
        .collect();
    words.join(" ")
}

/// A moment on this person's clock, to the minute.
pub(crate) fn when(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (5_400, "1 h 30 min"),
            (3_601, "1 h"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn counts_set_thousands_apart() {
        let files = |number| count_in(Language::En, number, Noun::File);
        assert_eq!(files(1), "1 file");
        assert_eq!(files(1_234_567), "1,234,567 files");
        assert_eq!(files(0), "0 files");
    }

    #[test]
    fn french_has_its_own_marks_and_its_own_one() {
        assert_eq!(count_in(Language::Fr, 1_200, Noun::File), "1\u{202f}200 fichiers");
        assert_eq!(count_in(Language::Fr, 0, Noun::File), "0 fichier");
    }
}
