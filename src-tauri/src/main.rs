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

use std::process::ExitCode;

fn main() -> ExitCode {
    match app::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("homefold-app: {error}");
            ExitCode::FAILURE
        }
    }
}
