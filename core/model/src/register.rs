//! All that the home knows of one path: the versions of which none knew of another.
//!
//! A register is a state-based CRDT (Shapiro et al. 2011): [`Register::join`] is commutative,
//! idempotent and only ever adds knowledge, so devices that tell each other their registers until
//! nothing changes agree, whatever the order, duplication or detour. (It is not associative to the
//! letter: siblings that are the same to a person are merged, and how much the merged one knows
//! depends on when they met. The next telling evens that out.) Invariants: never empty; no sibling
//! knew of another; no two are the same to a person; the first is the winner, chosen without a clock.

use crate::{Causality, ConflictId, Dot, Entry, EntryKind, RelPath, Version};

/// The concurrent versions of one path, winner first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register(Vec<Entry>);

impl Register {
    /// A path with one version.
    #[must_use]
    pub fn new(entry: Entry) -> Self {
        Self(vec![entry])
    }

    /// A path with several versions in any order, some of which may know of others; `None` if there
    /// are none.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Option<Self> {
        let mut entries = entries.into_iter();
        let mut register = Self::new(entries.next()?);
        for entry in entries {
            register.join(&Self::new(entry));
        }
        Some(register)
    }

    /// The version that stands at the path.
    #[must_use]
    pub fn winner(&self) -> &Entry {
        &self.0[0]
    }

    /// All versions, winner first.
    #[must_use]
    pub fn siblings(&self) -> &[Entry] {
        &self.0
    }

    /// The versions that a person should look at: live ones that did not win.
    pub fn losers(&self) -> impl Iterator<Item = &Entry> {
        self.0[1..].iter().filter(|entry| entry.kind.is_live())
    }

    /// The losers with their conflict ids.
    pub fn conflicts<'a>(
        &'a self,
        path: &'a RelPath,
    ) -> impl Iterator<Item = (ConflictId, &'a Entry)> {
        self.losers().map(move |entry| (ConflictId::of(path, entry.dot), entry))
    }

    /// All that the versions knew of together.
    #[must_use]
    pub fn knowledge(&self) -> Version {
        joined(&self.0)
    }

    /// What a change of this device on top of `seen` knows of: `seen` itself and every concurrent
    /// delete, which the change overrules. Losers stay unknown to it, so they stay listed.
    #[must_use]
    pub fn basis(&self, seen: &Version) -> Version {
        self.basis_without(seen, |_| false)
    }

    /// What an edit of what `seen` shows, told apart by `dot`, knows of: as [`Self::basis`], but of no rename of
    /// just that made elsewhere, which the edit is to follow.
    #[must_use]
    pub fn basis_of_edit(&self, seen: &Version, dot: Dot) -> Version {
        let follows = |entry: &Entry| matches!(&entry.kind, EntryKind::Tombstone { moved_to: Some(to) } if to.from == dot);
        self.basis_without(seen, follows)
    }

    fn basis_without(&self, seen: &Version, follows: impl Fn(&Entry) -> bool) -> Version {
        let mut basis = seen.clone();
        basis.own_up(&self.knowledge());
        for gone in self.0.iter().filter(|entry| !entry.kind.is_live() && !follows(entry)) {
            basis.join(&gone.version);
        }
        basis
    }

    /// Takes over what `other` knows of the path; whether that changed anything.
    ///
    /// First goes whatever another version knew of, then what is the same to a person is merged;
    /// in this order it does not matter who tells whom.
    pub fn join(&mut self, other: &Self) -> bool {
        let mut union = self.0.clone();
        union.extend(other.0.iter().filter(|entry| !self.0.contains(entry)).cloned());
        own_up(&mut union);
        // What was merged may know of more than its parts did.
        let mut settled = settle(&union);
        while settled.len() < union.len() {
            union = settled;
            own_up(&mut union);
            settled = settle(&union);
        }
        let changed = settled != self.0;
        self.0 = settled;
        changed
    }
}

