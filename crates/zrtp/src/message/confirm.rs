use privity_primitives::secret::Secret;
use privity_wire::{DecodeError, Reader, Writer};

use super::signature_block::MAX_WORDS;
use super::{SignatureBlock, frame};
use crate::Error;

/// Confirm1 and Confirm2 (RFC 6189, 5.7) as on the wire.
///
/// ```text
///   header | confirm_mac | IV | ciphertext of [`ConfirmPlain`]
///     12   |      8      | 16 |      40 + 4 s
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// HMAC over the ciphertext, first 8 bytes.
    pub mac: [u8; 8],
    /// Where the cipher feedback starts.
    pub iv: [u8; 16],
    /// The encrypted rest.
    pub ciphertext: Vec<u8>,
}

/// The encrypted inside of a Confirm.
///
/// ```text
///   H0 | 0, 9 bits of signature length, flags | cache expiration | signature block
///   32 |                  4                   |        4         |      4 s
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct ConfirmPlain {
    /// The start of the hash chain; verifies the MAC of the sender's last message.
    pub h0: Secret<32>,
    /// What the sender says about the call.
    pub flags: ConfirmFlags,
    /// Seconds to keep the new retained secret; 0 not at all, 0xffffffff for ever.
    pub cache_expiration: u32,
    /// A signature over the SAS hash, if any.
    pub signature: Option<SignatureBlock>,
}

/// The flags of a Confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ConfirmFlags {
    /// E: a trusted middle asks to be enrolled.
    pub enrolment: bool,
    /// V: the sender's user compared the SAS in an earlier call.
    pub verified: bool,
    /// A: the sender would accept a GoClear.
    pub allow_clear: bool,
    /// D: the sender discloses the keys to somebody.
    pub disclosure: bool,
}

impl Confirm {
    /// Reads a whole message of either type.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let kind = if frame::kind_of(bytes)? == *KIND_1 { KIND_1 } else { KIND_2 };
        let mut reader = frame::open(kind, bytes)?;
        let mac = frame::eight(&mut reader, "confirm_mac")?;
        let iv = reader.array("IV")?;
        let ciphertext = reader.take_rest();
        if ciphertext.len() < PLAIN_BYTES {
            return Err(DecodeError::Truncated("ciphertext").into());
        }
        if ciphertext.len() > PLAIN_BYTES + MAX_WORDS * frame::WORD {
            return Err(DecodeError::TooLong("ciphertext").into());
        }
        Ok(Self { mac, iv, ciphertext: ciphertext.to_vec() })
    }

    /// The bytes of a Confirm1, the responder's.
    #[must_use]
    pub fn write_confirm1(&self) -> Vec<u8> {
        frame::write(KIND_1, &self.body())
    }

    /// The bytes of a Confirm2, the initiator's.
    #[must_use]
    pub fn write_confirm2(&self) -> Vec<u8> {
        frame::write(KIND_2, &self.body())
    }

    fn body(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.mac).raw(&self.iv).raw(&self.ciphertext);
        writer.into_vec()
    }
}

impl ConfirmPlain {
    /// Reads the decrypted inside.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the signature's length is not the truth.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let h0 = Secret::from_slice(reader.take("H0", H0_BYTES)?);
        let h0 = h0.ok_or(DecodeError::Invalid("H0"))?;
        let (words, flags) = read_lengths(&mut reader)?;
        let cache_expiration = reader.u32("cache expiration")?;
        let signature = SignatureBlock::read(&mut reader, words)?;
        reader.finish()?;
        Ok(Self { h0, flags: ConfirmFlags::from_bits(flags), cache_expiration, signature })
    }

    /// The bytes to encrypt, in place: H0 is among them.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        // Long enough never to grow, so that no copy of H0 stays behind.
        let signature = self.signature.as_ref().map_or(0, |block| usize::from(block.words()));
        let mut writer = Writer::with_capacity(PLAIN_BYTES + signature * frame::WORD);
        writer.raw(self.h0.expose());
        write_lengths(&mut writer, self.signature.as_ref(), self.flags.bits());
        writer.u32(self.cache_expiration);
        if let Some(signature) = &self.signature {
            signature.write(&mut writer);
        }
        writer.into_vec()
    }
}

