//! The one table from what is wrong to the number that a program sees.

use rustix::io::Errno;

use crate::DriveError;

/// The number of the system for `error`.
#[must_use]
pub fn of(error: &DriveError) -> i32 {
    match error {
        DriveError::Missing => Errno::NOENT,
        DriveError::Exists => Errno::EXIST,
        DriveError::NotDirectory => Errno::NOTDIR,
        DriveError::IsDirectory => Errno::ISDIR,
        DriveError::NotEmpty => Errno::NOTEMPTY,
        DriveError::OtherFolder => Errno::XDEV,
        DriveError::Own => Errno::PERM,
        DriveError::NameTooLong => Errno::NAMETOOLONG,
        DriveError::Invalid => Errno::INVAL,
        DriveError::Unsupported => Errno::OPNOTSUPP,
        DriveError::NotOpened => Errno::BADF,
        DriveError::Stale => Errno::STALE,
        // What programs know as "the disk did not deliver": they report it and go on.
        // The same where a wait was ended: programs repeat a call that was "interrupted", and would for ever.
        DriveError::Unreachable | DriveError::Index(_) | DriveError::Interrupted => Errno::IO,
        // A thumbnailer that is refused shows its generic picture.
        DriveError::Spared => Errno::ACCESS,
        DriveError::NoRoom => Errno::NOSPC,
        DriveError::Busy => Errno::AGAIN,
        DriveError::System(error) => {
            return error.raw_os_error().unwrap_or(Errno::IO.raw_os_error());
        }
    }
    .raw_os_error()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_sees_the_number_that_it_knows_from_other_disks() {
        for (error, errno) in [
            (DriveError::Missing, Errno::NOENT),
            (DriveError::OtherFolder, Errno::XDEV),
            (DriveError::Unreachable, Errno::IO),
            (DriveError::NoRoom, Errno::NOSPC),
            (DriveError::from(Errno::ROFS), Errno::ROFS),
            (DriveError::System(std::io::Error::other("no number")), Errno::IO),
        ] {
            assert_eq!(of(&error), errno.raw_os_error(), "{error}");
        }
    }
}
