//! TLS 1.3 records (RFC 8446, section 5), sealed and opened in place.
//!
//! The handshake and its keys are rustls's; here is only what happens to each record after it, as
//! a kernel with TLS offload does it: the library would copy every byte twice more and read the
//! socket 4 KiB at a time. Invariants: a nonce is used once, because the sequence number only
//! rises and a direction ends at [`RECORDS_MAX`]; what fails to open is never looked at; any
//! record but application bytes ends the connection, since neither side sends others.

use ring::aead::{AES_128_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use rustls::ConnectionTrafficSecrets;

/// Bytes of application content that one record carries at most.
pub(super) const CONTENT_MAX: usize = 16 << 10;
/// Type, version and length in front of a record.
pub(super) const HEADER: usize = 5;
/// What a record adds to its content: the inner type and the tag.
const TAIL: usize = 1 + TAG;
const TAG: usize = 16;
/// Length of the longest record without its header, as TLS allows it.
const BODY_MAX: usize = CONTENT_MAX + 256;
/// Records of one key: below the limit of AES-GCM (2^24.5 full ones, RFC 8446 section 5.5).
const RECORDS_MAX: u64 = 1 << 24;
/// The type that all encrypted records show.
const APPLICATION: u8 = 23;

/// Why a record could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("a record that is no TLS 1.3 application record")]
    Kind,
    #[error("a record of {0} bytes")]
    Length(usize),
    #[error("a record that was altered")]
    Altered,
    #[error("the key of the connection is used up")]
    Worn,
    #[error("a cipher suite that was not offered")]
    Suite,
}

/// One direction of a connection.
pub(super) struct RecordKey {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

impl RecordKey {
    pub(super) fn new(secrets: (u64, ConnectionTrafficSecrets)) -> Result<Self, RecordError> {
        let (algorithm, key, iv) = match &secrets.1 {
            ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
            ConnectionTrafficSecrets::Aes256Gcm { .. } | _ => return Err(RecordError::Suite),
        };
        let bytes = key.as_ref().get(..algorithm.key_len()).ok_or(RecordError::Suite)?;
        let key = UnboundKey::new(algorithm, bytes).map_err(|_length| RecordError::Suite)?;
        let iv = iv.as_ref().try_into().map_err(|_length| RecordError::Suite)?;
        Ok(Self { key: LessSafeKey::new(key), iv, sequence: secrets.0 })
    }

    /// Records that this direction has carried.
    pub(super) fn used(&self) -> u64 {
        self.sequence
    }

    /// Appends to `out` one record whose content is `first` and `rest`.
    pub(super) fn seal(
        &mut self,
        first: u8,
        rest: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), RecordError> {
        let content = 1 + rest.len();
        if content > CONTENT_MAX {
            return Err(RecordError::Length(content));
        }
        let header = header(content + TAIL)?;
        let nonce = self.nonce()?;
        out.extend_from_slice(&header);
        let start = out.len();
        out.push(first);
        out.extend_from_slice(rest);
        out.push(APPLICATION);
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(header), &mut out[start..])
            .map_err(|_unspecified| RecordError::Altered)?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Opens one whole record where it lies. The content then starts at [`HEADER`], and has the
    /// length that is returned.
    pub(super) fn open(&mut self, record: &mut [u8]) -> Result<usize, RecordError> {
        let (header, body) = record.split_at_mut_checked(HEADER).ok_or(RecordError::Kind)?;
        let aad = Aad::from(<[u8; HEADER]>::try_from(&*header).map_err(|_l| RecordError::Kind)?);
        let nonce = self.nonce()?;
        let opened = self
            .key
            .open_in_place(nonce, aad, body)
            .map_err(|_unspecified| RecordError::Altered)?;
        // The type is the last byte that is not padding.
        let end = opened.iter().rposition(|byte| *byte != 0).ok_or(RecordError::Kind)?;
        if opened[end] != APPLICATION || end > CONTENT_MAX {
            return Err(RecordError::Kind);
        }
        Ok(end)
    }

    fn nonce(&mut self) -> Result<Nonce, RecordError> {
        if self.sequence >= RECORDS_MAX {
            return Err(RecordError::Worn);
        }
        let mut nonce = self.iv;
        for (byte, mask) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= mask;
        }
        self.sequence += 1;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

/// The length, header included, of the record that starts with `bytes`; `None` if its header has
/// not come yet.
pub(super) fn length(bytes: &[u8]) -> Result<Option<usize>, RecordError> {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
    let body = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if header[0] != APPLICATION || header[1] != 3 {
        return Err(RecordError::Kind);
    }
    if !(TAIL..=BODY_MAX).contains(&body) {
        return Err(RecordError::Length(body));
    }
    Ok(Some(HEADER + body))
}

fn header(body: usize) -> Result<[u8; HEADER], RecordError> {
    let length = u16::try_from(body).map_err(|_overflow| RecordError::Length(body))?;
    let [high, low] = length.to_be_bytes();
    Ok([APPLICATION, 3, 3, high, low])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustls::crypto::cipher::{AeadKey, Iv};

    fn key() -> RecordKey {
        let key = AeadKey::from([7; 32]);
        let iv = Iv::new([9; 12]);
        RecordKey::new((0, ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv })).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_to_the_same() {
        let (mut seal, mut open) = (key(), key());
        let mut out = Vec::new();
        for rest in [&b""[..], b"x", &[5; CONTENT_MAX - 1]] {
            out.clear();
            seal.seal(3, rest, &mut out).unwrap();
            assert_eq!(length(&out).unwrap(), Some(out.len()));
            let content = open.open(&mut out).unwrap();
            assert_eq!(out[HEADER], 3);
            assert_eq!(&out[HEADER + 1..HEADER + content], rest);
        }
    }

    #[test]
    fn a_record_repeated_or_left_out_does_not_open() {
        let (mut seal, mut open) = (key(), key());
        let (mut first, mut second) = (Vec::new(), Vec::new());
        seal.seal(0, b"one", &mut first).unwrap();
        seal.seal(0, b"two", &mut second).unwrap();
        assert_eq!(key().open(&mut second.clone()), Err(RecordError::Altered));
        open.open(&mut first.clone()).unwrap();
        assert_eq!(open.open(&mut first), Err(RecordError::Altered));
    }

    #[test]
    fn too_much_content_is_refused() {
        let mut out = Vec::new();
        assert!(key().seal(0, &[0; CONTENT_MAX], &mut out).is_err());
        assert!(length(&[23, 3, 3, 0xff, 0xff]).is_err());
        assert!(length(&[21, 3, 3, 0, 30]).is_err());
        assert_eq!(length(&[23, 3, 3]), Ok(None));
    }

    proptest! {
        #[test]
        fn an_altered_byte_is_noticed(position in 0usize..40, flip in 1u8..) {
            let mut out = Vec::new();
            key().seal(1, b"eighteen bytes more", &mut out).unwrap();
            prop_assume!(position < out.len());
            out[position] ^= flip;
            prop_assert!(length(&out).is_err() || key().open(&mut out).is_err());
        }
    }
}
