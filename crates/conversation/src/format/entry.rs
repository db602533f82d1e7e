use privity_primitives::Error;
use privity_primitives::hash::sha256;
use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};
use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_option, read_sorted, write_list,
    write_option,
};

use crate::format::action::read_accounts;
use crate::format::{
    AccountId, Action, ConversationId, Cut, DeviceId, EntryHash, EpochStart, Pin, SealedInfo,
    label, limit, read_version,
};

/// The signed content of one entry of a conversation's log.
///
/// ```text
/// version 1 | kind 1 | conversation 32 | position 8 | prev 32 | author account 32 |
/// author device 32 | time 8 | pins | action | [epoch] | [info] | also_removed | cuts
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBody {
    /// Whose log; zero in `create`.
    pub conversation: ConversationId,
    /// Place in the log; 0 in `create`.
    pub position: u64,
    /// Hash of the entry before; zero in `create`.
    pub prev: EntryHash,
    /// Who acts.
    pub author: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// When, by the author's clock, in Unix milliseconds: shown, never relied on.
    pub time: u64,
    /// Account heads that move, by account ascending.
    pub pins: Vec<Pin>,
    /// What it does.
    pub action: Action,
    /// The epoch that it starts.
    pub epoch: Option<EpochStart>,
    /// Title and picture.
    pub info: Option<SealedInfo>,
    /// Accounts, ascending, that a revoked device had added and that go with it.
    pub also_removed: Vec<AccountId>,
    /// For each device that ends here, where; by device ascending.
    pub cuts: Vec<Cut>,
}

impl EntryBody {
    /// The entry's hash: `h_n = SHA-256(L"entry" || body)`.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn hash(&self) -> Result<EntryHash, EncodeError> {
        Ok(hash_of(&self.to_bytes()?))
    }
}

impl Codec for EntryBody {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION).u8(self.action.kind());
        writer.raw(&self.conversation.0).u64(self.position).raw(&self.prev.0);
        writer.raw(&self.author.0).raw(&self.device.0).u64(self.time);
        write_list(writer, &self.pins)?;
        self.action.write(writer)?;
        write_option(writer, self.epoch.as_ref())?;
        write_option(writer, self.info.as_ref())?;
        write_list(writer, &self.also_removed)?;
        write_list(writer, &self.cuts)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let kind = reader.u8("entry kind")?;
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("position")?,
            prev: EntryHash::read(reader)?,
            author: AccountId::read(reader)?,
            device: DeviceId::read(reader)?,
            time: reader.u64("time")?,
            pins: read_sorted(reader, "pins", limit::MEMBERS, |pin: &Pin| pin.account)?,
            action: Action::read(kind, reader)?,
            epoch: read_option(reader, "epoch")?,
            info: read_option(reader, "info")?,
            also_removed: read_accounts(reader)?,
            cuts: read_sorted(reader, "cuts", limit::CUTS, |cut: &Cut| cut.device)?,
        })
    }
}

/// A log entry: `body | signature 64`, with its hash computed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    body: EntryBody,
    signature: Signature,
    hash: EntryHash,
}

impl Entry {
    /// Signs `body` with the author device's key.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn sign(body: EntryBody, key: &SigningKey) -> Result<Self, EncodeError> {
        let hash = body.hash()?;
        Ok(Self { body, signature: key.sign(&signed(hash)), hash })
    }

    /// Joins a body with a signature over it.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn from_parts(body: EntryBody, signature: Signature) -> Result<Self, EncodeError> {
        let hash = body.hash()?;
        Ok(Self { body, signature, hash })
    }

    /// Checks the signature, strictly, over `L"entry-signature" || h_n`.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it is not `key`'s.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Error> {
        key.verify(&signed(self.hash), &self.signature)
    }

    /// What is signed.
    #[must_use]
    pub const fn body(&self) -> &EntryBody {
        &self.body
    }

    /// `h_n`.
    #[must_use]
    pub const fn hash(&self) -> EntryHash {
        self.hash
    }

    /// The conversation: the entry's own hash if it is a `create`.
    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        match self.body.action {
            Action::Create { .. } => self.hash.into(),
            _ => self.body.conversation,
        }
    }

    /// The author device's signature.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl Codec for Entry {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.body.write(writer)?;
        writer.raw(&self.signature.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.remaining() > limit::ENTRY {
            return Err(DecodeError::TooLong("entry"));
        }
        let start = reader.clone();
        let body = EntryBody::read(reader)?;
        let length = start.remaining() - reader.remaining();
        let hash = hash_of(start.clone().take("entry", length)?);
        Ok(Self { body, signature: Signature(reader.array("signature")?), hash })
    }
}

fn hash_of(body: &[u8]) -> EntryHash {
    EntryHash(sha256(&[label::ENTRY, body]))
}

fn signed(hash: EntryHash) -> Vec<u8> {
    [label::ENTRY_SIGNATURE, hash.as_bytes()].concat()
}
