//! Comparisons of digits that wait for what a person says: the one that a newcomer asks for here, and the
//! one that this device asks for elsewhere.
//!
//! All of it is in memory, and there is one of each at most. Not here: coming to digits (`transport`), and
//! what a yes leads to (`home::pairing`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{DeviceId, Role, WallTime};
use tokio::sync::oneshot;
use transport::{Answer, Compared};

/// The comparisons.
#[derive(Default)]
pub(crate) struct Comparisons(Mutex<Open>);

#[derive(Default)]
struct Open {
    newcomer: Option<Newcomer>,
    own: Option<(String, oneshot::Sender<bool>)>,
}

struct Newcomer {
    shown: Shown,
    role: Role,
    answer: Answer,
}

/// What a person is shown of a newcomer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) compared: Compared,
    /// What it says that its name is.
    pub(crate) name: String,
    pub(crate) expires: WallTime,
}

impl Comparisons {
    /// A newcomer asks, and waits for the answer.
    pub(crate) fn ask(&self, shown: Shown, answer: Answer) {
        self.lock().newcomer = Some(Newcomer { shown, role: Role::Reader, answer });
    }

    /// Who asks, and whether a person here has said yes.
    pub(crate) fn newcomer(&self) -> Option<(Shown, bool)> {
        let open = self.lock();
        open.newcomer.as_ref().map(|one| (one.shown.clone(), one.answer.is_yes()))
    }

    /// What a newcomer may do that a person let in: the least if nobody said.
    pub(crate) fn role(&self, id: &str) -> Role {
        let open = self.lock();
        open.newcomer.as_ref().filter(|one| one.is(id)).map_or(Role::Reader, |one| one.role)
    }

    /// That comparison is over; the device that asked for it.
    pub(crate) fn ended(&self, id: &str) -> Option<DeviceId> {
        let ended = self.lock().newcomer.take_if(|one| one.is(id));
        ended.map(|one| one.shown.compared.device)
    }

    /// This device asks elsewhere; what the person says comes out of the channel.
    pub(crate) fn begin(&self, id: &str) -> oneshot::Receiver<bool> {
        let (answer, answered) = oneshot::channel();
        // One that was begun before is over with its sender.
        self.lock().own = Some((id.to_owned(), answer));
        answered
    }

    /// What this device asked elsewhere is over.
    pub(crate) fn finished(&self, id: &str) {
        self.lock().own.take_if(|(own, _)| own == id);
    }

    /// A person says whether the digits are the same; whether anybody waited for it. A newcomer that is
    /// let in may do what `role` says.
    pub(crate) fn answer(&self, id: &str, same: bool, role: Role) -> bool {
        let mut open = self.lock();
        if let Some((_, answer)) = open.own.take_if(|(own, _)| own == id) {
            return answer.send(same).is_ok();
        }
        let Some(newcomer) = open.newcomer.as_mut().filter(|one| one.is(id)) else { return false };
        newcomer.role = role;
        newcomer.answer.say(same)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Newcomer {
    fn is(&self, id: &str) -> bool {
        self.shown.compared.id == id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_device_asks_elsewhere_is_answered_once_and_by_its_own_id() {
        let comparisons = Comparisons::default();
        let mut own = comparisons.begin("two");
        assert!(!comparisons.answer("another", true, Role::Admin));
        assert!(comparisons.answer("two", true, Role::Admin));
        assert!(!comparisons.answer("two", false, Role::Admin), "it was answered");
        assert_eq!(own.try_recv(), Ok(true));
        let mut over = comparisons.begin("three");
        comparisons.finished("three");
        assert!(!comparisons.answer("three", true, Role::Admin));
        assert!(over.try_recv().is_err());
    }

    #[test]
    fn who_did_not_ask_gets_the_least_that_a_device_may_do() {
        let comparisons = Comparisons::default();
        assert_eq!(comparisons.role("one"), Role::Reader);
        assert_eq!((comparisons.newcomer(), comparisons.ended("one")), (None, None));
    }
}
