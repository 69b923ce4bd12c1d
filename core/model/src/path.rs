//! A place in a folder, safe by construction.
//!
//! A [`RelPath`] is relative, `/`-separated and valid on decode: no empty, `.` or `..` component,
//! no NUL, no component over 255 bytes, no more than [`DEPTH_MAX`] components, and never inside the
//! service's own directory [`OWN_DIRECTORY`]. Only the crate `disk` turns one into a path of the
//! system. Bytes are kept as given; names are *compared* by [`RelPath::fold`] to find those that
//! another system could not tell apart.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The directory at a folder's root where the service keeps what belongs to the folder: never synced.
pub const OWN_DIRECTORY: &str = ".homefold";
/// The file that says what a folder ignores: synced like any other.
pub const IGNORE_FILE: &str = ".homefoldignore";
/// Components in a path.
pub const DEPTH_MAX: usize = 256;
/// Bytes in a component.
pub const NAME_MAX: usize = 255;
/// Bytes in a path.
pub const PATH_MAX: usize = 4096;

/// A relative path in a folder. Its order puts parents before children and keeps a directory's
/// descendants together: it compares component by component.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RelPath(String);

/// Why a text is no path of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing, or two separators in a row, or one at an end.
    #[error("a component of the path is empty")]
    Empty,
    /// `.` or `..`.
    #[error("the path has a component that points elsewhere")]
    Dots,
    /// A NUL byte.
    #[error("the path holds a NUL")]
    Nul,
    /// A component or the whole is too long, or it is nested too deeply.
    #[error("the path is too long")]
    TooLong,
    /// It lies in the service's own directory.
    #[error("the path lies in the service's own directory")]
    Own,
}

impl RelPath {
    /// Checks and takes over `text`.
    ///
    /// # Errors
    /// [`PathError`] names the rule that it breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, PathError> {
        let text = text.into();
        if text.len() > PATH_MAX {
            return Err(PathError::TooLong);
        }
        for (depth, name) in text.split('/').enumerate() {
            check_name(name)?;
            if depth >= DEPTH_MAX {
                return Err(PathError::TooLong);
            }
            if depth == 0 && name == OWN_DIRECTORY {
                return Err(PathError::Own);
            }
        }
        Ok(Self(text))
    }

    /// The text, `/`-separated.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The directory that holds it; `None` at the top of the folder.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|i| Self(self.0[..i].to_owned()))
    }

    /// Every directory above it, nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// The components, first to last.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The entry `name` in this directory.
    ///
    /// # Errors
    /// [`PathError`] if `name` is no single valid component or the whole grows too long.
    pub fn child(&self, name: &str) -> Result<Self, PathError> {
        check_name(name)?;
        Self::parse(format!("{}/{name}", self.0))
    }

    /// The path next to this one with another last component.
    ///
    /// # Errors
    /// [`PathError`] if `name` is no single valid component or the whole grows too long.
    pub fn sibling(&self, name: &str) -> Result<Self, PathError> {
        check_name(name)?;
        match self.parent() {
            Some(parent) => parent.child(name),
            None => Self::parse(name),
        }
    }

    /// Whether `self` lies somewhere below `directory` (not at it).
    #[must_use]
    pub fn is_below(&self, directory: &Self) -> bool {
        self.0.len() > directory.0.len()
            && self.0.starts_with(&directory.0)
            && self.0.as_bytes()[directory.0.len()] == b'/'
    }

    /// A key that is equal for names that some system can't tell apart: canonical composition (NFC)
    /// and simple lower case.
    #[must_use]
    pub fn fold(&self) -> String {
        self.0.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

fn check_name(name: &str) -> Result<(), PathError> {
    match name {
        "" => Err(PathError::Empty),
        "." | ".." => Err(PathError::Dots),
        _ if name.contains('\0') => Err(PathError::Nul),
        _ if name.contains('/') => Err(PathError::Empty),
        _ if name.len() > NAME_MAX => Err(PathError::TooLong),
        _ => Ok(()),
    }
}

impl Ord for RelPath {
    /// As the components one by one, found at the first byte that differs: a separator is less than any
    /// byte of a name.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (a, b) = (self.as_str().as_bytes(), other.as_str().as_bytes());
        let weight = |byte: &u8| if *byte == b'/' { 0 } else { *byte };
        match a.iter().zip(b).find(|(a, b)| a != b) {
            Some((a, b)) => weight(a).cmp(&weight(b)),
            None => a.len().cmp(&b.len()),
        }
    }
}

impl PartialOrd for RelPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl AsRef<str> for RelPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn paths_that_lead_elsewhere_do_not_exist() {
        for (text, why) in [
            ("", PathError::Empty),
            ("/etc", PathError::Empty),
            ("a//b", PathError::Empty),
            ("a/", PathError::Empty),
            ("..", PathError::Dots),
            ("a/../b", PathError::Dots),
            ("./a", PathError::Dots),
            ("a\0b", PathError::Nul),
            (".homefold/tmp", PathError::Own),
            (".homefold", PathError::Own),
        ] {
            assert_eq!(RelPath::parse(text), Err(why), "{text:?}");
        }
        assert_eq!(RelPath::parse("x".repeat(256)), Err(PathError::TooLong));
        assert_eq!(RelPath::parse(vec!["d"; 257].join("/")), Err(PathError::TooLong));
    }

    #[test]
    fn names_of_users_are_kept_as_they_are() {
        for text in
            [".homefoldignore", "a/.homefold", "a\\b", "nul.txt", "é", "e\u{301}", " x ", "a:b"]
        {
            assert_eq!(path(text).as_str(), text);
        }
    }

    #[test]
    fn names_that_some_system_cannot_tell_apart_fold_to_one() {
        assert_eq!(path("Été.TXT").fold(), path("e\u{301}te\u{301}.txt").fold());
        assert_ne!(path("a").fold(), path("b").fold());
    }

    #[test]
    fn a_parent_is_listed_before_its_children_and_they_stay_together() {
        let mut paths = [path("a.txt"), path("a/b"), path("a"), path("a/b/c"), path("a-b")];
        paths.sort();
        assert_eq!(
            paths.iter().map(RelPath::as_str).collect::<Vec<_>>(),
            ["a", "a/b", "a/b/c", "a-b", "a.txt"]
        );
    }

    #[test]
    fn below_means_inside_and_not_beside() {
        assert!(path("a/b").is_below(&path("a")));
        assert!(!path("ab").is_below(&path("a")));
        assert!(!path("a").is_below(&path("a")));
    }

    proptest! {
        #[test]
        fn paths_are_in_the_order_of_their_components(
            a in "[a!é-]{1,2}(/[a!é-]{1,2}){0,3}", b in "[a!é-]{1,2}(/[a!é-]{1,2}){0,3}",
        ) {
            let (a, b) = (RelPath::parse(a).unwrap(), RelPath::parse(b).unwrap());
            prop_assert_eq!(a.cmp(&b), a.components().cmp(b.components()));
        }

        #[test]
        fn no_text_makes_a_path_that_leaves_the_folder(text in "[./a\0\\\\]{0,12}") {
            if let Ok(path) = RelPath::parse(text) {
                prop_assert!(path.components().all(|c| !c.is_empty() && c != "." && c != ".."));
            }
        }
    }
}
