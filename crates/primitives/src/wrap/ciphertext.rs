//! What wrapping makes.

use subtle::{Choice, ConstantTimeEq};

/// Bytes of [`WrapCiphertext::ct`] in every suite: the secret and a full GCM tag.
pub const SEALED_SECRET_LENGTH: usize = 32 + crate::aead::TAG_LENGTH;

/// A wrapped secret; all of it is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapCiphertext {
    /// The encapsulation: an HPKE `enc`, or the RSA-OAEP block.
    pub enc: Vec<u8>,
    /// The sealed secret and its tag.
    pub ct: [u8; SEALED_SECRET_LENGTH],
}

impl WrapCiphertext {
    /// Takes both parts as they were read; none if `ct` has another length.
    ///
    /// The length of `enc` is compared with its suite's when it is used; who reads from a
    /// peer bounds it first by [`crate::wrap::Suite::encapsulation_lengths`].
    #[must_use]
    pub fn new(enc: &[u8], ct: &[u8]) -> Option<Self> {
        Some(Self { enc: enc.to_vec(), ct: ct.try_into().ok()? })
    }
}

impl ConstantTimeEq for WrapCiphertext {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.enc.ct_eq(&other.enc) & self.ct.ct_eq(&other.ct)
    }
}
