//! `homefold`: the service and its command line in one binary.
//!
//! `service run` starts the service in this process; every other command asks a running one through
//! `api` and shows the answer. The contract with scripts: with `--json` standard output is one JSON
//! document (streams: one a line) and nothing else; a failure is one line on standard error; the
//! exit status is [`api::Exit`]. Not here: any decision about files.

mod arguments;
mod choice;
mod commands;
mod data_dir;
mod duration;
mod failure;
mod help;
mod output;
mod place;
mod progress;
mod question;
mod show;
mod text;

use std::process::ExitCode;

use clap::FromArgMatches;

fn main() -> ExitCode {
    let language = text::language();
    let typed = help::command(language).try_get_matches();
    let arguments = match typed.and_then(|typed| arguments::Arguments::from_arg_matches(&typed)) {
        Ok(arguments) => arguments,
        Err(error) => return help::refused(&error, language),
    };
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
