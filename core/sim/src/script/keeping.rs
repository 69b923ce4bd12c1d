//! What a person or the drive asks about files that need not be on a device: how much is kept, and what
//! is done to files that are elsewhere. With its text, and back.

use std::fmt;

use model::{Keep, Mode, RelPath};

/// Something of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// Keep as much as another mode says.
    Mode(Mode),
    /// A rule of this device for a subtree; `None`: none any more.
    Rule(RelPath, Option<Keep>),
    /// Give up the bytes of a subtree; `None`: of everything.
    Free(Option<RelPath>),
    /// Put a file here.
    Bring(RelPath),
    /// The disk has so many bytes less than always stay free.
    Short(u64),
    /// A program deletes a file that is not here.
    Drop(RelPath),
    /// A program renames a file that is not here.
    Carry(RelPath, RelPath),
    /// A program writes over a file that is not here, having been shown it.
    Edit(RelPath, String),
    /// A program changes the permission bits of a file that is not here.
    OpenUp(RelPath),
}

impl Keeping {
    /// The wish of these words.
    pub(super) fn parse(words: &[&str]) -> Result<Option<Self>, &'static str> {
        Ok(Some(match words {
            ["mode", word] => Self::Mode(mode(word)?),
            ["keep", at, "-"] => Self::Rule(path(at)?, None),
            ["keep", at, word] => {
                Self::Rule(path(at)?, Some(Keep::parse(word).ok_or("always, auto, never or -")?))
            }
            ["free", "."] => Self::Free(None),
            ["free", at] => Self::Free(Some(path(at)?)),
            ["bring", at] => Self::Bring(path(at)?),
            ["short", bytes] => Self::Short(bytes.parse().map_err(|_| "a number of bytes")?),
            ["drop", at] => Self::Drop(path(at)?),
            ["carry", from, to] => Self::Carry(path(from)?, path(to)?),
            ["edit", at, text] => Self::Edit(path(at)?, (*text).to_owned()),
            ["open-up", at] => Self::OpenUp(path(at)?),
            _ => return Ok(None),
        }))
    }
}

pub(super) fn mode(word: &str) -> Result<Mode, &'static str> {
    Mode::parse(word).ok_or("no such mode")
}

fn path(word: &str) -> Result<RelPath, &'static str> {
    RelPath::parse(word).map_err(|_| "not a path")
}

impl fmt::Display for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mode(mode) => write!(f, "mode {}", mode.word()),
            Self::Rule(path, keep) => write!(f, "keep {path} {}", keep.map_or("-", Keep::word)),
            Self::Free(None) => write!(f, "free ."),
            Self::Free(Some(path)) => write!(f, "free {path}"),
            Self::Bring(path) => write!(f, "bring {path}"),
            Self::Short(bytes) => write!(f, "short {bytes}"),
            Self::Drop(path) => write!(f, "drop {path}"),
            Self::Carry(from, to) => write!(f, "carry {from} {to}"),
            Self::Edit(path, text) => write!(f, "edit {path} {text}"),
            Self::OpenUp(path) => write!(f, "open-up {path}"),
        }
    }
}
