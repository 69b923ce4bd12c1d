//! `conflict …`.

use anyhow::Result;
use api::Keep;
use api::request::{ConflictResolve, Nothing};
use clap::Subcommand;

use super::Session;
use crate::text::say;
use crate::{choice, show};

const EXAMPLES: &str = "\
A conflict has one version at the path and one kept aside; nothing is lost until you decide, and the
version that you don't keep goes to the archive.

Examples:
  homefold conflict list
  homefold conflict resolve 00c0ffee00c0ffee --keep both";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum ConflictCommand {
    /// List the conflicts that wait for you.
    List,
    /// Decide one.
    Resolve {
        /// Its id, as `conflict list` shows it.
        id: String,
        /// mine (the side that this device wrote, else the one at the path), theirs (the other side),
        /// or both (the one at the path stays, the other goes beside it under a second name).
        #[arg(long, value_parser = choice::keep())]
        keep: Keep,
    },
}

impl ConflictCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::List => {
                let list = session.client.conflict_list(&Nothing {}).await?;
                session.output.show(&list, |list| show::conflicts(list))
            }
            Self::Resolve { id, keep } => {
                session.client.conflict_resolve(&ConflictResolve { id, keep }).await?;
                session.output.done(say("Resolved.", "Résolu."))
            }
        }
    }
}
