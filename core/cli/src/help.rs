//! The command tree in the person's language, and what is said of a command line that makes no sense.
//!
//! English stands beside the arguments themselves; French is laid over it here. Not here: the
//! commands.

mod fr;
mod usage;

use api::Language;
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::arguments::Arguments;

pub(crate) use usage::refused;

/// The French of one command.
struct Page {
    /// Its words, `folder create`; empty for the whole.
    path: &'static str,
    about: &'static str,
    /// What stands below the options; empty if nothing does.
    after: &'static str,
    /// Its own arguments and what they mean.
    arguments: &'static [(&'static str, &'static str)],
}

/// Everything that can be typed, explained in `language`.
pub(crate) fn command(language: Language) -> Command {
    let command = Arguments::command();
    match language {
        Language::En => command,
        Language::Fr => translated(command, ""),
    }
}

/// `command` and what is below it in French; `path` are the words that lead to it.
fn translated(mut command: Command, path: &str) -> Command {
    if let Some(page) = fr::PAGES.iter().find(|page| page.path == path) {
        command = command.about(page.about).subcommand_help_heading("Commandes");
        let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
        command = command.disable_help_flag(true).arg(help.help("Montre cette aide"));
        if !page.after.is_empty() {
            command = command.after_help(page.after);
        }
        for (name, meaning) in page.arguments.iter().chain(fr::EVERYWHERE) {
            if command.get_arguments().any(|argument| argument.get_id() == *name) {
                command = command.mut_arg(*name, |argument| argument.help(*meaning));
            }
        }
    }
    let below: Vec<String> =
        command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    for name in below {
        let whole = format!("{path} {name}");
        command = command.mut_subcommand(name, |one| translated(one, whole.trim_start()));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command below `command` with the words that lead to it.
    fn all(command: &Command, path: &str, seen: &mut Vec<(String, Command)>) {
        seen.push((path.to_owned(), command.clone()));
        for one in command.get_subcommands() {
            let whole = format!("{path} {}", one.get_name());
            all(one, whole.trim_start(), seen);
        }
    }

    fn tree(language: Language) -> Vec<(String, Command)> {
        let mut seen = Vec::new();
        all(&command(language), "", &mut seen);
        seen
    }

    #[test]
    fn every_command_and_argument_is_explained_in_french() {
        for ((path, english), (_, french)) in tree(Language::En).iter().zip(tree(Language::Fr)) {
            let text = |command: &Command| command.get_about().map(ToString::to_string);
            assert_ne!(text(english), text(&french), "{path}");
            let below = |command: &Command| command.get_after_help().map(ToString::to_string);
            assert!(below(english).is_none() || below(english) != below(&french), "{path}");
            for (one, other) in english.get_arguments().zip(french.get_arguments()) {
                let help = |argument: &clap::Arg| argument.get_help().map(ToString::to_string);
                assert_ne!(help(one), help(other), "{path}: {}", one.get_id());
            }
        }
    }

    #[test]
    fn every_page_belongs_to_a_command_and_every_meaning_to_an_argument() {
        let tree = tree(Language::En);
        for page in fr::PAGES {
            let (_, command) = tree.iter().find(|(path, _)| path == page.path).unwrap();
            for (name, _) in page.arguments {
                let found = command.get_arguments().any(|argument| argument.get_id() == *name);
                assert!(found, "{}: {name}", page.path);
            }
        }
    }

    #[test]
    fn the_french_tree_is_sound() {
        command(Language::Fr).debug_assert();
    }
}
