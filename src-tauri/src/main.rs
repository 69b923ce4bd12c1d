//! The app: a window onto the service, a tray, and a few notifications.
//!
//! It speaks the `api` and nothing else, and keeps no state but what a person was told. What is shown is
//! decided by pure functions of what the service answers (`sight`, `tray::menu`, `notice::decide`); `app`,
//! `window`, `tray` and `notice` put it on the screen. Not here: the pages (`ui`), anything about files.

mod app;
mod commands;
mod follows;
mod notice;
mod place;
mod sight;
mod starter;
mod text;
mod tray;
mod watch;
mod window;

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Said to a second attempt, so that there is no third.
const AGAIN: &str = "--again";

fn main() -> ExitCode {
    let error = match app::run() {
        Ok(()) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    // Somebody quit the app and starts it anew: the old one may have gone while it was asked to show its
    // window. A desktop can be set up only once in a process, so the second attempt is a new one.
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let (false, Ok(program)) =
        (arguments.iter().any(|one| one == AGAIN), std::env::current_exe())
    {
        let failed = Command::new(program).args(arguments).arg(AGAIN).exec();
        eprintln!("homefold-app: {failed}");
    }
    eprintln!("homefold-app: {error}");
    ExitCode::FAILURE
}
