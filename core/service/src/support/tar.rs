//! A tar file of a few small files, as every system unpacks it (POSIX ustar).

use std::io::{self, Write};

/// Everything in a tar file fills whole blocks.
const BLOCK: usize = 512;

/// Files that are written one after the other.
pub(super) struct Tar<W> {
    target: W,
    now: jiff::Timestamp,
}

impl<W: Write> Tar<W> {
    pub(super) fn new(target: W, now: jiff::Timestamp) -> Self {
        Self { target, now }
    }

    /// Adds a file. Its name is short and plain ASCII.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.target.write_all(&header(name, bytes.len(), self.now.as_second()))?;
        self.target.write_all(bytes)?;
        let rest = bytes.len().next_multiple_of(BLOCK) - bytes.len();
        self.target.write_all(&[0; BLOCK][..rest])
    }

    /// Writes the end.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.target.write_all(&[0; BLOCK * 2])?;
        Ok(self.target)
    }
}

fn header(name: &str, size: usize, seconds: i64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000600");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    put(136, &format!("{:011o}", seconds.max(0)));
    // The sum is taken with blanks in its own place.
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_fills_whole_blocks_and_its_header_has_the_sum_of_its_bytes() {
        let mut tar = Tar::new(Vec::new(), jiff::Timestamp::UNIX_EPOCH);
        tar.add("a.txt", &[b'x'; 513]).unwrap();
        let bytes = tar.end().unwrap();
        assert_eq!(bytes.len(), BLOCK * (1 + 2 + 2));
        assert_eq!(&bytes[124..135], b"00000001001");
        let mut header = bytes[..BLOCK].to_vec();
        let said = u32::from_str_radix(str::from_utf8(&header[148..154]).unwrap(), 8).unwrap();
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        assert_eq!(said, sum);
    }
}
