//! How numbers and sizes are written in each language, and which characters of a name no client shows as they are.
//!
//! Not here: what a client shows instead of such a character, and spans and moments, which each tells in its own way.

use super::Language;

const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const UNITS_FR: [&str; 7] = ["o", "ko", "Mo", "Go", "To", "Po", "Eo"];

/// A size in bytes with three digits at most: `12.5 MB`.
#[must_use]
pub fn bytes(language: Language, size: u64) -> String {
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

/// A number with its thousands set apart.
#[must_use]
pub fn grouped(language: Language, number: u64) -> String {
    let mark = match language {
        Language::En => ',',
        // A narrow space that no line breaks at.
        Language::Fr => '\u{202f}',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// Whether a character of a name moves the cursor, turns the reading direction, breaks the line or shows nothing.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
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
            assert_eq!(bytes(Language::En, size), text);
        }
        assert_eq!(bytes(Language::Fr, 12_500_000), "12,5 Mo");
    }

    #[test]
    fn numbers_have_their_thousands_set_apart() {
        assert_eq!(grouped(Language::En, 1_234_567), "1,234,567");
        assert_eq!(grouped(Language::En, 100), "100");
        assert_eq!(grouped(Language::Fr, 1_200), "1\u{202f}200");
    }

    #[test]
    fn what_moves_turns_or_hides_is_not_safe() {
        let hostile =
            "\n\u{1b}\u{ad}\u{61c}\u{180e}\u{200b}\u{202e}\u{2066}\u{feff}\u{fffb}\u{e0001}";
        assert!(hostile.chars().all(is_unsafe));
        assert!(!"été_2026 🏖 <b>.jpg".chars().any(is_unsafe));
    }
}
