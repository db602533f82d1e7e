//! HKDF with SHA-256 (RFC 5869).

use hkdf::Hkdf;
use sha2::Sha256;

use crate::Error;
use crate::secret::{Secret, SecretVec};

/// A pseudorandom key: what [`extract`] makes and what keys are expanded from.
#[derive(Debug, PartialEq, Eq)]
pub struct Prk(Secret<32>);

/// HKDF-Extract (RFC 5869, section 2.2).
#[must_use]
pub fn extract(salt: &[u8], ikm: &[u8]) -> Prk {
    Prk(crate::mac::hmac_sha256(salt, &[ikm]))
}

impl Prk {
    /// Takes 32 uniformly random bytes as they are.
    #[must_use]
    pub const fn from_uniform(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// HKDF-Expand (RFC 5869, section 2.3); `info` is the concatenation of its parts.
    #[must_use]
    #[expect(clippy::expect_used, reason = "both lengths are fixed by the types")]
    pub fn expand<const N: usize>(&self, info: &[&[u8]]) -> Secret<N> {
        const { assert!(N <= 255 * 32, "RFC 5869 gives at most 255 blocks") };
        let hkdf = Hkdf::<Sha256>::from_prk(self.0.expose()).expect("32 bytes are a key");
        Secret::fill(|okm| hkdf.expand_multi_info(info, okm).expect("at most 255 blocks"))
    }

    /// As [`Prk::expand`], for a length known only at run time.
    ///
    /// # Errors
    /// [`Error::TooLong`] past 255 * 32 bytes.
    #[expect(clippy::expect_used, reason = "the key's length is fixed by its type")]
    pub fn expand_to(&self, info: &[&[u8]], length: u16) -> Result<SecretVec, Error> {
        let hkdf = Hkdf::<Sha256>::from_prk(self.0.expose()).expect("32 bytes are a key");
        let mut okm = vec![0; usize::from(length)];
        hkdf.expand_multi_info(info, &mut okm).map_err(|_| Error::TooLong)?;
        Ok(SecretVec::new(okm))
    }

    /// Lends the bytes.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}
