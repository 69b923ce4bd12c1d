//! What can be typed: the top of the command tree. Each group's own arguments stand beside it in
//! `commands`.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueHint};

use crate::commands::service::ServiceCommand;
use crate::commands::{
    completions, conflict, device, drive, events, folder, look, pairing, pause, policy, read,
    support, ui, versions, wait,
};

const EXAMPLES: &str = "\
Examples:
  homefold service run --name laptop     start the service here and now
  homefold folder create Photos ~/Photos share a directory
  homefold invite                        on a device of the home: shows a code
  homefold join 12345678                 on the other one: takes the code
  homefold folder attach Photos          have the folder there too
  homefold wait && homefold status       until everything is everywhere

Exit status: 0 done, 1 failed, 2 wrong usage, 3 no service is running, 4 timed out.";

/// Keeps folders in sync between your devices, directly and encrypted, without a server.
#[derive(Debug, Parser)]
#[command(name = "homefold", version, after_help = EXAMPLES, styles = STYLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Everything this device knows: key, index, vault, logs, socket [default: the platform's
    /// per-user place].
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        // An empty variable is no variable: PathBuf's own parser would refuse it.
        value_parser = OsStringValueParser::new().map(PathBuf::from),
        global = true,
        env = "HOMEFOLD_DATA_DIR",
        hide_env_values = true
    )]
    pub(crate) data_dir: Option<PathBuf>,

    /// Standard output is exactly one JSON document (streams: one a line).
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service, or let the system run it for you.
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Show the id and name of this device.
    Id,
    /// Show how things are: folders, devices, what moves, what waits and why.
    Status,
    /// Invite one device to the home: prints a code, then waits until it joined.
    Invite(pairing::Invite),
    /// Join the home of the device that shows a code.
    Join(pairing::Join),
    /// List, rename, remove, pause and resume devices, and say what they may do.
    #[command(subcommand)]
    Device(device::DeviceCommand),
    /// Share folders, take part in them, and decide about changes on hold.
    #[command(subcommand)]
    Folder(folder::FolderCommand),
    /// Keep a subtree on this device: what is missing is fetched, and what is new there too.
    Keep(look::Keep),
    /// Give back the space that a subtree takes on this device. The files stay in the folder; what
    /// too few other devices have stays here.
    Free(look::Free),
    /// List a directory of a folder, and how much of each entry is on this device.
    Ls(look::Ls),
    /// Write the bytes of a file to standard output, wherever they are.
    Cat(read::Cat),
    /// Show which devices hold the content of an entry.
    Where(look::Where),
    /// List and resolve conflicts.
    #[command(subcommand)]
    Conflict(conflict::ConflictCommand),
    /// List the earlier and deleted versions of an entry that are still in the archive.
    History(versions::History),
    /// Put a version from the archive back.
    Restore(versions::Restore),
    /// Show what the home is about to move, in files, bytes and time.
    Plan(look::Plan),
    /// Show, set and unset policies.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Wait until every change made here before is on every connected device that keeps it, and
    /// this device has all that it keeps.
    Wait(wait::Wait),
    /// Mount and unmount the drive, which shows every folder and all of its files.
    #[command(subcommand)]
    Drive(drive::DriveCommand),
    /// Pause all traffic of this device.
    Pause(pause::Pause),
    /// End the pause.
    Resume,
    /// Open Homefold in your browser.
    Ui(ui::Ui),
    /// Write a file for those who help you: versions, numbers and log, nothing of yours.
    Support(support::Support),
    /// Show what happened.
    Events(events::Events),
    /// Show the service's log.
    Logs(events::Logs),
    /// Show what was done on behalf of programs.
    #[command(subcommand)]
    Log(read::LogCommand),
    /// Print a script that completes commands in your shell.
    Completions(completions::Completions),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parsed(line: &str) -> String {
        let words = std::iter::once("homefold").chain(line.split(' '));
        match Arguments::try_parse_from(words) {
            Ok(arguments) => format!("{:?}", arguments.command),
            Err(error) => format!("{:?}, exit {}", error.kind(), error.exit_code()),
        }
    }

    #[test]
    fn the_command_tree_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_line_of_the_contract_is_understood() {
        let lines = include_str!("arguments/contract.txt");
        let all: Vec<String> =
            lines.lines().map(|line| format!("{line}\n    {}", parsed(line))).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn the_global_options_stand_anywhere() {
        for line in
            ["--json --data-dir /d id", "id --json --data-dir /d", "id --data-dir=/d --json"]
        {
            let words = std::iter::once("homefold").chain(line.split(' '));
            let arguments = Arguments::try_parse_from(words).unwrap();
            assert!(arguments.json);
            assert_eq!(arguments.data_dir, Some(PathBuf::from("/d")));
        }
    }

    #[test]
    fn the_help_of_every_command_says_what_it_does() {
        let mut all = String::new();
        collect_help(&mut Arguments::command().term_width(100), "homefold", &mut all);
        insta::assert_snapshot!(all);
    }

    fn collect_help(command: &mut clap::Command, path: &str, all: &mut String) {
        all.push_str(&format!("===== {path}\n{}\n", command.render_help()));
        let names: Vec<String> =
            command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        for name in names {
            let sub = command.find_subcommand_mut(&name).unwrap();
            collect_help(sub, &format!("{path} {name}"), all);
        }
    }
}
