//! What a suite provides: one row of constants and constructors, and two kinds of key.

use core::ops::RangeInclusive;

use rand_core::CryptoRng;

use crate::Error;
use crate::secret::{Secret, SecretVec};
use crate::wrap::WrapCiphertext;
use crate::wrap::suite::Suite;

/// One suite, as data.
pub(super) struct Row {
    pub(super) suite: Suite,
    pub(super) id: u8,
    pub(super) name: &'static str,
    pub(super) post_quantum: bool,
    pub(super) coins_length: usize,
    pub(super) public_key_lengths: RangeInclusive<usize>,
    pub(super) encapsulation_lengths: RangeInclusive<usize>,
    /// Checks and parses a public key.
    #[expect(clippy::type_complexity, reason = "a constructor, spelled out")]
    pub(super) parse: fn(&[u8]) -> Result<Box<dyn PublicRow>, Error>,
    /// The public key inside a SubjectPublicKeyInfo that names this suite's algorithm.
    pub(super) from_spki: fn(&[u8]) -> Option<&[u8]>,
    /// `DeriveKeyPair`; none where keys have no seed.
    pub(super) derive: Option<fn(&Secret<32>) -> KeyPair>,
    /// A private key of 32 bytes; none where keys have another form.
    #[expect(clippy::type_complexity, reason = "a constructor, spelled out")]
    pub(super) import: Option<fn(&Secret<32>) -> Result<KeyPair, Error>>,
    /// A private key in PKCS#8; none if it names another algorithm.
    pub(super) from_pkcs8: fn(&[u8]) -> Option<Result<KeyPair, Error>>,
    pub(super) generate: fn(&mut dyn CryptoRng) -> Result<KeyPair, Error>,
}

/// A private key and the bytes of its public side, not yet checked.
pub(super) struct KeyPair {
    pub(super) public: Vec<u8>,
    pub(super) private: Box<dyn PrivateRow>,
}

/// A parsed public key.
pub(super) trait PublicRow: Send + Sync {
    fn wrap(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
    ) -> Result<WrapCiphertext, Error>;

    /// The key as SubjectPublicKeyInfo, where the algorithm has a registered identifier.
    fn to_spki_der(&self) -> Option<Vec<u8>>;
}

/// A parsed private key, wiped on drop.
pub(super) trait PrivateRow: Send + Sync {
    fn unwrap(
        &self,
        info: &[u8],
        wrap: &WrapCiphertext,
        rng: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error>;

    /// The key as PKCS#8, where the algorithm has a registered identifier.
    fn to_pkcs8_der(&self) -> Option<SecretVec>;
}
