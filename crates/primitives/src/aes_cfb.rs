//! AES in cipher feedback mode with full blocks (SP 800-38A, CFB-128). It hides and does not
//! authenticate: the caller has a MAC over the ciphertext.

use aes::{Aes128, Aes192, Aes256};
use cfb_mode::cipher::{InnerIvInit, KeyInit};
use cfb_mode::{Decryptor, Encryptor};

use crate::Error;

/// Encrypts in place with a key of 16, 24 or 32 bytes.
///
/// # Errors
/// [`Error::BadKey`] for any other key length.
///
/// # Security
/// Never use an IV twice under one key.
pub fn encrypt(key: &[u8], iv: &[u8; 16], data: &mut [u8]) -> Result<(), Error> {
    match key.len() {
        16 => Encryptor::inner_iv_init(cipher::<Aes128>(key)?, iv.into()).encrypt(data),
        24 => Encryptor::inner_iv_init(cipher::<Aes192>(key)?, iv.into()).encrypt(data),
        _ => Encryptor::inner_iv_init(cipher::<Aes256>(key)?, iv.into()).encrypt(data),
    }
    Ok(())
}

/// Decrypts in place with a key of 16, 24 or 32 bytes.
///
/// # Errors
/// [`Error::BadKey`] for any other key length.
pub fn decrypt(key: &[u8], iv: &[u8; 16], data: &mut [u8]) -> Result<(), Error> {
    match key.len() {
        16 => Decryptor::inner_iv_init(cipher::<Aes128>(key)?, iv.into()).decrypt(data),
        24 => Decryptor::inner_iv_init(cipher::<Aes192>(key)?, iv.into()).decrypt(data),
        _ => Decryptor::inner_iv_init(cipher::<Aes256>(key)?, iv.into()).decrypt(data),
    }
    Ok(())
}

fn cipher<C: KeyInit>(key: &[u8]) -> Result<C, Error> {
    C::new_from_slice(key).map_err(|_| Error::BadKey("length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn the_first_blocks_of_sp_800_38a() {
        let iv: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let plain = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        for (key, expected) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b",
            ),
        ] {
            let mut data = plain.clone();
            encrypt(&unhex(key), &iv, &mut data).unwrap();
            assert_eq!(data, unhex(expected));
            decrypt(&unhex(key), &iv, &mut data).unwrap();
            assert_eq!(data, plain);
        }
        assert!(encrypt(&[0; 17], &iv, &mut [0; 4]).is_err());
    }
}
