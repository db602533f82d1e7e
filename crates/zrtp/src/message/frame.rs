//! The three words at the head of every message (RFC 6189, 5.1.1).

use privity_wire::{DecodeError, Reader, Writer};

use crate::packet::Packet;

/// The longest message, whole or put together from fragments.
pub(crate) const MAX_MESSAGE_BYTES: usize = Packet::MAX_BYTES - Packet::OVERHEAD;

/// The type string of a message; its length word must be the truth.
pub(super) fn kind_of(bytes: &[u8]) -> Result<[u8; 8], DecodeError> {
    let mut reader = Reader::new(bytes);
    if reader.u16("preamble")? != PREAMBLE {
        return Err(DecodeError::Invalid("preamble"));
    }
    let length = usize::from(reader.u16("message length")?).saturating_mul(WORD);
    if length > MAX_MESSAGE_BYTES {
        return Err(DecodeError::TooLong("message length"));
    }
    if length != bytes.len() {
        return Err(DecodeError::Invalid("message length"));
    }
    reader.array("message type")
}

/// A reader behind the header of a message of type `kind`.
pub(super) fn open<'a>(kind: &[u8; 8], bytes: &'a [u8]) -> Result<Reader<'a>, DecodeError> {
    if kind_of(bytes)? != *kind {
        return Err(DecodeError::Invalid("message type"));
    }
    let mut reader = Reader::new(bytes);
    reader.take("header", HEADER)?;
    Ok(reader)
}

/// A message of type `kind`; `body` is a whole number of words.
pub(super) fn write(kind: &[u8; 8], body: &[u8]) -> Vec<u8> {
    let length = body.len().saturating_add(HEADER);
    let words = u16::try_from(length / WORD).unwrap_or(u16::MAX);
    let mut writer = Writer::with_capacity(length);
    writer.u16(PREAMBLE).u16(words).raw(kind).raw(body);
    writer.into_vec()
}

/// Takes 8 bytes: a message MAC or a secret's id.
pub(super) fn eight(reader: &mut Reader<'_>, field: &'static str) -> Result<[u8; 8], DecodeError> {
    reader.array(field)
}

/// Bytes in a word of the format.
pub(super) const WORD: usize = 4;
/// Bytes before the body.
pub(super) const HEADER: usize = 12;
/// Bytes of a message MAC.
pub(super) const MAC: usize = 8;
const PREAMBLE: u16 = 0x505a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_word_that_lies_is_refused() {
        let good = write(b"HelloACK", &[]);
        assert_eq!(kind_of(&good), Ok(*b"HelloACK"));
        for lie in [0, 1, 2, 4, 5, 0x4000, 0xffff_u16] {
            let mut bad = good.clone();
            bad.splice(2..4, lie.to_be_bytes());
            assert!(kind_of(&bad).is_err(), "{lie}");
        }
        let mut bad = good;
        bad[0] ^= 1;
        assert_eq!(kind_of(&bad), Err(DecodeError::Invalid("preamble")));
    }
}
