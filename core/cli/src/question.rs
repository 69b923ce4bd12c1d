//! Asking the person before something that can't be taken back.

use std::io::{self, BufRead, Write};

use anyhow::{Result, bail};

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
