//! AES-256-GCM (SP 800-38D) with the full 16-byte tag.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};

use crate::Error;
use crate::gcm::Gcm;
use crate::secret::{Secret, SecretVec};

/// Bytes that sealing adds: the tag.
pub const TAG_LENGTH: usize = 16;

/// Seals `plaintext`; the result is the ciphertext and then the tag.
///
/// # Security
/// One `(key, nonce)` seals one plaintext, ever.
///
/// # Errors
/// [`Error::TooLong`] past 2^36 - 32 bytes.
pub fn seal(
    key: &Secret<32>,
    nonce: &[u8; 12],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
    Aes256Gcm::new(key.expose().into())
        .encrypt(nonce.into(), Payload { msg: plaintext, aad })
        .map_err(|_| Error::TooLong)
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`Error::Decrypt`] if key, nonce, `aad` or any bit of `sealed` differs.
pub fn open(
    key: &Secret<32>,
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Error> {
    Aes256Gcm::new(key.expose().into())
        .decrypt(nonce.into(), Payload { msg: sealed, aad })
        .map_err(|_| Error::Decrypt)
}

/// As [`open`], where the content is itself a secret.
///
/// # Errors
/// [`Error::Decrypt`] as for [`open`].
pub fn open_secret(
    key: &Secret<32>,
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<SecretVec, Error> {
    open(key, nonce, aad, sealed).map(SecretVec::new)
}

/// Seals `buffer` in place and gives the tag back.
///
/// # Security
/// One `(key, nonce)` seals one plaintext, ever.
///
/// # Errors
/// [`Error::TooLong`] past 2^36 - 32 bytes.
pub fn seal_in_place(
    key: &Secret<32>,
    nonce: &[u8; 12],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LENGTH], Error> {
    let mut tag = [0; TAG_LENGTH];
    Gcm::new(key.expose())?.seal(nonce, aad, buffer, &mut tag)?;
    Ok(tag)
}
