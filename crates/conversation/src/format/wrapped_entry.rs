use privity_primitives::Error;
use privity_primitives::hash::sha256;
use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{AccountId, ConversationId, DeviceId, EntryHash, label, limit, read_version};

/// Whom a wrap is for: `kind 1 | account 32 | generation 4` or `kind 1 | account 32 | key 32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// The account's wrap key of one generation.
    Account {
        /// Who.
        account: AccountId,
        /// Which of its wrap keys.
        generation: u32,
    },
    /// One device's key for one epoch (kept for the fleeting mode; not wrapped to yet).
    DeviceKey {
        /// Whose device.
        account: AccountId,
        /// Which key.
        key: [u8; 32],
    },
}

impl Recipient {
    /// The account that the recipient is, or belongs to.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match self {
            Self::Account { account, .. } | Self::DeviceKey { account, .. } => *account,
        }
    }
}

impl Codec for Recipient {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        match self {
            Self::Account { account, generation } => {
                writer.u8(0).raw(&account.0).u32(*generation);
            }
            Self::DeviceKey { account, key } => {
                writer.u8(1).raw(&account.0).raw(key);
            }
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8("recipient kind")? {
            0 => Ok(Self::Account {
                account: AccountId::read(reader)?,
                generation: reader.u32("generation")?,
            }),
            1 => Ok(Self::DeviceKey {
                account: AccountId::read(reader)?,
                key: reader.array("device key")?,
            }),
            _ => Err(DecodeError::Unsupported("recipient kind")),
        }
    }
}

/// What a wrap is bound to: `ctx` of PROTOCOL.md, the HPKE `info` behind its label.
///
/// ```text
/// version 1 | suite 1 | conversation 32 | anchor 8 | h_anchor 32 | recipient | SHA-256(key) 32
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapContext {
    /// Suite of the recipient's key.
    pub suite: u8,
    /// Whose log.
    pub conversation: ConversationId,
    /// Position of the entry that started the epoch.
    pub anchor: u64,
    /// That entry's hash.
    pub anchor_hash: EntryHash,
    /// For whom.
    pub recipient: Recipient,
    /// SHA-256 of the recipient's public key.
    pub fingerprint: [u8; 32],
}

impl WrapContext {
    /// The context's bytes; all but the recipient's kind decide their length.
    ///
    /// # Errors
    /// None in practice: every field has a fixed length.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::with_capacity(192);
        writer.u8(crate::format::VERSION).u8(self.suite).raw(&self.conversation.0);
        writer.u64(self.anchor).raw(&self.anchor_hash.0);
        self.recipient.write(&mut writer)?;
        writer.raw(&self.fingerprint);
        Ok(writer.into_vec())
    }
}

/// An epoch's secret, wrapped for one participant: the origin's "one wrapped key each".
///
/// ```text
/// version 1 | suite 1 | conversation 32 | anchor 8 | h_anchor 32 | recipient |
/// SHA-256(key) 32 | enc | ct | wrapper account 32 | wrapper device 32 | entitled 8 |
/// signature 64
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedEntry {
    /// What it is bound to.
    pub context: WrapContext,
    /// Encapsulated key (for RSA, the OAEP ciphertext).
    pub enc: Vec<u8>,
    /// Sealed epoch secret.
    pub ct: Vec<u8>,
    /// Who wrapped.
    pub wrapper: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// Position at which the wrapper is entitled to wrap.
    pub entitled: u64,
    /// By the wrapper's device, over `L"wrap-signature" || SHA-256(all before)`.
    pub signature: Signature,
}

impl WrappedEntry {
    /// Signs as the wrapper's device; the signature given before is replaced.
    ///
    /// # Errors
    /// [`EncodeError`] if a part is longer than its length prefix can say.
    pub fn sign(mut self, key: &SigningKey) -> Result<Self, EncodeError> {
        self.signature = key.sign(&self.signed()?);
        Ok(self)
    }

    /// Checks the wrapper's signature, strictly, before any private key is touched.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it is not `key`'s.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Error> {
        let signed = self.signed().map_err(|_| Error::TooLong)?;
        key.verify(&signed, &self.signature)
    }

    fn signed(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::with_capacity(1_536);
        self.write_unsigned(&mut writer)?;
        Ok([label::WRAP_SIGNATURE, &sha256(&[writer.as_slice()])].concat())
    }

    fn write_unsigned(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.context.to_bytes()?).bytes16(&self.enc)?.bytes16(&self.ct)?;
        writer.raw(&self.wrapper.0).raw(&self.device.0).u64(self.entitled);
        Ok(())
    }
}

impl Codec for WrappedEntry {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.write_unsigned(writer)?;
        writer.raw(&self.signature.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Ok(Self {
            context: WrapContext {
                suite: reader.u8("wrap suite")?,
                conversation: ConversationId::read(reader)?,
                anchor: reader.u64("anchor")?,
                anchor_hash: EntryHash::read(reader)?,
                recipient: Recipient::read(reader)?,
                fingerprint: reader.array("fingerprint")?,
            },
            enc: reader.bytes16("enc", limit::WRAP_PART)?.to_vec(),
            ct: reader.bytes16("ct", limit::WRAP_PART)?.to_vec(),
            wrapper: AccountId::read(reader)?,
            device: DeviceId::read(reader)?,
            entitled: reader.u64("entitled")?,
            signature: Signature(reader.array("signature")?),
        })
    }
}
