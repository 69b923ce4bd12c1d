//! The systemd unit of this user.
//!
//! Everything goes through `systemctl --user`; where no such session exists, nothing is changed and
//! the person is told what to do instead. Not here: launchd and Windows, which this version does not
//! install into.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;
use tokio::time::timeout;

use crate::text::{said, say};

/// The unit's name.
const NAME: &str = "homefold.service";
/// How long the system may take for one command.
const SYSTEM_MAX: Duration = Duration::from_secs(60);
/// What to do where there is no systemd session.
const NO_SESSION: &str = "there is no systemd session of this user here (in a container, or after su?), \
so the system can't run the service; nothing was changed. Use `homefold service run`, or log in directly";
const NO_SESSION_FR: &str = "cet utilisateur n'a pas de session systemd ici (dans un conteneur, ou après su ?), \
le système ne peut donc pas lancer le service ; rien n'a été modifié. Utilisez `homefold service run`, ou ouvrez une session directement";

/// The unit of this user.
pub(super) struct Unit {
    path: PathBuf,
}

impl Unit {
    /// Where the unit's file belongs.
    ///
    /// # Errors
    /// The environment names no home directory.
    pub(super) fn of_this_user() -> Result<Self> {
        let absolute = |name: &str| {
            std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
        };
        let config = absolute("XDG_CONFIG_HOME")
            .or_else(|| Some(absolute("HOME")?.join(".config")))
            .context(say(
                "finding your configuration: HOME is not set",
                "recherche de votre configuration : HOME n'est pas défini",
            ))?;
        Ok(Self { path: config.join("systemd/user").join(NAME) })
    }

    /// The unit's file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the unit and enables it for the next login.
    pub(super) async fn install(&self, data_dir: &Path) -> Result<()> {
        check_session().await?;
        let binary = std::env::current_exe()
            .context(say("finding this program's file", "recherche du fichier de ce programme"))?;
        let text = unit_text(&binary, data_dir)?;
        let directory = self
            .path
            .parent()
            .context(say("finding the unit's directory", "recherche du répertoire de l'unité"))?;
        let path = self.path.display();
        let writing = || said!("writing {path}", "écriture de {path}");
        fs::create_dir_all(directory).with_context(writing)?;
        fs::write(&self.path, text).with_context(writing)?;
        systemctl(&["daemon-reload"]).await?;
        systemctl(&["enable", NAME]).await
    }

    /// Stops it and takes it away.
    pub(super) async fn uninstall(&self) -> Result<()> {
        self.check_installed()?;
        check_session().await?;
        systemctl(&["disable", "--now", NAME]).await?;
        let path = self.path.display();
        fs::remove_file(&self.path)
            .with_context(|| said!("removing {path}", "suppression de {path}"))?;
        systemctl(&["daemon-reload"]).await
    }

    pub(super) async fn start(&self) -> Result<()> {
        self.check_installed()?;
        check_session().await?;
        systemctl(&["start", NAME]).await
    }

    pub(super) async fn stop(&self) -> Result<()> {
        self.check_installed()?;
        check_session().await?;
        systemctl(&["stop", NAME]).await
    }

    fn check_installed(&self) -> Result<()> {
        if !self.path.exists() {
            bail!(say(
                "the service is not installed for this user; `homefold service install` does that, `homefold service run` runs it without",
                "le service n'est pas installé pour cet utilisateur ; `homefold service install` le fait, `homefold service run` le lance sans"
            ));
        }
        Ok(())
    }
}

/// Whether the user's systemd answers.
async fn check_session() -> Result<()> {
    match call(&["show", "--property=Version"]).await {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) | Err(_) => bail!(say(NO_SESSION, NO_SESSION_FR)),
    }
}

async fn systemctl(arguments: &[&str]) -> Result<()> {
    let output = call(arguments).await?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("systemctl --user {}: {}", arguments.join(" "), said.trim());
}

async fn call(arguments: &[&str]) -> Result<Output> {
    let running = Command::new("systemctl")
        .arg("--user")
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let ended = timeout(SYSTEM_MAX, running)
        .await
        .context(say("systemctl takes too long", "systemctl met trop de temps"))?;
    ended.context(say("starting systemctl", "lancement de systemctl"))
}

/// What the unit's file says.
fn unit_text(binary: &Path, data_dir: &Path) -> Result<String> {
    let (binary, data_dir) = (quoted(binary)?, quoted(data_dir)?);
    Ok(format!(
        "\
# Written by `homefold service install`.
[Unit]
Description=Homefold keeps folders in sync between your devices

[Service]
Type=simple
ExecStart={binary} --data-dir {data_dir} service run
Restart=on-failure
RestartSec=2
TimeoutStopSec=10

[Install]
WantedBy=default.target
"
    ))
}

/// A path as one word of a command line in a unit (systemd.service(5), systemd.syntax(7)).
fn quoted(path: &Path) -> Result<String> {
    let text = path
        .to_str()
        .context(say("the path must be Unicode text", "le chemin doit être du texte Unicode"))?;
    if text.chars().any(char::is_control) {
        bail!(said!(
            "{text:?} can't stand in a unit: it holds a control character",
            "{text:?} ne peut pas être dans une unité : il contient un caractère de contrôle"
        ));
    }
    let mut word = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => word.extend(['\\', c]),
            '%' => word.push_str("%%"),
            '$' => word.push_str("$$"),
            _ => word.push(c),
        }
    }
    word.push('"');
    Ok(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_runs_this_program_for_this_data_dir() {
        let text = unit_text(Path::new("/usr/bin/homefold"), Path::new("/home/ada/my data"));
        insta::assert_snapshot!(text.unwrap());
    }

    #[test]
    fn nothing_in_a_path_means_anything_to_systemd() {
        let word = quoted(Path::new("/a b/%h/$HOME/\"q\"/\\n")).unwrap();
        assert_eq!(word, r#""/a b/%%h/$$HOME/\"q\"/\\n""#);
        assert!(quoted(Path::new("/a\nExecStart=/bin/sh")).is_err());
    }
}
