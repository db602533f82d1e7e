//! AES-256-GCM that commits to its key: a ciphertext opens under one key only.
//!
//! GCM alone does not: one can craft a ciphertext that opens under two keys. So the key is
//! derived together with 32 bytes that stand beside the ciphertext and are compared first.
//! Two keys with the same commitment are a collision of HKDF-SHA256.

use core::fmt;

use subtle::ConstantTimeEq;

use crate::Error;
use crate::aead;
use crate::kdf::Prk;
use crate::secret::Secret;

/// Bytes of a commitment.
pub const COMMITMENT_LENGTH: usize = 32;

/// A key for one text and the commitment to it, derived together.
pub struct CommittingKey {
    key: Secret<32>,
    commitment: Secret<COMMITMENT_LENGTH>,
}

impl CommittingKey {
    /// HKDF-Expand to 64 bytes: first the key, then the commitment. `info` is the
    /// concatenation of its parts.
    ///
    /// # Security
    /// The nonce is zero: each (`prk`, `info`) seals one text, ever.
    #[must_use]
    pub fn derive(prk: &Prk, info: &[&[u8]]) -> Self {
        let both = prk.expand::<64>(info);
        let (key, commitment) = both.expose().split_at(32);
        Self {
            key: Secret::fill(|target| target.copy_from_slice(key)),
            commitment: Secret::fill(|target| target.copy_from_slice(commitment)),
        }
    }

    /// The commitment, which is sent along and is public.
    #[must_use]
    pub const fn commitment(&self) -> &[u8; COMMITMENT_LENGTH] {
        self.commitment.expose()
    }

    /// Seals `plaintext`; the result is the ciphertext and then the tag.
    ///
    /// # Errors
    /// [`Error::TooLong`] past 2^36 - 32 bytes.
    pub fn seal(self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        aead::seal(&self.key, &NONCE, aad, plaintext)
    }

    /// Compares the commitment in constant time, and only then opens.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if the commitment, `aad` or any bit of `sealed` differs.
    pub fn open(
        self,
        commitment: &[u8; COMMITMENT_LENGTH],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.check(commitment)?;
        aead::open(&self.key, &NONCE, aad, sealed)
    }

    /// The comparison alone, for who must know which of the two checks failed: before it,
    /// whoever delivered the bytes is to blame, after it, whoever knew the key.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it differs.
    pub fn check(&self, commitment: &[u8; COMMITMENT_LENGTH]) -> Result<(), Error> {
        bool::from(self.commitment.expose().ct_eq(commitment)).then_some(()).ok_or(Error::Decrypt)
    }
}

impl fmt::Debug for CommittingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommittingKey").finish_non_exhaustive()
    }
}

const NONCE: [u8; 12] = [0; 12];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kdf;

    fn key(info: &[u8]) -> CommittingKey {
        CommittingKey::derive(&kdf::extract(b"salt", b"secret"), &[info])
    }

    #[test]
    fn a_text_opens_under_its_key_commitment_and_header_only() {
        let commitment = *key(b"one").commitment();
        let sealed = key(b"one").seal(b"header", b"text").unwrap();
        assert_eq!(key(b"one").open(&commitment, b"header", &sealed).unwrap(), b"text");
        assert_eq!(key(b"one").open(&commitment, b"other", &sealed), Err(Error::Decrypt));
        assert_eq!(key(b"two").open(&commitment, b"header", &sealed), Err(Error::Decrypt));
        for index in 0..32 {
            let mut wrong = commitment;
            wrong[index] ^= 1;
            assert_eq!(key(b"one").open(&wrong, b"header", &sealed), Err(Error::Decrypt));
            assert_eq!(key(b"one").check(&wrong), Err(Error::Decrypt));
        }
    }

    #[test]
    fn the_key_comes_first_and_then_the_commitment() {
        let both = kdf::extract(b"salt", b"secret").expand::<64>(&[b"one"]);
        assert_eq!(key(b"one").commitment(), &both.expose()[32..]);
        let plain = Secret::from_slice(&both.expose()[..32]).unwrap();
        let sealed = aead::seal(&plain, &[0; 12], b"h", b"text").unwrap();
        assert_eq!(key(b"one").seal(b"h", b"text").unwrap(), sealed);
    }

    #[test]
    fn a_committing_key_prints_nothing() {
        assert_eq!(format!("{:?}", key(b"one")), "CommittingKey { .. }");
    }
}
