//! Which open files the kernel reads and writes without us.
//!
//! The kernel wants all open handles of one number to be of one kind: all past us, with the same backing file,
//! or all through the page cache. The first decides.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fuser::BackingId;

#[derive(Clone)]
pub(super) struct Passing(Arc<Shared>);

struct Shared {
    allowed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    backings: HashMap<u64, Backing>,
    cached: HashMap<u64, u32>,
    handles: HashMap<u64, (u64, bool)>,
}

struct Backing {
    id: Arc<BackingId>,
    opens: u32,
}

impl Passing {
    pub(super) fn new(allowed: bool) -> Self {
        Self(Arc::new(Shared { allowed: AtomicBool::new(allowed), state: Mutex::default() }))
    }

    pub(super) fn is_allowed(&self) -> bool {
        self.0.allowed.load(Ordering::Relaxed)
    }

    /// The kernel can't: tried once, remembered.
    pub(super) fn forbid(&self) {
        self.0.allowed.store(false, Ordering::Relaxed);
    }

    /// Notes an open handle, and gives the backing file if it is one past us.
    pub(super) fn open(
        &self,
        number: u64,
        handle: u64,
        passes: bool,
        make: impl FnOnce() -> Option<io::Result<BackingId>>,
    ) -> Option<Arc<BackingId>> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        if passes && !state.cached.contains_key(&number) {
            if let Some(backing) = state.backings.get_mut(&number) {
                backing.opens += 1;
                state.handles.insert(handle, (number, true));
                return Some(backing.id.clone());
            }
            if let Some(id) = self.made(make) {
                let id = Arc::new(id);
                state.backings.insert(number, Backing { id: id.clone(), opens: 1 });
                state.handles.insert(handle, (number, true));
                return Some(id);
            }
        }
        *state.cached.entry(number).or_default() += 1;
        state.handles.insert(handle, (number, false));
        None
    }

    fn made(&self, make: impl FnOnce() -> Option<io::Result<BackingId>>) -> Option<BackingId> {
        if !self.is_allowed() {
            return None;
        }
        match make()? {
            Ok(id) => Some(id),
            Err(error) => {
                tracing::info!("files that are here are read through the service: {error}");
                self.forbid();
                None
            }
        }
    }

    pub(super) fn release(&self, handle: u64) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.handles.remove(&handle) {
            Some((number, true)) => {
                if let Some(backing) = state.backings.get_mut(&number) {
                    backing.opens -= 1;
                    if backing.opens == 0 {
                        state.backings.remove(&number);
                    }
                }
            }
            Some((number, false)) => {
                if let Some(count) = state.cached.get_mut(&number) {
                    *count -= 1;
                    if *count == 0 {
                        state.cached.remove(&number);
                    }
                }
            }
            None => {}
        }
    }
}
