//! One turn of the loop: events and commands, then the commit, then actions and answers.

use std::collections::BTreeSet;

use engine::index::IndexError;
use engine::{Action, Event};
use model::FolderId;
use wire::Message;

use super::World;
use super::core::{Broken, Core};
use super::door::{Command, Question, Reply};
use crate::clock;

/// A turn under way.
pub(super) struct Turn<'a> {
    core: &'a mut Core,
    world: &'a mut dyn World,
    replies: Vec<Reply>,
    /// Folders of which something was undone: what they asked for is not to be done.
    broken: BTreeSet<FolderId>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(core: &'a mut Core, world: &'a mut dyn World) -> Self {
        Self { core, world, replies: Vec::new(), broken: BTreeSet::new() }
    }

    /// Hands an event to the engine.
    pub(super) fn handle(&mut self, event: Event) {
        let folder = folder_of(&event);
        let begun = match folder {
            Some(folder) => self.core.begin(folder),
            None => self.core.engine_mut().map(drop),
        };
        let engine = self.core.begun_engine();
        if let Err(error) = begun.and_then(|()| engine.handle(clock::now(), event)) {
            self.fail(folder, &error);
        }
    }

    /// Does what somebody asks for.
    pub(super) fn command(&mut self, command: Command) {
        self.replies.push(command(self.core, clock::now()));
    }

    /// Lets somebody look.
    pub(super) fn question(&mut self, question: Question) {
        question(self.core.engine());
    }

    /// Gives up what is known of a folder's disk since the last commit.
    pub(super) fn give_up(&mut self, folder: FolderId, cause: &str) {
        let broken = self.core.undo(folder, cause, false);
        self.lose(broken);
    }

    /// Commits, then passes on what is to be done and answered.
    pub(super) fn finish(mut self) {
        let records = self.core.begun_engine().new_records();
        let kept = records.is_empty() || self.world.keep_records(self.core, &records);
        let broken = self.core.commit();
        let durable = kept && broken.is_empty() && self.broken.is_empty();
        broken.into_iter().for_each(|broken| self.lose(broken));
        while let Some(action) = self.core.begun_engine().poll_action() {
            if folder_of_action(&action).is_none_or(|folder| !self.broken.contains(&folder)) {
                self.world.carry_out(action);
            }
        }
        self.replies.into_iter().for_each(|reply| reply(durable));
    }

    /// Closes the folder whose index failed; all of them if it can't be told which one it was.
    fn fail(&mut self, folder: Option<FolderId>, error: &IndexError) {
        let all = self.core.engine().folder_ids();
        for folder in folder.map_or(all, |folder| vec![folder]) {
            let broken = self.core.undo(folder, &error.to_string(), false);
            self.lose(broken);
        }
    }

    fn lose(&mut self, broken: Broken) {
        self.broken.insert(broken.folder);
        self.world.lose_folder(broken.folder, &broken.cause, broken.full);
    }
}

/// The one folder that an event can change.
fn folder_of(event: &Event) -> Option<FolderId> {
    match event {
        Event::Received { message, .. } => folder_of_message(message),
        Event::Observed { folder, .. }
        | Event::ScanEnded { folder, .. }
        | Event::NotArchived { folder, .. }
        | Event::Applied { folder, .. }
        | Event::Evicted { folder, .. }
        | Event::Assured { folder, .. }
        | Event::Room { folder, .. }
        | Event::Used { folder, .. }
        | Event::Staged { folder, .. }
        | Event::Fetched { folder, .. } => Some(*folder),
        Event::Connected { .. }
        | Event::Disconnected { .. }
        | Event::Sent { .. }
        | Event::Timeout => None,
    }
}

fn folder_of_message(message: &Message) -> Option<FolderId> {
    match message {
        Message::Open(open) => Some(open.folder),
        Message::Update(update) => Some(update.folder),
        Message::Refused { folder, .. }
        | Message::PromiseAsked { folder, .. }
        | Message::Promised { folder, .. }
        | Message::HistoryAsked { folder, .. } => Some(*folder),
        Message::Offer(offer) => Some(offer.folder),
        Message::Home(_) | Message::HistoryTold { .. } | Message::Disks(_) => None,
    }
}

fn folder_of_action(action: &Action) -> Option<FolderId> {
    match action {
        Action::Send { message, .. } => folder_of_message(message),
        Action::Scan { folder, .. }
        | Action::LookInArchive { folder, .. }
        | Action::Apply { folder, .. }
        | Action::Evict { folder, .. }
        | Action::Assure { folder, .. }
        | Action::Brought { folder, .. }
        | Action::Stage { folder, .. }
        | Action::Fetch { folder, .. }
        | Action::Unstage { folder, .. }
        | Action::Purge { folder, .. }
        | Action::Mark { folder } => Some(*folder),
        Action::Cut { .. } | Action::Dial | Action::Tell(_) => None,
    }
}
