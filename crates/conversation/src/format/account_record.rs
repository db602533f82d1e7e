use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_option, read_sorted, write_list,
    write_option,
};

use crate::format::{AccountId, DeviceId, limit, read_version};

/// One holder's copy of a generation's seed.
///
/// ```text
/// holder 32 | suite 1 | SHA-256(holder key) 32 | enc | ct
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderWrap {
    /// Device or recovery holder, by the id of its signing key.
    pub holder: DeviceId,
    /// Suite of the holder's wrap key.
    pub suite: u8,
    /// SHA-256 of the holder's wrap key: which of its keys this was wrapped to.
    pub fingerprint: [u8; 32],
    /// Encapsulated key (for RSA, the OAEP ciphertext).
    pub enc: Vec<u8>,
    /// Sealed seed.
    pub ct: Vec<u8>,
}

impl Codec for HolderWrap {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.holder.write(writer)?;
        writer.u8(self.suite).raw(&self.fingerprint).bytes16(&self.enc)?.bytes16(&self.ct)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            holder: DeviceId::read(reader)?,
            suite: reader.u8("wrap suite")?,
            fingerprint: reader.array("fingerprint")?,
            enc: reader.bytes16("enc", limit::WRAP_PART)?.to_vec(),
            ct: reader.bytes16("ct", limit::WRAP_PART)?.to_vec(),
        })
    }
}

/// What the relay keeps beside an account's chain for one generation of its wrap key.
///
/// Unsigned: a seed is true if it gives the public key which the chain states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationRecord {
    /// Whose.
    pub account: AccountId,
    /// Which generation.
    pub generation: u32,
    /// The seed before, sealed under this one; none in generation 0.
    pub older: Option<OlderSeed>,
    /// A wrap of the seed for each holder, by holder id ascending.
    pub wraps: Vec<HolderWrap>,
}

/// The generation seed before, sealed: 32 bytes and a tag.
pub type OlderSeed = [u8; 48];

struct Older(OlderSeed);

impl Codec for Older {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array("older seed").map(Self)
    }
}

impl Codec for GenerationRecord {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION).raw(&self.account.0).u32(self.generation);
        write_option(writer, self.older.map(Older).as_ref())?;
        write_list(writer, &self.wraps)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Ok(Self {
            account: AccountId::read(reader)?,
            generation: reader.u32("generation")?,
            older: read_option::<Older>(reader, "older seed")?.map(|older| older.0),
            wraps: read_sorted(reader, "holder wraps", 2 * limit::DEVICES, |w: &HolderWrap| {
                (w.holder, w.fingerprint)
            })?,
        })
    }
}

/// The recovery signing seed of an account with a registered key, wrapped to that key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredSeed {
    /// Whose.
    pub account: AccountId,
    /// The wrap; its holder is the recovery holder.
    pub wrap: HolderWrap,
}

impl Codec for RegisteredSeed {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.wrap.write(writer.u8(crate::format::VERSION).raw(&self.account.0))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Ok(Self { account: AccountId::read(reader)?, wrap: HolderWrap::read(reader)? })
    }
}
