//! The open invitation, of which there is one at most.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Role;
use tokio::sync::oneshot;
use transport::InviteEnd;

/// The open invitation.
#[derive(Default)]
pub(crate) struct Invitation(Mutex<Open>);

#[derive(Default)]
struct Open {
    role: Option<Role>,
    waiting: Option<oneshot::Sender<InviteEnd>>,
}

impl Invitation {
    /// A newcomer is to have this role; how it ends comes out of the channel.
    pub(crate) fn open(&self, role: Role) -> oneshot::Receiver<InviteEnd> {
        let (end, ended) = oneshot::channel();
        let mut open = self.lock();
        if let Some(before) = open.waiting.replace(end) {
            // Whoever waited for the one before may be gone.
            let _gone = before.send(InviteEnd::Replaced);
        }
        open.role = Some(role);
        ended
    }

    /// What a newcomer may do: the least if no invitation is known.
    pub(crate) fn role(&self) -> Role {
        self.lock().role.unwrap_or(Role::Reader)
    }

    /// The invitation is over.
    pub(crate) fn ended(&self, end: InviteEnd) {
        // The end of a replaced one comes after the next was opened.
        if end == InviteEnd::Replaced {
            return;
        }
        let mut open = self.lock();
        if let Some(waiting) = open.waiting.take() {
            // Whoever waited may be gone.
            let _gone = waiting.send(end);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
