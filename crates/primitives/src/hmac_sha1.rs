//! HMAC-SHA-1 (RFC 2104), as the media protocols of RFC 3711 ask for.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// A key whose two pads are hashed once, so that a tag costs the message and one block;
/// wiped on drop.
///
/// # Security
/// SHA-1's collisions do not touch HMAC, but nothing new should be built on it: it is here
/// for peers that speak RFC 3711.
pub struct HmacSha1(Box<Hmac<Sha1>>);

impl HmacSha1 {
    /// Takes a key of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Box::new(prepare(key)))
    }

    /// Puts another key in the place of this one, without an allocation.
    pub fn replace(&mut self, key: &[u8]) {
        *self.0 = prepare(key);
    }

    /// The whole tag over the concatenation of `parts`.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 20] {
        let mut mac = (*self.0).clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HmacSha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSha1").finish_non_exhaustive()
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn prepare(key: &[u8]) -> Hmac<Sha1> {
    Hmac::new_from_slice(key).expect("any length is a key")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, section 3, cases 1 and 2.
    #[test]
    fn the_rfc_2202_cases_come_out() {
        let mut mac = HmacSha1::new(&[0x0b; 20]);
        assert_eq!(
            mac.tag(&[b"Hi ", b"There"]),
            [
                0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2, 0x8b, 0xc0, 0xb6, 0xfb, 0x37,
                0x8c, 0x8e, 0xf1, 0x46, 0xbe, 0x00
            ]
        );
        mac.replace(b"Jefe");
        assert_eq!(
            mac.tag(&[b"what do ya want for nothing?"]),
            [
                0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84,
                0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79
            ]
        );
    }
}
