//! A map that can take back what was done to it since the last commit.

use std::collections::BTreeMap;

use super::Keep;

/// A table of the index.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    map: BTreeMap<K, V>,
    before: Vec<(K, Option<V>)>,
}

impl<K: Ord + Clone, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { map: BTreeMap::new(), before: Vec::new() }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        let before = self.map.insert(key.clone(), value);
        self.before.push((key, before));
    }

    pub(super) fn remove(&mut self, key: &K) -> bool {
        let before = self.map.remove(key);
        let was_there = before.is_some();
        if was_there {
            self.before.push((key.clone(), before));
        }
        was_there
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.map.iter()
    }

    pub(super) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.map.values()
    }

    /// The values of the keys after `after`.
    pub(super) fn values_after(&self, after: Option<&K>) -> impl Iterator<Item = &V> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.map.range((from, Unbounded)).map(|(_, value)| value)
    }

    /// Ends the transaction.
    pub(super) fn end(&mut self, keep: Keep) {
        match keep {
            Keep::Changes => self.before.clear(),
            Keep::Before => {
                while let Some((key, before)) = self.before.pop() {
                    match before {
                        Some(value) => self.map.insert(key, value),
                        None => self.map.remove(&key),
                    };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_rollback_brings_back_the_last_commit(
            first in prop::collection::vec((0u8..5, any::<Option<u8>>()), 0..9),
            second in prop::collection::vec((0u8..5, any::<Option<u8>>()), 0..9),
        ) {
            let apply = |table: &mut Table<u8, u8>, steps: &[(u8, Option<u8>)]| {
                for (key, value) in steps {
                    match value {
                        Some(value) => table.put(*key, *value),
                        None => { table.remove(key); }
                    }
                }
            };
            let mut table = Table::default();
            apply(&mut table, &first);
            table.end(Keep::Changes);
            let committed = table.map.clone();
            apply(&mut table, &second);
            table.end(Keep::Before);
            prop_assert_eq!(table.map, committed);
        }
    }
}
