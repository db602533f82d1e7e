use core::fmt;
use core::str::FromStr;

use privity_primitives::hash::sha256;

use crate::{Error, Misuse};

/// The value of the signalling line `a=zrtp-hash` (RFC 6189, 8.1): the version and the
/// SHA-256 of a Hello message.
///
/// # Security
/// It authenticates the Hello as far as the signalling is authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZrtpHash {
    hash: [u8; 32],
}

impl ZrtpHash {
    /// Of the exact bytes of a Hello message, with its MAC, without packet header and CRC.
    #[must_use]
    pub fn of(hello: &[u8]) -> Self {
        Self { hash: sha256(&[hello]) }
    }

    /// For [`crate::Config::announced_hello`].
    #[must_use]
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl fmt::Display for ZrtpHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ZrtpHash {
    type Err = Error;

    /// Reads a line's value, "1.10 " and 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.trim().strip_prefix(VERSION).ok_or(Misuse::ZrtpHash)?.trim_start();
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(Misuse::ZrtpHash.into());
        }
        let mut hash = [0; 32];
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self { hash })
    }
}

fn digit(character: u8) -> Result<u8, Misuse> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(Misuse::ZrtpHash),
    }
}

const VERSION: &str = "1.10 ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_and_a_wrong_one_does_not() {
        let line = ZrtpHash::of(b"hello").to_string();
        assert_eq!(line.parse(), Ok(ZrtpHash::of(b"hello")));
        let (shorter, other) = (&line[..68], line.replace("1.10", "1.20"));
        let no_hex = line.replace(&line[10..11], "g");
        for wrong in ["", "1.10 ", shorter, other.as_str(), no_hex.as_str()] {
            assert_eq!(wrong.parse::<ZrtpHash>(), Err(Misuse::ZrtpHash.into()), "{wrong}");
        }
    }
}
