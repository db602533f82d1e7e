use privity_wire::{DecodeError, Reader, Writer};

use super::confirm::{ALLOW_CLEAR, DISCLOSURE, VERIFIED, read_lengths, write_lengths};
use super::signature_block::MAX_WORDS;
use super::{SignatureBlock, frame};
use crate::Error;

/// SASrelay (RFC 6189, 5.13) as on the wire: a trusted middle tells the SAS of the other leg.
///
/// ```text
///   header | MAC | IV | ciphertext of [`SasRelayPlain`]
///     12   |  8  | 16 |      40 + 4 s
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasRelay {
    /// HMAC over the ciphertext, first 8 bytes.
    pub mac: [u8; 8],
    /// Where the cipher feedback starts.
    pub iv: [u8; 16],
    /// The encrypted rest.
    pub ciphertext: Vec<u8>,
}

/// The encrypted inside of a SASrelay.
///
/// ```text
///   0, 9 bits of signature length, flags | SAS type | relayed SAS hash | signature block
///                    4                   |    4     |        32        |      4 s
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasRelayPlain {
    /// V: the user of the other leg compared the SAS.
    pub verified: bool,
    /// A: the sender would accept a GoClear.
    pub allow_clear: bool,
    /// D: the sender discloses the keys to somebody.
    pub disclosure: bool,
    /// How to render it.
    pub sas: [u8; 4],
    /// The SAS hash of the other leg.
    pub sashash: [u8; 32],
    /// A signature over that hash, if any.
    pub signature: Option<SignatureBlock>,
}

impl SasRelay {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let mac = frame::eight(&mut reader, "MAC")?;
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

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.mac).raw(&self.iv).raw(&self.ciphertext);
        frame::write(KIND, writer.as_slice())
    }
}

impl SasRelayPlain {
    /// Reads the decrypted inside.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the signature's length is not the truth.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let (words, flags) = read_lengths(&mut reader)?;
        let sas = reader.array("SAS type")?;
        let sashash = reader.array("SAS hash")?;
        let signature = SignatureBlock::read(&mut reader, words)?;
        reader.finish()?;
        Ok(Self {
            verified: flags & VERIFIED != 0,
            allow_clear: flags & ALLOW_CLEAR != 0,
            disclosure: flags & DISCLOSURE != 0,
            sas,
            sashash,
            signature,
        })
    }

    /// The bytes to encrypt.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let flags = (if self.verified { VERIFIED } else { 0 })
            | (if self.allow_clear { ALLOW_CLEAR } else { 0 })
            | (if self.disclosure { DISCLOSURE } else { 0 });
        let mut writer = Writer::new();
        write_lengths(&mut writer, self.signature.as_ref(), flags);
        writer.raw(&self.sas).raw(&self.sashash);
        if let Some(signature) = &self.signature {
            signature.write(&mut writer);
        }
        writer.into_vec()
    }
}

pub(super) const KIND: &[u8; 8] = b"SASrelay";
const PLAIN_BYTES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_inside_come_back() {
        let signature = SignatureBlock::new(*b"Ed25", &[7; 64]).ok();
        let plain = SasRelayPlain {
            verified: true,
            allow_clear: false,
            disclosure: true,
            sas: *b"B32 ",
            sashash: [3; 32],
            signature,
        };
        let ciphertext = plain.write();
        assert_eq!(SasRelayPlain::read(&ciphertext), Ok(plain));
        let relay = SasRelay { mac: [1; 8], iv: [2; 16], ciphertext };
        assert_eq!(SasRelay::read(&relay.write()), Ok(relay));
    }
}
