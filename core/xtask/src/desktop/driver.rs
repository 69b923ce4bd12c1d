//! The page in the app's own window, read and clicked through WebDriver.
//!
//! WebKit's driver starts the app itself; it is asked with `curl`, because a handful of questions is no
//! reason for a library.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::Process;
use crate::stop::Stop;

/// How long the driver and the app may take to start.
const START_MAX: Duration = Duration::from_secs(30);
const ADDRESS: &str = "127.0.0.1:4446";

/// The app under the driver's hand. Dropping it ends both.
pub(super) struct Driver {
    session: String,
    _driver: Process,
}

impl Driver {
    /// Starts the driver, and by it the app.
    ///
    /// # Errors
    /// When one of them does not come up.
    pub(super) fn start(app: &Path, data_dir: &Path, stop: &Stop) -> Result<Self> {
        let (host, port) = ADDRESS.split_once(':').context("an address has a port")?;
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--host={host}")).arg(format!("--port={port}"));
        command.env("HOMEFOLD_DATA_DIR", data_dir).stderr(Stdio::null());
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Process::start("WebKitWebDriver", &mut command)?;
        let ready = || ask("GET", "/status", None).ok().filter(|answer| answer["ready"] == true);
        stop.wait_for("the driver", START_MAX, ready)?;
        let options = json!({ "binary": app, "args": [] });
        let wanted = json!({ "browserName": "wry", "webkitgtk:browserOptions": options });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let answer = ask("POST", "/session", Some(&wanted)).context("starting the app")?;
        let session = answer["sessionId"].as_str().context("the driver names no session")?;
        Ok(Self { session: session.to_owned(), _driver: driver })
    }

    /// What a person reads on the page.
    ///
    /// # Errors
    /// When there is no page.
    pub(super) fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText")?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What a script in the page gives back.
    ///
    /// # Errors
    /// When it throws.
    pub(super) fn run(&self, script: &str) -> Result<Value> {
        let body = json!({ "script": script, "args": [] });
        ask("POST", &format!("/session/{}/execute/sync", self.session), Some(&body))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Err(error) = ask("DELETE", &format!("/session/{}", self.session), None) {
            eprintln!("ending the app: {error:#}");
        }
    }
}

/// One question to the driver, and the value that it answers.
fn ask(method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "30", "--request", method]);
    if let Some(body) = body {
        command.args(["--header", "content-type: application/json", "--data", &body.to_string()]);
    }
    command.arg(format!("http://{ADDRESS}{path}"));
    let output = command.output().context("starting curl")?;
    if !output.status.success() {
        bail!("the driver: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let answer: Value = serde_json::from_slice(&output.stdout).context("reading the driver")?;
    let value = answer["value"].clone();
    match value["error"].as_str() {
        Some(error) => bail!("the driver: {error}: {}", value["message"].as_str().unwrap_or("")),
        None => Ok(value),
    }
}
