//! Where this device's data is: what was asked for, else the place that all programs agree on.

use std::path::PathBuf;

use anyhow::Context;
use api::data_dir::default_place;

use crate::failure::Usage;
use crate::text::say;

/// The data dir, absolute: what was asked for, else the platform's per-user place.
///
/// # Errors
/// The environment names no home directory, or the working directory is gone.
pub(crate) fn resolve(asked: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    match asked.filter(|dir| !dir.as_os_str().is_empty()) {
        Some(dir) => std::path::absolute(dir)
            .context(say("finding the working directory", "recherche du répertoire courant")),
        None => default_place(|name| std::env::var_os(name).map(PathBuf::from)).ok_or_else(|| {
            Usage::new(say(
                "neither --data-dir nor HOME says where this device's data is",
                "ni --data-dir ni HOME ne disent où sont les données de cet appareil",
            ))
            .into()
        }),
    }
}
