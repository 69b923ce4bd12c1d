//! Who may talk to whom: TLS 1.3, both sides proving their key, nothing else.
//!
//! Invariants: no certificate authority, no host name, no time: the only checked part of a
//! certificate is its public key, and whether the home's members (or, for pairing, nobody) bound
//! it. No resumption, so no early data. A client names exactly one protocol; behind the home's
//! protocols strangers fail inside the handshake, before a byte of theirs is read.

use std::fmt;
use std::sync::{Arc, OnceLock};

use model::DeviceId;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, ring as suites, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error,
    PeerMisbehaved, ServerConfig, SignatureScheme,
};

use crate::Identity;

/// A name that TLS wants and no one looks at.
pub(crate) const SERVER_NAME: &str = "homefold";

/// Which devices belong to the home.
pub trait Members: Send + Sync {
    /// Whether `device` may connect. Asked inside the TLS handshake, so it must answer at once.
    fn admits(&self, device: &DeviceId) -> bool;
}

/// What a connection is for; its name is the protocol that TLS agrees on (ALPN).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Members of the home, over QUIC.
    Home,
    /// Bulk bytes between members, over TCP.
    Bulk,
    /// Anyone while an invitation is open, for nothing but pairing.
    Pairing,
    /// Anyone while this device takes others in, for nothing but a comparison.
    Compare,
}

impl Door {
    const ALL: [Self; 4] = [Self::Home, Self::Bulk, Self::Pairing, Self::Compare];

    pub(crate) fn protocol(self) -> &'static [u8] {
        match self {
            Self::Home => b"homefold/1",
            Self::Bulk => b"homefold-bulk/1",
            Self::Pairing => b"homefold-pair/1",
            Self::Compare => b"homefold-compare/1",
        }
    }

    pub(crate) fn of_protocol(protocol: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.protocol() == protocol)
    }
}

/// Whom a dialler accepts at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// This device and no other.
    Device(DeviceId),
    /// Whoever holds the key of its certificate (pairing proves the rest).
    Anyone,
}

/// The device that a certificate belongs to.
pub(crate) fn device_of(certificate: &CertificateDer<'_>) -> Result<DeviceId, Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    Ok(DeviceId::of_public_key(&parsed.subject_public_key_info()))
}

/// How to dial through `door`.
pub(crate) fn client(
    identity: &Identity,
    door: Door,
    expected: Expected,
) -> Result<ClientConfig, Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(ServerCheck { expected }))
        .with_client_cert_resolver(Arc::new(Own(identity.certified())));
    config.alpn_protocols = vec![door.protocol().to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    config.enable_early_data = false;
    config.enable_secret_extraction = door == Door::Bulk;
    Ok(config)
}

/// How to answer one caller: made for each, because the check of the certificate must know the
/// protocol that this very caller named.
pub(crate) fn server(
    identity: &Identity,
    members: Arc<dyn Members>,
    doors: &[Door],
) -> Result<ServerConfig, Error> {
    let keeper = Arc::new(Doorkeeper {
        own: identity.certified(),
        members,
        open: doors.to_vec(),
        chosen: OnceLock::new(),
    });
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::clone(&keeper) as Arc<dyn ClientCertVerifier>)
        .with_cert_resolver(keeper);
    config.alpn_protocols = doors.iter().map(|door| door.protocol().to_vec()).collect();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config.enable_secret_extraction = doors == [Door::Bulk];
    Ok(config)
}

/// The cheapest suite first: every processor of the last ten years has AES in hardware, and one
/// without it prefers ChaCha20 by its own order when it dials.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    let make = || {
        Arc::new(CryptoProvider {
            cipher_suites: vec![
                suites::cipher_suite::TLS13_AES_128_GCM_SHA256,
                suites::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            ],
            kx_groups: vec![suites::kx_group::X25519],
            ..suites::default_provider()
        })
    };
    Arc::clone(PROVIDER.get_or_init(make))
}

fn stranger() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

fn check_signature(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let algorithms = &provider().signature_verification_algorithms;
    verify_tls13_signature(message, certificate, signed, algorithms)
}

fn no_older_tls() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme))
}

#[derive(Debug)]
struct Own(Arc<CertifiedKey>);

impl ResolvesClientCert for Own {
    fn resolve(&self, _hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        schemes.contains(&SignatureScheme::ED25519).then(|| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct ServerCheck {
    expected: Expected,
}

impl ServerCertVerifier for ServerCheck {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let device = device_of(certificate)?;
        match self.expected {
            Expected::Device(wanted) if wanted != device => Err(stranger()),
            Expected::Device(_) | Expected::Anyone => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_older_tls()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// Answers one caller. TLS asks it for our certificate first, which is when the protocol is known,
/// and then to judge the caller's.
struct Doorkeeper {
    own: Arc<CertifiedKey>,
    members: Arc<dyn Members>,
    open: Vec<Door>,
    chosen: OnceLock<Door>,
}

impl fmt::Debug for Doorkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Doorkeeper({:?})", self.chosen.get())
    }
}

impl ResolvesServerCert for Doorkeeper {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let mut named = hello.alpn()?;
        let door = Door::of_protocol(named.next()?)?;
        // Were two named, TLS and this check might not mean the same one.
        if named.next().is_some() || !self.open.contains(&door) {
            return None;
        }
        (*self.chosen.get_or_init(|| door) == door).then(|| Arc::clone(&self.own))
    }
}

impl ClientCertVerifier for Doorkeeper {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let device = device_of(certificate)?;
        match self.chosen.get() {
            Some(Door::Pairing | Door::Compare) => Ok(ClientCertVerified::assertion()),
            Some(Door::Home | Door::Bulk) if self.members.admits(&device) => {
                Ok(ClientCertVerified::assertion())
            }
            Some(Door::Home | Door::Bulk) | None => Err(stranger()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_older_tls()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
