use core::fmt;
use core::str::FromStr;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{Pin, VERSION, read_version, text};

/// What one person shows and another scans to verify each other.
///
/// ```text
/// version 1 | mine: account 32, seq 8, hash 32 | theirs: account 32, seq 8, hash 32
/// ```
///
/// Its text form is `pvqr1...`: these bytes in Bech32m (BIP 350). It holds nothing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QrPayload {
    /// The account of who shows it, and its head as its owner knows it.
    pub mine: Pin,
    /// The account of who is to scan it, and its head as it was shown to the other.
    pub theirs: Pin,
}

impl Codec for QrPayload {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.mine.write(writer.u8(VERSION))?;
        self.theirs.write(writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Ok(Self { mine: Pin::read(reader)?, theirs: Pin::read(reader)? })
    }
}

impl fmt::Display for QrPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, PREFIX, &self.to_bytes().map_err(|_| fmt::Error)?)
    }
}

impl FromStr for QrPayload {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::from_bytes(&text::read(text, PREFIX, LENGTH)?)
    }
}

const PREFIX: &str = "pvqr";
const LENGTH: usize = 1 + 72 + 72;
