//! `cat`, and `log pulls`: bytes that are read wherever they are, and who had them fetched.

use std::io::Write;

use anyhow::Result;
use api::request::{ContentRequest, Nothing};
use clap::{Args, Subcommand};

use super::Session;
use crate::failure::Usage;
use crate::place::{EntryPlace, Place};
use crate::show;
use crate::text::say;

const EXAMPLES: &str = "\
Examples:
  homefold cat Photos/2026/a.jpg > a.jpg               also while it is on another device only
  homefold cat Logs/big.log --offset 1000 --count 80   80 bytes, from byte 1000 on";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Cat {
    /// The file.
    #[arg(value_name = "FOLDER/PATH")]
    place: EntryPlace,
    /// The first byte.
    #[arg(long, value_name = "BYTES")]
    offset: Option<u64>,
    /// How many bytes at most.
    #[arg(long, value_name = "BYTES")]
    count: Option<u64>,
}

impl Cat {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        if session.output.is_json() {
            let text = say(
                "`cat` writes the bytes of a file, not JSON: leave --json out",
                "`cat` écrit les octets d'un fichier, pas du JSON : ôtez --json",
            );
            return Err(Usage::new(text).into());
        }
        let Place { folder, path } = self.place.find(&session.client).await?;
        let program = Some("homefold cat".to_owned());
        let mut request =
            ContentRequest { folder, path, offset: self.offset, length: self.count, program };
        loop {
            let came = read(session, &request).await;
            let (bytes, ended) = came?;
            if ended {
                return Ok(());
            }
            // It broke off: asked again from there, it goes on or says why not.
            request.offset = Some(request.offset.unwrap_or(0) + bytes);
            request.length = request.length.map(|length| length.saturating_sub(bytes));
        }
    }
}

/// Writes what comes; how many bytes, and whether that was all.
async fn read(session: &Session, request: &ContentRequest) -> Result<(u64, bool)> {
    let mut incoming = session.client.content(request).await?;
    let mut out = std::io::stdout().lock();
    let mut written = 0;
    loop {
        match incoming.next().await {
            Ok(Some(bytes)) => {
                out.write_all(&bytes)?;
                written += bytes.len() as u64;
            }
            Ok(None) => {
                out.flush()?;
                return Ok((written, true));
            }
            Err(_) if written > 0 => return Ok((written, false)),
            Err(error) => return Err(error.into()),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Show which programs made this device fetch what, and which were refused, the newest first.
    Pulls,
}

impl LogCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Pulls => {
                let pulls = session.client.pulls(&Nothing {}).await?;
                session.output.show(&pulls, |pulls| show::pulls(pulls))
            }
        }
    }
}
