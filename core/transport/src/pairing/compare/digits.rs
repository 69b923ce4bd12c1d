//! The arithmetic of a comparison: from two nonces and a TLS connection to six digits.
//!
//! Pure. Everything is hashed with the length of each part before it, under a purpose of its own.
//! Invariants: what was committed to can be shown in one way only; whoever changes a byte of an id, a
//! nonce or the connection gets other digits, which it can't choose (see `decisions/0006`).

use model::DeviceId;

/// Bytes that a device draws.
pub(super) const NONCE_LENGTH: usize = 32;
/// What the exporter is asked for.
pub(super) const EXPORTER_LABEL: &[u8] = b"EXPORTER-homefold-compare-1";

const COMMITMENT: &str = "homefold 2026 comparison commitment";
const DIGITS: &str = "homefold 2026 comparison digits";
const NAME: &str = "homefold 2026 comparison name";

pub(super) type Nonce = [u8; NONCE_LENGTH];

/// The two ends and the connection between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) newcomer: DeviceId,
    pub(super) asked: DeviceId,
    /// A secret that only the two ends of the TLS connection can compute.
    pub(super) binding: [u8; 32],
}

impl Ends {
    /// What binds the asked device to its nonce before it sees the newcomer's.
    pub(super) fn commitment(&self, asked: &Nonce) -> blake3::Hash {
        self.hash(COMMITMENT, &[asked])
    }

    /// Whether that was the commitment; takes the same time for every wrong one.
    pub(super) fn committed(&self, shown: &[u8], asked: &Nonce) -> bool {
        let shown = <[u8; 32]>::try_from(shown);
        shown.is_ok_and(|shown| blake3::Hash::from_bytes(shown) == self.commitment(asked))
    }

    /// What both screens show.
    pub(super) fn digits(&self, newcomer: &Nonce, asked: &Nonce) -> String {
        let hash = self.hash(DIGITS, &[newcomer, asked]);
        let bytes = hash.as_bytes().first_chunk::<8>().copied().unwrap_or_default();
        // 2^64 is so much larger than 10^6 that the remainder favours nothing noticeably.
        format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000)
    }

    /// What the comparison is called; says nothing of the digits.
    pub(super) fn name(&self, newcomer: &Nonce, asked: &Nonce) -> String {
        self.hash(NAME, &[newcomer, asked]).to_hex()[..16].to_owned()
    }

    fn hash(&self, purpose: &str, nonces: &[&Nonce]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        let ends = [&self.newcomer.0, &self.asked.0, &self.binding];
        for part in ends.into_iter().chain(nonces.iter().copied()) {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENDS: Ends =
        Ends { newcomer: DeviceId([1; 32]), asked: DeviceId([2; 32]), binding: [3; 32] };
    const NONCES: [Nonce; 2] = [[4; 32], [5; 32]];

    #[test]
    fn both_ends_come_to_the_same_six_digits_and_name() {
        let digits = ENDS.digits(&NONCES[0], &NONCES[1]);
        assert_eq!(digits, ENDS.digits(&NONCES[0], &NONCES[1]));
        assert!(digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(ENDS.name(&NONCES[0], &NONCES[1]).len(), 16);
    }

    #[test]
    fn who_committed_to_a_nonce_can_show_no_other() {
        let commitment = ENDS.commitment(&NONCES[1]);
        assert!(ENDS.committed(commitment.as_bytes(), &NONCES[1]));
        assert!(!ENDS.committed(commitment.as_bytes(), &NONCES[0]));
        assert!(!ENDS.committed(&commitment.as_bytes()[..31], &NONCES[1]));
        assert!(!Ends { binding: [9; 32], ..ENDS }.committed(commitment.as_bytes(), &NONCES[1]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn one_altered_byte_anywhere_changes_what_the_digits_are_made_of(
            position in 0usize..160, flip in 1u8..,
        ) {
            let mut parts = [ENDS.newcomer.0, ENDS.asked.0, ENDS.binding, NONCES[0], NONCES[1]];
            parts[position / 32][position % 32] ^= flip;
            let [newcomer, asked, binding, first, second] = parts;
            let ends = Ends { newcomer: DeviceId(newcomer), asked: DeviceId(asked), binding };
            // Six digits alone may meet by chance; the 64 bits of the name beside them do not.
            prop_assert_ne!(ends.name(&first, &second), ENDS.name(&NONCES[0], &NONCES[1]));
            let whole = |ends: &Ends, one, two| ends.hash(DIGITS, &[one, two]);
            prop_assert_ne!(
                whole(&ends, &first, &second), whole(&ENDS, &NONCES[0], &NONCES[1])
            );
        }
    }
}
