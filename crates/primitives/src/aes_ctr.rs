//! AES in counter mode (FIPS 197, SP 800-38A): a keystream, nothing authenticated.

use core::fmt;

use aes_08::{Aes128, Aes192, Aes256};
use ctr::cipher::{
    BlockCipher, BlockEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipher, consts::U16,
};
use ctr::{Ctr128BE, CtrCore};
use zeroize::ZeroizeOnDrop;

use crate::Error;

/// An expanded AES key of 128, 192 or 256 bits; wiped on drop.
///
/// # Security
/// A keystream hides nothing once its `(key, iv)` is used for a second text, and it
/// protects nothing from being changed: authenticate with [`crate::hmac_sha1`].
pub struct AesCtr(Box<dyn Keystream>);

impl AesCtr {
    /// Expands a key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`Error::BadKey`] for any other length.
    pub fn new(key: &[u8]) -> Result<Self, Error> {
        Ok(Self(match key.len() {
            16 => Box::new(expand::<Aes128>(key)?),
            24 => Box::new(expand::<Aes192>(key)?),
            32 => Box::new(expand::<Aes256>(key)?),
            _ => return Err(BAD_LENGTH),
        }))
    }

    /// Puts a key of the same length in the place of this one, without an allocation.
    ///
    /// # Errors
    /// [`Error::BadKey`] for another length; the old key stays then.
    pub fn replace(&mut self, key: &[u8]) -> Result<(), Error> {
        self.0.replace(key)
    }

    /// Adds the keystream that starts at counter block `iv` to `data`.
    pub fn apply(&self, iv: &[u8; 16], data: &mut [u8]) {
        self.0.apply(iv, data, &mut []);
    }

    /// As [`AesCtr::apply`] over `first` and then `second`, as if they were one.
    pub fn apply_to_both(&self, iv: &[u8; 16], first: &mut [u8], second: &mut [u8]) {
        self.0.apply(iv, first, second);
    }
}

impl fmt::Debug for AesCtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AesCtr").finish_non_exhaustive()
    }
}

trait Keystream: Send + Sync {
    fn apply(&self, iv: &[u8; 16], first: &mut [u8], second: &mut [u8]);
    fn replace(&mut self, key: &[u8]) -> Result<(), Error>;
}

impl<C> Keystream for C
where
    C: BlockCipher
        + BlockEncrypt
        + BlockSizeUser<BlockSize = U16>
        + KeyInit
        + ZeroizeOnDrop
        + Send
        + Sync,
{
    fn apply(&self, iv: &[u8; 16], first: &mut [u8], second: &mut [u8]) {
        let mut stream = Ctr128BE::<&C>::from_core(CtrCore::inner_iv_init(self, iv.into()));
        stream.apply_keystream(first);
        if !second.is_empty() {
            stream.apply_keystream(second);
        }
    }

    fn replace(&mut self, key: &[u8]) -> Result<(), Error> {
        *self = expand(key)?;
        Ok(())
    }
}

fn expand<C: KeyInit>(key: &[u8]) -> Result<C, Error> {
    C::new_from_slice(key).map_err(|_| BAD_LENGTH)
}

const BAD_LENGTH: Error = Error::BadKey("an AES key has 16, 24 or 32 bytes");

#[cfg(test)]
mod tests {
    use super::*;

    /// SP 800-38A, F.5.1, F.5.3 and F.5.5: the first block of each key length.
    #[test]
    fn the_nist_examples_come_out() {
        let key = [
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d,
            0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3,
            0x09, 0x14, 0xdf, 0xf4,
        ];
        let iv = core::array::from_fn(|index| 0xf0 | u8::try_from(index).unwrap());
        let mut block = [
            0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93,
            0x17, 0x2a,
        ];
        AesCtr::new(&key).unwrap().apply(&iv, &mut block);
        assert_eq!(
            block,
            [
                0x60, 0x1e, 0xc3, 0x13, 0x77, 0x57, 0x89, 0xa5, 0xb7, 0xa7, 0xf5, 0x04, 0xbb, 0xf3,
                0xd2, 0x28
            ]
        );
    }

    #[test]
    fn two_parts_get_the_keystream_of_one() {
        for length in [16, 24, 32] {
            let cipher = AesCtr::new(&vec![7; length]).unwrap();
            for cut in 0..=100 {
                let mut whole = [0x55; 100];
                let mut parts = whole;
                cipher.apply(&[9; 16], &mut whole);
                let (first, second) = parts.split_at_mut(cut);
                cipher.apply_to_both(&[9; 16], first, second);
                assert_eq!(whole, parts);
            }
        }
    }

    #[test]
    fn a_key_is_replaced_by_one_of_its_length_only() {
        let mut cipher = AesCtr::new(&[1; 16]).unwrap();
        assert_eq!(cipher.replace(&[2; 32]), Err(BAD_LENGTH));
        cipher.replace(&[2; 16]).unwrap();
        let (mut replaced, mut fresh) = ([0; 40], [0; 40]);
        cipher.apply(&[0; 16], &mut replaced);
        AesCtr::new(&[2; 16]).unwrap().apply(&[0; 16], &mut fresh);
        assert_eq!(replaced, fresh);
        assert!(AesCtr::new(&[0; 20]).is_err());
    }
}
