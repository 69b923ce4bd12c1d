//! What an error number means for a person and for the plan.

use std::io;

use model::Problem;
use rustix::io::Errno;

fn errno(error: &io::Error) -> Option<Errno> {
    error.raw_os_error().map(Errno::from_raw_os_error)
}

/// Why an entry has to wait after this error.
pub(crate) fn problem_of(error: &io::Error) -> Problem {
    let Some(errno) = errno(error) else { return Problem::DiskError };
    match errno {
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Problem::DiskFull,
        Errno::ROFS => Problem::ReadOnly,
        Errno::ACCESS | Errno::PERM => Problem::Denied,
        Errno::NAMETOOLONG | Errno::ILSEQ | Errno::INVAL => Problem::Name,
        Errno::NOTDIR | Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST | Errno::LOOP => {
            Problem::Obstructed
        }
        Errno::BUSY | Errno::TXTBSY | Errno::AGAIN => Problem::Busy,
        Errno::XDEV | Errno::OPNOTSUPP | Errno::NOSYS => Problem::Unsupported,
        _ => Problem::DiskError,
    }
}

/// Whether the error says that nothing stands at the path: it, or a directory above it, is gone or
/// is no directory (any more).
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(errno(error), Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP))
}

/// Whether the error says that the file system can't do this at all, so that another way is tried.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        errno(error),
        Some(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS | Errno::XDEV | Errno::NOTTY)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_the_words_of_the_user() {
        for (errno, problem) in [
            (Errno::NOSPC, Problem::DiskFull),
            (Errno::DQUOT, Problem::DiskFull),
            (Errno::ROFS, Problem::ReadOnly),
            (Errno::ACCESS, Problem::Denied),
            (Errno::NAMETOOLONG, Problem::Name),
            (Errno::NOTEMPTY, Problem::Obstructed),
            (Errno::IO, Problem::DiskError),
        ] {
            assert_eq!(problem_of(&errno.into()), problem);
        }
        assert!(is_gone(&Errno::NOENT.into()) && !is_gone(&Errno::ACCESS.into()));
    }
}
