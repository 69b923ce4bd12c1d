//! What the kernel knows in a directory.
//!
//! Most numbers are files and have none; they pay for a pointer.

use std::collections::HashMap;
use std::sync::Arc;

#[derive(Default)]
#[expect(clippy::box_collection, reason = "an empty table takes six words, and most are empty")]
pub(super) struct Children(Option<Box<HashMap<Arc<[u8]>, u64>>>);

impl Children {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<u64> {
        self.0.as_ref()?.get(name).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<[u8]>, u64)> {
        self.0.iter().flat_map(|all| all.iter()).map(|(name, number)| (name, *number))
    }

    pub(super) fn insert(&mut self, name: Arc<[u8]>, number: u64) {
        self.0.get_or_insert_default().insert(name, number);
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> Option<u64> {
        let all = self.0.as_mut()?;
        let number = all.remove(name);
        if all.is_empty() {
            self.0 = None;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_which_nothing_is_known_costs_a_pointer() {
        let mut children = Children::default();
        assert_eq!(size_of::<Children>(), size_of::<usize>());
        children.insert(Arc::from(&b"a"[..]), 7);
        children.insert(Arc::from(&b"b"[..]), 8);
        assert_eq!(
            (children.get(b"a"), children.remove(b"a"), children.get(b"a")),
            (Some(7), Some(7), None)
        );
        assert_eq!(children.iter().map(|(_, number)| number).collect::<Vec<_>>(), [8]);
        assert_eq!(children.remove(b"b"), Some(8));
        assert!(children.is_empty() && children.0.is_none());
    }
}
