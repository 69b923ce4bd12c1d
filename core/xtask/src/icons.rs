//! `cargo xtask icons`: every picture of the app and the tray, cut from `icons/source.svg`.
//!
//! They are kept in the repository, because the app does not build without them and not every machine that
//! builds it can draw.

use std::process::Command;

use anyhow::Result;

use crate::{step, system, workspace};

/// Sides of the app's icon.
const APP: &[u32] = &[32, 128, 256];
/// The tray's states, as the drawing calls them.
const TRAY: &[&str] = &["fine", "working", "waiting", "attention", "paused", "offline"];
/// A panel scales it down to what it needs.
const TRAY_SIDE: u32 = 64;

/// Draws them all.
///
/// # Errors
/// When the drawing can't be read.
pub(crate) fn run() -> Result<()> {
    system::prepare_for(&[system::TO_DRAW], false)?;
    for side in APP {
        draw("app", *side, &format!("app-{side}"))?;
    }
    TRAY.iter().try_for_each(|state| draw(state, TRAY_SIDE, &format!("tray-{state}")))
}

fn draw(group: &str, side: u32, name: &str) -> Result<()> {
    let (icons, side) = (workspace::root().join("icons"), side.to_string());
    let mut command = Command::new("rsvg-convert");
    command.args(["--export-id", group, "--width", &side, "--height", &side, "--output"]);
    step::run(command.arg(icons.join(format!("{name}.png"))).arg(icons.join("source.svg")))
}
