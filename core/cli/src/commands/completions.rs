//! `completions`.

use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::arguments::Arguments;

const EXAMPLES: &str = "\
Examples:
  homefold completions bash > ~/.local/share/bash-completion/completions/homefold
  homefold completions zsh > ~/.zfunc/_homefold     (a directory of your fpath)
  homefold completions fish > ~/.config/fish/completions/homefold.fish";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell.
    shell: Known,
}

/// The shells that there is a script for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub(crate) fn run(self) -> Result<()> {
        let shell = match self.shell {
            Known::Bash => Shell::Bash,
            Known::Zsh => Shell::Zsh,
            Known::Fish => Shell::Fish,
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Arguments::command(), "homefold", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(())
    }
}
