//! One file for each group of commands: its arguments, what it asks, how it answers.

pub(crate) mod completions;
pub(crate) mod conflict;
pub(crate) mod device;
pub(crate) mod drive;
pub(crate) mod events;
pub(crate) mod folder;
pub(crate) mod look;
pub(crate) mod pairing;
pub(crate) mod pause;
pub(crate) mod policy;
pub(crate) mod read;
mod run_service;
pub(crate) mod service;
mod status;
pub(crate) mod support;
pub(crate) mod ui;
mod unit;
pub(crate) mod versions;
pub(crate) mod wait;

use std::path::PathBuf;

use anyhow::{Context, Result};
use api::client::Client;
use tokio::runtime::Builder;

use self::service::ServiceCommand;
use crate::arguments::{Arguments, Command};
use crate::data_dir;
use crate::output::Output;

/// What every command needs.
struct Session {
    client: Client,
    output: Output,
    data_dir: PathBuf,
}

/// Does what was asked for.
///
/// # Errors
/// Why it was not done; `failure` says it and gives the exit status.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let output = Output::new(arguments.json);
    if let Command::Completions(completions) = arguments.command {
        return completions.run();
    }
    let data_dir = data_dir::resolve(arguments.data_dir)?;
    if let Command::Service(ServiceCommand::Run(options)) = arguments.command {
        // The service has a runtime of its own.
        return run_service::run(options, data_dir);
    }
    let session = Session { client: Client::new(&data_dir), output, data_dir };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .context(crate::text::say("starting", "démarrage"))?;
    runtime.block_on(ask(&session, arguments.command))
}

async fn ask(session: &Session, command: Command) -> Result<()> {
    match command {
        Command::Service(service) => service.run(session).await,
        Command::Id => status::id(session).await,
        Command::Status => status::status(session).await,
        Command::Invite(invite) => invite.run(session).await,
        Command::Join(join) => join.run(session).await,
        Command::Device(device) => device.run(session).await,
        Command::Folder(folder) => folder.run(session).await,
        Command::Ls(ls) => ls.run(session).await,
        Command::Keep(keep) => keep.run(session).await,
        Command::Free(free) => free.run(session).await,
        Command::Cat(cat) => cat.run(session).await,
        Command::Where(place) => place.run(session).await,
        Command::Conflict(conflict) => conflict.run(session).await,
        Command::History(history) => history.run(session).await,
        Command::Restore(restore) => restore.run(session).await,
        Command::Plan(plan) => plan.run(session).await,
        Command::Policy(policy) => policy.run(session).await,
        Command::Wait(wait) => wait.run(session).await,
        Command::Drive(drive) => drive.run(session).await,
        Command::Pause(pause) => pause.run(session).await,
        Command::Resume => pause::resume(session).await,
        Command::Ui(ui) => ui.run(session).await,
        Command::Support(support) => support.run(session).await,
        Command::Events(events) => events.run(session).await,
        Command::Logs(logs) => logs.run(session).await,
        Command::Log(log) => log.run(session).await,
        Command::Completions(completions) => completions.run(),
    }
}
