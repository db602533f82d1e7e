use privity_wire::{Codec, DecodeError};

use crate::epoch::PositionKey;
use crate::format::{ConversationId, EntryHash, MessageOutside};

use super::decrypted::{Decrypted, open};
use super::fault::OpenFault;

/// A sealed message from the relay: of a size and version that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received(MessageOutside);

/// What the log says of the position that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPoint {
    /// Whose log.
    pub conversation: ConversationId,
    /// Hash of our entry at the message's position; none if our head is before it.
    pub hash: Option<EntryHash>,
    /// Whether anybody may seal there.
    pub speech: Speech,
}

/// Whether messages may be sealed at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// They may.
    Open,
    /// A rotation is due there: the one who left still holds the key.
    RotationDue,
}

/// Why a message does not go on; what may become right later is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// It belongs to another conversation.
    OtherConversation,
    /// Our head is before its position: hold it, bounded, and fetch the log.
    Ahead(Box<Received>),
    /// The log has another entry at its position: a fork, unproven until a signed entry
    /// shows.
    Forked {
        /// Where.
        position: u64,
        /// Our entry.
        ours: EntryHash,
        /// What the message was sealed at.
        theirs: EntryHash,
    },
    /// It was sealed where nobody may seal.
    RotationDue,
}

impl Received {
    /// Reads a message: size bound, version, fixed lengths.
    ///
    /// # Errors
    /// [`DecodeError`] names the first field that is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        MessageOutside::from_bytes(bytes).map(Self)
    }

    /// Whose log it names.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.0.conversation
    }

    /// The position that it names.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.0.position
    }

    /// The entry hash that it names there.
    #[must_use]
    pub const fn hash(&self) -> EntryHash {
        self.0.hash
    }

    /// Finds the message's place in the log.
    ///
    /// # Errors
    /// [`Unplaced`] says why it has none, or none yet.
    pub fn place(self, log: &LogPoint) -> Result<Placed, Unplaced> {
        if self.0.conversation != log.conversation {
            return Err(Unplaced::OtherConversation);
        }
        let Some(ours) = log.hash else { return Err(Unplaced::Ahead(Box::new(self))) };
        if ours != self.0.hash {
            let Self(MessageOutside { position, hash: theirs, .. }) = self;
            return Err(Unplaced::Forked { position, ours, theirs });
        }
        match log.speech {
            Speech::RotationDue => Err(Unplaced::RotationDue),
            Speech::Open => Ok(Placed(self.0)),
        }
    }
}

/// A message at a position of our log where sealing is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed(MessageOutside);

impl Placed {
    /// The position.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.0.position
    }

    /// Compares the commitment, opens the seal, and reads what is inside.
    ///
    /// # Errors
    /// [`OpenFault`], which is one error outwards and tells whom to count it against.
    pub fn open(self, key: &PositionKey) -> Result<Decrypted, OpenFault> {
        open(&self.0, key)
    }
}
