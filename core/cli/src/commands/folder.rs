//! `folder …`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use api::request::{FolderAttach, FolderCreate, FolderMode, FolderRequest, Nothing, WaitRequest};
use api::view::{FolderView, HeldOutcome};
use api::{ApiError, ErrorCode, Mode, State};
use clap::{Args, Subcommand, ValueHint};
use tokio::time::{Instant, sleep};

use super::Session;
use crate::text::{Noun, said, say};
use crate::{choice, place, progress, question, show};

const EXAMPLES: &str = "\
Examples:
  homefold folder create Photos ~/Pictures       share a directory
  homefold folder attach Photos ~/Pictures       take part in it on another device
  homefold folder detach Photos                  no longer take part; the files stay in place
  homefold folder release Photos                 let the changes on hold through
  homefold folder undo Photos                    put the files back instead";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum FolderCommand {
    /// Share a directory: its content becomes the folder's first.
    Create(Create),
    /// Take part in a folder of the home. What the directory holds already is merged; nothing is
    /// deleted.
    Attach(Attach),
    /// List the folders of the home.
    List,
    /// Change how much of a folder this device holds.
    Mode {
        /// The folder.
        name: String,
        /// The new mode.
        #[arg(value_parser = choice::mode())]
        mode: Mode,
    },
    /// Look at a folder's whole directory again.
    Rescan(One),
    /// Take no part in a folder any more; the local files stay in place.
    Detach(One),
    /// End a folder for the whole home; every device keeps the files it has. Asks first.
    Delete(Delete),
    /// Let the changes on hold through.
    Release(One),
    /// Put the files of the changes on hold back.
    Undo(One),
}

#[derive(Debug, Args)]
pub(crate) struct One {
    /// The folder.
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The folder's name in the home.
    name: String,
    /// The directory [default: one of the folder's name in your home directory].
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// The folder.
    name: String,
    /// The directory [default: one of the folder's name in your home directory].
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// How much of it this device holds: clone (every file), stream (what is used), storage (sealed
    /// copies for the others), portal (nothing).
    #[arg(long, default_value = "clone", value_parser = choice::mode())]
    mode: Mode,
}

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// The folder.
    name: String,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl FolderCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let (client, output) = (&session.client, session.output);
        match self {
            Self::Create(create) => create.run(session).await,
            Self::Attach(attach) => attach.run(session).await,
            Self::List => {
                let list = client.folder_list(&Nothing {}).await?;
                output.show(&list, |list| show::folders(list))
            }
            Self::Mode { name, mode } => {
                let view = client.folder_mode(&FolderMode { folder: name, mode }).await?;
                output.show(&view, |view| {
                    let name = show::escape(&view.name);
                    said!("{name} is {mode} here now.", "{name} est désormais {mode} ici.")
                })
            }
            Self::Rescan(One { name }) => {
                client.folder_rescan(&FolderRequest { folder: name }).await?;
                output.done(say("Looked at everything.", "Tout est relu."))
            }
            Self::Detach(One { name }) => {
                client.folder_detach(&FolderRequest { folder: name }).await?;
                output.done(say(
                    "Detached; the files stay where they are.",
                    "Détaché ; les fichiers restent en place.",
                ))
            }
            Self::Delete(delete) => delete.run(session).await,
            Self::Release(One { name }) => {
                let view = client.folder_release(&FolderRequest { folder: name }).await?;
                output.show(&view, |view| decided(view, say("let through", "passés")))
            }
            Self::Undo(One { name }) => {
                let view = client.folder_undo(&FolderRequest { folder: name }).await?;
                output.show(&view, |view| decided(view, say("put back", "remis en place")))
            }
        }
    }
}

fn decided(view: &HeldOutcome, what: &str) -> String {
    format!("{} {what}.", show::count(view.paths, Noun::Path))
}

