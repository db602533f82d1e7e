use privity_wire::{DecodeError, Reader, Writer};

use super::frame;
use crate::{Error, Zid};

/// Commit (RFC 6189, 5.4): the initiator's choice, and what binds it to that choice.
///
/// ```text
///   header | H2 | ZID | hash | cipher | tag | agreement | SAS | body | MAC
///     12   | 32 | 12  |  4   |   4    |  4  |     4     |  4  |      |  8
///   body:  Diffie-Hellman  hvi 32
///          KEM             hvi 32, public key
///          Multistream     nonce 16
///          Preshared       nonce 16, key id 8
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The hash image that leads to the H3 of the sender's Hello.
    pub h2: [u8; 32],
    /// Who sends.
    pub zid: Zid,
    /// Chosen hash.
    pub hash: [u8; 4],
    /// Chosen cipher.
    pub cipher: [u8; 4],
    /// Chosen SRTP authentication tag.
    pub auth_tag: [u8; 4],
    /// Chosen key agreement; says which body follows.
    pub key_agreement: [u8; 4],
    /// Chosen rendering of the SAS.
    pub sas: [u8; 4],
    /// What depends on the key agreement.
    pub body: CommitBody,
    /// HMAC-SHA-256 keyed with H1 over all before it, first 8 bytes.
    pub mac: [u8; 8],
}

/// The part of a Commit that depends on the key agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitBody {
    /// Diffie-Hellman: the public value comes later, its hash now.
    Dh {
        /// First 32 bytes of the hash of DHPart2 and the responder's Hello.
        hvi: [u8; 32],
    },
    /// A further stream under the session key of the first (`Mult`).
    Multistream {
        /// Random, new in each Commit.
        nonce: [u8; 16],
    },
    /// A key that both sides hold already (`Prsh`).
    Preshared {
        /// Random, new in each Commit.
        nonce: [u8; 16],
        /// Tells which key is meant.
        key_id: [u8; 8],
    },
    /// Key encapsulation: the public key comes at once (docs/ZRTP-PQ.md).
    Kem {
        /// As with Diffie-Hellman: commits to DHPart2.
        hvi: [u8; 32],
        /// The initiator's public key with zeros up to a whole word.
        public: Vec<u8>,
    },
}

impl Commit {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the length does not fit the key agreement.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let h2 = reader.array("H2")?;
        let zid = Zid(reader.array("ZID")?);
        let hash = reader.array("hash")?;
        let cipher = reader.array("cipher")?;
        let auth_tag = reader.array("auth tag")?;
        let key_agreement = reader.array("key agreement")?;
        let sas = reader.array("SAS")?;
        let body = CommitBody::read(&key_agreement, &mut reader)?;
        let mac = frame::eight(&mut reader, "MAC")?;
        reader.finish()?;
        Ok(Self { h2, zid, hash, cipher, auth_tag, key_agreement, sas, body, mac })
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.h2).raw(&self.zid.0).raw(&self.hash).raw(&self.cipher);
        writer.raw(&self.auth_tag).raw(&self.key_agreement).raw(&self.sas);
        self.body.write(&mut writer);
        writer.raw(&self.mac);
        frame::write(KIND, writer.as_slice())
    }
}

impl CommitBody {
    fn read(agreement: &[u8; 4], reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match agreement {
            b"Mult" => Self::Multistream { nonce: reader.array("nonce")? },
            b"Prsh" => Self::Preshared {
                nonce: reader.array("nonce")?,
                key_id: frame::eight(reader, "key id")?,
            },
            _ => {
                let hvi = reader.array("hvi")?;
                match reader.remaining().saturating_sub(frame::MAC) {
                    0 => Self::Dh { hvi },
                    length => {
                        Self::Kem { hvi, public: reader.take("public key", length)?.to_vec() }
                    }
                }
            }
        })
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Dh { hvi } => writer.raw(hvi),
            Self::Multistream { nonce } => writer.raw(nonce),
            Self::Preshared { nonce, key_id } => writer.raw(nonce).raw(key_id),
            Self::Kem { hvi, public } => writer.raw(hvi).raw(public),
        };
    }
}

pub(super) const KIND: &[u8; 8] = b"Commit  ";
