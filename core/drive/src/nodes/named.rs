//! The names that lead to a number: nearly always one, which costs no allocation.

use std::sync::Arc;

/// A name in a directory.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) parent: u64,
    pub(crate) name: Arc<[u8]>,
}

/// All names of one thing. Invariant: there are more only while there is a first.
#[derive(Debug, Default)]
pub(crate) struct Names {
    first: Option<Name>,
    #[expect(
        clippy::box_collection,
        reason = "an empty list takes three words, and nearly all are"
    )]
    more: Option<Box<Vec<Name>>>,
}

impl Names {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn first(&self) -> Option<&Name> {
        self.first.as_ref()
    }

    pub(crate) fn push(&mut self, name: Name) {
        match &self.first {
            None => self.first = Some(name),
            Some(_) => self.more.get_or_insert_default().push(name),
        }
    }

    /// One name leads there no more.
    pub(crate) fn remove(&mut self, parent: u64, name: &[u8]) {
        let is_it = |each: &Name| each.parent == parent && *each.name == *name;
        if let Some(more) = &mut self.more {
            more.retain(|each| !is_it(each));
        }
        if self.first.as_ref().is_some_and(is_it) {
            self.first = None;
            if let Some(more) = self.more.as_mut().filter(|more| !more.is_empty()) {
                self.first = Some(more.remove(0));
            }
        }
        if self.more.as_ref().is_some_and(|more| more.is_empty()) {
            self.more = None;
        }
    }
}

impl IntoIterator for Names {
    type Item = Name;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Name>, std::vec::IntoIter<Name>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more.map_or_else(Vec::new, |more| *more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Names {
        let mut all = Names::default();
        for name in names {
            all.push(Name { parent: 7, name: Arc::from(name.as_bytes()) });
        }
        all
    }

    #[test]
    fn names_come_and_go_in_their_order() {
        for gone in ["a", "b", "c"] {
            let mut names = named(&["a", "b", "c"]);
            names.remove(8, gone.as_bytes());
            names.remove(7, gone.as_bytes());
            let left: Vec<_> = ["a", "b", "c"].into_iter().filter(|name| *name != gone).collect();
            assert_eq!(names.first().map(|first| &*first.name), Some(left[0].as_bytes()));
            let all: Vec<_> = names.into_iter().map(|name| name.name.to_vec()).collect();
            assert_eq!(all, left.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>());
        }
        let mut one = named(&["a"]);
        one.remove(7, b"a");
        assert!(one.is_empty() && one.into_iter().next().is_none());
    }

    #[test]
    fn what_is_known_of_a_number_fits_in_160_bytes() {
        assert!(size_of::<crate::nodes::Node>() <= 160, "{}", size_of::<crate::nodes::Node>());
    }
}
