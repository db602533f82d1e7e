use privity_primitives::sign::Signature;
use privity_wire::DecodeError;

use crate::format::{Content, ConversationId, EntryHash, MessageId};

use super::content_type::{Body, ContentType};

/// A message that its author's device signed for this place: who, where, when and what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// Its id.
    pub id: MessageId,
    /// Whose log.
    pub conversation: ConversationId,
    /// The author's head when it was sealed.
    pub position: u64,
    /// Hash of the entry there.
    pub hash: EntryHash,
    /// Its salt, part of what is signed.
    pub salt: [u8; 32],
    /// What was signed beside.
    pub content: Content,
    /// The device's signature, over `L"message-signature" || id`.
    pub signature: Signature,
}

impl Opened {
    /// The body, read by its content type.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] if the author's software wrote a malformed body.
    pub fn body(&self) -> Result<Body, DecodeError> {
        Body::read(ContentType(self.content.content_type), &self.content.body)
    }
}
