//! A command line that was not understood: what is said of it. Its exit status is 2, but 1 for a
//! command that a later version brings.

use std::io::{self, Write};
use std::process::ExitCode;

use api::{ApiError, ErrorCode, Exit, Language};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure;

/// Commands of versions to come: they are named, so that nobody looks for a slip of the pen.
const LATER: [&str; 5] = ["drive", "lock", "unlock", "locks", "health"];

/// Says why a command line is refused, or shows the help that it asked for.
pub(crate) fn refused(error: &clap::Error, language: Language) -> ExitCode {
    let word = text(error, ContextKind::InvalidSubcommand);
    if let Some(word) = word.filter(|word| LATER.contains(&word.as_str())) {
        let unknown = ApiError::about(ErrorCode::Unsupported, format!("homefold {word}"));
        return failure::report(&unknown.into());
    }
    match (language, sentence(error)) {
        (Language::Fr, Some(sentence)) => {
            let usage = match error.get(ContextKind::Usage) {
                Some(ContextValue::StyledStr(usage)) => format!("\n{usage}\n"),
                Some(_) | None => String::new(),
            };
            let said = format!("erreur : {sentence}\n{usage}\nPour en savoir plus : --help.");
            // Nobody is left to be told if standard error is closed.
            let _ = writeln!(io::stderr().lock(), "{said}");
            ExitCode::from(Exit::Usage as u8)
        }
        (Language::En | Language::Fr, _) => {
            // Help goes to standard output; a reader that had enough of it is no failure.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
        }
    }
}

/// What went wrong, in French; `None` for help, and for what hardly ever happens.
fn sentence(error: &clap::Error) -> Option<String> {
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let kind = error.kind();
    if kind == ErrorKind::InvalidSubcommand {
        let word = text(error, ContextKind::InvalidSubcommand)?;
        Some(format!("il n'y a pas de commande « {word} »"))
    } else if kind == ErrorKind::UnknownArgument {
        Some(format!("« {argument} » n'a pas sa place ici"))
    } else if kind == ErrorKind::MissingRequiredArgument {
        Some(format!("il manque {argument}"))
    } else if kind == ErrorKind::InvalidValue && value.is_empty() {
        Some(format!("{argument} attend une valeur"))
    } else if kind == ErrorKind::InvalidValue {
        let known = text(error, ContextKind::ValidValue).unwrap_or_default();
        Some(format!("« {value} » n'est pas une valeur de {argument} ; possibles : {known}"))
    } else if kind == ErrorKind::ValueValidation {
        let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        Some(format!("« {value} » n'est pas une valeur de {argument} : {why}"))
    } else if kind == ErrorKind::ArgumentConflict {
        Some(format!("{argument} ne peut être donné qu'une fois, ou pas ici"))
    } else {
        None
    }
}

/// A piece of the error as text.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    let found = error.get(kind)?;
    if let ContextValue::String(text) = found {
        Some(text.clone())
    } else if let ContextValue::Strings(texts) = found {
        Some(texts.join(", "))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn french(line: &str) -> String {
        let words = std::iter::once("homefold").chain(line.split(' '));
        let error = crate::help::command(Language::Fr).try_get_matches_from(words).unwrap_err();
        sentence(&error).unwrap_or_default()
    }

    #[test]
    fn a_slip_of_the_pen_is_explained_in_french() {
        for (line, part) in [
            ("folder nonsense", "pas de commande « nonsense »"),
            ("id --often", "« --often » n'a pas sa place"),
            ("join", "il manque <CODE>"),
            ("invite --role king", "possibles : admin, member"),
            ("join 12", "« 12 » n'est pas une valeur de <CODE>"),
        ] {
            let said = french(line);
            assert!(said.contains(part), "{line}: {said}");
        }
    }
}
