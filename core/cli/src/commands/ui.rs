//! `ui`: the pages in a browser of this computer, and whether browsers of other computers may have them.

use std::process::Stdio;

use anyhow::Result;
use api::request::{DoorOpen, Nothing};
use clap::Args;
use tokio::process::Command;

use super::Session;
use crate::question;
use crate::text::{said, say};

const EXAMPLES: &str = "\
Examples:
  homefold ui
  homefold ui --no-open       only print the address, for example for an ssh tunnel
  homefold ui --listen 0.0.0.0:22781
                              lets browsers on other computers in: with TLS and a password, which is asked for
                              (or read from standard input), from now on and after each start
  homefold ui --no-listen     lets them in no more";

/// What opens an address in the user's browser.
const OPENER: &str = "xdg-open";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Ui {
    /// Only print the address; it works once, for two minutes.
    #[arg(long)]
    no_open: bool,
    /// Let browsers on other computers in at this address, with TLS and a password.
    #[arg(long, value_name = "ADDR:PORT", conflicts_with_all = ["no_open", "no_listen"])]
    listen: Option<String>,
    /// Let no browser of another computer in any more.
    #[arg(long, conflicts_with = "no_open")]
    no_listen: bool,
}

impl Ui {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        match self.listen {
            Some(address) => listen(session, address).await,
            None if self.no_listen => {
                session.output.show(&session.client.door_close(&Nothing {}).await?, |_| {
                    say(
                        "No browser of another computer gets in any more.",
                        "Aucun navigateur d'un autre ordinateur n'entre plus.",
                    )
                    .to_owned()
                })
            }
            None => self.open_here(session).await,
        }
    }

    async fn open_here(self, session: &Session) -> Result<()> {
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

/// Lets browsers on other computers in.
async fn listen(session: &Session, address: String) -> Result<()> {
    let password = question::password()?;
    let request = DoorOpen { address, password: Some(password) };
    let view = session.client.door_open(&request).await?;
    session.output.show(&view, |view| {
        let links = view.links.join("\n");
        let print = view.fingerprint.as_deref().unwrap_or_default();
        said!(
            "Browsers on other computers come in here, with the password:\n{links}\nA browser warns the first time, as this computer vouches for itself. Go on only if the\ncertificate that it shows has this fingerprint (SHA-256):\n{print}",
            "Les navigateurs d'autres ordinateurs entrent ici, avec le mot de passe :\n{links}\nUn navigateur avertit la première fois, car cet ordinateur se porte garant de lui-même. Ne continuez que si\nle certificat montré a cette empreinte (SHA-256) :\n{print}"
        )
    })
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