/// A version that was told apart from what its actor did later ([`crate::Dot::apart`]) is known to whoever knew of
/// exactly that change of the actor before it was told apart; from now on they say so.
fn own_up(union: &mut [Entry]) {
    if union.len() < 2 {
        return;
    }
    let all = joined(union);
    for entry in union {
        entry.version.own_up(&all);
    }
}

/// All that some versions knew of together.
fn joined(entries: &[Entry]) -> Version {
    let mut all = Version::default();
    for entry in entries {
        all.join(&entry.version);
    }
    all
}

/// Drops what another one knew of, merges what is the same, and puts the winner first.
fn settle(union: &[Entry]) -> Vec<Entry> {
    let newest = |entry: &&Entry| {
        !union.iter().any(|own| entry.version.compare(&own.version) == Causality::Before)
    };
    let mut siblings: Vec<Entry> = union.iter().filter(newest).cloned().collect();
    siblings.sort_by(|a, b| order(b, a));
    let mut merged: Vec<Entry> = Vec::with_capacity(siblings.len());
    for entry in siblings {
        match merged.iter_mut().find(|own| merges(own, &entry)) {
            Some(own) => *own = merge(own, &entry),
            None => merged.push(entry),
        }
    }
    merged.sort_by(|a, b| order(b, a));
    merged
}

/// Concurrent versions that are one to a person: the same thing written twice, or two choices in
/// one conflict. (Equal vectors of different contents can only come from an index that was copied
/// unnoticed; both then stay.)
fn merges(a: &Entry, b: &Entry) -> bool {
    let one_choice = a.resolves.is_some() && a.resolves == b.resolves;
    a.kind.same(&b.kind) || one_choice
}

/// Part by part the greater, so that order and repetition don't matter.
fn merge(a: &Entry, b: &Entry) -> Entry {
    let mut version = a.version.clone();
    version.join(&b.version);
    Entry {
        kind: a.kind.clone().max(b.kind.clone()),
        mtime: a.mtime.max(b.mtime),
        version,
        dot: a.dot.max(b.dot),
        resolves: a.resolves.max(b.resolves),
    }
}

