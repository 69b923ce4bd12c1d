//! `service run`: this process becomes the service.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::service::Run;

/// Runs until a signal ends it.
pub(super) fn run(run: Run, data_dir: PathBuf) -> Result<()> {
    let Run { name, listen, api, no_discovery } = run;
    let asked = (data_dir, name, listen, api, no_discovery);
    bail!("this build has no service to run: {asked:?}")
}
