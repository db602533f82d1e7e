use aes_gcm::aead::array::ArraySize;
use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::{AeadCore, AeadInOut, Aes128Gcm, Aes256Gcm, KeyInit};

use super::BAD_LENGTH;
use crate::Error;

/// The row that every target has, for a key of 16 or 32 bytes.
pub(super) fn row(key: &[u8]) -> Result<Box<dyn Cipher>, Error> {
    match key.len() {
        16 => Ok(Box::new(expand::<Aes128Gcm>(key)?)),
        32 => Ok(Box::new(expand::<Aes256Gcm>(key)?)),
        _ => Err(BAD_LENGTH),
    }
}

/// Either key length.
pub(super) trait Cipher: Send + Sync {
    fn replace(&mut self, key: &[u8]) -> Result<(), Error>;
    fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), Error>;
    fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Error>;
}

impl<A> Cipher for A
where
    A: AeadInOut + AeadCore<NonceSize = U12, TagSize = U16> + KeyInit + Send + Sync,
    A::KeySize: ArraySize,
{
    fn replace(&mut self, key: &[u8]) -> Result<(), Error> {
        *self = expand(key)?;
        Ok(())
    }

    fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), Error> {
        self.encrypt_inout_detached(nonce.into(), aad, text.into())
            .map(|made| *tag = made.into())
            .map_err(|_| Error::TooLong)
    }

    fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Error> {
        self.decrypt_inout_detached(nonce.into(), aad, text.into(), tag.into())
            .map_err(|_| Error::Decrypt)
    }
}

fn expand<A: KeyInit>(key: &[u8]) -> Result<A, Error> {
    A::new_from_slice(key).map_err(|_| BAD_LENGTH)
}
