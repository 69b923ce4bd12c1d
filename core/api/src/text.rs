//! The sentences for people, in each language: one place for all of them.
//!
//! A sentence says what happened, what is safe and what to do, and ends with a full stop. `{}` stands
//! for what it is about; a sentence without it works for every subject. Not here: what a terminal or
//! a page does to show it safely (names in it may hold control characters).

mod en;
mod form;
mod fr;

use crate::error::ErrorCode;
use crate::words::{HeldCause, Problem};

pub use form::{bytes, grouped, is_unsafe};

/// A language that sentences exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language that the environment asks for, as POSIX orders the variables: `LC_ALL`, then
    /// `LC_MESSAGES`, then `LANG`; the first that is set and not empty decides.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        match locale.as_deref().and_then(|locale| locale.split(['_', '.', '@', '-']).next()) {
            Some("fr") => Self::Fr,
            Some(_) | None => Self::En,
        }
    }
}

/// The sentences for one error.
struct Sentence {
    code: ErrorCode,
    /// The one that names its subject (`{}`).
    about: Option<&'static str>,
    /// The one that fits every subject.
    plain: &'static str,
}

/// The sentence for an error about `subject`.
#[must_use]
pub fn sentence(language: Language, code: ErrorCode, subject: Option<&str>) -> String {
    let sentences = match language {
        Language::En => &en::SENTENCES,
        Language::Fr => &fr::SENTENCES,
    };
    let Some(found) = sentences.iter().find(|sentence| sentence.code == code) else {
        return code.word().to_owned(); // Every code has one: the test below.
    };
    match (found.about, subject) {
        (Some(pattern), Some(subject)) => pattern.replacen("{}", subject, 1),
        (Some(_) | None, _) => found.plain.to_owned(),
    }
}

/// Why something waits and what ends the waiting.
#[must_use]
pub fn problem(language: Language, problem: Problem) -> &'static str {
    match language {
        Language::En => en::problem(problem),
        Language::Fr => fr::problem(problem),
    }
}

/// Why a batch of changes is held.
#[must_use]
pub fn held(language: Language, cause: HeldCause) -> &'static str {
    match language {
        Language::En => en::held(cause),
        Language::Fr => fr::held(cause),
    }
}

/// Why a connection ended: the service's words, in another language if they are known there.
#[must_use]
pub fn parting(language: Language, reason: &str) -> &str {
    match language {
        Language::En => reason,
        Language::Fr => {
            let known = fr::PARTINGS.iter().find(|(english, _)| *english == reason);
            known.map_or(reason, |(_, french)| french)
        }
    }
}

/// The policies that have a meaning in `policy`.
pub fn policy_keys() -> impl Iterator<Item = &'static str> {
    en::POLICIES.iter().map(|(name, _)| *name)
}

/// What the policy `key` does; `None` for one that this version does not know.
#[must_use]
pub fn policy(language: Language, key: &str) -> Option<&'static str> {
    let meanings = match language {
        Language::En => &en::POLICIES,
        Language::Fr => &fr::POLICIES,
    };
    meanings.iter().find(|(name, _)| *name == key).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Language; 2] = [Language::En, Language::Fr];

    #[test]
    fn every_code_has_a_whole_sentence_in_every_language() {
        for code in ErrorCode::ALL {
            for language in LANGUAGES {
                for subject in [None, Some("Photos")] {
                    let text = sentence(language, *code, subject);
                    assert!(text.ends_with('.') && !text.contains("{}"), "{code}: {text}");
                    assert!(!text.contains('\n'), "{code} takes more than one line");
                }
            }
        }
    }

    #[test]
    fn every_problem_has_a_text_in_every_language() {
        for one in Problem::ALL {
            assert_ne!(problem(Language::En, *one), problem(Language::Fr, *one));
        }
    }

    #[test]
    fn every_cause_and_every_policy_has_a_text_in_every_language() {
        for one in HeldCause::ALL {
            assert_ne!(held(Language::En, *one), held(Language::Fr, *one));
        }
        for (key, meaning) in en::POLICIES {
            assert_ne!(policy(Language::Fr, key), Some(meaning));
            assert!(policy(Language::Fr, key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_subject_that_looks_like_a_pattern_is_shown_as_it_is() {
        let text = sentence(Language::En, ErrorCode::UnknownFolder, Some("{}"));
        assert!(text.contains("{}"));
    }

    #[test]
    fn the_language_is_the_one_of_the_first_variable_that_is_set() {
        let of = |pairs: &'static [(&str, &str)]| {
            Language::of_environment(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[]), Language::En);
        assert_eq!(of(&[("LANG", "fr_FR.UTF-8")]), Language::Fr);
        assert_eq!(of(&[("LANG", "fr_FR.UTF-8"), ("LC_ALL", "C")]), Language::En);
        assert_eq!(of(&[("LANG", "de_DE"), ("LC_ALL", ""), ("LC_MESSAGES", "fr")]), Language::Fr);
    }
}