impl ConfirmFlags {
    const fn from_bits(bits: u8) -> Self {
        Self {
            enrolment: bits & ENROLMENT != 0,
            verified: bits & VERIFIED != 0,
            allow_clear: bits & ALLOW_CLEAR != 0,
            disclosure: bits & DISCLOSURE != 0,
        }
    }

    const fn bits(self) -> u8 {
        (if self.enrolment { ENROLMENT } else { 0 })
            | (if self.verified { VERIFIED } else { 0 })
            | (if self.allow_clear { ALLOW_CLEAR } else { 0 })
            | (if self.disclosure { DISCLOSURE } else { 0 })
    }
}

/// The word that Confirm and SASrelay share: nine bits of signature length, then flags.
pub(super) fn read_lengths(reader: &mut Reader<'_>) -> Result<(u16, u8), DecodeError> {
    let [_, high, low, flags] = reader.array("lengths")?;
    Ok((u16::from_be_bytes([high & 1, low]), flags))
}

/// The counterpart of [`read_lengths`].
pub(super) fn write_lengths(writer: &mut Writer, block: Option<&SignatureBlock>, flags: u8) {
    let words = block.map_or(0, SignatureBlock::words);
    writer.u8(0).u16(words).u8(flags);
}

pub(super) const KIND_1: &[u8; 8] = b"Confirm1";
pub(super) const KIND_2: &[u8; 8] = b"Confirm2";
pub(super) const ENROLMENT: u8 = 8;
pub(super) const VERIFIED: u8 = 4;
pub(super) const ALLOW_CLEAR: u8 = 2;
pub(super) const DISCLOSURE: u8 = 1;
const PLAIN_BYTES: usize = 40;
const H0_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_signature_length_come_back() {
        for bits in 0..16 {
            let flags = ConfirmFlags::from_bits(bits);
            assert_eq!(flags.bits(), bits);
            for length in [1, 64, 1_020, 1_024, SignatureBlock::MAX_BYTES] {
                let signature = SignatureBlock::new(*b"Ed25", &vec![7; length]).ok();
                let plain = ConfirmPlain {
                    h0: Secret::copy_from(&[1; 32]),
                    flags,
                    cache_expiration: 9,
                    signature,
                };
                assert_eq!(ConfirmPlain::read(&plain.write()), Ok(plain));
            }
        }
        assert!(SignatureBlock::new(*b"Ed25", &[7; SignatureBlock::MAX_BYTES + 1]).is_err());
    }

    /// The buffer is encrypted in place; had it grown, H0 would stay where it was.
    #[test]
    fn h0_is_not_printed_and_written_once() {
        let signature = SignatureBlock::new(*b"Ed25", &[7; 64]).ok();
        for signature in [None, signature] {
            let flags = ConfirmFlags::default();
            let h0 = Secret::copy_from(&[0xa7; 32]);
            let plain = ConfirmPlain { h0, flags, cache_expiration: 9, signature };
            assert!(!format!("{plain:?}").contains("167"));
            let written = plain.write();
            assert_eq!(written.len(), written.capacity());
        }
    }

    #[test]
    fn a_signature_length_that_lies_is_refused() {
        let signature = SignatureBlock::new(*b"Ed25", &[7; 64]).ok();
        let flags = ConfirmFlags::default();
        let plain =
            ConfirmPlain { h0: Secret::copy_from(&[1; 32]), flags, cache_expiration: 0, signature }
                .write();
        for lie in [0_u16, 1, 16, 18, 0x1ff] {
            let mut bad = plain.clone();
            bad.splice(33..35, lie.to_be_bytes());
            assert!(ConfirmPlain::read(&bad).is_err(), "{lie}");
        }
    }
}
