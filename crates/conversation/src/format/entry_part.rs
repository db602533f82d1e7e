use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_sorted, write_list};

use crate::format::{AccountId, DeviceId, MessageId, StatementHash, limit};

/// The head of a member's account that the log holds to from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Whose.
    pub account: AccountId,
    /// Place of the statement in its chain.
    pub seq: u64,
    /// The statement's hash.
    pub hash: StatementHash,
}

impl Pin {
    /// The first statement of an account, which gave it its id.
    pub(crate) const fn first(account: AccountId) -> Self {
        Self { account, seq: 0, hash: StatementHash(account.0) }
    }
}

impl Codec for Pin {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.account.0).u64(self.seq).raw(&self.hash.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: AccountId::read(reader)?,
            seq: reader.u64("pin seq")?,
            hash: StatementHash::read(reader)?,
        })
    }
}

/// How an epoch's secret reaches the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// One wrap for each member. The value 1 is kept for a key tree.
    Flat,
}

/// What joins an epoch to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing: whoever has this epoch's secret does not get the one before from it.
    Fence,
    /// The secret before, sealed under this one: 32 bytes and a tag.
    Sealed([u8; 48]),
}

/// What an entry that starts an epoch says of it.
///
/// ```text
/// delivery 1 | commitment 32 | link 1 [+ 48]
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochStart {
    /// How the secret reaches the members.
    pub delivery: Delivery,
    /// `C_e`.
    pub commitment: [u8; 32],
    /// To the epoch before.
    pub link: Link,
}

impl Codec for EpochStart {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let Delivery::Flat = self.delivery;
        writer.u8(0).raw(&self.commitment);
        match &self.link {
            Link::Fence => writer.u8(0),
            Link::Sealed(sealed) => writer.u8(1).raw(sealed),
        };
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            delivery: match reader.u8("delivery")? {
                0 => Delivery::Flat,
                _ => return Err(DecodeError::Unsupported("delivery")),
            },
            commitment: reader.array("commitment")?,
            link: match reader.u8("link")? {
                0 => Link::Fence,
                1 => Link::Sealed(reader.array("link")?),
                _ => return Err(DecodeError::Invalid("link")),
            },
        })
    }
}

/// Title and picture, sealed for the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedInfo {
    /// Fresh for each entry.
    pub salt: [u8; 32],
    /// Ciphertext and tag, at most [`limit::INFO`] bytes.
    pub sealed: Vec<u8>,
}

impl Codec for SealedInfo {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.salt).bytes16(&self.sealed)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            salt: reader.array("info salt")?,
            sealed: reader.bytes16("info", limit::INFO)?.to_vec(),
        })
    }
}

/// Where a device's right to speak ended, by its newest messages that the author knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whose.
    pub device: DeviceId,
    /// Messages that no later one of the device names, ascending; at most
    /// [`limit::CUT_HEADS`].
    pub heads: Vec<MessageId>,
}

impl Codec for Cut {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.device.write(writer)?;
        write_list(writer, &self.heads)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            device: DeviceId::read(reader)?,
            heads: read_sorted(reader, "cut heads", limit::CUT_HEADS, |head: &MessageId| *head)?,
        })
    }
}
