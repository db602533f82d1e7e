//! An RSA unwrap whose private operation happens elsewhere: in a smart card, a platform's
//! key store, a browser's WebCrypto.

use core::fmt;

use crate::Error;
use crate::secret::Secret;
use crate::wrap::{Suite, WrapCiphertext, WrapPublicKey, rsa_public};

/// The hash of an OAEP operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OaepHash {
    /// SHA-256 (FIPS 180-4).
    Sha256,
}

/// What the holder of the private key is asked: RSAES-OAEP-DECRYPT (RFC 8017, section
/// 7.1.2) of `ciphertext` with an empty label.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NeedsPrivateKey<'a> {
    /// Whose private key: find it by [`WrapPublicKey::fingerprint`] or by the bytes.
    pub key: &'a WrapPublicKey,
    /// The OAEP block, as long as the modulus.
    pub ciphertext: &'a [u8],
    /// The hash of the label.
    pub hash: OaepHash,
    /// The hash inside MGF1.
    pub mgf: OaepHash,
}

/// An unwrap that waits for its answer; holds nothing secret.
pub struct PendingUnwrap {
    key: WrapPublicKey,
    info: Vec<u8>,
    wrap: WrapCiphertext,
}

impl PendingUnwrap {
    /// Starts unwrapping `wrap`, which was made for `key` and bound to `info`.
    ///
    /// # Security
    /// Check who made the wrap before: a card should not work for just anybody.
    ///
    /// # Errors
    /// [`Error::BadKey`] if `key` is not an RSA key.
    pub fn new(key: &WrapPublicKey, info: &[u8], wrap: &WrapCiphertext) -> Result<Self, Error> {
        if key.suite() != Suite::RsaOaep {
            return Err(Error::BadKey("only RSA operations are answered from outside"));
        }
        Ok(Self { key: key.clone(), info: info.to_vec(), wrap: wrap.clone() })
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> NeedsPrivateKey<'_> {
        NeedsPrivateKey {
            key: &self.key,
            ciphertext: &self.wrap.enc,
            hash: OaepHash::Sha256,
            mgf: OaepHash::Sha256,
        }
    }

    /// Goes on with the 32 bytes that came out, or with none if the operation failed.
    ///
    /// # Security
    /// The caller wipes `decrypted`. A failure of the operation is told from a wrong result
    /// neither by the error nor by the work done.
    ///
    /// # Errors
    /// [`Error::Decrypt`] whatever is wrong.
    pub fn resume(self, decrypted: Option<&[u8]>) -> Result<Secret<32>, Error> {
        rsa_public::open(decrypted, &self.info, &self.wrap.ct)
    }
}

impl fmt::Debug for PendingUnwrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUnwrap").field("key", &self.key).finish_non_exhaustive()
    }
}
