use core::fmt;

use privity_primitives::aead;
use privity_primitives::random::CryptoRng;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::Error;
use crate::draw::LocalSecret;
use crate::format::{ConversationId, EntryBody, EntryHash, SealedInfo, label, padme};

use super::fault::EpochFault;
use super::keys::Root;

/// Title and picture of a conversation.
///
/// ```text
/// title length 2 | title | picture length 2 | picture | zeros up to a Padmé length
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConversationInfo {
    /// At most [`ConversationInfo::MAX_TITLE`] bytes in UTF-8; may be empty.
    pub title: String,
    /// An image file, at most [`ConversationInfo::MAX_PICTURE`] bytes; may be empty.
    pub picture: Vec<u8>,
}

impl ConversationInfo {
    /// Bytes of a title.
    pub const MAX_TITLE: usize = 512;
    /// Bytes of a picture.
    pub const MAX_PICTURE: usize = 14_336;

    fn to_padded(&self) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = self.to_bytes()?;
        bytes.resize(padme(bytes.len()), 0);
        Ok(bytes)
    }

    fn from_padded(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let info = Self::read(&mut reader)?;
        let length = bytes.len() - reader.remaining();
        if bytes.len() != padme(length) || reader.take_rest().iter().any(|byte| *byte != 0) {
            return Err(DecodeError::Invalid("padding"));
        }
        Ok(info)
    }
}

impl Codec for ConversationInfo {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.bytes16(self.title.as_bytes())?.bytes16(&self.picture)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let title = reader.bytes16("title", Self::MAX_TITLE)?.to_vec();
        let title = String::from_utf8(title).map_err(|_| DecodeError::Invalid("title"))?;
        Ok(Self { title, picture: reader.bytes16("picture", Self::MAX_PICTURE)?.to_vec() })
    }
}

impl fmt::Debug for ConversationInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversationInfo").finish_non_exhaustive()
    }
}

/// The entry that carries info: its conversation (zero in `create`), position and
/// predecessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InfoPlace {
    /// As in the entry: zero in `create`.
    pub conversation: ConversationId,
    /// `n`.
    pub position: u64,
    /// `h_(n-1)`; zero in `create`.
    pub prev: EntryHash,
}

impl InfoPlace {
    /// The place that `body` has.
    #[must_use]
    pub const fn of(body: &EntryBody) -> Self {
        Self { conversation: body.conversation, position: body.position, prev: body.prev }
    }

    /// `L"info" || conv || u64 n || h_(n-1) || salt`: what the key derives from, and the aad.
    fn bind(&self, salt: &[u8; 32]) -> Vec<u8> {
        let position = self.position.to_be_bytes();
        [label::INFO, &self.conversation.0, &position, &self.prev.0, salt].concat()
    }
}

/// `GCM(Expand(root_e, bound, 32), nonce 0, padded info, aad = bound)`.
pub(super) fn seal_info(
    root: &Root,
    at: &InfoPlace,
    info: &ConversationInfo,
    local: &LocalSecret,
    rng: &mut dyn CryptoRng,
) -> Result<SealedInfo, Error> {
    if info.title.len() > ConversationInfo::MAX_TITLE
        || info.picture.len() > ConversationInfo::MAX_PICTURE
    {
        return Err(Error::Misuse("the title or picture is larger than the format allows"));
    }
    let padded = info.to_padded()?;
    let salt = *local.draw(&[label::INFO, &padded], rng).expose();
    let bound = at.bind(&salt);
    let sealed = aead::seal(&root.expand(&[&bound]), &NONCE, &bound, &padded)?;
    Ok(SealedInfo { salt, sealed })
}

pub(super) fn open_info(
    root: &Root,
    at: &InfoPlace,
    sealed: &SealedInfo,
) -> Result<ConversationInfo, EpochFault> {
    let bound = at.bind(&sealed.salt);
    let padded = aead::open(&root.expand(&[&bound]), &NONCE, &bound, &sealed.sealed)
        .map_err(|_| EpochFault::InfoRefused)?;
    ConversationInfo::from_padded(&padded).map_err(|_| EpochFault::InfoRefused)
}

/// One key seals one info: its salt is drawn for it.
const NONCE: [u8; 12] = [0; 12];
