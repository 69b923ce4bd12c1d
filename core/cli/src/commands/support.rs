//! `support`: a file for those who help.

use std::path::PathBuf;

use anyhow::Result;
use api::request::SupportRequest;
use clap::{Args, ValueHint};

use super::Session;
use crate::text::{said, say};
use crate::{place, show};

const EXAMPLES: &str = "\
Versions, numbers and the end of the log; no names of files, folders or devices, no contents, no keys.
Look through it before you send it: `tar -xzf` unpacks it.

Examples:
  homefold support
  homefold support /tmp/homefold.tar.gz";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Support {
    /// The file, where nothing may stand yet [default: one with the date in its name in your own
    /// directory].
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

impl Support {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let request = SupportRequest { path: place::absolute(self.file)? };
        let view = session.client.support(&request).await?;
        session.output.show(&view, |view| show::escape(&view.path))?;
        let size = show::bytes(view.size);
        session.output.remark(&said!(
            "Written, {size}. {}",
            "Écrit, {size}. {}",
            say(
                "It holds no names of yours, no contents and no keys; look through it before you send it.",
                "Il ne contient ni noms à vous, ni contenus, ni clés ; regardez-le avant de l'envoyer.",
            )
        ));
        Ok(())
    }
}
