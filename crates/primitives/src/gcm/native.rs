use core::hint::black_box;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, Tag, UnboundKey};

use super::BAD_LENGTH;
use crate::Error;

/// The library does not wipe its keys, so dropping one expands the key of all zeros over it.
pub(super) struct Native(LessSafeKey);

/// The row for a key of 16 or 32 bytes.
pub(super) fn row(key: &[u8]) -> Result<Box<Native>, Error> {
    let algorithm = [&AES_128_GCM, &AES_256_GCM]
        .into_iter()
        .find(|algorithm| algorithm.key_len() == key.len())
        .ok_or(BAD_LENGTH)?;
    Ok(Box::new(Native(expand(algorithm, key)?)))
}

impl Native {
    pub(super) fn replace(&mut self, key: &[u8]) -> Result<(), Error> {
        self.0 = expand(self.0.algorithm(), key)?;
        Ok(())
    }

    #[inline]
    pub(super) fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8; 16],
    ) -> Result<(), Error> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let made = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), text)
            .map_err(|_| Error::TooLong)?;
        tag.copy_from_slice(made.as_ref());
        Ok(())
    }

    #[inline]
    pub(super) fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Error> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.0
            .open_in_place_separate_tag(nonce, Aad::from(aad), Tag::from(*tag), text, 0..)
            .map(drop)
            .map_err(|_| Error::Decrypt)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        const ZEROS: [u8; 32] = [0; 32];
        let algorithm = self.0.algorithm();
        if let Some(Ok(blank)) = ZEROS.get(..algorithm.key_len()).map(|key| expand(algorithm, key))
        {
            self.0 = blank;
            black_box(&mut self.0);
        }
    }
}

fn expand(algorithm: &'static Algorithm, key: &[u8]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(algorithm, key).map(LessSafeKey::new).map_err(|_| BAD_LENGTH)
}
