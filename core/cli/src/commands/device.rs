//! `device …`.

use anyhow::Result;
use api::request::{DeviceRename, DeviceRequest, Nothing};
use clap::{Args, Subcommand};

use super::Session;
use crate::{question, show};

const EXAMPLES: &str = "\
A device is given by its name, its id, or any unambiguous prefix of the id.

Examples:
  homefold device list
  homefold device rename K3QF laptop
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
                output.show(&view, |view| format!("It is called {} now.", show::device_name(view)))
            }
            Self::Remove(remove) => remove.run(session).await,
            Self::Pause(One { device }) => {
                session.client.device_pause(&DeviceRequest { device }).await?;
                output.done("Paused; `homefold device resume` lets it go on.")
            }
            Self::Resume(One { device }) => {
                session.client.device_resume(&DeviceRequest { device }).await?;
                output.done("Resumed.")
            }
        }
    }
}

impl Remove {
    async fn run(self, session: &Session) -> Result<()> {
        let mut request = DeviceRequest { device: self.device };
        if !self.yes {
            let cost = session.client.device_removal(&request).await?;
            let name = show::escape(&cost.name);
            let mut text = format!(
                "{name} ({}) will be cut off from the home for good. What it has already stays with it.",
                show::escape(show::short(&cost.id))
            );
            if cost.only_there_files > 0 {
                text.push_str(&format!(
                    "\n{} ({}) are on no other device and will be out of the home's reach.",
                    show::count(cost.only_there_files, "file"),
                    show::bytes(cost.only_there_bytes)
                ));
            }
            question::confirm(&text, &format!("Remove {name}?"))?;
            // Exactly the one that was asked about, whatever fits the name meanwhile.
            request.device = cost.id;
        }
        session.client.device_remove(&request).await?;
        session.output.done("Removed.")
    }
}
