//! `ui`: the pages in a browser of this computer.

use std::process::Stdio;

use anyhow::Result;
use api::request::Nothing;
use clap::Args;
use tokio::process::Command;

use super::Session;
use crate::text::{said, say};

const EXAMPLES: &str = "\
Examples:
  homefold ui
  homefold ui --no-open       only print the address, for example for an ssh tunnel";

/// What opens an address in the user's browser.
const OPENER: &str = "xdg-open";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Ui {
    /// Only print the address; it works once, for two minutes.
    #[arg(long)]
    no_open: bool,
}

impl Ui {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let view = session.client.browser(&Nothing {}).await?;
        let opened = !self.no_open && open(&view.address);
        session.output.show(&view, |view| {
            let address = &view.address;
            match opened {
                true => said!(
                    "Opened in your browser: {address}",
                    "Ouvert dans votre navigateur : {address}"
                ),
                false => address.clone(),
            }
        })?;
        if !opened && !self.no_open {
            session.output.remark(say(
                "No browser could be opened from here: open this address yourself. It works once, for two minutes.",
                "Aucun navigateur n'a pu être ouvert d'ici : ouvrez cette adresse vous-même. Elle marche une fois, pendant deux minutes.",
            ));
        }
        Ok(())
    }
}

/// Whether there is a screen and the system's opener was started; it goes on by itself.
fn open(address: &str) -> bool {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"];
    if !screen.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return false;
    }
    let mut command = Command::new(OPENER);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}
