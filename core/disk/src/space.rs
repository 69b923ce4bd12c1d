//! Room on a folder's volume, and the part of it that stays free.

use model::Problem;

/// Bytes of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    /// All.
    pub total: u64,
    /// What this user may still write.
    pub free: u64,
}

const MIB: u64 = 1 << 20;

impl Space {
    /// Bytes that incoming files leave free, so that the system and the index can go on: a hundredth
    /// of the volume, at least 8 MiB and at most 1 GiB.
    #[must_use]
    pub fn reserve(&self) -> u64 {
        (self.total / 100).clamp(8 * MIB, 1024 * MIB)
    }

    /// Whether `bytes` more can be written without touching the reserve.
    #[must_use]
    pub fn has_room(&self, bytes: u64) -> bool {
        self.free >= bytes.saturating_add(self.reserve())
    }

    /// Takes `bytes` off what is free.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<(), Problem> {
        if !self.has_room(bytes) {
            return Err(Problem::DiskFull);
        }
        self.free -= bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_fits_the_volume() {
        let of = |total| Space { total, free: total }.reserve() / MIB;
        assert_eq!(of(10 * MIB), 8);
        assert_eq!(of(20_000 * MIB), 200);
        assert_eq!(of(10_000_000 * MIB), 1024);
    }

    #[test]
    fn room_is_given_out_once() {
        let mut space = Space { total: 100 * MIB, free: 20 * MIB };
        assert_eq!(space.take(10 * MIB), Ok(()));
        assert_eq!(space.take(10 * MIB), Err(Problem::DiskFull));
        assert!(!space.has_room(u64::MAX));
    }
}
