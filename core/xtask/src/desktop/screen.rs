//! The virtual screen: a window manager, a panel with a tray, a notification daemon, and what is seen.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::bus;
use crate::process::Process;
use crate::step;
use crate::stop::Stop;

/// How long the desktop may take to be there.
const START_MAX: Duration = Duration::from_secs(30);

/// A panel at the top: the windows, the tray, the clock.
const PANEL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/><value type="int" value="2"/>
        <value type="int" value="3"/><value type="int" value="4"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator"><property name="expand" type="bool" value="true"/></property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="hide-new-items" type="bool" value="false"/>
    </property>
    <property name="plugin-4" type="string" value="clock"/>
  </property>
</channel>
"#;

/// The running desktop.
pub(super) struct Screen {
    pictures: PathBuf,
    _parts: Vec<Process>,
}

impl Screen {
    /// Starts it and waits until it has a tray and a daemon for notifications.
    ///
    /// # Errors
    /// When one of its programs does not come up.
    pub(super) fn start(place: &Path, pictures: PathBuf, stop: &Stop) -> Result<Self> {
        let config = place.join("home/.config/xfce4/xfconf/xfce-perchannel-xml");
        std::fs::create_dir_all(&config)?;
        std::fs::write(config.join("xfce4-panel.xml"), PANEL)?;
        let log = File::create(place.join("desktop.log"))?;
        let mut parts = Vec::new();
        for (name, arguments) in
            [("openbox", &[][..]), ("xfce4-panel", &["--disable-wm-check"]), ("dunst", &[])]
        {
            let mut command = Command::new(name);
            command.args(arguments).stderr(log.try_clone()?);
            parts.push(Process::start(name, &mut command)?);
        }
        let names = ["org.kde.StatusNotifierWatcher", "org.freedesktop.Notifications"];
        let there = || names.into_iter().all(bus::has_owner).then_some(());
        stop.wait_for("the desktop's tray and notifications", START_MAX, there)?;
        Ok(Self { pictures, _parts: parts })
    }

    /// Whether a window whose title ends like this is seen.
    pub(super) fn has_window(&self, title: &str) -> bool {
        let mut command = Command::new("xdotool");
        command.args(["search", "--onlyvisible", "--name", &format!("{title}$")]);
        command.output().is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
    }

    /// Where a window with this in its title stands, and how large it is; `None` if there is none.
    pub(super) fn place(&self, title: &str) -> Option<String> {
        let mut command = Command::new("xdotool");
        let search = ["search", "--onlyvisible", "--name", title, "getwindowgeometry"];
        let output = command.args(search).output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8(output.stdout).ok()?;
        // The first line names the window, which is another one each time.
        text.split_once('\n').map(|(_, place)| place.trim().to_owned())
    }

    /// Moves a window with this in its title, and gives it another size.
    ///
    /// # Errors
    /// When there is no such window.
    pub(super) fn put(&self, title: &str, place: [u32; 4]) -> Result<()> {
        let [x, y, width, height] = place.map(|number| number.to_string());
        let place = format!("0,{x},{y},{width},{height}");
        step::run(Command::new("wmctrl").args(["-r", title, "-e", &place]))
    }

    /// Closes a window with this in its title as its cross does.
    ///
    /// # Errors
    /// When there is no such window.
    pub(super) fn close(&self, title: &str) -> Result<()> {
        step::run(Command::new("wmctrl").args(["-c", title]))
    }

    /// Keeps a picture of the whole screen.
    ///
    /// # Errors
    /// When it can't be taken.
    pub(super) fn picture(&self, name: &str) -> Result<()> {
        let file = self.pictures.join(format!("{name}.png"));
        let mut command = Command::new("import");
        command.args(["-window", "root"]).arg(&file).stdin(Stdio::null());
        let status = command.status().context("starting import")?;
        anyhow::ensure!(status.success(), "import ended with {status}");
        Ok(())
    }

    /// Clicks somewhere.
    ///
    /// # Errors
    /// When the screen refuses.
    pub(super) fn click(&self, x: u32, y: u32, button: u32) -> Result<()> {
        let (x, y, button) = (x.to_string(), y.to_string(), button.to_string());
        step::run(Command::new("xdotool").args(["mousemove", &x, &y, "click", &button]))
    }

    /// Presses a key.
    ///
    /// # Errors
    /// When the screen refuses.
    pub(super) fn press(&self, key: &str) -> Result<()> {
        step::run(Command::new("xdotool").args(["key", key]))
    }
}
