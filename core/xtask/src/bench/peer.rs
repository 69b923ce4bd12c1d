//! What a system under test must offer, and which there are. A new one is one file here and one line in `PEERS`.

mod copy;
mod homefold;
mod rest;
mod rsync;
mod syncthing;
mod unison;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::net::Node;
use crate::workspace;

/// A system that can keep a folder equal on several devices. One value lives for one session on fresh devices.
pub(crate) trait Peer {
    /// Its name in options and tables.
    fn name(&self) -> &'static str;

    /// Program and version, as it says itself.
    fn version(&self) -> String;

    /// Why being faster than this build of it proves nothing, if that is so.
    fn handicap(&self) -> Option<&'static str> {
        None
    }

    /// Notices changes by itself; otherwise `kick` runs one pass.
    fn continuous(&self) -> bool {
        true
    }

    /// Follows changes; otherwise it only copies what is new, which is W1 to W3.
    fn follows(&self) -> bool {
        true
    }

    /// Starts it on one device, with no folder yet.
    ///
    /// # Errors
    /// When it does not answer in time.
    fn start(&mut self, node: &Node) -> Result<()>;

    /// Makes the started devices trust each other.
    ///
    /// # Errors
    /// When they do not get to know each other.
    fn pair(&mut self, nodes: &[&Node]) -> Result<()>;

    /// This device takes part in the folder, together with `nodes`.
    ///
    /// # Errors
    /// When it refuses.
    fn add(&mut self, node: &Node, nodes: &[&Node]) -> Result<()>;

    /// Pairs, adds the folder everywhere and waits until all is calm.
    ///
    /// # Errors
    /// When any of it does not work.
    fn share(&mut self, nodes: &[&Node]) -> Result<()> {
        self.pair(nodes)?;
        nodes.iter().try_for_each(|node| self.add(node, nodes))?;
        self.settle(nodes)
    }

    /// A system that is run by a command: makes `to` equal to `from`.
    ///
    /// # Errors
    /// When the command fails.
    fn kick(&mut self, _from: &Node, _to: &Node) -> Result<()> {
        Ok(())
    }

    /// Returns once nothing is left to do on any device; called outside the clock.
    ///
    /// # Errors
    /// When it does not come to rest.
    fn settle(&mut self, _nodes: &[&Node]) -> Result<()> {
        Ok(())
    }

    /// How many files this device knows, once it has finished looking.
    ///
    /// # Errors
    /// When it does not answer.
    fn indexed(&mut self, _node: &Node) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Looks at every file again and returns when done.
    ///
    /// # Errors
    /// When it does not answer.
    fn rescan(&mut self, _node: &Node) -> Result<()> {
        Ok(())
    }

    /// Ends it on one device and starts it again; returns when it answers commands.
    ///
    /// # Errors
    /// When it does not come back.
    fn restart(&mut self, _node: &Node) -> Result<()> {
        bail!("nothing runs that could be started again")
    }

    /// This device takes part in the folder without fetching anything of it.
    ///
    /// # Errors
    /// When it refuses.
    fn stream(&mut self, _node: &Node) -> Result<()> {
        Ok(())
    }

    /// Can show on one device what another one has.
    fn mounts(&self) -> bool {
        false
    }

    /// Shows on the last device, of which nothing is there yet, what the first one has; below `at` if it needs a place.
    /// Gives the place where the folder stands.
    ///
    /// # Errors
    /// When it can't.
    fn mount(&mut self, _nodes: &[&Node], _at: &Path) -> Result<PathBuf> {
        bail!("it has nothing to mount")
    }

    /// Takes away what `mount` has shown.
    ///
    /// # Errors
    /// When somebody still uses it.
    fn unmount(&mut self, _node: &Node, _at: &Path) -> Result<()> {
        Ok(())
    }

    /// Where its private state is.
    fn state(&self, node: &Node) -> PathBuf {
        node.home.clone()
    }

    /// Ends everything that it started.
    fn stop(&mut self) {}
}

/// Every peer: its name, the program that it needs (Homefold is built), and how to get it.
const PEERS: &[(&str, Option<&str>, &str)] = &[
    ("homefold", None, ""),
    ("rsync", Some("rsync"), "apt-get install rsync"),
    (
        "syncthing",
        Some("syncthing"),
        "a build without the tag `purego`, in HOMEFOLD_BENCH_SYNCTHING",
    ),
    ("unison", Some("unison"), "apt-get install unison"),
    ("cp", Some("cp"), "apt-get install coreutils"),
];

/// Whom to measure: the asked ones, or all that are on this machine. Syncthing's place can be given in
/// `HOMEFOLD_BENCH_SYNCTHING`, for a build with its fast instructions.
///
/// # Errors
/// When one that was asked for is unknown or not here.
pub(crate) fn choose(asked: &[String]) -> Result<Vec<&'static str>> {
    for name in asked {
        let (_, program, how) = PEERS
            .iter()
            .find(|(known, ..)| known == name)
            .with_context(|| format!("no peer is called {name}"))?;
        if !program.is_none_or(is_here) {
            bail!("{name} was asked for and is not on this machine: {how}");
        }
    }
    if let Some(chosen) = std::env::var_os(syncthing::CHOSEN)
        && syncthing::chosen().is_none()
    {
        bail!("{} names {}, which is no file", syncthing::CHOSEN, Path::new(&chosen).display());
    }
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|one| one == name);
    let here =
        PEERS.iter().filter(|(name, program, _)| wanted(name) && program.is_none_or(is_here));
    Ok(here.map(|(name, ..)| *name).collect())
}

/// Peers that can't be measured because they are not on this machine, each with how to get it.
pub(crate) fn absent() -> Vec<(&'static str, &'static str)> {
    let absent = PEERS.iter().filter(|(_, program, _)| !program.is_none_or(is_here));
    absent.map(|(name, _, how)| (*name, *how)).collect()
}

fn is_here(program: &str) -> bool {
    program == "syncthing" && syncthing::chosen().is_some() || workspace::has_program(program)
}

/// A peer for one session; `homefold` is the program under test.
///
/// # Errors
/// When there is no such peer.
pub(crate) fn make(name: &str, homefold: &Path) -> Result<Box<dyn Peer>> {
    Ok(match name {
        "homefold" => Box::new(homefold::Homefold::new(homefold)),
        "rsync" => Box::new(rsync::Rsync::default()),
        "syncthing" => Box::new(syncthing::Syncthing::new()),
        "unison" => Box::new(unison::Unison::default()),
        "cp" => Box::new(copy::Copy),
        _ => bail!("no peer is called {name}"),
    })
}

/// The first line of what a program says about itself.
fn first_line(program: &Path, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let said = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().next().unwrap_or("unknown version").to_owned()
}
