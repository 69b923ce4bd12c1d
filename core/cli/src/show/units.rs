//! Sizes, spans and moments for people.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use api::Language;

use crate::text::{Noun, language, say};

const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const UNITS_FR: [&str; 7] = ["o", "ko", "Mo", "Go", "To", "Po", "Eo"];

/// A size with three digits at most: `12.5 MB`.
pub(crate) fn bytes(size: u64) -> String {
    bytes_in(language(), size)
}

fn bytes_in(language: Language, size: u64) -> String {
    let (units, point) = match language {
        Language::En => (UNITS, '.'),
        Language::Fr => (UNITS_FR, ','),
    };
    let mut unit = 0;
    let mut tenths = u128::from(size) * 10;
    // 999.95 would be shown as 1000.0: step up before that.
    while tenths >= 9_995 && unit + 1 < units.len() {
        tenths = (tenths + 500) / 1_000;
        unit += 1;
    }
    if unit == 0 {
        return format!("{size} {}", units[0]);
    }
    match (tenths / 10, tenths % 10) {
        (whole, _) if whole >= 100 => format!("{} {}", (tenths + 5) / 10, units[unit]),
        (whole, tenth) => format!("{whole}{point}{tenth} {}", units[unit]),
    }
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
    format!("{} {}", grouped_in(language, number), noun.word(language, number))
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    grouped_in(language(), number)
}

fn grouped_in(language: Language, number: u64) -> String {
    let mark = match language {
        Language::En => ',',
        // A narrow space that no line breaks at.
        Language::Fr => '\u{202f}',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
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
    fn sizes_have_three_digits_at_most() {
        for (size, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_500_000, "12.5 MB"),
            (99_940, "99.9 kB"),
            (104_857_600, "105 MB"),
            (999_949, "1.0 MB"),
            (5_368_709_120, "5.4 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes_in(Language::En, size), text);
        }
    }

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
    fn french_has_its_own_units_and_marks() {
        assert_eq!(bytes_in(Language::Fr, 12_500_000), "12,5 Mo");
        assert_eq!(count_in(Language::Fr, 1_200, Noun::File), "1\u{202f}200 fichiers");
        assert_eq!(count_in(Language::Fr, 0, Noun::File), "0 fichier");
    }
}
