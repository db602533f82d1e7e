use privity_primitives::hash::sha256;
use privity_primitives::random::CryptoRng;
use privity_primitives::sign::SigningKey;
use privity_wire::{Codec, Writer};

use crate::Error;
use crate::draw::LocalSecret;
use crate::epoch::PositionKey;
use crate::format::{
    Content, ConversationId, EntryHash, MessageId, MessageOutside, label, limit, padme,
};

/// A message, ready for the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedMessage {
    /// Its id, the same for everybody who opens it.
    pub id: MessageId,
    /// A [`MessageOutside`].
    pub bytes: Vec<u8>,
}

/// Seals `content` at a position which the relay has confirmed.
///
/// # Security
/// The salt is drawn from generator, device and content together, and the key from the salt:
/// two messages with one key would have to be the same message.
///
/// # Errors
/// [`Error::Misuse`] if the body is larger than the format allows.
pub fn seal(
    at: &PositionKey,
    content: &Content,
    key: &SigningKey,
    local: &LocalSecret,
    rng: &mut dyn CryptoRng,
) -> Result<SealedMessage, Error> {
    if content.body.len() > limit::BODY {
        return Err(Error::Misuse("the body is larger than a message may be"));
    }
    let length = Content::FIXED_LENGTH + content.body.len() + SIGNATURE_LENGTH;
    let mut writer = Writer::with_capacity(padme(length));
    content.write(&mut writer)?;
    let salt = *local.draw(&[label::MESSAGE, writer.as_slice()], rng).expose();
    let place =
        SealPlace { conversation: at.conversation(), position: at.position(), hash: at.hash() };
    let id = place.message_id(&salt, writer.as_slice());
    writer.raw(&key.sign(&signed(&id)).0);
    let mut inside = writer.into_vec();
    inside.resize(padme(inside.len()), 0);

    let message_key = at.message_key(&salt);
    let mut outside = MessageOutside {
        conversation: place.conversation,
        position: place.position,
        hash: place.hash,
        salt,
        commitment: *message_key.commitment(),
        sealed: Vec::new(),
    };
    outside.sealed = message_key.seal(&outside.header(), &inside)?;
    Ok(SealedMessage { id, bytes: outside.to_bytes()? })
}

/// Where a message was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SealPlace {
    pub(super) conversation: ConversationId,
    pub(super) position: u64,
    pub(super) hash: EntryHash,
}

impl SealPlace {
    /// `SHA-256(L"message" || conv || u64 n || h_n || salt || content)`.
    pub(super) fn message_id(&self, salt: &[u8; 32], content: &[u8]) -> MessageId {
        MessageId(sha256(&[
            label::MESSAGE,
            &self.conversation.0,
            &self.position.to_be_bytes(),
            &self.hash.0,
            salt,
            content,
        ]))
    }
}

/// `L"message-signature" || message id`.
pub(super) fn signed(id: &MessageId) -> Vec<u8> {
    [label::MESSAGE_SIGNATURE, &id.0].concat()
}

pub(super) const SIGNATURE_LENGTH: usize = 64;
