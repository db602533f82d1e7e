use core::fmt;

use privity_primitives::sign::Signature;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{AccountId, ChainId, DeviceId, MessageId, Pin, limit};

/// What a message's author signs, beside the position that it is sealed at.
///
/// ```text
/// account 32 | device 32 | account head: seq 8, hash 32 | chain 16 | counter 8 |
/// previous 32 | seen 32 | time 8 | content type 2 | target 32 | body length 4 | body
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The author's account, with its newest head that the author's device knows.
    pub author: Pin,
    /// The author's device.
    pub device: DeviceId,
    /// The opened state of the device that counts this message.
    pub chain: ChainId,
    /// Place in the chain, from 0.
    pub counter: u64,
    /// The device's message before, in this chain or, for the first, in the chain before;
    /// zero for none.
    pub previous: MessageId,
    /// The newest message that the author opened from another device; zero for none.
    pub seen: MessageId,
    /// When, by the author's clock, in Unix milliseconds.
    pub time: u64,
    /// Row of the content-type registry; 0 is text in UTF-8, 1 a file.
    pub content_type: u16,
    /// The message that this one is about; zero for none.
    pub target: MessageId,
    /// What is said, at most [`limit::BODY`] bytes.
    pub body: Vec<u8>,
}

impl Content {
    /// Bytes of the encoding beside the body.
    pub const FIXED_LENGTH: usize = 32 + 32 + 8 + 32 + 16 + 8 + 32 + 32 + 8 + 2 + 32 + 4;
}

impl Codec for Content {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.author.account.0).raw(&self.device.0);
        writer.u64(self.author.seq).raw(&self.author.hash.0);
        writer.raw(&self.chain.0).u64(self.counter);
        writer.raw(&self.previous.0).raw(&self.seen.0).u64(self.time);
        writer.u16(self.content_type).raw(&self.target.0).bytes32(&self.body)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let account = AccountId::read(reader)?;
        let device = DeviceId::read(reader)?;
        Ok(Self {
            author: Pin { account, seq: reader.u64("head seq")?, hash: Codec::read(reader)? },
            device,
            chain: ChainId::read(reader)?,
            counter: reader.u64("counter")?,
            previous: MessageId::read(reader)?,
            seen: MessageId::read(reader)?,
            time: reader.u64("time")?,
            content_type: reader.u16("content type")?,
            target: MessageId::read(reader)?,
            body: reader.bytes32("body", limit::BODY)?.to_vec(),
        })
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("author", &self.author.account)
            .field("counter", &self.counter)
            .finish_non_exhaustive()
    }
}

/// A message's plaintext: `content | signature 64 | zeros up to a Padmé length`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageInside {
    /// What is signed.
    pub content: Content,
    /// By the author's device, over `L"message-signature" || message id`.
    pub signature: Signature,
}

impl MessageInside {
    /// The padded plaintext: one signed content has exactly one outside form.
    ///
    /// # Errors
    /// [`EncodeError`] if the body is longer than its length prefix can say.
    pub fn to_padded(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::with_capacity(padme(512 + self.content.body.len()));
        self.content.write(&mut writer)?;
        writer.raw(&self.signature.0);
        let mut bytes = writer.into_vec();
        bytes.resize(padme(bytes.len()), 0);
        Ok(bytes)
    }

    /// Reads a padded plaintext; the padding must be zeros, to the Padmé length.
    ///
    /// # Errors
    /// [`DecodeError`] names the first field that is wrong.
    pub fn from_padded(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let content = Content::read(&mut reader)?;
        let signature = Signature(reader.array("signature")?);
        let length = bytes.len() - reader.remaining();
        if bytes.len() != padme(length) || reader.take_rest().iter().any(|byte| *byte != 0) {
            return Err(DecodeError::Invalid("padding"));
        }
        Ok(Self { content, signature })
    }
}

/// The Padmé length for `length` bytes: at most 12 % more, and few distinct lengths
/// (Nikitin et al., PURBs, 2019, section 4).
#[must_use]
pub(crate) const fn padme(length: usize) -> usize {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1usize << (exponent - significant)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padme_rounds_up_and_costs_at_most_an_eighth() {
        assert_eq!(padme(9), 10);
        assert_eq!(padme(1_000), 1_024);
        for length in 2..10_000 {
            let padded = padme(length);
            assert!(padded >= length && padded - length <= length / 8 + 1);
            assert_eq!(padme(padded), padded);
        }
    }
}
