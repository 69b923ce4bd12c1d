//! Why an operation was not done: a closed set of codes, and the answer that carries one.
//!
//! Programs act on the code; people read the sentence, which `text` has in each language. A code
//! keeps its word, HTTP status and exit status for ever.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::{self, Language};
use crate::words::words;

words! {
    /// Why an operation was not done.
    pub enum ErrorCode {
        /// The request itself makes no sense: a value that can't be, a path that leaves the folder.
        BadRequest = "bad-request",
        /// A web client without its token, or with a wrong one.
        Unauthorized = "unauthorized",
        /// A web page from elsewhere, or another user of this computer.
        Forbidden = "forbidden",
        /// This device's role in the home does not allow it.
        NotAllowed = "not-allowed",
        /// This device belongs to no home yet.
        NoHome = "no-home",
        /// This device already belongs to a home with other devices.
        AlreadyInHome = "already-in-home",
        /// No folder of that name in the home.
        UnknownFolder = "unknown-folder",
        /// The home already has a folder of that name.
        FolderExists = "folder-exists",
        /// A name that no folder can have.
        BadName = "bad-name",
        /// This device already takes part in the folder.
        AlreadyAttached = "already-attached",
        /// This device does not take part in the folder.
        NotAttached = "not-attached",
        /// What was written in the folder through the drive is not on another device yet, or still in use.
        NotSafeYet = "not-safe-yet",
        /// The directory can't be used: it is no directory, or this user may not write there.
        DirectoryUnusable = "directory-unusable",
        /// The directory is, holds or lies in another folder's, or the service's own.
        DirectoryTaken = "directory-taken",
        /// This system can't mount a drive: it has no FUSE, or its helper is missing.
        NoFuse = "no-fuse",
        /// Something is mounted there, or the drive is mounted already.
        DriveMounted = "drive-mounted",
        /// No device of that name or id.
        UnknownDevice = "unknown-device",
        /// Several devices fit the name or prefix.
        AmbiguousDevice = "ambiguous-device",
        /// The home would be left without an admin.
        LastAdmin = "last-admin",
        /// Nothing stands at the path.
        UnknownEntry = "unknown-entry",
        /// No conflict of that id.
        UnknownConflict = "unknown-conflict",
        /// No such version in the archive.
        UnknownVersion = "unknown-version",
        /// Something already stands where a file is to be put.
        EntryExists = "entry-exists",
        /// No policy of that name, or no target of that kind.
        UnknownPolicy = "unknown-policy",
        /// A value that the policy can't have.
        BadPolicyValue = "bad-policy-value",
        /// No batch of changes is held in the folder.
        NothingHeld = "nothing-held",
        /// The pairing code is not the inviter's.
        WrongCode = "wrong-code",
        /// The invitation was used, withdrawn, or another one took its place.
        InvitationOver = "invitation-over",
        /// A password that is too easily guessed, or none where one is needed.
        WeakPassword = "weak-password",
        /// The address can't be opened: it is taken, not this computer's, or not allowed.
        AddressUnusable = "address-unusable",
        /// The pairing code came after its time.
        CodeExpired = "code-expired",
        /// A wrong pairing code was given for the third time: the right one is no longer valid either.
        CodeTriedOut = "code-tried-out",
        /// The inviting device did not take this one, which knew the code or the digits: it was removed from that
        /// home before, or the home is full.
        TurnedAway = "turned-away",
        /// A person said that the digits are not the same, here or on the other device.
        Declined = "declined",
        /// A comparison that nobody confirmed in time, that was taken back, or that there is not.
        ComparisonOver = "comparison-over",
        /// No device that invites was found, or it does not answer.
        InviterNotFound = "inviter-not-found",
        /// Another device could not be reached.
        Unreachable = "unreachable",
        /// No device that can be reached has the content.
        ContentUnavailable = "content-unavailable",
        /// Files whose bytes can't be given up: too few other devices that can be reached have them.
        CopiesNeeded = "copies-needed",
        /// Files whose bytes can't be given up now: they are in use, just changed, or others rely on them.
        FilesInUse = "files-in-use",
        /// No room on the disk.
        DiskFull = "disk-full",
        /// The disk refused or returned an error.
        DiskError = "disk-error",
        /// This version can't do it.
        Unsupported = "unsupported",
        /// This build carries no pages for a browser.
        NoPages = "no-pages",
        /// Too much is going on at once.
        Busy = "busy",
        /// It was not done in the time given.
        TimedOut = "timed-out",
        /// Nobody came in the time of the invitation.
        InvitationExpired = "invitation-expired",
        /// The service is stopping.
        Stopping = "stopping",
        /// A fault of the service itself.
        Internal = "internal",
        /// No service runs for this data dir. Only a client says so.
        NoService = "no-service",
        /// The service speaks in a way that this client does not understand. Only a client says so.
        Incomprehensible = "incomprehensible",
    }
}

/// What a program's exit status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Not done; one line says what and what to do.
    Failed = 1,
    /// Asked for in a wrong way.
    Usage = 2,
    /// No service runs for this data dir.
    NoService = 3,
    /// Not done in the time given.
    TimedOut = 4,
}

