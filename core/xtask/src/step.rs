//! Running other programs so that a reader sees what ran, how long it took and what it said.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// `cargo ARGUMENTS…` at the root of the checkout.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace::root());
    // What `cargo run` sets for this program must not reach the builds that it starts.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_PKG_NAME");
    command
}

/// A command as a person would type it.
pub(crate) fn typed(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs a command with its output untouched.
///
/// # Errors
/// When it cannot be started or ends with anything but 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", typed(command));
    let status = command.status().with_context(|| format!("starting {}", typed(command)))?;
    if !status.success() {
        bail!("{}: {status}", typed(command));
    }
    Ok(())
}

/// Runs a command, passes on every line that it prints, and shows each to `see` besides.
///
/// # Errors
/// When it cannot be started or ends with anything but 0.
pub(crate) fn run_seeing(command: &mut Command, mut see: impl FnMut(&str) + Send) -> Result<()> {
    println!("$ {}", typed(command));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {}", typed(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (sender, lines) = std::sync::mpsc::sync_channel::<(bool, String)>(LINES_MAX);
    std::thread::scope(|scope| {
        let errors = sender.clone();
        scope.spawn(move || forward(stdout, |line| sender.send((false, line)).is_ok()));
        scope.spawn(move || forward(stderr, |line| errors.send((true, line)).is_ok()));
        for (is_error, line) in lines {
            // A reader who went away (`| head`) must not stop the tests.
            let _ = match is_error {
                true => writeln!(std::io::stderr(), "{line}"),
                false => writeln!(std::io::stdout(), "{line}"),
            };
            see(&line);
        }
    });
    let status = child.wait()?;
    if !status.success() {
        bail!("{}: {status}", typed(command));
    }
    Ok(())
}

/// Lines read but not yet printed; a fuller pipe makes the writer wait.
const LINES_MAX: usize = 256;

fn forward(pipe: Option<impl std::io::Read>, mut send: impl FnMut(String) -> bool) {
    let Some(pipe) = pipe else { return };
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        if !send(String::from_utf8_lossy(&line).into_owned()) {
            return;
        }
    }
}

/// The steps of a longer task, with the time that each took.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs one step under a headline.
    ///
    /// # Errors
    /// What the step says, with its name in front.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = step().context(name);
        self.done.push((name, start.elapsed()));
        outcome
    }

    /// Prints each step with its seconds.
    pub(crate) fn summary(&self) {
        println!();
        for (name, took) in &self.done {
            println!("{name:<16}{:>8.1} s", took.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        println!("{:<16}{:>8.1} s", "in all", total.as_secs_f64());
    }
}
