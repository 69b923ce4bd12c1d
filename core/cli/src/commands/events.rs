//! `events` and `logs`: answers that come bit by bit.

use anyhow::Result;
use api::request::{EventsRequest, LogsRequest};
use clap::Args;

use super::Session;
use crate::show;

const EVENTS_EXAMPLES: &str = "\
Examples:
  homefold events                          what happened since the service started
  homefold --json events --follow          one JSON document a line, for programs
  homefold --json events --after 120       only what has a greater `seq`";

#[derive(Debug, Args)]
#[command(after_help = EVENTS_EXAMPLES)]
pub(crate) struct Events {
    /// Go on with what happens from now on, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
    /// Only events with a greater sequence number.
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
}

impl Events {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let request = EventsRequest { after: self.after, follow: self.follow };
        let mut lines = session.client.events(&request).await?;
        while let Some(view) = lines.next().await? {
            session.output.show(&view, show::event)?;
        }
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// How many of the last lines.
    #[arg(long, short = 'n', default_value_t = 100)]
    lines: u32,
    /// Go on with what is logged from now on, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let request = LogsRequest { lines: self.lines, follow: self.follow };
        let mut lines = session.client.logs(&request).await?;
        while let Some(view) = lines.next().await? {
            session.output.show(&view, |view| show::escape(&view.line))?;
        }
        Ok(())
    }
}
