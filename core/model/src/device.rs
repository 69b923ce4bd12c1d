//! What a device may do in the home.

/// A device's part in the home, from most to least trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Changes files and the home itself.
    Admin,
    /// Changes files.
    Member,
    /// Sees files; its changes are refused by every receiver.
    Reader,
    /// Holds copies for the others and makes no changes.
    Storage,
    /// Uses the home and holds nothing.
    Portal,
}

impl Role {
    /// Every role, in order of trust.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Member, Self::Reader, Self::Storage, Self::Portal];

    /// Whether entries written by such a device are accepted.
    #[must_use]
    pub fn may_write(self) -> bool {
        match self {
            Self::Admin | Self::Member | Self::Portal => true,
            Self::Reader | Self::Storage => false,
        }
    }

    /// Whether such a device may change members, folders and policies.
    #[must_use]
    pub fn may_govern(self) -> bool {
        self == Self::Admin
    }

    /// The word for it on the command line and in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Reader => "reader",
            Self::Storage => "storage",
            Self::Portal => "portal",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}
