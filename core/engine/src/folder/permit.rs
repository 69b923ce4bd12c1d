//! A device that could only read may write from now on: what it was refused counts.
//!
//! Who refused its changes has passed them over and would not hear of them again, so it asks for all of that
//! device's index once more. What is taken over then is judged like any other change. Not here: refusing
//! (`merge`), who may do what (`home`).

use model::{DeviceId, Problem};
use wire::Position;

use super::{Folder, Turn};
use crate::action::Action;
use crate::index::{Index, IndexError, PeerState, Row};
use crate::notice::Notice;

impl<I: Index> Folder<I> {
    /// A device may write that could not before.
    pub(crate) fn may_write_now(
        &mut self,
        turn: &mut Turn<'_>,
        device: DeviceId,
    ) -> Result<(), IndexError> {
        if device == turn.me {
            return self.forget_refusals(turn);
        }
        let Some(number) = self.numbers.get(&device).copied() else { return Ok(()) };
        let known = match self.peers.get(&device) {
            Some(peer) => peer.state,
            None => self.index.peer(number)?,
        };
        let received = Position { epoch: known.received.epoch, ..Position::default() };
        let state = PeerState { received, ..known };
        self.index.set_peer(number, state)?;
        if let Some(peer) = self.peers.get_mut(&device) {
            peer.state = state;
            peer.waiting.clear();
            self.send_open(turn, device, false);
        }
        Ok(())
    }

    /// Nothing of this device waits for being a reader any more.
    fn forget_refusals(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        self.each_row(|folder, row| {
            if row.problem == Some(Problem::Refused) {
                let after = Row { problem: None, ..row.clone() };
                folder.count(row, false);
                folder.count(&after, true);
                folder.index.put(&after)?;
            }
            Ok(())
        })?;
        turn.ask(Action::Tell(Notice::Folder { folder: self.id }));
        Ok(())
    }
}