impl ErrorCode {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::BadRequest | Self::BadName | Self::BadPolicyValue | Self::WeakPassword => 400,
            Self::Unauthorized => 401,
            Self::Forbidden
            | Self::NotAllowed
            | Self::WrongCode
            | Self::TurnedAway
            | Self::Declined => 403,
            Self::UnknownFolder
            | Self::UnknownDevice
            | Self::UnknownEntry
            | Self::UnknownConflict
            | Self::UnknownVersion
            | Self::UnknownPolicy => 404,
            Self::NoHome
            | Self::AlreadyInHome
            | Self::FolderExists
            | Self::AlreadyAttached
            | Self::NotAttached
            | Self::NotSafeYet
            | Self::DirectoryUnusable
            | Self::DirectoryTaken
            | Self::AddressUnusable
            | Self::DriveMounted
            | Self::AmbiguousDevice
            | Self::LastAdmin
            | Self::EntryExists
            | Self::CopiesNeeded
            | Self::FilesInUse
            | Self::NothingHeld => 409,
            Self::InvitationOver
            | Self::InvitationExpired
            | Self::CodeExpired
            | Self::CodeTriedOut
            | Self::ComparisonOver => 410,
            Self::Internal | Self::DiskError | Self::Incomprehensible => 500,
            Self::Unsupported | Self::NoFuse | Self::NoPages => 501,
            Self::InviterNotFound
            | Self::Unreachable
            | Self::ContentUnavailable
            | Self::Busy
            | Self::Stopping
            | Self::NoService => 503,
            Self::TimedOut => 504,
            Self::DiskFull => 507,
        }
    }

    /// The exit status of a command that ends with it.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::BadRequest | Self::BadName | Self::BadPolicyValue => Exit::Usage,
            Self::NoService => Exit::NoService,
            Self::TimedOut | Self::InvitationExpired => Exit::TimedOut,
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotAllowed
            | Self::NoHome
            | Self::AlreadyInHome
            | Self::UnknownFolder
            | Self::FolderExists
            | Self::AlreadyAttached
            | Self::NotAttached
            | Self::NotSafeYet
            | Self::DirectoryUnusable
            | Self::DirectoryTaken
            | Self::NoFuse
            | Self::DriveMounted
            | Self::UnknownDevice
            | Self::AmbiguousDevice
            | Self::LastAdmin
            | Self::UnknownEntry
            | Self::UnknownConflict
            | Self::UnknownVersion
            | Self::EntryExists
            | Self::UnknownPolicy
            | Self::NothingHeld
            | Self::WrongCode
            | Self::InvitationOver
            | Self::WeakPassword
            | Self::AddressUnusable
            | Self::CodeExpired
            | Self::CodeTriedOut
            | Self::TurnedAway
            | Self::Declined
            | Self::ComparisonOver
            | Self::InviterNotFound
            | Self::Unreachable
            | Self::ContentUnavailable
            | Self::CopiesNeeded
            | Self::FilesInUse
            | Self::DiskFull
            | Self::DiskError
            | Self::Unsupported
            | Self::NoPages
            | Self::Busy
            | Self::Stopping
            | Self::Internal
            | Self::Incomprehensible => Exit::Failed,
        }
    }
}

/// The answer to an operation that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiError {
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, for people, in English: what happened, what is safe, what to do.
    pub message: String,
    /// What it is about: the name, path or id that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The technical reason beneath, for a person who looks deeper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl ApiError {
    /// An error about nothing in particular.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, message: text::sentence(Language::En, code, None), subject: None, cause: None }
    }

    /// An error about `subject`: the name, path or id that the request gave.
    #[must_use]
    pub fn about(code: ErrorCode, subject: impl Into<String>) -> Self {
        let subject = subject.into();
        let message = text::sentence(Language::En, code, Some(&subject));
        Self { code, message, subject: Some(subject), cause: None }
    }

    /// The same with the technical reason beneath, as a chain of errors prints it.
    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(format!("{cause:#}"));
        self
    }

    /// The whole of it in one language: the sentence, and the reason in parentheses.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        let sentence = match language {
            Language::En => self.message.clone(),
            Language::Fr => text::sentence(language, self.code, self.subject.as_deref()),
        };
        match &self.cause {
            Some(cause) => format!("{sentence} ({cause})"),
            None => sentence,
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_language(Language::En))
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_code_its_subject_and_its_cause_on_the_way() {
        let error = ApiError::about(ErrorCode::UnknownFolder, "Photos").because("no row");
        let back: ApiError = serde_json::from_str(&serde_json::to_string(&error).unwrap()).unwrap();
        assert_eq!(back, error);
        assert!(back.to_string().contains("Photos") && back.to_string().ends_with("(no row)"));
    }

    #[test]
    fn every_code_has_an_http_status_that_says_not_done() {
        for code in ErrorCode::ALL {
            assert!((400..600).contains(&code.http_status()), "{code}");
            assert_ne!(code.exit(), Exit::Done, "{code}");
        }
    }
}
