//! Two languages side by side: what the command line says stands in both, at the place that says it.
//!
//! Not here: the sentences for errors and problems, which every client shares (`api::text`), and the
//! French help (`help`).

use api::{Language, Local, State};

/// The language that this person's environment asks for.
pub(crate) fn language() -> Language {
    Language::of_environment(|name| std::env::var(name).ok())
}

/// The text in the person's language.
pub(crate) fn say(en: &'static str, fr: &'static str) -> &'static str {
    match language() {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// The same with values in it, as `format!` takes them.
macro_rules! said {
    ($en:literal, $fr:literal $(, $value:expr)* $(,)?) => {
        match $crate::text::language() {
            ::api::Language::En => format!($en $(, $value)*),
            ::api::Language::Fr => format!($fr $(, $value)*),
        }
    };
}
pub(crate) use said;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// A file.
    File,
    /// A path.
    Path,
    /// A change.
    Change,
    /// A conflict.
    Conflict,
    /// A delete.
    Delete,
    /// An overwrite.
    Overwrite,
    /// An event.
    Event,
}

impl Noun {
    /// The word for this many.
    pub(crate) fn word(self, language: Language, number: u64) -> &'static str {
        let one = match language {
            Language::En => number == 1,
            Language::Fr => number < 2,
        };
        let (singular, plural) = match (self, language) {
            (Self::File, Language::En) => ("file", "files"),
            (Self::File, Language::Fr) => ("fichier", "fichiers"),
            (Self::Path, Language::En) => ("path", "paths"),
            (Self::Path, Language::Fr) => ("chemin", "chemins"),
            (Self::Change, Language::En) => ("change", "changes"),
            (Self::Change, Language::Fr) => ("changement", "changements"),
            (Self::Conflict, Language::En) => ("conflict", "conflicts"),
            (Self::Conflict, Language::Fr) => ("conflit", "conflits"),
            (Self::Delete, Language::En) => ("delete", "deletes"),
            (Self::Delete, Language::Fr) => ("suppression", "suppressions"),
            (Self::Overwrite, Language::En) => ("overwrite", "overwrites"),
            (Self::Overwrite, Language::Fr) => ("remplacement", "remplacements"),
            (Self::Event, Language::En) => ("event", "events"),
            (Self::Event, Language::Fr) => ("événement", "événements"),
        };
        if one { singular } else { plural }
    }
}

/// What the service or a folder is doing.
pub(crate) fn state(state: State) -> &'static str {
    match (language(), state) {
        (Language::En, state) => state.word(),
        (Language::Fr, State::Idle) => "au repos",
        (Language::Fr, State::Scanning) => "lecture du disque",
        (Language::Fr, State::Syncing) => "synchronisation",
        (Language::Fr, State::Paused) => "en pause",
        (Language::Fr, State::Isolated) => "isolé",
        (Language::Fr, State::Crisis) => "en danger",
    }
}

/// How much of an entry is here.
pub(crate) fn local(local: Local) -> &'static str {
    match (language(), local) {
        (Language::En, local) => local.word(),
        (Language::Fr, Local::Full) => "tout",
        (Language::Fr, Local::Part) => "partie",
        (Language::Fr, Local::None) => "rien",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many_have_their_own_words_in_each_language() {
        assert_eq!(Noun::File.word(Language::En, 0), "files");
        assert_eq!(Noun::File.word(Language::Fr, 0), "fichier");
        assert_eq!(Noun::Delete.word(Language::Fr, 2), "suppressions");
    }
}
