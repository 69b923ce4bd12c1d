//! `history` and `restore`.

use anyhow::Result;
use api::request::{EntryRequest, RestoreRequest};
use clap::Args;

use super::Session;
use crate::place::{EntryPlace, Place};
use crate::show;
use crate::text::said;

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The entry, also as a path of this computer; it may be deleted.
    #[arg(value_name = "FOLDER/PATH")]
    place: EntryPlace,
}

impl History {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        let list = session.client.history(&EntryRequest { folder, path }).await?;
        session.output.show(&list, |list| show::history(list))
    }
}

const EXAMPLES: &str = "\
Examples:
  homefold history Photos/beach.jpg
  homefold restore Photos/beach.jpg --version 11aa22bb
  homefold restore Photos/beach.jpg --version 11aa22bb --to 'old/beach.jpg'";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// The entry.
    #[arg(value_name = "FOLDER/PATH")]
    place: EntryPlace,
    /// Which version, as `history` shows it.
    #[arg(long, value_name = "V")]
    version: String,
    /// Where to put it, in the same folder [default: where it stood].
    #[arg(long, value_name = "PATH")]
    to: Option<String>,
}

impl Restore {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        let name = show::escape(&folder);
        let request = RestoreRequest { folder, path, version: self.version, to: self.to };
        let view = session.client.restore(&request).await?;
        session.output.show(&view, |view| {
            let path = show::escape(&view.path);
            said!("Restored {name}/{path}.", "{name}/{path} est remis en place.")
        })
    }
}
