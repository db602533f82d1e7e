use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{ConversationId, EntryHash, limit, read_version};

/// A sealed message as the relay sees it: which conversation, which position, no sender.
///
/// ```text
/// version 1 | conversation 32 | position 8 | h_n 32 | salt 32 | commitment 32 |
/// ciphertext and tag
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageOutside {
    /// Whose log.
    pub conversation: ConversationId,
    /// The sender's head.
    pub position: u64,
    /// Hash of the entry there.
    pub hash: EntryHash,
    /// One message, one salt.
    pub salt: [u8; 32],
    /// To the message's key.
    pub commitment: [u8; 32],
    /// Ciphertext, then the 16-byte tag.
    pub sealed: Vec<u8>,
}

impl MessageOutside {
    /// Bytes before the ciphertext.
    pub const HEADER_LENGTH: usize = 1 + 32 + 8 + 32 + 32 + 32;

    /// Everything before the ciphertext: what the seal is bound to.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(Self::HEADER_LENGTH);
        writer.u8(crate::format::VERSION).raw(&self.conversation.0).u64(self.position);
        writer.raw(&self.hash.0).raw(&self.salt).raw(&self.commitment);
        writer.into_vec()
    }
}

impl Codec for MessageOutside {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.header()).raw(&self.sealed);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.remaining() > limit::MESSAGE {
            return Err(DecodeError::TooLong("message"));
        }
        read_version(reader)?;
        let outside = Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("position")?,
            hash: EntryHash::read(reader)?,
            salt: reader.array("salt")?,
            commitment: reader.array("commitment")?,
            sealed: reader.take_rest().to_vec(),
        };
        if outside.sealed.len() < privity_primitives::aead::TAG_LENGTH {
            return Err(DecodeError::Truncated("sealed message"));
        }
        Ok(outside)
    }
}
