//! How things are said to a person by the tray and the notifications: in their language, on their clock.
//!
//! The words themselves stand beside what uses them, English and French next to each other. Names from
//! elsewhere go through [`shown`] before anybody sees them. Not here: the sentences for errors and
//! problems (`api::text`), the words of the pages (`ui`).

use api::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Characters of a name that are shown.
const NAME_CHARS_MAX: usize = 60;

/// A language, a clock and the zone in which it is read.
#[derive(Debug, Clone)]
pub(crate) struct Speech {
    /// In which language.
    pub(crate) language: Language,
    /// In which zone moments are told.
    pub(crate) zone: TimeZone,
    /// What time it is.
    pub(crate) now: Timestamp,
}

impl Speech {
    /// As this computer is set up, at this moment.
    pub(crate) fn of_this_system() -> Self {
        let language = Language::of_environment(|name| std::env::var(name).ok());
        Self { language, zone: TimeZone::system(), now: Timestamp::now() }
    }

    /// One of two texts.
    pub(crate) fn say(&self, english: &'static str, french: &'static str) -> &'static str {
        match self.language {
            Language::En => english,
            Language::Fr => french,
        }
    }

    /// A number with its thousands set apart.
    pub(crate) fn number(&self, number: u64) -> String {
        api::text::grouped(self.language, number)
    }

    /// A number of things: each language has its own idea of when there is only one.
    pub(crate) fn count(&self, number: u64, english: [&str; 2], french: [&str; 2]) -> String {
        let (words, one) = match self.language {
            Language::En => (english, number == 1),
            Language::Fr => (french, number < 2),
        };
        format!("{} {}", self.number(number), if one { words[0] } else { words[1] })
    }

    /// A number of files.
    pub(crate) fn files(&self, number: u64) -> String {
        self.count(number, ["file", "files"], ["fichier", "fichiers"])
    }

    /// A size with three digits at most.
    pub(crate) fn bytes(&self, size: u64) -> String {
        api::text::bytes(self.language, size)
    }

    /// A span to come, roughly.
    pub(crate) fn span(&self, seconds: u64) -> String {
        match seconds {
            0..60 => format!("{seconds} s"),
            60..3_600 => format!("{} min", seconds.div_ceil(60)),
            3_600..172_800 => format!("{} h", seconds.div_ceil(3_600)),
            172_800.. => format!("{} {}", seconds.div_ceil(86_400), self.say("days", "jours")),
        }
    }

    /// A moment near now as people say it: the hour today, the weekday this week, else the date.
    pub(crate) fn when(&self, moment: Timestamp) -> String {
        let (then, now) =
            (moment.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        let hour = then.strftime("%H:%M").to_string();
        let days = (now.date() - then.date()).get_days();
        match days {
            0 => hour,
            -6..=6 => format!("{} {hour}", self.weekday(then.weekday())),
            _ => format!("{} {hour}", then.strftime(self.say("%Y-%m-%d", "%d/%m/%Y"))),
        }
    }

    fn weekday(&self, day: jiff::civil::Weekday) -> &'static str {
        use jiff::civil::Weekday;
        match day {
            Weekday::Monday => self.say("Monday", "lundi"),
            Weekday::Tuesday => self.say("Tuesday", "mardi"),
            Weekday::Wednesday => self.say("Wednesday", "mercredi"),
            Weekday::Thursday => self.say("Thursday", "jeudi"),
            Weekday::Friday => self.say("Friday", "vendredi"),
            Weekday::Saturday => self.say("Saturday", "samedi"),
            Weekday::Sunday => self.say("Sunday", "dimanche"),
        }
    }
}

/// A name as it may be shown: nothing in it turns the writing round, breaks the line or fills the screen.
/// A long one keeps its end, where the kind of a file stands.
pub(crate) fn shown(name: &str) -> String {
    let safe: Vec<char> =
        name.chars().map(|c| if api::text::is_unsafe(c) { '\u{fffd}' } else { c }).collect();
    if safe.len() <= NAME_CHARS_MAX {
        return safe.into_iter().collect();
    }
    let end = 12;
    let start = NAME_CHARS_MAX - end - 1;
    let (head, tail) = (&safe[..start], &safe[safe.len() - end..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// 2026-11-24 20:00 UTC, a Tuesday.
    pub(crate) fn speech(language: Language) -> Speech {
        let now = "2026-11-24T20:00:00Z".parse().unwrap();
        Speech { language, zone: TimeZone::UTC, now }
    }

    #[test]
    fn sizes_and_numbers_are_written_as_each_language_does() {
        let (en, fr) = (speech(Language::En), speech(Language::Fr));
        assert_eq!(
            (en.bytes(2_100_000_000), fr.bytes(2_100_000_000)),
            ("2.1 GB".into(), "2,1 Go".into())
        );
        assert_eq!((en.bytes(999_950), en.bytes(104_857_600)), ("1.0 MB".into(), "105 MB".into()));
        assert_eq!((en.files(1), en.files(0)), ("1 file".into(), "0 files".into()));
        assert_eq!(
            (fr.files(0), fr.files(12_500)),
            ("0 fichier".into(), "12\u{202f}500 fichiers".into())
        );
    }

    #[test]
    fn a_moment_is_told_by_hour_weekday_or_date() {
        let en = speech(Language::En);
        for (moment, text) in [
            ("2026-11-24T18:04:00Z", "18:04"),
            ("2026-11-23T18:04:00Z", "Monday 18:04"),
            ("2026-11-25T06:00:00Z", "Wednesday 06:00"),
            ("2026-11-17T18:04:00Z", "2026-11-17 18:04"),
        ] {
            assert_eq!(en.when(moment.parse().unwrap()), text);
        }
        let monday = "2026-11-23T18:04:00Z".parse().unwrap();
        assert_eq!(speech(Language::Fr).when(monday), "lundi 18:04");
    }

    #[test]
    fn a_name_cannot_turn_the_writing_round_nor_fill_the_screen() {
        assert_eq!(
            shown("phone\u{1b}[2J of \u{202e}Papa\n"),
            "phone\u{fffd}[2J of \u{fffd}Papa\u{fffd}"
        );
        assert_eq!(shown("été_2026 🏖.jpg"), "été_2026 🏖.jpg");
        let long = shown(&format!("{}.jpg", "a".repeat(255)));
        assert_eq!(long.chars().count(), NAME_CHARS_MAX);
        assert!(long.ends_with(".jpg") && long.contains('…'));
    }
}
