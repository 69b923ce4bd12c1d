//! Mounts plain directories as folders of a drive, everything here: for suites and measurements.
//!
//! `mount DIR NAME=BODY… [--threads N] [--plain] [--everyone]`; it ends when its input does.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use drive::fuse::{Mounted, Options, clear};
use drive::{
    Attributes, Bring, Drive, DriveError, Home, Interrupt, Listed, Pod, Reader, Remote, View,
};
use model::RelPath;

struct Directories(Vec<(String, Arc<dyn Pod>)>);

impl Home for Directories {
    fn folders(&self) -> Vec<(String, Arc<dyn Pod>)> {
        self.0.clone()
    }
}

/// A folder whose files are all on this disk.
struct Directory(PathBuf);

impl Pod for Directory {
    fn body(&self) -> &Path {
        &self.0
    }

    fn whole(&self) -> bool {
        true
    }

    fn entry(&self, _path: &RelPath) -> Result<Option<Listed>, DriveError> {
        Ok(None)
    }

    fn children(
        &self,
        _directory: Option<&RelPath>,
        _after: Option<&str>,
        _limit: usize,
    ) -> Result<Vec<(String, Listed)>, DriveError> {
        Ok(Vec::new())
    }

    fn open(
        &self,
        _path: &RelPath,
        _listed: &Listed,
        _reader: Reader,
    ) -> Result<Arc<dyn Remote>, DriveError> {
        Err(DriveError::Missing)
    }

    fn bring(&self, _path: &RelPath, _how: Bring, _i: &Interrupt) -> Result<(), DriveError> {
        Err(DriveError::Missing)
    }

    fn remove(&self, _path: &RelPath) -> Result<(), DriveError> {
        Err(DriveError::Missing)
    }

    fn rename(&self, _from: &RelPath, _to: &RelPath) -> Result<(), DriveError> {
        Err(DriveError::Missing)
    }

    fn attributes(&self, _path: &RelPath, _change: Attributes) -> Result<(), DriveError> {
        Err(DriveError::Missing)
    }

    fn changed(&self, _paths: &[RelPath]) {}

    fn in_use(&self, _path: &RelPath, _uses: bool) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let at = PathBuf::from(arguments.next().ok_or("where?")?);
    let mut options = Options::at(&at);
    let mut folders = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => options.threads = arguments.next().ok_or("how many?")?.parse()?,
            "--plain" => options.passthrough = false,
            "--everyone" => options.everyone = true,
            folder => {
                let (name, body) = folder.split_once('=').ok_or("NAME=BODY")?;
                let pod: Arc<dyn Pod> = Arc::new(Directory(PathBuf::from(body)));
                folders.push((name.to_owned(), pod));
            }
        }
    }
    clear(&at)?;
    let drive = Drive::new(Arc::new(Directories(folders)), &View::Home)?;
    let mounted = Mounted::start(Arc::new(drive), &options)?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    mounted.stop();
    Ok(())
}
