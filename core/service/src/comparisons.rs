//! Comparisons of digits that wait for what a person says: the one that a newcomer asks for here, and the
//! one that this device asks for elsewhere.
//!
//! All of it is in memory, and there is one of each at most. Not here: coming to digits (`transport`), and
//! what a yes leads to (`home::pairing`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{DeviceId, Role, WallTime};
use tokio::sync::oneshot;
use transport::Compared;

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
    /// Gone once a person has answered.
    answer: Option<oneshot::Sender<bool>>,
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
    pub(crate) fn ask(&self, shown: Shown, answer: oneshot::Sender<bool>) {
        let role = Role::Reader;
        self.lock().newcomer = Some(Newcomer { shown, role, answer: Some(answer) });
    }

    /// Who asks, and whether a person here has said yes.
    pub(crate) fn newcomer(&self) -> Option<(Shown, bool)> {
        let open = self.lock();
        open.newcomer.as_ref().map(|one| (one.shown.clone(), one.answer.is_none()))
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
        newcomer.answer.take().is_some_and(|answer| answer.send(same).is_ok())
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

    fn asking() -> (Comparisons, oneshot::Receiver<bool>) {
        let comparisons = Comparisons::default();
        let (id, digits) = ("one".to_owned(), "123456".to_owned());
        let compared = Compared { id, device: DeviceId([1; 32]), digits };
        let shown = Shown { compared, name: "laptop".to_owned(), expires: WallTime(0) };
        let (answer, answered) = oneshot::channel();
        comparisons.ask(shown, answer);
        (comparisons, answered)
    }

    #[test]
    fn a_newcomer_is_answered_once_and_gets_the_role_that_the_person_gave() {
        let (comparisons, mut answered) = asking();
        assert!(!comparisons.answer("another", true, Role::Admin));
        assert_eq!(comparisons.role("one"), Role::Reader);
        assert!(comparisons.answer("one", true, Role::Member));
        assert!(!comparisons.answer("one", false, Role::Admin), "it was answered");
        assert_eq!(answered.try_recv(), Ok(true));
        assert_eq!(
            (comparisons.role("another"), comparisons.newcomer().unwrap().1),
            (Role::Reader, true)
        );
        assert_eq!(comparisons.ended("another"), None);
        assert_eq!(comparisons.ended("one"), Some(DeviceId([1; 32])));
        assert_eq!(comparisons.newcomer(), None);
    }

    #[test]
    fn what_this_device_asks_elsewhere_is_answered_by_its_own_id() {
        let (comparisons, _answered) = asking();
        let mut own = comparisons.begin("two");
        assert!(comparisons.answer("two", true, Role::Admin));
        assert_eq!(own.try_recv(), Ok(true));
        let mut over = comparisons.begin("three");
        comparisons.finished("three");
        assert!(!comparisons.answer("three", true, Role::Admin));
        assert!(over.try_recv().is_err());
    }
}
