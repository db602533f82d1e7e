use core::fmt;
use core::str::FromStr;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{Pin, limit, read_version, text};

/// What a participant gives to others: an account, its newest head, and where to find it.
///
/// ```text
/// version 1 | account 32 | head: seq 8, hash 32 | relay hint length 2 | relay hint
/// ```
///
/// Its text form is `pvcard1...`: these bytes in Bech32m (BIP 350).
///
/// # Security
/// A card is not signed: the account's id is its fingerprint, and who hands the card over
/// vouches for it. [`crate::account::Directory::compare`] holds its head against the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// The account and its head when the card was made.
    pub head: Pin,
    /// A relay's URL, or empty; a hint and no more.
    pub relay_hint: String,
}

impl Codec for ContactCard {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.head.write(writer.u8(crate::format::VERSION))?;
        writer.bytes16(self.relay_hint.as_bytes())?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let head = Pin::read(reader)?;
        let hint = reader.bytes16("relay hint", limit::RELAY_HINT)?.to_vec();
        let relay_hint = String::from_utf8(hint).map_err(|_| DecodeError::Invalid("relay hint"))?;
        Ok(Self { head, relay_hint })
    }
}

impl fmt::Display for ContactCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.to_bytes().map_err(|_| fmt::Error)?;
        if bytes.len() > LONGEST {
            return Err(fmt::Error);
        }
        text::write(f, PREFIX, &bytes)
    }
}

impl FromStr for ContactCard {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::from_bytes(&text::read(text, PREFIX, LONGEST)?)
    }
}

const PREFIX: &str = "pvcard";
const LONGEST: usize = 1 + 72 + 2 + limit::RELAY_HINT;
