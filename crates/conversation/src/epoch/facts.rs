use privity_primitives::hash::sha256;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{
    Action, ConversationId, Entry, EntryBody, EntryHash, Link, Recipient, WrapContext, label,
};

use super::wrap::WrapTarget;

/// Names an epoch: the entry that started it, in its conversation.
///
/// Everything about an epoch is stored and looked up by this, never by its commitment: a
/// commitment can be copied into another conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// Whose log.
    pub conversation: ConversationId,
    /// The entry's position, `a`.
    pub position: u64,
    /// Its hash, `h_a`.
    pub hash: EntryHash,
}

impl Codec for Anchor {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.conversation.0).u64(self.position).raw(&self.hash.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("anchor")?,
            hash: EntryHash::read(reader)?,
        })
    }
}

/// `p`: where an epoch begins, said without the hash of the entry that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the first entry, whose hash is not there yet.
    Create {
        /// SHA-256 of the body with a commitment of zeros.
        digest: [u8; 32],
    },
    /// In a later entry.
    After {
        /// Whose log.
        conversation: ConversationId,
        /// The entry's position, `a`.
        anchor: u64,
        /// Hash of the entry before, `h_(a-1)`.
        prev: EntryHash,
    },
}

impl Place {
    /// The place of the epoch that `body` starts; its commitment may be unset yet.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn of(body: &EntryBody) -> Result<Self, EncodeError> {
        if !matches!(body.action, Action::Create { .. }) {
            let EntryBody { conversation, position: anchor, prev, .. } = *body;
            return Ok(Self::After { conversation, anchor, prev });
        }
        let mut blank = body.clone();
        if let Some(start) = &mut blank.epoch {
            start.commitment = [0; 32];
        }
        Ok(Self::Create { digest: sha256(&[&blank.to_bytes()?]) })
    }

    /// `p`: `L"create" || digest`, or `conversation || u64 a || h_(a-1)`.
    pub(super) fn to_bytes(self) -> PlaceBytes {
        let mut bytes = PlaceBytes { bytes: [0; PLACE_LENGTH], length: 0 };
        match self {
            Self::Create { digest } => bytes.append(label::CREATE).append(&digest),
            Self::After { conversation, anchor, prev } => {
                bytes.append(&conversation.0).append(&anchor.to_be_bytes()).append(&prev.0)
            }
        };
        bytes
    }
}

impl Codec for Place {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        match self {
            Self::Create { digest } => writer.u8(0).raw(digest),
            Self::After { conversation, anchor, prev } => {
                writer.u8(1).raw(&conversation.0).u64(*anchor).raw(&prev.0)
            }
        };
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8("place")? {
            0 => Ok(Self::Create { digest: reader.array("create digest")? }),
            1 => Ok(Self::After {
                conversation: ConversationId::read(reader)?,
                anchor: reader.u64("anchor")?,
                prev: EntryHash::read(reader)?,
            }),
            _ => Err(DecodeError::Invalid("place")),
        }
    }
}

/// `p` without an allocation of its own.
pub(super) struct PlaceBytes {
    bytes: [u8; PLACE_LENGTH],
    length: usize,
}

impl PlaceBytes {
    fn append(&mut self, part: &[u8]) -> &mut Self {
        for (target, byte) in self.bytes.iter_mut().skip(self.length).zip(part) {
            *target = *byte;
        }
        self.length += part.len();
        self
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

/// `conversation 32 | a 8 | h_(a-1) 32`, the longer of the two forms.
const PLACE_LENGTH: usize = 32 + 8 + 32;

/// What the log says of an epoch: everything that its secret is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochFacts {
    /// The entry that started it.
    pub anchor: Anchor,
    /// Where that is, for the commitment and the link.
    pub place: Place,
    /// `C_e`.
    pub commitment: [u8; 32],
    /// To the epoch before.
    pub link: Link,
}

impl EpochFacts {
    /// The epoch that `entry` starts; none if it starts no epoch.
    ///
    /// # Errors
    /// [`EncodeError`] if a field is longer than its length prefix can say.
    pub fn of(entry: &Entry) -> Result<Option<Self>, EncodeError> {
        let body = entry.body();
        let Some(start) = &body.epoch else { return Ok(None) };
        Ok(Some(Self {
            anchor: Anchor {
                conversation: entry.conversation(),
                position: body.position,
                hash: entry.hash(),
            },
            place: Place::of(body)?,
            commitment: start.commitment,
            link: start.link,
        }))
    }

    /// What a wrap of this epoch for `to` must be bound to.
    #[must_use]
    pub fn wrap_context(&self, to: &WrapTarget) -> WrapContext {
        WrapContext {
            suite: to.key.suite().id(),
            conversation: self.anchor.conversation,
            anchor: self.anchor.position,
            anchor_hash: self.anchor.hash,
            recipient: Recipient::Account { account: to.account, generation: to.generation },
            fingerprint: *to.key.fingerprint(),
        }
    }
}

/// `L"wrap" || ctx`: what a wrap is bound to in every suite.
pub(super) fn wrap_info(context: &WrapContext) -> Result<Vec<u8>, EncodeError> {
    let mut info = label::WRAP.to_vec();
    info.extend_from_slice(&context.to_bytes()?);
    Ok(info)
}
