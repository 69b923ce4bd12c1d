//! Starting the service for a person who sees only the window.
//!
//! Where the user's systemd knows a unit for it, that one is started, and again if what runs is of another
//! version. Elsewhere the program is started as a process of its own, which outlives the window. Not
//! here: stopping it, starting it at login (the package's unit, `homefold service install`).

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use api::client::Client;
use api::request::Nothing;
use api::{ApiError, ErrorCode};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::place::{self, DataDir};

const UNIT: &str = "homefold.service";
/// How long a service that starts may take until it answers.
const START_MAX: Duration = Duration::from_secs(20);
/// How long systemd may take for one command.
const SYSTEM_MAX: Duration = Duration::from_secs(60);
/// Between two looks at a service that starts.
const PAUSE: Duration = Duration::from_millis(100);

/// The programs that start it.
#[derive(Debug, Clone)]
pub(crate) struct Starter {
    systemctl: PathBuf,
    service: PathBuf,
}

impl Starter {
    /// Those of this computer.
    pub(crate) fn of_this_system() -> Self {
        let here = std::env::current_exe().ok();
        let service = place::service_program(std::env::var_os("PATH").as_deref(), here.as_deref());
        Self { systemctl: PathBuf::from("systemctl"), service }
    }

    /// Returns once the service answers.
    ///
    /// # Errors
    /// `no-service` with the reason if it does not; `incomprehensible` if one of another version runs that
    /// the system did not start.
    pub(crate) async fn start(&self, client: &Client, data_dir: &DataDir) -> Result<(), ApiError> {
        let foreign = match client.id(&Nothing {}).await {
            Ok(_) => return Ok(()),
            Err(error) => error.code == ErrorCode::Incomprehensible,
        };
        let by_system = data_dir.is_default && self.has_unit().await;
        match (by_system, foreign) {
            (true, false) => self.systemctl(&["start", UNIT]).await?,
            (true, true) => self.systemctl(&["restart", UNIT]).await?,
            (false, false) => return answers_or_ends(client, self.spawn(data_dir)?).await,
            // Only who started it can end it.
            (false, true) => return Err(ApiError::new(ErrorCode::Incomprehensible)),
        };
        answers(client).await
    }

    /// Whether the user's systemd runs and knows the unit.
    async fn has_unit(&self) -> bool {
        let asked = self.systemctl(&["show", "--property=LoadState", "--value", UNIT]).await;
        asked.is_ok_and(|said| said.trim() == "loaded")
    }

    /// What `systemctl --user` says.
    async fn systemctl(&self, arguments: &[&str]) -> Result<String, ApiError> {
        let mut command = Command::new(&self.systemctl);
        command.arg("--user").args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let ended = timeout(SYSTEM_MAX, command.output()).await;
        let ended = ended.map_err(|_| failed("systemctl takes too long"))?.map_err(failed)?;
        if !ended.status.success() {
            return Err(failed(String::from_utf8_lossy(&ended.stderr).trim()));
        }
        Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
    }

    /// Starts the program in a process group of its own, so that nothing that ends the app ends it.
    fn spawn(&self, data_dir: &DataDir) -> Result<Child, ApiError> {
        let mut command = std::process::Command::new(&self.service);
        command.arg("--data-dir").arg(&data_dir.path).args(["service", "run"]).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Command::from(command).spawn().map_err(failed)
    }
}

async fn answers_or_ends(client: &Client, mut child: Child) -> Result<(), ApiError> {
    tokio::select! {
        answered = answers(client) => {
            // Somebody has to take note when it ends, or its entry stays with the system.
            tokio::spawn(async move { child.wait().await });
            answered
        }
        ended = child.wait() => match ended {
            Ok(status) => Err(failed(format!("the service ended at once ({status})"))),
            Err(error) => Err(failed(error)),
        },
    }
}

async fn answers(client: &Client) -> Result<(), ApiError> {
    let end = Instant::now() + START_MAX;
    while let Err(error) = client.id(&Nothing {}).await {
        if Instant::now() > end {
            return Err(failed(error));
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

fn failed(cause: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::NoService).because(cause)
}

#[cfg(test)]
mod tests;
