//! Errors of every part in the words of the API.

use ::api::{ApiError, ErrorCode};
use engine::home::{HomeError, ResolveError};
use engine::index::IndexError;
use transport::{CompareError, JoinError};

use crate::runloop::{NotDone, SayError};

/// The reason as the API gives it.
pub(crate) trait ToApi {
    /// What it is when it worked.
    type Value;

    /// With the error in the API's words.
    ///
    /// # Errors
    /// The same, as the API gives it.
    fn to_api(self) -> Result<Self::Value, ApiError>;
}

impl<T, E: Reason> ToApi for Result<T, E> {
    type Value = T;

    fn to_api(self) -> Result<T, ApiError> {
        self.map_err(Reason::reason)
    }
}

/// An error that the API has words for.
pub(crate) trait Reason {
    /// In the words of the API.
    fn reason(self) -> ApiError;
}

impl Reason for NotDone {
    fn reason(self) -> ApiError {
        match self {
            Self::Stopping => ApiError::new(ErrorCode::Stopping),
            Self::NotDurable => ApiError::new(ErrorCode::DiskError).because(self),
        }
    }
}

impl Reason for SayError {
    fn reason(self) -> ApiError {
        match self {
            Self::Home(error) => error.reason(),
            Self::Index(error) => error.reason(),
        }
    }
}

impl Reason for IndexError {
    fn reason(self) -> ApiError {
        ApiError::new(ErrorCode::DiskError).because(self)
    }
}

impl Reason for HomeError {
    fn reason(self) -> ApiError {
        match &self {
            Self::NoHome | Self::NotMember => ApiError::new(ErrorCode::NoHome),
            Self::NotAdmin => ApiError::new(ErrorCode::NotAllowed),
            Self::UnknownDevice(device) => {
                ApiError::about(ErrorCode::UnknownDevice, device.to_string())
            }
            Self::Removed(_) | Self::Key(_) => ApiError::new(ErrorCode::NotAllowed).because(self),
            Self::LastAdmin => ApiError::new(ErrorCode::LastAdmin),
            Self::Full | Self::TooMany(_) => ApiError::new(ErrorCode::NotAllowed).because(self),
            Self::UnknownFolder => ApiError::new(ErrorCode::UnknownFolder),
            Self::NameTaken(name) => ApiError::about(ErrorCode::FolderExists, name.clone()),
            Self::Name(name) => ApiError::about(ErrorCode::BadName, name.clone()),
            Self::UnknownPolicy(key) => ApiError::about(ErrorCode::UnknownPolicy, key.clone()),
            Self::PolicyValue { value, .. } => {
                ApiError::about(ErrorCode::BadPolicyValue, value.clone()).because(self)
            }
        }
    }
}

impl Reason for ResolveError {
    fn reason(self) -> ApiError {
        match &self {
            Self::NoDevice(text) => ApiError::about(ErrorCode::UnknownDevice, text.clone()),
            Self::Ambiguous { text, .. } => {
                ApiError::about(ErrorCode::AmbiguousDevice, text.clone()).because(self)
            }
            Self::NoFolder(text) => ApiError::about(ErrorCode::UnknownFolder, text.clone()),
            Self::Target(text) => ApiError::about(ErrorCode::UnknownPolicy, text.clone()),
        }
    }
}

impl Reason for JoinError {
    fn reason(self) -> ApiError {
        let code = match self {
            Self::Malformed => ErrorCode::BadRequest,
            Self::TooLong(_) => ErrorCode::Internal,
            Self::NotFound | Self::NotInviting => ErrorCode::InviterNotFound,
            Self::WrongCode | Self::Impostor => ErrorCode::WrongCode,
            Self::Expired => ErrorCode::CodeExpired,
            Self::NoTriesLeft => ErrorCode::CodeTriedOut,
            Self::Ended => ErrorCode::InvitationOver,
            Self::Refused => ErrorCode::TurnedAway,
            Self::Lost => ErrorCode::Unreachable,
        };
        match self {
            // The sentence says it all.
            Self::WrongCode
            | Self::Expired
            | Self::NoTriesLeft
            | Self::NotFound
            | Self::Refused => ApiError::new(code),
            Self::Malformed
            | Self::TooLong(_)
            | Self::NotInviting
            | Self::Impostor
            | Self::Ended
            | Self::Lost => ApiError::new(code).because(self),
        }
    }
}

impl Reason for CompareError {
    fn reason(self) -> ApiError {
        let code = match self {
            Self::TooLong(_) | Self::Random => ErrorCode::Internal,
            Self::NotFound | Self::NotOffering => ErrorCode::InviterNotFound,
            Self::Busy | Self::TooOften => ErrorCode::Busy,
            Self::Declined => return ApiError::new(ErrorCode::Declined),
            Self::Expired => return ApiError::new(ErrorCode::ComparisonOver),
            Self::Impostor => ErrorCode::ComparisonOver,
            Self::TurnedAway => return ApiError::new(ErrorCode::TurnedAway),
            Self::Lost => ErrorCode::Unreachable,
        };
        ApiError::new(code).because(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_of_a_policy_is_named_and_not_the_policy() {
        let error = HomeError::PolicyValue {
            key: "archive.days".to_owned(),
            value: "soon".to_owned(),
            takes: "a number".to_owned(),
        };
        assert_eq!(error.reason().subject.as_deref(), Some("soon"));
    }

    #[test]
    fn a_reason_that_only_repeats_the_sentence_is_left_out() {
        assert_eq!(JoinError::WrongCode.reason().cause, None);
        assert!(JoinError::Impostor.reason().cause.is_some());
    }
}
