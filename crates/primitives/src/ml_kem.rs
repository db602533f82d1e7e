//! Key encapsulation with ML-KEM-768 (FIPS 203).

use core::fmt;

use ml_kem::kem::{Decapsulate, Encapsulate, KeyExport};
use ml_kem::{DecapsulationKey, EncapsulationKey, MlKem768, Seed};
use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use crate::random::CryptoRng;
use crate::secret::Secret;

/// Bytes of a public key.
pub const PUBLIC_LENGTH: usize = 1_184;
/// Bytes of a ciphertext.
pub const CIPHERTEXT_LENGTH: usize = 1_088;

/// A private key for one encapsulation; wiped when used or dropped.
pub struct Ephemeral {
    key: Box<DecapsulationKey<MlKem768>>,
    public: Box<[u8; PUBLIC_LENGTH]>,
}

impl Ephemeral {
    /// Draws a fresh key.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self::from_seed(&Secret::generate(rng))
    }

    /// The key of a seed: d and then z (FIPS 203, section 7.1).
    #[must_use]
    pub fn from_seed(seed: &Secret<64>) -> Self {
        let mut copy = Seed::from(*seed.expose());
        let key = Box::new(DecapsulationKey::from_seed(copy));
        copy.zeroize();
        let public = Box::new(key.encapsulation_key().to_bytes().into());
        Self { key, public }
    }

    /// The public key.
    #[must_use]
    pub const fn public(&self) -> &[u8; PUBLIC_LENGTH] {
        &self.public
    }

    /// The secret that `ciphertext` holds.
    ///
    /// # Security
    /// A ciphertext that was changed gives a secret that nobody else has, and no error
    /// (FIPS 203, section 6.3): a key confirmation must follow.
    #[must_use]
    pub fn decapsulate(&self, ciphertext: &[u8; CIPHERTEXT_LENGTH]) -> Secret<32> {
        let mut shared = self.key.decapsulate(ciphertext.into());
        let secret = Secret::fill(|bytes| bytes.copy_from_slice(&shared));
        shared.zeroize();
        secret
    }
}

impl fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ephemeral").finish_non_exhaustive()
    }
}

/// Makes a secret and the ciphertext that carries it to the holder of `public`.
///
/// # Errors
/// [`Error::BadKey`] for a key that is not reduced (FIPS 203, section 7.2).
pub fn encapsulate(
    public: &[u8; PUBLIC_LENGTH],
    rng: &mut dyn CryptoRng,
) -> Result<([u8; CIPHERTEXT_LENGTH], Secret<32>), Error> {
    let key = EncapsulationKey::<MlKem768>::new(public.into())
        .map_err(|_| Error::BadKey("an ML-KEM key with coefficients that are not reduced"))?;
    let (ciphertext, shared) = key.encapsulate_with_rng(rng);
    let shared = Zeroizing::new(<[u8; 32]>::from(shared));
    Ok((ciphertext.into(), Secret::copy_from(&shared)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::System;

    #[test]
    fn both_sides_have_the_same_secret() {
        let mut rng = System::new().unwrap();
        let own = Ephemeral::generate(&mut rng);
        let (ciphertext, theirs) = encapsulate(own.public(), &mut rng).unwrap();
        assert_eq!(own.decapsulate(&ciphertext), theirs);
    }

    #[test]
    fn a_changed_ciphertext_gives_another_secret() {
        let mut rng = System::new().unwrap();
        let own = Ephemeral::generate(&mut rng);
        let (mut ciphertext, theirs) = encapsulate(own.public(), &mut rng).unwrap();
        ciphertext[17] ^= 1;
        assert_ne!(own.decapsulate(&ciphertext), theirs);
    }

    #[test]
    fn a_key_that_is_not_reduced_is_refused() {
        let mut rng = System::new().unwrap();
        let mut public = *Ephemeral::generate(&mut rng).public();
        public[..3].copy_from_slice(&[0xff; 3]);
        assert!(matches!(encapsulate(&public, &mut rng), Err(Error::BadKey(_))));
    }
}
