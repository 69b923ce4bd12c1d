//! `invite` and `join`.

use std::time::Duration;

use anyhow::{Result, bail};
use api::request::{INVITE_SECONDS_MAX, InviteRequest, JoinRequest};
use api::view::InviteView;
use api::{ApiError, ErrorCode, Role};
use clap::Args;

use super::Session;
use crate::failure::Usage;
use crate::text::{said, say};
use crate::{choice, duration, place, question, show};

const INVITE_EXAMPLES: &str = "\
The first line is the code: 8 digits, good for one device and three tries. The command then waits;
Ctrl-C withdraws the invitation.

Examples:
  homefold invite                            another device of your own
  homefold invite --role reader              one that may look and not change
  homefold invite --expires 2h";

#[derive(Debug, Args)]
#[command(after_help = INVITE_EXAMPLES)]
pub(crate) struct Invite {
    /// What the device may do: admin (files and the home), member (files), reader (look), storage
    /// (hold copies), portal (use, hold nothing).
    #[arg(long, default_value = "admin", value_parser = choice::role())]
    role: Role,
    /// How long the code is good for, at most a day.
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = duration::parse)]
    expires: Duration,
}

impl Invite {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        // Less than a second would be no time at all for the service.
        let expires_seconds = self.expires.as_secs().max(1);
        if expires_seconds > INVITE_SECONDS_MAX {
            return Err(Usage::new(say(
                "an invitation is good for a day at most",
                "une invitation est bonne un jour au plus",
            ))
            .into());
        }
        let request = InviteRequest { role: self.role, expires_seconds };
        let mut lines = session.client.invite(&request).await?;
        while let Some(view) = lines.next().await? {
            session.output.show(&view, first_line)?;
            match &view {
                InviteView::Waiting { code, expires, addresses } => {
                    session.output.remark(&show::remark_on_invitation(code, *expires, addresses));
                }
                InviteView::Joined { .. } => return Ok(()),
            }
        }
        Err(ApiError::new(ErrorCode::InvitationOver).into())
    }
}

fn first_line(view: &InviteView) -> String {
    match view {
        InviteView::Waiting { code, .. } => show::escape(code),
        InviteView::Joined { device, role } => {
            let (name, id) = (show::escape(&device.name), show::escape(show::short(&device.id)));
            said!("{name} ({id}) joined as {role}.", "{name} ({id}) a rejoint, comme {role}.")
        }
    }
}

const JOIN_EXAMPLES: &str = "\
Examples:
  homefold join 12345678
  homefold join 12345678 --address 192.168.1.20:22700
  homefold join -                            reads the code from standard input";

#[derive(Debug, Args)]
#[command(after_help = JOIN_EXAMPLES)]
pub(crate) struct Join {
    /// The code that `homefold invite` shows on the other device; `-` reads it from standard input.
    #[arg(value_parser = place::code)]
    code: String,
    /// Where the other device is, if it is not found by itself.
    #[arg(long, value_name = "HOST:PORT", value_parser = place::address)]
    address: Option<String>,
}

impl Join {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let code = if self.code == place::STANDARD_INPUT {
            let typed = question::line()?;
            match place::code(&typed) {
                Ok(code) if code != place::STANDARD_INPUT => code,
                Ok(_) | Err(_) => bail!(Usage::new(say(
                    "standard input holds no code of 8 digits",
                    "l'entrée standard n'a pas de code de 8 chiffres",
                ))),
            }
        } else {
            self.code
        };
        let request = JoinRequest { code, address: self.address, nearby: None };
        let view = session.client.join(&request).await?;
        session.output.show(&view, |view| {
            let (home, role) = (show::escape(&view.home.name), view.role);
            let inviter = show::escape(&view.inviter.name);
            said!(
                "Joined the home “{home}” as {role}; {inviter} let this device in.",
                "Maison « {home} » rejointe, comme {role} ; {inviter} a laissé entrer cet appareil."
            )
        })
    }
}
