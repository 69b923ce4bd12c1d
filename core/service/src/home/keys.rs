//! This device's key, as the home's settings need it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use engine::home::Keys;
use model::DeviceId;
use transport::Identity;

/// The key.
#[derive(Clone)]
pub(crate) struct DeviceKeys(Arc<Identity>);

impl DeviceKeys {
    /// The key in `file`, drawn and written there on the first run.
    ///
    /// # Errors
    /// When the file can't be read or written, or others can read it.
    pub(crate) fn load(file: &Path) -> anyhow::Result<Self> {
        let identity = match store::keys::load(file)? {
            Some(pkcs8) => Identity::from_pkcs8(&pkcs8).context("reading the device key")?,
            None => {
                let identity = Identity::generate().context("drawing the device key")?;
                store::keys::create(file, identity.pkcs8())?;
                identity
            }
        };
        Ok(Self(Arc::new(identity)))
    }

    /// The key, to prove this device with.
    pub(crate) fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.0)
    }
}

impl Keys for DeviceKeys {
    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).to_vec()
    }

    fn verify(&self, public_key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
        transport::verify(public_key, bytes, signature)
    }

    fn device(&self) -> DeviceId {
        self.0.device()
    }

    fn public_key(&self) -> Vec<u8> {
        self.0.public_key()
    }
}
