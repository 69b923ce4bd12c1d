//! `ls`, `where`, `plan`, `keep` and `free`.

use anyhow::Result;
use api::request::{EntriesRequest, EntryRequest, PlanRequest, SubtreeRequest};
use clap::Args;

use super::Session;
use crate::place::{EntryPlace, Place};
use crate::show;
use crate::text::{Noun, said, say};

#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// The directory.
    #[arg(value_name = "FOLDER[/PATH]")]
    place: Place,
}

impl Ls {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        let mut request = EntriesRequest { folder, path, after: None, limit: None };
        let mut entries = Vec::new();
        loop {
            let page = session.client.entries(&request).await?;
            entries.extend(page.entries);
            match page.next {
                // A service that gives the same page again must not hold us for ever.
                Some(next) if request.after.as_ref() != Some(&next) => request.after = Some(next),
                Some(_) | None => break,
            }
        }
        session.output.show(&entries, |entries| show::listing(entries))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Where {
    /// The entry.
    #[arg(value_name = "FOLDER/PATH")]
    place: EntryPlace,
}

impl Where {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        let list = session.client.holders(&EntryRequest { folder, path }).await?;
        session.output.show(&list, |list| show::holders(list))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Only this folder.
    folder: Option<String>,
}

impl Plan {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let view = session.client.plan(&PlanRequest { folder: self.folder }).await?;
        session.output.show(&view, show::plan)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// The subtree, also as a path of this computer.
    #[arg(value_name = "FOLDER[/PATH]")]
    place: Place,
}

impl Keep {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        session.client.keep(&SubtreeRequest { folder, path }).await?;
        session.output.done(say(
            "Kept on this device; what is missing is fetched.",
            "Gardé sur cet appareil ; ce qui manque est cherché.",
        ))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Free {
    /// The subtree, also as a path of this computer.
    #[arg(value_name = "FOLDER[/PATH]")]
    place: Place,
}

impl Free {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let Place { folder, path } = self.place.find(&session.client).await?;
        let view = session.client.free(&SubtreeRequest { folder, path }).await?;
        session.output.show(&view, |view| {
            let (files, size) = (show::count(view.files, Noun::File), show::bytes(view.bytes));
            said!(
                "Gave back {size} ({files}); the files stay in the folder.",
                "{size} rendus ({files}) ; les fichiers restent dans le dossier."
            )
        })
    }
}
