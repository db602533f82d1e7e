use privity_primitives::hash::sha256;
use privity_primitives::sign::{Signature, SigningKey};
use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_option, read_sorted, write_list,
    write_option,
};

use crate::format::{
    AccountId, DeviceId, Holder, StatementHash, WrapKey, label, limit, read_version,
};

/// What a statement does to its account's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementKind {
    /// Begins the chain; its hash is the account's id.
    Genesis {
        /// Makes the id unpredictable.
        nonce: [u8; 32],
    },
    /// Changes devices, wrap keys or the recovery holder.
    Update,
    /// Ends the account.
    Close,
}

/// Whose signature a statement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The recovery holder, which outranks devices.
    Recovery,
    /// An active device.
    Device(DeviceId),
}

/// Whether the account's wrap key comes from a seed or is a registered key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// A registered key: epochs are wrapped straight to it.
    Direct,
    /// Derived from a seed that every holder has a wrap of.
    Seeded,
}

/// The account's own wrap key of one generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountKey {
    /// Counts from 0 in genesis.
    pub generation: u32,
    /// Where the account's wraps go.
    pub key: WrapKey,
    /// Where the key comes from.
    pub seeding: Seeding,
}

/// The signed content of one statement of an account's chain.
///
/// ```text
/// version 1 | kind 1 | [nonce 32] | account 32 | seq 8 | prev 32 | signer 1 [+ 32] |
/// add_devices | revoke | [replace_wrap] | [wrap_key] | [recovery]
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementBody {
    /// What it does.
    pub kind: StatementKind,
    /// Whose chain it belongs to; zero in genesis.
    pub account: AccountId,
    /// Place in the chain; 0 in genesis.
    pub seq: u64,
    /// Hash of the statement before; zero in genesis.
    pub prev: StatementHash,
    /// Who signs.
    pub signer: Signer,
    /// Devices that join, by id ascending.
    pub add_devices: Vec<Holder>,
    /// Devices that end, by id ascending.
    pub revoke: Vec<DeviceId>,
    /// The signing device's next wrap key.
    pub replace_wrap: Option<WrapKey>,
    /// The account's next wrap key.
    pub wrap_key: Option<AccountKey>,
    /// The recovery holder from here on.
    pub recovery: Option<Holder>,
}

impl StatementBody {
    /// The statement's hash: `SHA-256(L"account" || body)`.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn hash(&self) -> Result<StatementHash, EncodeError> {
        Ok(StatementHash(sha256(&[label::ACCOUNT, &self.to_bytes()?])))
    }

    /// The account the statement belongs to: its own hash if it is a genesis.
    ///
    /// # Errors
    /// As [`StatementBody::hash`].
    pub fn account_id(&self) -> Result<AccountId, EncodeError> {
        match self.kind {
            StatementKind::Genesis { .. } => self.hash().map(AccountId::from),
            StatementKind::Update | StatementKind::Close => Ok(self.account),
        }
    }

    /// Keys that the statement introduces, each of which must prove its possession, in order.
    pub fn introduced(&self) -> impl Iterator<Item = &Holder> {
        self.add_devices.iter().chain(&self.recovery)
    }
}

impl Codec for StatementBody {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION);
        match &self.kind {
            StatementKind::Genesis { nonce } => writer.u8(0).raw(nonce),
            StatementKind::Update => writer.u8(1),
            StatementKind::Close => writer.u8(2),
        };
        writer.raw(&self.account.0).u64(self.seq).raw(&self.prev.0);
        match &self.signer {
            Signer::Recovery => writer.u8(0),
            Signer::Device(device) => writer.u8(1).raw(&device.0),
        };
        write_list(writer, &self.add_devices)?;
        write_list(writer, &self.revoke)?;
        write_option(writer, self.replace_wrap.as_ref())?;
        write_option(writer, self.wrap_key.as_ref())?;
        write_option(writer, self.recovery.as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let kind = match reader.u8("statement kind")? {
            0 => StatementKind::Genesis { nonce: reader.array("nonce")? },
            1 => StatementKind::Update,
            2 => StatementKind::Close,
            _ => return Err(DecodeError::Unsupported("statement kind")),
        };
        Ok(Self {
            kind,
            account: AccountId::read(reader)?,
            seq: reader.u64("seq")?,
            prev: StatementHash::read(reader)?,
            signer: match reader.u8("signer")? {
                0 => Signer::Recovery,
                1 => Signer::Device(DeviceId::read(reader)?),
                _ => return Err(DecodeError::Invalid("signer")),
            },
            add_devices: read_sorted(reader, "add_devices", limit::DEVICES, Holder::id)?,
            revoke: read_sorted(reader, "revoke", limit::DEVICES, |device: &DeviceId| *device)?,
            replace_wrap: read_option(reader, "replace_wrap")?,
            wrap_key: read_option(reader, "wrap_key")?,
            recovery: read_option(reader, "recovery")?,
        })
    }
}

impl Codec for AccountKey {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.key.write(writer.u32(self.generation))?;
        writer.u8(match self.seeding {
            Seeding::Direct => 0,
            Seeding::Seeded => 1,
        });
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            generation: reader.u32("generation")?,
            key: WrapKey::read(reader)?,
            seeding: match reader.u8("seeded")? {
                0 => Seeding::Direct,
                1 => Seeding::Seeded,
                _ => return Err(DecodeError::Invalid("seeded")),
            },
        })
    }
}

/// A statement with its signatures: `body | signature 64 | possession 64 x introduced keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What is signed.
    pub body: StatementBody,
    /// By the signer, over `L"statement" || hash`.
    pub signature: Signature,
    /// By each introduced key in order, over `L"possession" || hash`.
    pub possession: Vec<Signature>,
}

impl Statement {
    /// Signs `body` as its signer and as each key that it introduces, in their order.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn sign(
        body: StatementBody,
        signer: &SigningKey,
        introduced: &[&SigningKey],
    ) -> Result<Self, EncodeError> {
        let hash = body.hash()?;
        let signature = signer.sign(&[label::STATEMENT, hash.as_bytes()].concat());
        let possession = introduced
            .iter()
            .map(|key| key.sign(&[label::POSSESSION, hash.as_bytes()].concat()))
            .collect();
        Ok(Self { body, signature, possession })
    }
}

impl Codec for Statement {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.body.write(writer)?;
        writer.raw(&self.signature.0);
        for possession in &self.possession {
            writer.raw(&possession.0);
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.remaining() > limit::STATEMENT {
            return Err(DecodeError::TooLong("statement"));
        }
        let body = StatementBody::read(reader)?;
        let signature = Signature(reader.array("signature")?);
        let possession = body
            .introduced()
            .map(|_| reader.array("possession").map(Signature))
            .collect::<Result<_, _>>()?;
        Ok(Self { body, signature, possession })
    }
}
