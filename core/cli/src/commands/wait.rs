//! `wait`.

use std::time::Duration;

use anyhow::Result;
use api::request::{WAIT_MS_MAX, WaitRequest};
use clap::Args;

use super::Session;
use crate::failure::Usage;
use crate::text::{said, say};
use crate::{duration, progress, show};

/// How much longer than the service this side waits for its answer.
const GRACE: Duration = Duration::from_secs(5);

const EXAMPLES: &str = "\
A barrier for scripts: what was written here before the call is on every connected device that keeps
it once the command ends with 0. It ends with 4 when the time is over; the work goes on all the
same.

Examples:
  cp report.pdf ~/Documents/ && homefold wait && echo 'safe elsewhere'
  homefold wait Photos --timeout 10m";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Wait {
    /// Only this folder.
    folder: Option<String>,
    /// How long at most, up to a day.
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = duration::parse)]
    timeout: Duration,
}

impl Wait {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let timeout_ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        if timeout_ms > WAIT_MS_MAX {
            return Err(Usage::new(say(
                "a wait takes a day at most",
                "une attente dure un jour au plus",
            ))
            .into());
        }
        let request = WaitRequest { folder: self.folder, timeout_ms };
        let client = session.client.clone().with_deadline(self.timeout + GRACE);
        let view = if session.output.is_watched() {
            let folder = request.folder.as_deref();
            progress::beside(&session.client, folder, client.wait(&request)).await?
        } else {
            client.wait(&request).await?
        };
        session.output.show(&view, |view| {
            let waited = show::span(Duration::from_millis(view.waited_ms));
            said!(
                "Everything is where it belongs (after {waited}).",
                "Tout est à sa place (après {waited})."
            )
        })
    }
}
