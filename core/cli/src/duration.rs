//! Durations as people type them: `90s`, `10m`, `1h30m`, `2d`, `250ms`; a bare number is seconds.

use std::time::Duration;

use crate::text::said;

/// Longest that can be typed: a year.
const SECONDS_MAX: u64 = 366 * 86_400;

/// Reads a duration.
///
/// # Errors
/// A sentence for the person who typed it.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || {
        said!(
            "{text:?} is no duration: write 90s, 10m, 1h30m or 2d",
            "{text:?} n'est pas une durée : écrivez 90s, 10m, 1h30m ou 2d"
        )
    };
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let part = of_unit(number, &rest[..letters]).ok_or_else(wrong)?;
        total = total.saturating_add(part);
        rest = &rest[letters..];
    }
    if total.as_secs() > SECONDS_MAX {
        return Err(said!("{text:?} is longer than a year", "{text:?} est plus long qu'un an"));
    }
    Ok(total)
}

fn of_unit(number: u64, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(number)),
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.saturating_mul(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_meant() {
        for (text, millis) in [
            ("0", 0),
            ("60s", 60_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("1h30m", 5_400_000),
            ("1d", 86_400_000),
            ("250ms", 250),
            ("15", 15_000),
            ("300s", 300_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in
            ["", " ", "s", "-5s", "5x", "1.5h", "10 m", "soon", "99999999999999999999s", "9999d"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
