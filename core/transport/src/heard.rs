//! The announcements that were heard, within limits that a flood can't turn against the home.
//!
//! Anybody on the network can announce as much as they like. Invariants: there are at most
//! [`FOUND_MAX`]; a member is heard however many strangers there are; of those that call, the ones
//! that were heard first are offered, so that a flood pushes nobody out, and how many were left out is
//! known. Not here: what is announced, and what a tag is (`discovery`).

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::nearby::{NEARBY_MAX, Nearby, Surroundings};

/// Announcements remembered at once.
pub const FOUND_MAX: usize = 256;

/// An announcement of another device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    pub(crate) tag: Option<String>,
    pub(crate) pairing: bool,
    pub(crate) seeking: bool,
    pub(crate) offering: bool,
    pub(crate) name: String,
    pub(crate) addresses: Vec<SocketAddr>,
}

/// All of them, by what they are called, each with its place in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    all: HashMap<String, (u64, Found)>,
    last: u64,
}

impl Heard {
    /// Whether a stranger would find no place.
    pub(crate) fn is_full(&self) -> bool {
        self.all.len() >= FOUND_MAX
    }

    /// Takes an announcement in; whether it says anything new. In a full list a member's takes the
    /// place of the stranger that came last.
    pub(crate) fn learn(
        &mut self,
        id: &str,
        news: Found,
        is_member: impl Fn(&Found) -> bool,
    ) -> bool {
        if let Some((_, known)) = self.all.get_mut(id) {
            let new = *known != news;
            *known = news;
            return new;
        }
        if self.is_full() {
            let strangers = self.all.iter().filter(|(_, (_, found))| !is_member(found));
            let last = strangers.max_by_key(|(_, (order, _))| *order).map(|(id, _)| id.clone());
            match last.filter(|_| is_member(&news)) {
                Some(stranger) => drop(self.all.remove(&stranger)),
                None => return false,
            }
        }
        self.last += 1;
        self.all.insert(id.to_owned(), (self.last, news));
        true
    }

    /// Forgets an announcement; whether it was known.
    pub(crate) fn forget(&mut self, id: &str) -> bool {
        self.all.remove(id).is_some()
    }

    /// Every announcement and what it is called.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Found)> {
        self.all.iter().map(|(id, (_, found))| (id.as_str(), found))
    }

    /// The devices that call: those that were heard first, by name.
    pub(crate) fn around(&self) -> Surroundings {
        let calls = |found: &Found| found.pairing || found.seeking || found.offering;
        let calling = self.all.iter().filter(|(_, (_, found))| calls(found));
        let mut calling: Vec<_> = calling.map(|(id, (order, found))| (*order, id, found)).collect();
        calling.sort_unstable_by_key(|(order, _, _)| *order);
        let left_out = calling.len().saturating_sub(NEARBY_MAX);
        calling.truncate(NEARBY_MAX);
        let mut devices: Vec<Nearby> = calling
            .into_iter()
            .map(|(_, id, found)| Nearby {
                id: id.clone(),
                name: found.name.clone(),
                addresses: found.addresses.clone(),
                inviting: found.pairing,
                offering: found.offering,
            })
            .collect();
        devices.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        Surroundings { devices, left_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str) -> Found {
        Found { seeking: true, name: name.to_owned(), ..Found::default() }
    }

    fn is_member(found: &Found) -> bool {
        found.tag.is_some()
    }

    fn flooded() -> Heard {
        let mut heard = Heard::default();
        assert!(heard.learn("first", caller("zoe's laptop"), is_member));
        for n in 0..1_000 {
            heard.learn(&format!("evil {n}"), caller(&format!("a{n}")), is_member);
        }
        heard
    }

    #[test]
    fn a_flood_is_bounded_pushes_nobody_out_and_is_told() {
        let heard = flooded();
        assert_eq!(heard.all().count(), FOUND_MAX);
        let around = heard.around();
        assert_eq!((around.devices.len(), around.left_out), (NEARBY_MAX, FOUND_MAX - NEARBY_MAX));
        assert!(around.devices.iter().any(|device| device.name == "zoe's laptop"));
        assert!(around.devices.is_sorted_by_key(|device| &device.name));
    }

    #[test]
    fn a_member_is_heard_in_a_flood_and_no_stranger_takes_its_place() {
        let mut heard = flooded();
        let member = Found { tag: Some("ours".to_owned()), ..Found::default() };
        assert!(heard.learn("member", member.clone(), is_member));
        assert!(!heard.learn("member", member, is_member), "it says nothing new");
        assert!(!heard.learn("late", caller("late"), is_member));
        assert_eq!(heard.all().count(), FOUND_MAX);
        assert!(
            heard.all().any(|(id, _)| id == "member") && heard.all().any(|(id, _)| id == "first")
        );
        assert!(heard.forget("evil 0") && !heard.forget("evil 0"));
        assert!(heard.learn("late", caller("late"), is_member));
    }

    #[test]
    fn a_list_of_members_alone_lets_none_of_them_go() {
        let mut heard = Heard::default();
        let member = |n: usize| Found { tag: Some(n.to_string()), ..Found::default() };
        (0..FOUND_MAX).for_each(|n| assert!(heard.learn(&n.to_string(), member(n), is_member)));
        assert!(!heard.learn("one more", member(FOUND_MAX), is_member));
    }
}
