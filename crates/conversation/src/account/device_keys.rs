use core::fmt;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_wire::{DecodeError, Reader, Writer};

use crate::Error;
use crate::draw::LocalSecret;
use crate::format::{Holder, WrapKey, label};

/// A device's own keys.
pub(super) struct DeviceKeys {
    sign: SigningKey,
    wrap: WrapSeed,
}

/// The seed of a device's wrap key; it is replaced from time to time.
pub(super) struct WrapSeed {
    suite: Suite,
    seed: Secret<32>,
}

impl DeviceKeys {
    pub(super) fn draw(
        suite: Suite,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        let sign = SigningKey::from_seed(&local.draw(&[label::DEVICE], rng));
        Ok(Self { sign, wrap: WrapSeed::draw(suite, local, rng)? })
    }

    pub(super) fn replace_wrap(&mut self, wrap: WrapSeed) {
        self.wrap = wrap;
    }

    pub(super) const fn sign(&self) -> &SigningKey {
        &self.sign
    }

    pub(super) const fn wrap(&self) -> &WrapSeed {
        &self.wrap
    }

    pub(super) fn holder(&self) -> Result<Holder, Error> {
        Ok(Holder { sign: *self.sign.verifying_key().as_bytes(), wrap: self.wrap.public()? })
    }

    /// `signing seed 32 | suite 1 | wrap seed 32`
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.raw(self.sign.seed().expose());
        self.wrap.write(writer);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let sign = SigningKey::from_seed(&read_secret(reader, "signing seed")?);
        Ok(Self { sign, wrap: WrapSeed::read(reader)? })
    }
}

impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKeys").finish_non_exhaustive()
    }
}

impl WrapSeed {
    pub(super) fn draw(
        suite: Suite,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        if !suite.is_seeded() {
            return Err(Error::Misuse("a device's wrap key has a seed"));
        }
        Ok(Self { suite, seed: local.draw(&[label::HOLDER], rng) })
    }

    pub(super) fn key(&self) -> Result<WrapPrivateKey, Error> {
        Ok(WrapPrivateKey::from_seed(self.suite, &self.seed)?)
    }

    pub(super) fn public(&self) -> Result<WrapKey, Error> {
        let public = self.key()?.public_key().as_bytes().to_vec();
        Ok(WrapKey { suite: self.suite.id(), public })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.u8(self.suite.id()).raw(self.seed.expose());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let suite = read_suite(reader)?;
        if !suite.is_seeded() {
            return Err(DecodeError::Invalid("wrap suite"));
        }
        Ok(Self { suite, seed: read_secret(reader, "wrap seed")? })
    }
}

/// Takes 32 secret bytes without a copy on the way.
pub(super) fn read_secret(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Secret<32>, DecodeError> {
    Secret::from_slice(reader.take(field, 32)?).ok_or(DecodeError::Truncated(field))
}

pub(super) fn read_suite(reader: &mut Reader<'_>) -> Result<Suite, DecodeError> {
    Suite::from_id(reader.u8("wrap suite")?).ok_or(DecodeError::Unsupported("wrap suite"))
}
