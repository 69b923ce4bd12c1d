//! The arithmetic of pairing: from a code and a TLS connection to two proofs.
//!
//! Pure but for the random numbers of SPAKE2. A proof covers everything that was said: both device
//! ids, both messages, and a secret that only the two ends of the TLS connection can compute (its
//! exporter, RFC 8446 section 7.5).

use model::DeviceId;
use spake2::{Ed25519Group, Identity, Password, Spake2};

/// A secret of the TLS connection.
pub(super) type Binding = [u8; 32];

/// What the exporter is asked for.
pub(super) const EXPORTER_LABEL: &[u8] = b"EXPORTER-homefold-pairing-1";

/// The two ends of a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) joiner: DeviceId,
    pub(super) inviter: DeviceId,
}

/// Which end we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Joiner,
    Inviter,
}

/// A pairing between its first message and its proofs.
pub(super) struct Exchange {
    state: Spake2<Ed25519Group>,
    ends: Ends,
    side: Side,
    message: Vec<u8>,
}

/// What each end must show.
pub(super) struct Proofs {
    pub(super) of_joiner: blake3::Hash,
    pub(super) of_inviter: blake3::Hash,
}

impl Exchange {
    pub(super) fn start(code: &str, ends: Ends, side: Side) -> Self {
        let password = Password::new(code);
        let (a, b) = (Identity::new(&ends.joiner.0), Identity::new(&ends.inviter.0));
        let (state, message) = match side {
            Side::Joiner => Spake2::<Ed25519Group>::start_a(&password, &a, &b),
            Side::Inviter => Spake2::<Ed25519Group>::start_b(&password, &a, &b),
        };
        Self { state, ends, side, message }
    }

    /// What the other end must be sent.
    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    /// The proofs that follow from the other end's message; `None` if it is malformed.
    pub(super) fn finish(self, theirs: &[u8], binding: &Binding) -> Option<Proofs> {
        let key = self.state.finish(theirs).ok()?;
        let (by_joiner, by_inviter) = match self.side {
            Side::Joiner => (&self.message[..], theirs),
            Side::Inviter => (theirs, &self.message[..]),
        };
        let proof = |purpose| {
            let key = blake3::derive_key(purpose, &key);
            let mut hasher = blake3::Hasher::new_keyed(&key);
            let parts =
                [&binding[..], &self.ends.joiner.0, &self.ends.inviter.0, by_joiner, by_inviter];
            for part in parts {
                // Lengths keep two transcripts apart that would read the same end to end.
                hasher.update(&(part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
            hasher.finalize()
        };
        Some(Proofs {
            of_joiner: proof("homefold 2026 pairing proof of the joiner"),
            of_inviter: proof("homefold 2026 pairing proof of the inviter"),
        })
    }
}

/// Whether `shown` is the proof `wanted`; takes the same time for every wrong one.
pub(super) fn proves(shown: &[u8], wanted: &blake3::Hash) -> bool {
    <[u8; 32]>::try_from(shown).is_ok_and(|shown| blake3::Hash::from_bytes(shown) == *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODES: (&str, &str) = ("11112222", "11112222");
    const BINDINGS: (Binding, Binding) = ([3; 32], [3; 32]);
    const ENDS: Ends = Ends { joiner: DeviceId([1; 32]), inviter: DeviceId([2; 32]) };

    /// Runs a pairing in which `alter` may change either message; the proofs of both ends.
    fn run(
        codes: (&str, &str),
        ends: (Ends, Ends),
        bindings: (Binding, Binding),
        alter: impl Fn(&mut Vec<u8>, &mut Vec<u8>),
    ) -> Option<(Proofs, Proofs)> {
        let joiner = Exchange::start(codes.0, ends.0, Side::Joiner);
        let inviter = Exchange::start(codes.1, ends.1, Side::Inviter);
        let (mut a, mut b) = (joiner.message().to_vec(), inviter.message().to_vec());
        alter(&mut a, &mut b);
        Some((joiner.finish(&b, &bindings.0)?, inviter.finish(&a, &bindings.1)?))
    }

    fn agree(proofs: Option<(Proofs, Proofs)>) -> bool {
        proofs.is_some_and(|(a, b)| {
            proves(a.of_joiner.as_bytes(), &b.of_joiner)
                || proves(b.of_inviter.as_bytes(), &a.of_inviter)
        })
    }

    #[test]
    fn the_same_code_at_both_ends_proves_itself() {
        let (a, b) = run(CODES, (ENDS, ENDS), BINDINGS, |_, _| {}).unwrap();
        assert!(proves(a.of_joiner.as_bytes(), &b.of_joiner));
        assert!(proves(b.of_inviter.as_bytes(), &a.of_inviter));
        assert!(!proves(a.of_inviter.as_bytes(), &b.of_joiner));
    }

    #[test]
    fn another_code_connection_or_device_does_not() {
        let other = Ends { joiner: DeviceId([9; 32]), ..ENDS };
        assert!(!agree(run(("11112222", "11112223"), (ENDS, ENDS), BINDINGS, |_, _| {})));
        assert!(!agree(run(CODES, (ENDS, ENDS), ([3; 32], [4; 32]), |_, _| {})));
        assert!(!agree(run(CODES, (ENDS, other), BINDINGS, |_, _| {})));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn any_altered_byte_of_either_message_is_noticed(
            position in 0usize..33, flip in 1u8.., first: bool,
        ) {
            let proofs = run(CODES, (ENDS, ENDS), BINDINGS, |a, b| {
                let message = if first { a } else { b };
                message[position] ^= flip;
            });
            prop_assert!(!agree(proofs));
        }

        #[test]
        fn garbage_never_panics(garbage in prop::collection::vec(any::<u8>(), 0..80)) {
            let proofs = run(CODES, (ENDS, ENDS), BINDINGS, |a, b| {
                *a = garbage.clone();
                *b = garbage.clone();
            });
            prop_assert!(!agree(proofs));
        }
    }
}
