//! What a line of the tray's menu does.
//!
//! An act travels as the text that is the item's id, because that is all that a click brings back.

use api::Keep;
use jiff::{ToSpan, Zoned};

/// The hour of the morning at which a pause "until tomorrow" ends.
const MORNING: i8 = 6;

/// What a click does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Shows the window.
    Open,
    /// Starts the service.
    Start,
    /// Opens a folder in the file manager.
    Browse {
        /// Its name.
        folder: String,
    },
    /// Opens the drive in the file manager, mounting it first if it is not.
    OpenDrive,
    /// Decides a conflict.
    Resolve {
        /// Which one.
        id: String,
        /// How.
        keep: Keep,
    },
    /// Lets the held batch of a folder through.
    LetThrough {
        /// Its id.
        folder: String,
    },
    /// Puts the files of a folder's held batch back.
    PutBack {
        /// Its id.
        folder: String,
    },
    /// Turns away the device that asks to be let in. Letting one in is done only where the digits are seen.
    TurnAway {
        /// The comparison.
        id: String,
    },
    /// Pauses for this long.
    Pause {
        /// In seconds.
        seconds: u64,
    },
    /// Pauses until the next morning.
    PauseUntilTomorrow,
    /// Ends the pause.
    Resume,
    /// Ends the app. The service goes on.
    Quit,
}

impl Act {
    /// The id of the menu's item.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Browse { folder } => format!("browse:{folder}"),
            Self::OpenDrive => "open-drive".to_owned(),
            Self::Resolve { id, keep } => format!("resolve:{keep}:{id}"),
            Self::LetThrough { folder } => format!("let-through:{folder}"),
            Self::PutBack { folder } => format!("put-back:{folder}"),
            Self::TurnAway { id } => format!("turn-away:{id}"),
            Self::Pause { seconds } => format!("pause:{seconds}"),
            Self::PauseUntilTomorrow => "pause-until-tomorrow".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::Quit => "quit".to_owned(),
        }
    }

    /// The act of an item, if it has one.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        let (word, rest) = id.split_once(':').unwrap_or((id, ""));
        Some(match word {
            "open" => Self::Open,
            "start" => Self::Start,
            "browse" => Self::Browse { folder: rest.to_owned() },
            "open-drive" => Self::OpenDrive,
            "resolve" => {
                let (keep, id) = rest.split_once(':')?;
                Self::Resolve { id: id.to_owned(), keep: keep.parse().ok()? }
            }
            "let-through" => Self::LetThrough { folder: rest.to_owned() },
            "put-back" => Self::PutBack { folder: rest.to_owned() },
            "turn-away" => Self::TurnAway { id: rest.to_owned() },
            "pause" => Self::Pause { seconds: rest.parse().ok()? },
            "pause-until-tomorrow" => Self::PauseUntilTomorrow,
            "resume" => Self::Resume,
            "quit" => Self::Quit,
            _ => return None,
        })
    }
}

/// Seconds from `now` to the next morning.
pub(crate) fn seconds_to_morning(now: &Zoned) -> u64 {
    let today = if now.hour() < MORNING { now.clone() } else { now.saturating_add(1.day()) };
    let morning = today.date().at(MORNING, 0, 0, 0).to_zoned(now.time_zone().clone());
    let seconds =
        morning.map(|morning| morning.timestamp().as_second() - now.timestamp().as_second());
    seconds.ok().and_then(|seconds| seconds.try_into().ok()).unwrap_or(8 * 3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_comes_back_from_its_id_as_it_was() {
        let all = [
            Act::Open,
            Act::Start,
            Act::Browse { folder: "a:b_&c".to_owned() },
            Act::OpenDrive,
            Act::Resolve { id: "00c0ffee".to_owned(), keep: Keep::Theirs },
            Act::LetThrough { folder: "0123".to_owned() },
            Act::PutBack { folder: "0123".to_owned() },
            Act::TurnAway { id: "00c0ffee00c0ffee".to_owned() },
            Act::Pause { seconds: 1_800 },
            Act::PauseUntilTomorrow,
            Act::Resume,
            Act::Quit,
        ];
        for act in all {
            assert_eq!(Act::of_id(&act.id()), Some(act));
        }
        assert_eq!(Act::of_id("7"), None);
        assert_eq!(Act::of_id("resolve:all:x"), None);
    }

    #[test]
    fn tomorrow_begins_at_six_in_the_morning() {
        let at = |text: &str| seconds_to_morning(&text.parse().unwrap());
        assert_eq!(at("2026-11-24T22:00:00[UTC]"), 8 * 3_600);
        assert_eq!(at("2026-11-25T01:00:00[UTC]"), 5 * 3_600);
        // The night in which the clocks are put forward is an hour shorter.
        assert_eq!(at("2026-03-28T22:00:00[Europe/Paris]"), 7 * 3_600);
    }
}
