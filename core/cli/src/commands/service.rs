//! `service …`: run it here, or have the system run it for this user.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use api::request::Nothing;
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::Session;
use super::unit::Unit;
use crate::text::{said, say};
use crate::{place, show};

const EXAMPLES: &str = "\
Examples:
  homefold service run --name laptop         in the foreground, until Ctrl-C
  homefold service install                   from the next login on
  homefold service start                     now
  homefold --data-dir /srv/hf service run --listen 0.0.0.0:22700";

/// How long a service that the system starts may take until it answers.
const START_MAX: Duration = Duration::from_secs(15);

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ServiceCommand {
    /// Run the service in the foreground. The first run creates the data dir and the device's key.
    /// Prints `ready id=… listen=… api=…` once it answers.
    Run(Run),
    /// Have the system start the service at each login of this user.
    Install,
    /// Take it out of the system again. Files and settings stay.
    Uninstall,
    /// Start the installed service now.
    Start,
    /// Stop the installed service.
    Stop,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// This device's name [default: the computer's].
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Where other devices find this one; port 0 picks a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// Answer web clients here as well, on loopback only and with a token; port 0 picks a free one.
    #[arg(long, value_name = "ADDR:PORT", value_parser = place::loopback)]
    pub(super) api: Option<SocketAddr>,
    /// Neither look for other devices on the local network nor be found there.
    #[arg(long)]
    pub(super) no_discovery: bool,
}

/// What `install` did.
#[derive(Serialize)]
struct Installed {
    unit: String,
}

impl ServiceCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let unit = Unit::of_this_user()?;
        match self {
            // It is run before anything is asked: see `commands::run`.
            Self::Run(_) => Ok(()),
            Self::Install => {
                unit.install(&session.data_dir).await?;
                let view = Installed { unit: unit.path().display().to_string() };
                session.output.show(&view, |view| {
                    let unit = show::escape(&view.unit);
                    said!(
                        "Installed as {unit}; it starts at each login, and now with `homefold service start`.",
                        "Installé : {unit} ; il part à chaque ouverture de session, et maintenant avec `homefold service start`."
                    )
                })
            }
            Self::Uninstall => {
                unit.uninstall().await?;
                session.output.done(say(
                    "Uninstalled. Your files and this device's settings stay.",
                    "Désinstallé. Vos fichiers et les réglages de cet appareil restent.",
                ))
            }
            Self::Start => {
                unit.start().await?;
                answers(session).await?;
                session.output.done(say("The service is running.", "Le service tourne."))
            }
            Self::Stop => {
                unit.stop().await?;
                session.output.done(say("The service is stopped.", "Le service est arrêté."))
            }
        }
    }
}

/// Waits until the service answers.
async fn answers(session: &Session) -> Result<()> {
    let end = Instant::now() + START_MAX;
    while let Err(error) = session.client.id(&Nothing {}).await {
        if Instant::now() > end {
            bail!(said!(
                "the service was started and does not answer; `journalctl --user -u homefold` says why ({error})",
                "le service est lancé et ne répond pas ; `journalctl --user -u homefold` dit pourquoi ({error})"
            ));
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
