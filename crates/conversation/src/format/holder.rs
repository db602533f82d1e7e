use core::fmt;

use privity_primitives::hash::sha256;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{DeviceId, limit};

/// A wrap public key as it stands in a format: a suite id and the suite's own bytes.
///
/// Whether the bytes are a key of that suite is checked before the first wrap to it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrapKey {
    /// Row of the suite table (PROTOCOL.md, "Wrap suites").
    pub suite: u8,
    /// The key, at most [`limit::WRAP_PUBLIC`] bytes.
    pub public: Vec<u8>,
}

impl WrapKey {
    /// SHA-256 of the key's bytes, as a wrap's context names it.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&[&self.public])
    }
}

impl Codec for WrapKey {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(self.suite).bytes16(&self.public)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            suite: reader.u8("wrap suite")?,
            public: reader.bytes16("wrap public key", limit::WRAP_PUBLIC)?.to_vec(),
        })
    }
}

impl fmt::Debug for WrapKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}

/// One who holds an account's secrets: a device, or the recovery holder.
///
/// ```text
/// sign key 32 | suite 1 | length 2 | wrap key
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Ed25519 public key.
    pub sign: [u8; 32],
    /// Where this holder's copy of each generation's seed is wrapped to.
    pub wrap: WrapKey,
}

impl Holder {
    /// The holder's id: of a device, its device id.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        DeviceId::of(&self.sign)
    }
}

impl Codec for Holder {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.wrap.write(writer.raw(&self.sign))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { sign: reader.array("sign key")?, wrap: WrapKey::read(reader)? })
    }
}
