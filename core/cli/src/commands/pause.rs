//! `pause` and `resume`.

use std::time::Duration;

use anyhow::Result;
use api::request::{Nothing, PauseRequest};
use clap::Args;

use super::Session;
use crate::text::{said, say};
use crate::{duration, show};

const EXAMPLES: &str = "\
Examples:
  homefold pause               until `homefold resume`
  homefold pause --for 2h";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Pause {
    /// For how long [default: until `homefold resume`].
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    time: Option<Duration>,
}

impl Pause {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        // A pause shorter than a second is a second long.
        let seconds = self.time.map(|time| time.as_secs().max(1));
        session.client.pause(&PauseRequest { seconds }).await?;
        let until = match self.time {
            Some(time) => {
                let time = show::span(time);
                said!("for {time}", "pour {time}")
            }
            None => say("until `homefold resume`", "jusqu'à `homefold resume`").to_owned(),
        };
        session.output.done(&said!(
            "Paused {until}. Changes made meanwhile go out afterwards.",
            "En pause {until}. Les changements faits entre-temps partent ensuite."
        ))
    }
}

pub(super) async fn resume(session: &Session) -> Result<()> {
    session.client.resume(&Nothing {}).await?;
    session.output.done(say("Resumed.", "Reprise."))
}
