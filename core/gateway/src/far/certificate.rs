//! The certificate that the door shows: made here and signed by itself, so that a browser asks the person once,
//! who compares its fingerprint. It is not the device's own: browsers know no ed25519.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It can't be made.
    #[error("making a certificate")]
    Make(#[source] rcgen::Error),
    /// What was kept is none.
    #[error("reading the certificate that was kept")]
    Read,
    /// It can't be used.
    #[error("using the certificate")]
    Use(#[source] rustls::Error),
}

/// A certificate and its key, as they are kept: the length of the first in four bytes, then both.
#[derive(Clone)]
pub struct Certificate(Vec<u8>);

impl Certificate {
    /// A new one, for a computer of these names and addresses.
    ///
    /// # Errors
    /// [`CertificateError::Make`].
    pub fn make(names: Vec<String>) -> Result<Self, CertificateError> {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
            .map_err(CertificateError::Make)?;
        let mut wanted = rcgen::CertificateParams::new(names).map_err(CertificateError::Make)?;
        wanted.distinguished_name = rcgen::DistinguishedName::new();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "Homefold");
        let made = wanted.self_signed(&key).map_err(CertificateError::Make)?;
        let length = u32::try_from(made.der().len()).map_err(|_| CertificateError::Read)?;
        Ok(Self([&length.to_be_bytes()[..], made.der(), &key.serialize_der()].concat()))
    }

    /// As it was kept.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn read(kept: Vec<u8>) -> Result<Self, CertificateError> {
        let read = Self(kept);
        read.acceptor().map(|_| read)
    }

    /// To be kept where only this user reads.
    #[must_use]
    pub fn kept(&self) -> &[u8] {
        &self.0
    }

    /// What a browser shows as its SHA-256 fingerprint.
    ///
    /// # Errors
    /// [`CertificateError::Read`].
    pub fn fingerprint(&self) -> Result<String, CertificateError> {
        let (certificate, _) = self.parts()?;
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, &certificate);
        let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(pairs.join(":"))
    }

    /// What speaks TLS with it.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, CertificateError> {
        let (certificate, key) = self.parts()?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Use)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .map_err(CertificateError::Use)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn parts(&self) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), CertificateError> {
        let (length, rest) = self.0.split_first_chunk().ok_or(CertificateError::Read)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (certificate, key) = rest.split_at_checked(length).ok_or(CertificateError::Read)?;
        let key = PrivatePkcs8KeyDer::from(key.to_vec());
        Ok((CertificateDer::from(certificate.to_vec()), key.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_back_as_it_was_kept_and_nonsense_is_refused() {
        let made = Certificate::make(vec!["nas".to_owned(), "192.168.1.2".to_owned()]).unwrap();
        let read = Certificate::read(made.kept().to_vec()).unwrap();
        assert_eq!(read.fingerprint().unwrap(), made.fingerprint().unwrap());
        assert_eq!(made.fingerprint().unwrap().len(), 32 * 3 - 1);
        for nonsense in [&b""[..], b"abc", b"\xff\xff\xff\xffx", b"\0\0\0\x01ab"] {
            assert!(Certificate::read(nonsense.to_vec()).is_err(), "{nonsense:?}");
        }
    }
}
