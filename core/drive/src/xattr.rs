//! Extended attributes: those of the body's disk. They stay on this device, and a file that is elsewhere has
//! none until something is put there.

use rustix::fs::XattrFlags;

use crate::drive::Drive;
use crate::nodes::Identity;
use crate::open::How;
use crate::{DriveError, Interrupt};

/// The longest that a value or a list may be: the kernel's own limit.
pub const XATTR_MAX: usize = 64 * 1024;

/// Lists of access rights would change what the mode says behind the kernel's back.
const REFUSED: &[u8] = b"system.";

impl Drive {
    /// The value of the attribute `name`.
    ///
    /// # Errors
    /// The system's own, above all "no such attribute".
    pub fn xattr(&self, number: u64, name: &[u8]) -> Result<Vec<u8>, DriveError> {
        self.refuse(name)?;
        if !self.stands_here(number)? {
            return Err(rustix::io::Errno::NODATA.into());
        }
        let held = self.hold(number, None)?;
        filled(|value| rustix::fs::getxattr(held.way(), name, value))
    }

    /// The names of all attributes, each ended by a zero byte.
    ///
    /// # Errors
    /// The system's own.
    pub fn xattrs(&self, number: u64) -> Result<Vec<u8>, DriveError> {
        if !self.stands_here(number)? {
            return Ok(Vec::new());
        }
        let held = self.hold(number, None)?;
        filled(|list| rustix::fs::listxattr(held.way(), list))
    }

    /// Sets an attribute; `flags` as of `setxattr(2)`.
    ///
    /// # Errors
    /// The system's own, and those of [`crate::Pod::bring`]: only what is here can have one.
    pub fn set_xattr(
        &self,
        number: u64,
        (name, value): (&[u8], &[u8]),
        flags: u32,
        interrupt: &Interrupt,
    ) -> Result<(), DriveError> {
        self.refuse(name)?;
        self.refuse_reader(number)?;
        let flags = XattrFlags::from_bits(flags).ok_or(DriveError::Invalid)?;
        match self.identity(number)? {
            Identity::Home => return Err(DriveError::Own),
            Identity::Elsewhere(absent) => {
                let how = How { writes: true, ..How::default() };
                self.bring_for(number, absent, how, interrupt)?;
            }
            Identity::Body { .. } => {}
        }
        let held = self.hold(number, None)?;
        Ok(rustix::fs::setxattr(held.way(), name, value, flags)?)
    }

    /// Removes an attribute.
    ///
    /// # Errors
    /// The system's own.
    pub fn remove_xattr(&self, number: u64, name: &[u8]) -> Result<(), DriveError> {
        self.refuse(name)?;
        self.refuse_reader(number)?;
        if !self.stands_here(number)? {
            return Err(rustix::io::Errno::NODATA.into());
        }
        let held = self.hold(number, None)?;
        Ok(rustix::fs::removexattr(held.way(), name)?)
    }

    fn refuse(&self, name: &[u8]) -> Result<(), DriveError> {
        if name.starts_with(REFUSED) { Err(DriveError::Unsupported) } else { Ok(()) }
    }

    fn stands_here(&self, number: u64) -> Result<bool, DriveError> {
        Ok(matches!(self.identity(number)?, Identity::Body { .. }))
    }
}

/// What `read` gives, however long it is.
fn filled(read: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> Result<Vec<u8>, DriveError> {
    let mut value = vec![0; 256];
    loop {
        match read(&mut value) {
            Ok(length) => {
                value.truncate(length);
                return Ok(value);
            }
            Err(rustix::io::Errno::RANGE) if value.len() < XATTR_MAX => {
                value.resize(XATTR_MAX, 0);
            }
            Err(error) => return Err(error.into()),
        }
    }
}
