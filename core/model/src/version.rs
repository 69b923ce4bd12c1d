//! Which change of an entry knew of which other: version vectors.
//!
//! An [`Actor`] is one life of one device's index: a restored, copied or lost index gets a new one,
//! so a [`Dot`] (actor, counter) never names two changes. Counters run per folder, not per entry.
//! A vector holds the highest counter of every actor that the change knew of (Parker et al. 1983).

use std::cmp::Ordering;
use std::fmt;

/// One life (epoch) of one device's index of a folder: a random number, drawn when the index is
/// made and drawn anew when it turns out to have been restored or copied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(pub u64);

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// A running number of an actor's changes, from 1.
pub type Counter = u64;

/// One change: who made it, and the how-manyth of theirs it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// Who.
    pub actor: Actor,
    /// The how-manyth.
    pub counter: Counter,
}

impl Dot {
    /// The change of an actor that made this one change and no other: what tells a version apart from later
    /// ones of its actor, whose counters would cover it though they do not know of it.
    #[must_use]
    pub fn apart(self) -> Self {
        let mixed =
            (self.actor.0 ^ self.counter.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { actor: Actor(mixed ^ (mixed >> 29)), counter: 1 }
    }
}

/// How two versions relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Causality {
    /// The same knowledge.
    Equal,
    /// The left one is older: the right one knew of it.
    Before,
    /// The left one is newer: it knew of the right one.
    After,
    /// Neither knew of the other.
    Concurrent,
}

/// A version vector, sorted by actor; absent actors count 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(Vec<(Actor, Counter)>);

impl Version {
    /// A version out of unordered parts; of an actor named twice the higher counter stays.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = (Actor, Counter)>) -> Self {
        let mut version = Self::default();
        for (actor, counter) in parts {
            version.raise(Dot { actor, counter });
        }
        version
    }

    /// The parts, sorted by actor.
    pub fn iter(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().map(|&(actor, counter)| Dot { actor, counter })
    }

    /// The highest counter of `actor` that this version knew of; 0 if none.
    #[must_use]
    pub fn get(&self, actor: Actor) -> Counter {
        self.0.binary_search_by_key(&actor, |part| part.0).map_or(0, |i| self.0[i].1)
    }

    /// Whether the change `dot` was known to this version.
    #[must_use]
    pub fn contains(&self, dot: Dot) -> bool {
        self.get(dot.actor) >= dot.counter
    }

    /// Adds knowledge of `dot` (and of all before it by the same actor).
    pub fn raise(&mut self, dot: Dot) {
        match self.0.binary_search_by_key(&dot.actor, |part| part.0) {
            Ok(i) => self.0[i].1 = self.0[i].1.max(dot.counter),
            Err(i) if dot.counter > 0 => self.0.insert(i, (dot.actor, dot.counter)),
            Err(_) => {}
        }
    }

    /// Adds all that `other` knew.
    pub fn join(&mut self, other: &Self) {
        for dot in other.iter() {
            self.raise(dot);
        }
    }

    /// This version with `dot` added: what a change made on top of it carries.
    #[must_use]
    pub fn with(&self, dot: Dot) -> Self {
        let mut version = self.clone();
        version.raise(dot);
        version
    }

    /// Whether this version knew of everything that `other` did.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|dot| self.contains(dot))
    }

    /// Who knew of exactly a change that was told apart since ([`Dot::apart`]) knows of it by its new name too, if
    /// `all` tells of that name.
    pub(crate) fn own_up(&mut self, all: &Self) {
        let new_names: Vec<Dot> =
            self.iter().map(Dot::apart).filter(|apart| all.contains(*apart)).collect();
        for dot in new_names {
            self.raise(dot);
        }
    }

    /// How this version relates to `other`.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Causality {
        match (self.covers(other), other.covers(self)) {
            (true, true) => Causality::Equal,
            (true, false) => Causality::After,
            (false, true) => Causality::Before,
            (false, false) => Causality::Concurrent,
        }
    }

    /// Orders concurrent versions the same way on every device, without a clock: by the number of
    /// changes known, then by the parts themselves.
    #[must_use]
    pub fn rank(&self, other: &Self) -> Ordering {
        let weight = |v: &Self| v.0.iter().map(|part| u128::from(part.1)).sum::<u128>();
        weight(self).cmp(&weight(other)).then_with(|| self.cmp(other))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().copied()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(parts: &[(u64, u64)]) -> Version {
        Version::new(parts.iter().map(|&(a, c)| (Actor(a), c)))
    }

    fn any_version() -> impl Strategy<Value = Version> {
        prop::collection::vec((0u64..4, 0u64..4), 0..4).prop_map(|parts| version(&parts))
    }

    #[test]
    fn a_change_on_top_of_another_is_newer() {
        let old = version(&[(1, 4)]);
        let new = old.with(Dot { actor: Actor(2), counter: 1 });
        assert_eq!(new.compare(&old), Causality::After);
        assert_eq!(old.compare(&new), Causality::Before);
    }

    #[test]
    fn changes_that_did_not_know_of_each_other_are_concurrent() {
        assert_eq!(version(&[(1, 4)]).compare(&version(&[(2, 1)])), Causality::Concurrent);
    }

    proptest! {
        #[test]
        fn join_is_the_least_version_that_covers_both(a in any_version(), b in any_version()) {
            let mut both = a.clone();
            both.join(&b);
            let mut other_way = b.clone();
            other_way.join(&a);
            prop_assert_eq!(&both, &other_way);
            prop_assert!(both.covers(&a) && both.covers(&b));
        }

        #[test]
        fn newer_is_the_mirror_of_older(a in any_version(), b in any_version()) {
            let mirrored = match a.compare(&b) {
                Causality::Equal => Causality::Equal,
                Causality::Before => Causality::After,
                Causality::After => Causality::Before,
                Causality::Concurrent => Causality::Concurrent,
            };
            prop_assert_eq!(b.compare(&a), mirrored);
        }
    }
}
