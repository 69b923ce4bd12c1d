//! This device's key, and what others can check with it.
//!
//! One ed25519 key does everything: its public half names the device (see [`DeviceId`]), it signs
//! the home's settings, and it proves the device in TLS. The certificate around it is made anew at
//! each start; nothing but its key is ever looked at. Not here: where the key is kept (`store`).

use std::fmt;
use std::sync::Arc;

use model::DeviceId;
use ring::rand::SystemRandom;
use ring::signature::{self, Ed25519KeyPair, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

/// What stands before the 32 bytes of an ed25519 key in its SubjectPublicKeyInfo (RFC 8410).
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PUBLIC_KEY_LENGTH: usize = 32;

/// The key of this device.
pub struct Identity {
    pkcs8: Vec<u8>,
    signer: Ed25519KeyPair,
    public_key: Vec<u8>,
    device: DeviceId,
    certified: Arc<CertifiedKey>,
}

/// Why there is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The system gave no random numbers.
    #[error("drawing a device key")]
    Random,
    /// The bytes are no ed25519 key in PKCS #8.
    #[error("reading a device key")]
    Key,
    /// The certificate could not be made.
    #[error("making the certificate of a device key")]
    Certificate(#[source] rcgen::Error),
    /// The TLS library does not take the key.
    #[error("giving a device key to TLS")]
    Tls(#[source] rustls::Error),
}

impl Identity {
    /// A new key, out of the system's random numbers.
    ///
    /// # Errors
    /// [`IdentityError`] if the system has none to give.
    pub fn generate() -> Result<Self, IdentityError> {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_unspecified| IdentityError::Random)?;
        Self::from_pkcs8(key.as_ref())
    }

    /// The key that [`Identity::pkcs8`] gave.
    ///
    /// # Errors
    /// [`IdentityError`] if the bytes are no such key.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, IdentityError> {
        let signer = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_rejected| IdentityError::Key)?;
        let public_key = [&SPKI_PREFIX[..], signer.public_key().as_ref()].concat();
        Ok(Self {
            certified: Arc::new(certified(pkcs8)?),
            device: DeviceId::of_public_key(&public_key),
            pkcs8: pkcs8.to_vec(),
            signer,
            public_key,
        })
    }

    /// The private key, to be kept where no one else reads it.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public key as SubjectPublicKeyInfo (DER).
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.public_key.clone()
    }

    /// The name that follows from the public key.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.signer.sign(message).as_ref());
        bytes
    }

    /// A secret for one purpose that stays the same as long as the key does.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.pkcs8)
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?})", self.device)
    }
}

/// Whether `signature` over `message` was made with the key whose public half is `public_key`
/// (SubjectPublicKeyInfo, DER). Anything malformed is simply not a signature.
#[must_use]
pub fn verify(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    public_key.strip_prefix(&SPKI_PREFIX).is_some_and(|key| {
        key.len() == PUBLIC_KEY_LENGTH
            && signature::UnparsedPublicKey::new(&signature::ED25519, key)
                .verify(message, signature)
                .is_ok()
    })
}

fn certified(pkcs8: &[u8]) -> Result<CertifiedKey, IdentityError> {
    let der = PrivatePkcs8KeyDer::from(pkcs8.to_vec());
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519)
        .map_err(IdentityError::Certificate)?;
    let certificate = rcgen::CertificateParams::new(vec![crate::tls::SERVER_NAME.to_owned()])
        .and_then(|wanted| wanted.self_signed(&key))
        .map_err(IdentityError::Certificate)?;
    let signing = rustls::crypto::ring::sign::any_eddsa_type(&der).map_err(IdentityError::Tls)?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_read_back_is_the_same_device() {
        let identity = Identity::generate().unwrap();
        let again = Identity::from_pkcs8(identity.pkcs8()).unwrap();
        assert_eq!(identity.device(), again.device());
        assert_eq!(identity.public_key(), again.public_key());
    }

    #[test]
    fn a_signature_fits_its_message_and_its_key_only() {
        let identity = Identity::generate().unwrap();
        let other = Identity::generate().unwrap();
        let signature = identity.sign(b"settings");
        assert!(verify(&identity.public_key(), b"settings", &signature));
        assert!(!verify(&identity.public_key(), b"settingz", &signature));
        assert!(!verify(&other.public_key(), b"settings", &signature));
        assert!(!verify(&identity.public_key(), b"settings", &signature[1..]));
        assert!(!verify(b"", b"settings", &signature));
    }

    #[test]
    fn the_certificate_carries_the_key_of_the_device() {
        let identity = Identity::generate().unwrap();
        let certificate = identity.certified().cert[0].clone();
        assert_eq!(crate::tls::device_of(&certificate).unwrap(), identity.device());
    }

    #[test]
    fn garbage_is_no_key() {
        assert!(Identity::from_pkcs8(b"no key").is_err());
        assert!(Identity::from_pkcs8(&[]).is_err());
    }
}
