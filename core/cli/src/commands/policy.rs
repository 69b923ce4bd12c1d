//! `policy …`.

use anyhow::Result;
use api::request::{PolicyRequest, PolicySet, PolicyUnset};
use clap::Subcommand;

use super::Session;
use crate::show;
use crate::text::say;

const EXAMPLES: &str = "\
A target is home, device:D, folder:F, pod:F@D (the part of device D in folder F) or path:F/P. The
most specific one wins.

Examples:
  homefold policy show                   what holds for the whole home
  homefold policy show folder:Photos     what holds there, and where each value comes from
  homefold policy set home archive.days 60
  homefold policy unset home archive.days";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum PolicyCommand {
    /// Show policies and where each value comes from.
    Show {
        /// Only what holds for this target.
        target: Option<String>,
    },
    /// Set a policy.
    Set {
        /// Where it holds.
        target: String,
        /// Which policy.
        key: String,
        /// Its value.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take a policy away, so that a less specific one holds again.
    Unset {
        /// Where it was set.
        target: String,
        /// Which policy.
        key: String,
    },
}

impl PolicyCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let (client, output) = (&session.client, session.output);
        match self {
            Self::Show { target } => {
                let list = client.policy_show(&PolicyRequest { target }).await?;
                output.show(&list, |list| show::policies(list))
            }
            Self::Set { target, key, value } => {
                client.policy_set(&PolicySet { target, key, value }).await?;
                output.done(say("Set.", "Fixée."))
            }
            Self::Unset { target, key } => {
                client.policy_unset(&PolicyUnset { target, key }).await?;
                output.done(say("Unset.", "Retirée."))
            }
        }
    }
}
