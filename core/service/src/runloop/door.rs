//! The way to the engine: a bounded inbox, and answers that come when they are durable.

use engine::{Engine, Event, Now};
use model::FolderId;
use store::index::FolderIndex;
use tokio::sync::{mpsc, oneshot, watch};

use super::Core;

/// Inputs that wait for the engine; who brings more waits until there is room.
pub(crate) const INBOX_MAX: usize = 64;

/// Called when it is known whether everything that a command did is durable.
pub(super) type Reply = Box<dyn FnOnce(bool) + Send>;
/// Something to be done with the engine, on its thread.
pub(super) type Command = Box<dyn FnOnce(&mut Core, Now) -> Reply + Send>;
/// Something to be looked up in it.
pub(super) type Question = Box<dyn FnOnce(&Engine<FolderIndex>) + Send>;

/// What can lie in the inbox.
pub(super) enum Input {
    Event(Event),
    Command(Command),
    Question(Question),
    /// What became of a folder's disk is not known; why.
    Lost(FolderId, &'static str),
    Stop,
}

/// Why the engine did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotDone {
    /// The service is leaving.
    #[error("the service is stopping")]
    Stopping,
    /// It was done and then undone, because it could not be made durable.
    #[error("writing to the disk did not work")]
    NotDurable,
}

/// The way to the engine.
#[derive(Clone)]
pub(crate) struct EngineDoor {
    inbox: mpsc::Sender<Input>,
    turns: watch::Receiver<u64>,
}

impl EngineDoor {
    /// Hands over something that happened; waits while the inbox is full.
    pub(crate) async fn tell(&self, event: Event) {
        // Nobody reads the inbox only while the service leaves: then nothing matters any more.
        drop(self.inbox.send(Input::Event(event)).await);
    }

    /// The same, from a thread that may block.
    pub(crate) fn tell_blocking(&self, event: Event) {
        drop(self.inbox.blocking_send(Input::Event(event)));
    }

    /// What became of a folder's disk is not known: it is opened again, as after a kill. From a thread that
    /// may block.
    pub(crate) fn lose_blocking(&self, folder: FolderId, cause: &'static str) {
        drop(self.inbox.blocking_send(Input::Lost(folder, cause)));
    }

    /// Does something with the engine; its result comes once it is durable.
    pub(crate) async fn ask<R: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Core, Now) -> R + Send + 'static,
    ) -> Result<R, NotDone> {
        let (command, answered) = command(act);
        self.inbox.send(Input::Command(command)).await.map_err(|_| NotDone::Stopping)?;
        answered.await.map_err(|_| NotDone::Stopping)?
    }

    /// The same, from a thread that may block.
    pub(crate) fn ask_blocking<R: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Core, Now) -> R + Send + 'static,
    ) -> Result<R, NotDone> {
        let (command, answered) = command(act);
        self.inbox.blocking_send(Input::Command(command)).map_err(|_| NotDone::Stopping)?;
        answered.blocking_recv().map_err(|_| NotDone::Stopping)?
    }

    /// Looks something up; the answer comes at once and may rest on what is not durable yet.
    pub(crate) async fn look<R: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine<FolderIndex>) -> R + Send + 'static,
    ) -> Result<R, NotDone> {
        let (answer, answered) = oneshot::channel();
        let question: Question = Box::new(move |engine| drop(answer.send(look(engine))));
        self.inbox.send(Input::Question(question)).await.map_err(|_| NotDone::Stopping)?;
        answered.await.map_err(|_| NotDone::Stopping)
    }

    /// Changes with every turn in which something may have changed in the engine: looking alone is none.
    pub(crate) fn turns(&self) -> watch::Receiver<u64> {
        self.turns.clone()
    }

    /// Lets the loop end after what lies in the inbox.
    pub(crate) async fn stop(&self) {
        drop(self.inbox.send(Input::Stop).await);
    }
}

/// A command, and where its result will come.
fn command<R: Send + 'static>(
    act: impl FnOnce(&mut Core, Now) -> R + Send + 'static,
) -> (Command, oneshot::Receiver<Result<R, NotDone>>) {
    let (answer, answered) = oneshot::channel();
    let command: Command = Box::new(move |core, now| {
        let result = act(core, now);
        Box::new(move |durable| {
            let result = if durable { Ok(result) } else { Err(NotDone::NotDurable) };
            drop(answer.send(result));
        })
    });
    (command, answered)
}

/// The other end of the door: what the loop reads.
pub(crate) struct Inbox {
    inputs: mpsc::Receiver<Input>,
    turns: watch::Sender<u64>,
}

/// A door and what lies behind it.
pub(crate) fn door() -> (EngineDoor, Inbox) {
    let (inbox, inputs) = mpsc::channel(INBOX_MAX);
    let (turn, turns) = watch::channel(0);
    (EngineDoor { inbox, turns }, Inbox { inputs, turns: turn })
}

impl Inbox {
    /// Waits for inputs and takes up to `limit` of them.
    pub(super) async fn receive(&mut self, inputs: &mut Vec<Input>, limit: usize) {
        if self.inputs.recv_many(inputs, limit).await == 0 {
            // Every door is closed: nobody is left who could ask.
            inputs.push(Input::Stop);
        }
    }

    /// Something may have changed.
    pub(super) fn turned(&self) {
        self.turns.send_modify(|count| *count = count.wrapping_add(1));
    }
}
