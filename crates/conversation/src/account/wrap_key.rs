use privity_primitives::wrap::{Suite, WrapPublicKey};

use crate::Error;
use crate::format::WrapKey;

impl WrapKey {
    /// The key, checked by the rules of its suite.
    ///
    /// # Errors
    /// [`Error::UpdateNeeded`] for a suite that this release does not know,
    /// [`Error::Crypto`] for a key that its suite refuses.
    pub fn parse(&self) -> Result<WrapPublicKey, Error> {
        let suite = Suite::from_id(self.suite).ok_or(Error::UpdateNeeded("wrap suite"))?;
        Ok(WrapPublicKey::from_bytes(suite, &self.public)?)
    }
}
