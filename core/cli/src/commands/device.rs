//! `device …`.

use anyhow::Result;
use api::Role;
use api::request::{DeviceRename, DeviceRequest, DeviceRole, Nothing};
use clap::{Args, Subcommand};

use super::Session;
use crate::text::{Noun, said, say};
use crate::{choice, question, show};

const EXAMPLES: &str = "\
A device is given by its name, its id, or any unambiguous prefix of the id.

Examples:
  homefold device list
  homefold device rename K3QF laptop
  homefold device role tablet reader        it may look, and what it changes is refused
  homefold device pause laptop
  homefold device remove old-phone";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DeviceCommand {
    /// List the devices of the home, this one first.
    List,
    /// Give a device another name.
    Rename {
        /// The device.
        #[arg(value_name = "ID")]
        device: String,
        /// Its new name.
        name: String,
    },
    /// Change what a device may do: admin (files and the home), member (files), reader (look), storage
    /// (hold copies), portal (use, hold nothing). One admin has to stay.
    Role {
        /// The device.
        #[arg(value_name = "ID")]
        device: String,
        /// What it may do from now on.
        #[arg(value_parser = choice::role())]
        role: Role,
    },
    /// Remove a device from the home: it is cut off everywhere and learns nothing more. Says what it
    /// costs and asks.
    Remove(Remove),
    /// Stop traffic between this device and another.
    Pause(One),
    /// Let traffic with a paused device go on.
    Resume(One),
}

#[derive(Debug, Args)]
pub(crate) struct One {
    /// The device.
    #[arg(value_name = "ID")]
    device: String,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The device.
    #[arg(value_name = "ID")]
    device: String,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl DeviceCommand {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let output = session.output;
        match self {
            Self::List => {
                let list = session.client.device_list(&Nothing {}).await?;
                output.show(&list, |list| show::devices(list))
            }
            Self::Rename { device, name } => {
                let view = session.client.device_rename(&DeviceRename { device, name }).await?;
                output.show(&view, |view| {
                    let name = show::device_name(view);
                    said!("It is called {name} now.", "Il s'appelle désormais {name}.")
                })
            }
            Self::Role { device, role } => {
                let view = session.client.device_role(&DeviceRole { device, role }).await?;
                output.show(&view, |view| may_now(&show::device_name(view), view.role))
            }
            Self::Remove(remove) => remove.run(session).await,
            Self::Pause(One { device }) => {
                session.client.device_pause(&DeviceRequest { device }).await?;
                output.done(say(
                    "Paused; `homefold device resume` lets it go on.",
                    "En pause ; `homefold device resume` le laisse reprendre.",
                ))
            }
            Self::Resume(One { device }) => {
                session.client.device_resume(&DeviceRequest { device }).await?;
                output.done(say("Resumed.", "Repris."))
            }
        }
    }
}

impl Remove {
    async fn run(self, session: &Session) -> Result<()> {
        let mut request = DeviceRequest { device: self.device };
        if !self.yes {
            let cost = session.client.device_removal(&request).await?;
            let (name, id) = (show::escape(&cost.name), show::escape(show::short(&cost.id)));
            let mut text = said!(
                "{name} ({id}) will be cut off from the home for good. What it has already stays with it.",
                "{name} ({id}) sera coupé de la maison pour de bon. Ce qu'il a déjà lui reste."
            );
            if cost.only_there_files > 0 {
                let files = show::count(cost.only_there_files, Noun::File);
                let size = show::bytes(cost.only_there_bytes);
                text.push_str(&said!(
                    "\n{files} ({size}) are on no other device and will be out of the home's reach.",
                    "\n{files} ({size}) ne sont sur aucun autre appareil et seront hors d'atteinte de la maison."
                ));
            }
            question::confirm(&text, &said!("Remove {name}?", "Retirer {name} ?"))?;
            // Exactly the one that was asked about, whatever fits the name meanwhile.
            request.device = cost.id;
        }
        session.client.device_remove(&request).await?;
        session.output.done(say("Removed.", "Retiré."))
    }
}

/// What a device may do from now on, in a sentence.
fn may_now(name: &str, role: Role) -> String {
    match role {
        Role::Admin => said!(
            "{name} is an admin now: it changes files, and invites or removes devices.",
            "{name} est désormais administrateur : il modifie les fichiers, invite et retire des appareils."
        ),
        Role::Member => said!(
            "{name} is a member now: it changes files.",
            "{name} est désormais membre : il modifie les fichiers."
        ),
        Role::Reader => said!(
            "{name} is a reader now: it sees the files, and what it changes stays on it.",
            "{name} est désormais lecteur : il voit les fichiers, et ce qu'il modifie reste chez lui."
        ),
        Role::Storage => said!(
            "{name} is storage now: it holds copies for the others and changes nothing.",
            "{name} est désormais un stockage : il garde des copies pour les autres et ne modifie rien."
        ),
        Role::Portal => said!(
            "{name} is a guest now: it uses the files and keeps none.",
            "{name} est désormais invité : il utilise les fichiers et n'en garde aucun."
        ),
    }
}
