//! The engine's thread: the one place where the engine is called.
//!
//! One turn takes what lies in the inbox (waiting at most until the engine's own next deadline),
//! hands it to the engine, commits what changed in the indexes and the home, and only then passes on
//! actions and answers. Invariants: nothing leaves before the commit that it rests on; an error of one
//! folder never stops the loop (no `?` in its body). Not here: what an action does (`execute`), how a
//! broken folder comes back (`folders`).

mod core;
mod door;
mod turn;

use std::time::Duration;

use engine::{Action, Event};
use model::FolderId;
use wire::Record;

use crate::clock;

pub(crate) use self::core::{Core, SayError};
pub(crate) use door::{EngineDoor, Inbox, NotDone, door};

use door::Input;
use turn::Turn;

/// Inputs handled in one turn, before what they caused is committed.
const TURN_MAX: usize = 256;
/// The longest that the loop sleeps although nothing is due.
const IDLE_MAX: Duration = Duration::from_secs(3600);
/// When nothing happened for so long, the indexes give back what they don't need. Shorter than the
/// service's rounds, whose questions would keep the loop awake for ever.
const QUIET: Duration = Duration::from_secs(8);

/// What the loop needs of the world. Every call returns without waiting for another device or for
/// long work.
pub(crate) trait World: Send {
    /// Carries an action out, or has it carried out.
    fn carry_out(&mut self, action: Action);
    /// Makes new records of the home durable; false if that was not possible.
    fn keep_records(&mut self, core: &Core, records: &[Record]) -> bool;
    /// A folder's index was closed because it reported an error; it is to be opened again later.
    fn lose_folder(&mut self, folder: FolderId, cause: &str, full: bool);
}

/// Runs the engine until it is told to stop. `runtime` drives the waiting.
pub(crate) fn run(
    runtime: &tokio::runtime::Handle,
    mut core: Core,
    mut inbox: Inbox,
    world: &mut dyn World,
) {
    let mut inputs = Vec::with_capacity(TURN_MAX);
    let mut going = true;
    let mut tired = false;
    while going {
        inputs.clear();
        let waited = runtime.block_on(wait(&core, &mut inbox, (&mut inputs, tired)));
        if waited == Waited::Quiet {
            core.rest();
            crate::memory::give_back();
            tired = false;
            continue;
        }
        tired = true;
        let changes = may_change(&inputs);
        let mut turn = Turn::new(&mut core, world);
        if inputs.is_empty() {
            turn.handle(Event::Timeout);
        }
        for input in inputs.drain(..) {
            match input {
                Input::Event(event) => turn.handle(event),
                Input::Command(command) => turn.command(command),
                Input::Question(question) => turn.question(question),
                Input::Lost(folder, cause) => turn.give_up(folder, cause),
                Input::Stop => going = false,
            }
        }
        turn.finish();
        if changes {
            inbox.turned();
        }
    }
    core.close();
}

/// Whether anything may be other than before after a turn with these inputs. Whoever looks each time that
/// something is would keep the loop awake with the looking.
fn may_change(inputs: &[Input]) -> bool {
    inputs.is_empty() || inputs.iter().any(|input| !matches!(input, Input::Question(_)))
}

/// Why the waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    /// Something came, or is due.
    Due,
    /// Nothing happened for a while.
    Quiet,
}

/// Fills `inputs`; leaves them empty when the engine's deadline comes first. `tired` says whether
/// anything was done since the loop last rested.
async fn wait(core: &Core, inbox: &mut Inbox, (inputs, tired): (&mut Vec<Input>, bool)) -> Waited {
    let due = core.engine().poll_timeout().map_or(IDLE_MAX, |at| at.since(clock::tick()));
    let patience = due.min(if tired { QUIET } else { IDLE_MAX });
    match tokio::time::timeout(patience, inbox.receive(inputs, TURN_MAX)).await {
        Ok(()) => Waited::Due,
        Err(_) if patience < due => Waited::Quiet,
        Err(_) => Waited::Due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_changes_nothing_and_everything_else_may() {
        let question = || Input::Question(Box::new(|_| {}));
        assert!(!may_change(&[question(), question()]));
        assert!(may_change(&[]), "what was due was done");
        assert!(may_change(&[question(), Input::Event(Event::Timeout)]));
        assert!(may_change(&[Input::Stop]));
    }
}
