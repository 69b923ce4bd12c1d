//! `service run`: this process becomes the service.

use std::path::PathBuf;

use anyhow::Result;

use super::service::Run;

/// Runs until a signal ends it.
pub(super) fn run(run: Run, data_dir: PathBuf) -> Result<()> {
    let Run { name, listen, api, no_discovery } = run;
    ::service::run(::service::Options { data_dir, name, listen, api, no_discovery })
}