/// Greater wins: what it is, then how much it knew, then any fixed order.
fn order(a: &Entry, b: &Entry) -> std::cmp::Ordering {
    (a.kind.precedence().cmp(&b.kind.precedence()))
        .then_with(|| a.version.rank(&b.version))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| a.dot.cmp(&b.dot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Actor, Content, WallTime};
    use proptest::prelude::*;

    fn file(body: &[u8], version: &[(u64, u64)], dot: (u64, u64)) -> Entry {
        Entry {
            kind: EntryKind::File { content: Content::single(body), mode: 0o644 },
            mtime: WallTime(0),
            version: Version::new(version.iter().map(|&(a, c)| (Actor(a), c))),
            dot: Dot { actor: Actor(dot.0), counter: dot.1 },
            resolves: None,
        }
    }

    fn gone(version: &[(u64, u64)], dot: (u64, u64)) -> Entry {
        Entry { kind: EntryKind::Tombstone { moved_to: None }, ..file(b"", version, dot) }
    }

    fn heard(entries: &[Entry]) -> Register {
        Register::of(entries.iter().cloned()).unwrap()
    }

    #[test]
    fn a_later_edit_replaces_what_it_knew_of() {
        let register =
            heard(&[file(b"old", &[(1, 1)], (1, 1)), file(b"new", &[(1, 1), (2, 1)], (2, 1))]);
        assert_eq!(register.siblings().len(), 1);
        assert_eq!(register.winner().kind.size(), 3);
    }

    #[test]
    fn concurrent_edits_keep_both_and_list_the_loser() {
        let register = heard(&[file(b"a", &[(1, 1)], (1, 1)), file(b"b", &[(2, 1)], (2, 1))]);
        assert_eq!(register.losers().count(), 1);
    }

    #[test]
    fn equal_content_is_no_conflict() {
        let register = heard(&[file(b"a", &[(1, 1)], (1, 1)), file(b"a", &[(2, 1)], (2, 1))]);
        assert_eq!(register.losers().count(), 0);
        assert_eq!(register.winner().version, Version::new([(Actor(1), 1), (Actor(2), 1)]));
    }

    #[test]
    fn an_edit_beats_a_delete_and_is_no_conflict() {
        let register = heard(&[gone(&[(1, 2)], (1, 2)), file(b"b", &[(1, 1), (2, 1)], (2, 1))]);
        assert!(register.winner().kind.is_live());
        assert_eq!(register.losers().count(), 0);
    }

    #[test]
    fn an_edit_overrules_what_was_done_elsewhere_but_a_rename_of_what_it_edits() {
        let seen = Version::new([(Actor(1), 1)]);
        let deleted = heard(&[gone(&[(1, 1), (2, 3)], (2, 3))]);
        let (edited, other) = ([1, 2]).map(|counter| Dot { actor: Actor(1), counter }).into();
        assert_eq!(deleted.basis_of_edit(&seen, edited).get(Actor(2)), 3);
        let to = crate::entry::Destination {
            path: RelPath::parse("new").unwrap(),
            dot: Dot { actor: Actor(2), counter: 2 },
            from: edited,
        };
        let kind = EntryKind::Tombstone { moved_to: Some(to) };
        let renamed = heard(&[Entry { kind, ..gone(&[(1, 1), (2, 3)], (2, 3)) }]);
        assert_eq!(renamed.basis_of_edit(&seen, edited), seen);
        assert_eq!(renamed.basis_of_edit(&seen, other).get(Actor(2)), 3);
    }

    #[test]
    fn who_knew_a_side_before_it_was_told_apart_has_replaced_it() {
        let side = file(b"a", &[(1, 4)], (1, 4));
        let apart = Entry { version: side.version.with(side.dot.apart()), ..side };
        let later = file(b"b", &[(1, 5)], (1, 5));
        assert_eq!(heard(&[apart.clone(), later.clone()]).siblings().len(), 2);
        let knew = file(b"c", &[(1, 4), (2, 1)], (2, 1));
        let register = heard(&[apart.clone(), knew, later]);
        assert!(register.siblings().iter().all(|entry| entry.dot != apart.dot));
        assert!(register.knowledge().covers(&apart.version));
    }

    #[test]
    fn who_knew_a_side_says_so_also_when_that_side_is_gone_from_the_register() {
        let side = file(b"a", &[(1, 4)], (1, 4));
        let apart = Entry { version: side.version.with(side.dot.apart()), ..side };
        let knew = file(b"c", &[(1, 4), (2, 1)], (2, 1));
        let register = heard(&[apart.clone(), knew, file(b"b", &[(1, 5)], (1, 5))]);
        let taken_away = gone(&[(1, 4), (2, 2)], (2, 2));
        let mut after = register.clone();
        after.join(&Register::new(taken_away));
        assert!(
            after
                .siblings()
                .iter()
                .all(|entry| entry.dot.actor != Actor(2) || !entry.kind.is_live())
        );
        let seen = Version::new([(Actor(1), 4), (Actor(2), 1)]);
        assert!(register.basis(&seen).contains(apart.dot.apart()));
    }

    #[test]
    fn two_choices_in_one_conflict_become_one() {
        let id = Some(ConflictId([1; 8]));
        let mine = Entry { resolves: id, ..file(b"a", &[(1, 2), (2, 1)], (1, 2)) };
        let theirs = Entry { resolves: id, ..file(b"b", &[(1, 1), (2, 2)], (2, 2)) };
        assert_eq!(heard(&[mine, theirs]).siblings().len(), 1);
    }

    #[test]
    fn contents_under_one_dot_are_both_kept() {
        let register = heard(&[file(b"a", &[(1, 5)], (1, 5)), file(b"b", &[(1, 5)], (1, 5))]);
        assert_eq!(register.losers().count(), 1);
    }

    /// A history that could have happened: each step, one of three actors reads what some earlier
    /// steps wrote and writes on top of it.
    fn history() -> impl Strategy<Value = Vec<Entry>> {
        let step = (0u64..3, any::<prop::sample::Index>(), any::<bool>(), 0u8..3, any::<bool>());
        prop::collection::vec(step, 1..7).prop_map(|steps| {
            let mut entries: Vec<Entry> = Vec::new();
            let mut counters = [0; 3];
            for (actor, seen, blind, body, live) in steps {
                let own = entries.iter().rev().find(|entry| entry.dot.actor == Actor(actor));
                let mut version = own.map(|entry| entry.version.clone()).unwrap_or_default();
                if !blind && !entries.is_empty() {
                    version.join(&seen.get(&entries).version);
                }
                counters[actor as usize] += 1;
                let dot = (actor, counters[actor as usize]);
                version.raise(Dot { actor: Actor(actor), counter: dot.1 });
                let entry = if live { file(&[body], &[], dot) } else { gone(&[], dot) };
                entries.push(Entry { version, ..entry });
            }
            entries
        })
    }

    proptest! {
        #[test]
        fn devices_agree_whatever_the_order_in_which_they_hear(
            (entries, shuffled) in history().prop_flat_map(|h| (Just(h.clone()), Just(h).prop_shuffle())),
        ) {
            // One exchange of states may be needed where equal contents were merged on the way.
            let mut a = heard(&entries);
            let mut b = heard(&shuffled);
            let (from_a, from_b) = (a.clone(), b.clone());
            a.join(&from_b);
            b.join(&from_a);
            prop_assert_eq!(a, b);
        }

        #[test]
        fn hearing_again_changes_nothing(entries in history()) {
            let mut register = heard(&entries);
            let same = register.clone();
            prop_assert!(!register.join(&same));
            for entry in entries {
                let mut again = register.clone();
                again.join(&Register::new(entry));
                prop_assert_eq!(again.winner().kind.clone(), register.winner().kind.clone());
            }
        }

        #[test]
        fn devices_that_tell_each_other_until_nothing_changes_agree(
            x in history(), cut in any::<prop::sample::Index>(), cut2 in any::<prop::sample::Index>(),
        ) {
            let mut devices =
                [heard(&x[..=cut.index(x.len())]), heard(&x[cut2.index(x.len())..]), heard(&x)];
            let mut rounds = 0;
            while devices[0] != devices[1] || devices[1] != devices[2] {
                rounds += 1;
                prop_assert!(rounds < 4, "{:?}", devices);
                for (from, to) in [(0, 1), (1, 2), (2, 0), (1, 0)] {
                    let told = devices[from].clone();
                    devices[to].join(&told);
                }
            }
        }

        #[test]
        fn it_does_not_matter_who_tells_whom(x in history(), cut in any::<prop::sample::Index>()) {
            let i = cut.index(x.len());
            let (a, b) = (heard(&x[..=i]), heard(&x[i..]));
            let mut ab = a.clone();
            ab.join(&b);
            let mut ba = b.clone();
            ba.join(&a);
            prop_assert_eq!(ab, ba);
        }

        #[test]
        fn nothing_live_vanishes_unless_a_later_version_knew_of_it(entries in history()) {
            let register = heard(&entries);
            for entry in entries.iter().filter(|entry| entry.kind.is_live()) {
                let kept = register.siblings().iter().any(|own| own.kind.same(&entry.kind));
                let replaced = register.knowledge().covers(&entry.version)
                    && register.siblings().iter().any(|own| own.version.covers(&entry.version));
                prop_assert!(kept || replaced);
            }
        }
    }
}
