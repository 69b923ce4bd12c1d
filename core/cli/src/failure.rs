//! How a command that was not done ends: one line on standard error and an exit status.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use api::{ApiError, Exit, Language};

use crate::show::escape;
use crate::text::language;

/// A request that makes no sense, found before anything was asked.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Usage {}

/// Says what went wrong and gives the exit status for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        // Who read our output had enough (`| head`): that is no failure.
        return ExitCode::SUCCESS;
    }
    let line = escape(&sentence(error, language()));
    // Nobody is left to be told if standard error is closed as well.
    let _ = writeln!(io::stderr().lock(), "homefold: {line}");
    ExitCode::from(exit(error) as u8)
}

fn sentence(error: &anyhow::Error, language: Language) -> String {
    match error.downcast_ref::<ApiError>() {
        Some(refusal) => refusal.in_language(language),
        None => format!("{error:#}"),
    }
}

fn exit(error: &anyhow::Error) -> Exit {
    if let Some(refusal) = error.downcast_ref::<ApiError>() {
        refusal.code.exit()
    } else if error.is::<Usage>() {
        Exit::Usage
    } else {
        Exit::Failed
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    #[test]
    fn each_failure_has_its_exit_status() {
        for (error, status) in [
            (ApiError::new(ErrorCode::NoService).into(), Exit::NoService),
            (ApiError::new(ErrorCode::TimedOut).into(), Exit::TimedOut),
            (ApiError::new(ErrorCode::InvitationExpired).into(), Exit::TimedOut),
            (ApiError::new(ErrorCode::UnknownFolder).into(), Exit::Failed),
            (Usage::new("no").into(), Exit::Usage),
            (anyhow::anyhow!("no"), Exit::Failed),
        ] {
            assert_eq!(exit(&error), status, "{error}");
        }
    }

    #[test]
    fn a_sentence_is_in_the_language_of_the_person() {
        let error = ApiError::about(ErrorCode::UnknownFolder, "Photos").into();
        assert!(sentence(&error, Language::Fr).contains("La maison n'a pas de dossier « Photos »"));
    }
}
