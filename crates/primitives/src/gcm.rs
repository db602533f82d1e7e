//! AES-128-GCM and AES-256-GCM (SP 800-38D) under a key that is expanded once, in place on
//! the caller's buffer: the row for media, where every packet counts.
//!
//! On 64-bit x86 and ARM the row is *ring*, which picks its code by the CPU at run time;
//! everywhere else it is the portable implementation. Both give the same bytes, and a test
//! holds them against each other.

use core::fmt;

use crate::Error;

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), any(unix, windows)))]
mod native;
mod portable;

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), any(unix, windows)))]
type Fastest = native::Native;
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), any(unix, windows)))]
use native as fastest;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), any(unix, windows))))]
type Fastest = dyn Cipher;
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), any(unix, windows))))]
use portable as fastest;
use portable::Cipher;

/// Bytes of a tag.
pub const TAG_LENGTH: usize = 16;

/// Bytes of a nonce.
pub const NONCE_LENGTH: usize = 12;

/// An expanded AES-GCM key of 128 or 256 bits; overwritten on drop.
pub struct Gcm(Row);

/// Which row it is, by a branch rather than by a call through a pointer. Keys stay where they
/// are when this moves.
enum Row {
    Fastest(Box<Fastest>),
    Portable(Box<dyn Cipher>),
}

impl Gcm {
    /// Expands a key of 16 or 32 bytes for the fastest implementation of this target.
    ///
    /// # Errors
    /// [`Error::BadKey`] for any other length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        fastest::row(key).map(|row| Self(Row::Fastest(row)))
    }

    /// As [`Gcm::new`], with the implementation that every target has.
    ///
    /// # Errors
    /// [`Error::BadKey`] for any other length.
    pub fn portable(key: &[u8]) -> Result<Self, Error> {
        portable::row(key).map(|row| Self(Row::Portable(row)))
    }

    /// Puts a key of the same length in the place of this one, without an allocation.
    ///
    /// # Errors
    /// [`Error::BadKey`] for another length; the old key stays then.
    pub fn replace(&mut self, key: &[u8]) -> Result<(), Error> {
        match &mut self.0 {
            Row::Fastest(row) => row.replace(key),
            Row::Portable(row) => row.replace(key),
        }
    }

    /// Seals `text` in place and writes the tag.
    ///
    /// # Security
    /// One `(key, nonce)` seals one text, ever.
    ///
    /// # Errors
    /// [`Error::TooLong`] past 2^36 - 32 bytes.
    #[inline]
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8; TAG_LENGTH],
    ) -> Result<(), Error> {
        match &self.0 {
            Row::Fastest(row) => row.seal(nonce, aad, text, tag),
            Row::Portable(row) => row.seal(nonce, aad, text, tag),
        }
    }

    /// Opens `text` in place.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if key, nonce, `aad`, `text` or `tag` differ in any bit. What
    /// `text` holds then is not specified, but is never the plaintext.
    #[inline]
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Error> {
        match &self.0 {
            Row::Fastest(row) => row.open(nonce, aad, text, tag),
            Row::Portable(row) => row.open(nonce, aad, text, tag),
        }
    }
}

impl fmt::Debug for Gcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gcm").finish_non_exhaustive()
    }
}

const BAD_LENGTH: Error = Error::BadKey("an AES-GCM key has 16 or 32 bytes");

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn both_implementations_give_and_take_the_same_bytes() {
        let mut rng = ChaCha8Rng::seed_from_u64(7714);
        for case in 0..2_000usize {
            let mut key = [0; 32];
            let mut nonce = [0; 12];
            rng.fill_bytes(&mut key);
            rng.fill_bytes(&mut nonce);
            let key = &key[..if case % 2 == 0 { 16 } else { 32 }];
            let mut aad = vec![0; rng.next_u32() as usize % 80];
            let mut text = vec![0; rng.next_u32() as usize % 1_500];
            rng.fill_bytes(&mut aad);
            rng.fill_bytes(&mut text);

            let (one, other) = (Gcm::new(key).unwrap(), Gcm::portable(key).unwrap());
            let (mut left, mut right) = (text.clone(), text.clone());
            let (mut tag, mut other_tag) = ([0; 16], [0; 16]);
            one.seal(&nonce, &aad, &mut left, &mut tag).unwrap();
            other.seal(&nonce, &aad, &mut right, &mut other_tag).unwrap();
            assert_eq!((&left, tag), (&right, other_tag));

            for gcm in [&one, &other] {
                let mut opened = left.clone();
                gcm.open(&nonce, &aad, &mut opened, &tag).unwrap();
                assert_eq!(opened, text);
                let mut forged = tag;
                forged[case % 16] ^= 1 << (case % 8);
                let mut opened = left.clone();
                assert_eq!(gcm.open(&nonce, &aad, &mut opened, &forged), Err(Error::Decrypt));
                assert!(text.len() < 16 || opened != text, "no plaintext without a tag");
            }
        }
    }

    #[test]
    fn a_key_is_replaced_by_one_of_its_length_only() {
        for (make, name) in [(Gcm::new as fn(&[u8]) -> _, "fastest"), (Gcm::portable, "portable")] {
            assert_eq!(make(&[0; 24]).map(drop), Err(BAD_LENGTH), "{name}");
            let mut gcm = make(&[1; 32]).unwrap();
            assert_eq!(gcm.replace(&[2; 16]), Err(BAD_LENGTH), "{name}");
            gcm.replace(&[2; 32]).unwrap();
            let fresh = make(&[2; 32]).unwrap();
            let tag = |gcm: &Gcm| {
                let mut tag = [0; 16];
                gcm.seal(&[3; 12], &[], &mut [], &mut tag).map(|()| tag)
            };
            assert_eq!(tag(&gcm), tag(&fresh), "{name}");
        }
    }
}