impl Create {
    async fn run(self, session: &Session) -> Result<()> {
        let request = FolderCreate { name: self.name, path: place::absolute(self.path)? };
        let view = session.client.folder_create(&request).await?;
        session.output.show(&view, |view| {
            let (place, name) = (directory(view), show::escape(&view.name));
            said!("Shared {place} as “{name}”.", "{place} est partagé sous le nom « {name} ».")
        })
    }
}

impl Attach {
    async fn run(self, session: &Session) -> Result<()> {
        let path = place::absolute(self.path)?;
        let request = FolderAttach { folder: self.name, path, mode: self.mode };
        let view = session.client.folder_attach(&request).await?;
        session.output.show(&view, |view| {
            let (place, name) = (directory(view), show::escape(&view.name));
            said!("Attached “{name}” at {place}.", "« {name} » est attaché à {place}.")
        })?;
        if session.output.is_watched() && self.mode == Mode::Clone {
            session.output.remark(say(
                "Ctrl-C leaves it going on in the background.",
                "Ctrl-C le laisse continuer en arrière-plan.",
            ));
            follow(session, &view.name).await?;
        }
        Ok(())
    }
}

fn directory(view: &FolderView) -> String {
    view.path.as_deref().map_or(say("no directory", "aucun répertoire").to_owned(), show::escape)
}

/// How often a new folder is looked at, and for how long at most.
const LOOK_EVERY: Duration = Duration::from_millis(300);
const FOLLOW_MAX: Duration = Duration::from_secs(86_400);

/// How long a new folder may be silent before it is taken for empty: what the other devices have is not
/// known yet when it is attached.
const SILENCE_MS: u64 = 3_000;

/// Shows a bar until all of the folder is here.
async fn follow(session: &Session, name: &str) -> Result<()> {
    let request = WaitRequest { folder: Some(name.to_owned()), timeout_ms: SILENCE_MS };
    let waiting = session.client.wait(&request);
    match progress::beside(&session.client, Some(name), waiting).await {
        Ok(_) => return Ok(()),
        Err(error) if error.code == ErrorCode::TimedOut => {}
        Err(error) => return Err(error.into()),
    }
    let end = Instant::now() + FOLLOW_MAX;
    let bar = progress::Bar::new();
    while Instant::now() < end {
        let status = session.client.status(&Nothing {}).await?;
        let Some(folder) = status.folders.iter().find(|folder| folder.name == name) else {
            bail!(ApiError::about(ErrorCode::UnknownFolder, name));
        };
        let here = folder.missing_files == 0;
        if here && !matches!(folder.state, State::Scanning | State::Syncing) {
            break;
        }
        bar.draw(&status, Some(name));
        sleep(LOOK_EVERY).await;
    }
    bar.clear();
    Ok(())
}

impl Delete {
    async fn run(self, session: &Session) -> Result<()> {
        let mut request = FolderRequest { folder: self.name };
        if !self.yes {
            let list = session.client.folder_list(&Nothing {}).await?;
            let found = list
                .into_iter()
                .find(|one| one.name == request.folder || one.id == request.folder)
                .ok_or_else(|| ApiError::about(ErrorCode::UnknownFolder, &request.folder))?;
            let name = show::escape(&found.name);
            let (files, size) = (show::count(found.files, Noun::File), show::bytes(found.bytes));
            let cost = said!(
                "“{name}” ({files}, {size}) will end for the whole home. Every device keeps the files it has; they are no longer kept in sync.",
                "« {name} » ({files}, {size}) prendra fin pour toute la maison. Chaque appareil garde les fichiers qu'il a ; ils ne suivent plus les uns les autres."
            );
            question::confirm(&cost, &said!("End “{name}”?", "Mettre fin à « {name} » ?"))?;
            request.folder = found.id;
        }
        session.client.folder_delete(&request).await?;
        session.output.done(say(
            "Ended; every device keeps the files it has.",
            "Terminé ; chaque appareil garde les fichiers qu'il a.",
        ))
    }
}
