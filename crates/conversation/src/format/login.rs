use privity_primitives::Error;
use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};
use privity_wire::{EncodeError, Writer};

use crate::format::{AccountId, DeviceId, label};

/// What a device signs to enter a relay: bound to that relay and to one challenge.
///
/// ```text
/// L"login" | origin length 2 | origin | nonce 32 | account 32 | device 32
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginChallenge {
    /// The relay's origin as the client dialled it, for instance `https://relay.example`.
    pub origin: String,
    /// From the relay, used once.
    pub nonce: [u8; 32],
    /// Who enters.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
}

impl LoginChallenge {
    /// Signs with the device's key.
    ///
    /// # Errors
    /// [`EncodeError`] if the origin is longer than 65,535 bytes.
    pub fn sign(&self, key: &SigningKey) -> Result<Signature, EncodeError> {
        self.signed().map(|signed| key.sign(&signed))
    }

    /// Checks a device's answer.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it is not `key`'s.
    pub fn verify(&self, key: &VerifyingKey, signature: &Signature) -> Result<(), Error> {
        let signed = self.signed().map_err(|_| Error::TooLong)?;
        key.verify(&signed, signature)
    }

    fn signed(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::new();
        writer.raw(label::LOGIN).bytes16(self.origin.as_bytes())?.raw(&self.nonce);
        writer.raw(&self.account.0).raw(&self.device.0);
        Ok(writer.into_vec())
    }
}
