//! Keeping in order what two threads see of one disk.
//!
//! One thread follows the watcher and is always the last to look at what changes; the other walks.
//! What either has told is not in the index at once, and of a path that is not in the index and where
//! nothing stands there is nothing to tell: whatever was told of it before would be believed for ever.
//! So a scan begins when all that was told before is in the index, and what is looked at while the
//! other thread walks is looked at once more when that walk is through.

use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::Event;
use model::RelPath;

use crate::runloop::EngineDoor;

/// Paths that wait for the end of a walk; if there are more, the folder is walked again.
const PATHS_MAX: usize = 10_000;

/// The order of one folder.
#[derive(Default)]
pub(super) struct Order {
    /// Whether anything was told that may not be in the index yet.
    told: Mutex<bool>,
    walk: Mutex<Walk>,
}

#[derive(Default)]
struct Walk {
    under_way: bool,
    /// Walks that have begun.
    begun: u64,
    left: Left,
}

/// What was looked at during a walk.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) paths: Vec<RelPath>,
    /// There were more than can be remembered.
    pub(super) more: bool,
}

/// How the walks were when a look began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    under_way: bool,
    begun: u64,
}

impl Order {
    /// Tells the engine what was found.
    pub(super) fn tell(&self, door: &EngineDoor, event: Event) {
        let mut told = lock(&self.told);
        door.tell_blocking(event);
        *told = true;
    }

    /// Waits until everything that was told is in the index.
    pub(super) fn settle(&self, door: &EngineDoor) {
        let mut told = lock(&self.told);
        if std::mem::take(&mut *told) {
            // If it could not be made durable, the index is opened again and all is scanned.
            let _durable = door.ask_blocking(|_, _| ());
        }
    }

    pub(super) fn begin_walk(&self) {
        let mut walk = lock(&self.walk);
        walk.under_way = true;
        walk.begun += 1;
    }

    /// The walk is through; what is to be looked at once more.
    pub(super) fn end_walk(&self) -> Left {
        let mut walk = lock(&self.walk);
        walk.under_way = false;
        std::mem::take(&mut walk.left)
    }

    /// Before a look.
    pub(super) fn mark(&self) -> Mark {
        let walk = lock(&self.walk);
        Mark { under_way: walk.under_way, begun: walk.begun }
    }

    /// After a look: the paths, if they have to be looked at again at once. If a walk is under way,
    /// they are left to its end.
    pub(super) fn again(&self, mark: Mark, paths: Vec<RelPath>) -> Option<Vec<RelPath>> {
        let mut walk = lock(&self.walk);
        if !mark.under_way && mark.begun == walk.begun {
            return None;
        }
        if !walk.under_way {
            return Some(paths);
        }
        if walk.left.paths.len() + paths.len() > PATHS_MAX {
            walk.left = Left { paths: Vec::new(), more: true };
        } else if !walk.left.more {
            walk.left.paths.extend(paths);
        }
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(count: usize) -> Vec<RelPath> {
        (0..count).map(|at| RelPath::parse(at.to_string()).unwrap()).collect()
    }

    #[test]
    fn a_look_that_no_walk_has_met_is_enough() {
        let order = Order::default();
        order.begin_walk();
        assert_eq!(order.end_walk(), Left::default());
        let mark = order.mark();
        assert_eq!(order.again(mark, paths(2)), None);
        order.begin_walk();
        assert_eq!(order.end_walk(), Left::default());
    }

    #[test]
    fn what_is_looked_at_during_a_walk_is_left_to_its_end() {
        let order = Order::default();
        let before = order.mark();
        order.begin_walk();
        assert_eq!(order.again(before, paths(1)), None);
        assert_eq!(order.again(order.mark(), paths(2)), None);
        let left = order.end_walk();
        assert_eq!((left.paths.len(), left.more), (3, false));
    }

    #[test]
    fn a_walk_that_ended_during_a_look_calls_for_another_look() {
        let order = Order::default();
        order.begin_walk();
        let mark = order.mark();
        order.end_walk();
        assert_eq!(order.again(mark, paths(1)), Some(paths(1)));
        let mark = order.mark();
        order.begin_walk();
        order.end_walk();
        assert_eq!(order.again(mark, paths(1)), Some(paths(1)));
    }

    #[test]
    fn too_many_paths_are_not_remembered_one_by_one() {
        let order = Order::default();
        order.begin_walk();
        for _ in 0..3 {
            assert_eq!(order.again(order.mark(), paths(PATHS_MAX / 2)), None);
        }
        assert_eq!(order.end_walk(), Left { paths: Vec::new(), more: true });
    }
}
