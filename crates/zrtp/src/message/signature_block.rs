use privity_wire::{DecodeError, Reader, Writer};

use super::frame::WORD;
use crate::{Error, Misuse};

/// A signature over the SAS hash behind its type word (RFC 6189, 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureBlock {
    kind: [u8; 4],
    bytes: Vec<u8>,
}

impl SignatureBlock {
    /// The most bytes of a signature: 511 words with the type word.
    pub const MAX_BYTES: usize = (MAX_WORDS - 1) * WORD;

    /// A block of this type; the signature is padded with zeros to whole words.
    ///
    /// # Errors
    /// [`Misuse::SignatureLength`] past [`Self::MAX_BYTES`] or for an empty signature.
    pub fn new(kind: [u8; 4], signature: &[u8]) -> Result<Self, Error> {
        if signature.is_empty() || signature.len() > Self::MAX_BYTES {
            return Err(Misuse::SignatureLength.into());
        }
        let mut bytes = signature.to_vec();
        bytes.resize(signature.len().next_multiple_of(WORD), 0);
        Ok(Self { kind, bytes })
    }

    /// Which format the signature has.
    #[must_use]
    pub const fn kind(&self) -> [u8; 4] {
        self.kind
    }

    /// The signature with its padding.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Words with the type word, as the length field counts them.
    pub(super) fn words(&self) -> u16 {
        u16::try_from(self.bytes.len() / WORD + 1).unwrap_or(0)
    }

    /// Reads a block of `words` words; zero words are no block.
    pub(super) fn read(reader: &mut Reader<'_>, words: u16) -> Result<Option<Self>, DecodeError> {
        let words = usize::from(words);
        if words == 0 {
            return Ok(None);
        }
        if words > MAX_WORDS {
            return Err(DecodeError::TooLong("signature"));
        }
        let kind = reader.array("signature type")?;
        let bytes = reader.take("signature", (words - 1) * WORD)?.to_vec();
        Ok(Some(Self { kind, bytes }))
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.raw(&self.kind).raw(&self.bytes);
    }
}

/// The length field has nine bits.
pub(super) const MAX_WORDS: usize = 511;
