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
mod output;
mod place;
mod progress;
mod question;
mod show;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
