//! `drive mount` and `drive unmount`.

use std::path::PathBuf;

use anyhow::Result;
use api::request::{DriveMount, Nothing};
use clap::{Subcommand, ValueHint};

use super::Session;
use crate::text::{said, say};

const EXAMPLES: &str = "\
Examples:
  homefold drive mount                 at ~/Homefold, also at every start of the service
  homefold drive mount /media/home     elsewhere; the directory is made, or must be empty
  homefold drive unmount               no file is lost: the folders go on";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DriveCommand {
    /// Mount the drive, now and at every start of the service. It shows also the folders that are not attached.
    Mount {
        /// Where [default: Homefold in your own directory].
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        path: Option<PathBuf>,
    },
    /// Unmount the drive.
    Unmount,
}

impl DriveCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Mount { path } => mount(session, path).await,
            Self::Unmount => {
                session.client.drive_unmount(&Nothing {}).await?;
                session.output.done(say("Unmounted.", "Démonté."))
            }
        }
    }
}

async fn mount(session: &Session, path: Option<PathBuf>) -> Result<()> {
    // The service runs elsewhere: it is told where from here.
    let path = path.map(std::path::absolute).transpose()?;
    let path = path.map(|path| path.display().to_string());
    let mounted = session.client.drive_mount(&DriveMount { path }).await?;
    session.output.show(&mounted, |mounted| {
        let at = &mounted.path;
        said!("The drive is mounted at {at}.\n", "Le lecteur est monté sur {at}.\n")
    })
}
