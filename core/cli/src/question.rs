//! Asking the person before something that can't be taken back.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Result, bail};
use rustix::termios;

use crate::text::say;

/// Longest answer that is read.
const ANSWER_MAX: u64 = 1_000;

/// Goes on only if the person says yes.
///
/// # Errors
/// The person says no, or nobody is there to answer.
pub(crate) fn confirm(cost: &str, question: &str) -> Result<()> {
    let mut err = io::stderr().lock();
    let choice = say("[y/N]", "[o/N]");
    write!(err, "{cost}\n{question} {choice} ")?;
    err.flush()?;
    if says_yes(&line()?) {
        return Ok(());
    }
    writeln!(err)?;
    bail!(say(
        "not confirmed, nothing was changed; --yes answers for you",
        "pas de oui, rien n'a été modifié ; --yes répond pour vous",
    ));
}

/// One line of standard input, without its end; empty if there is none.
pub(crate) fn line() -> Result<String> {
    let mut line = String::new();
    io::Read::take(io::stdin().lock(), ANSWER_MAX).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// A new password, which a person types twice without seeing it; from a program, one line.
///
/// # Errors
/// The two are not the same, or there is nothing to read.
pub(crate) fn password() -> Result<String> {
    if !io::stdin().is_terminal() {
        return line();
    }
    let first = hidden(say(
        "New password (at least 10 characters): ",
        "Nouveau mot de passe (10 caractères au moins) : ",
    ))?;
    let second = hidden(say("The same again: ", "Encore une fois : "))?;
    if first != second {
        bail!(say(
            "the two were not the same, nothing was changed",
            "les deux n'étaient pas les mêmes, rien n'a été modifié",
        ));
    }
    Ok(first)
}

/// One line that the terminal does not show.
fn hidden(question: &str) -> Result<String> {
    let mut err = io::stderr().lock();
    write!(err, "{question}")?;
    err.flush()?;
    let shown = termios::tcgetattr(io::stdin())?;
    let mut unseen = shown.clone();
    unseen.local_modes.remove(termios::LocalModes::ECHO);
    termios::tcsetattr(io::stdin(), termios::OptionalActions::Now, &unseen)?;
    let line = line();
    termios::tcsetattr(io::stdin(), termios::OptionalActions::Now, &shown)?;
    writeln!(err)?;
    line
}

fn says_yes(answer: &str) -> bool {
    ["y", "yes", "o", "oui"].contains(&answer.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        for (answer, yes) in
            [("y", true), ("YES", true), ("oui", true), ("", false), ("yeah", false)]
        {
            assert_eq!(says_yes(answer), yes, "{answer}");
        }
    }
}
