//! Suite 3, private side. Decryption is blinded, always.

use pkcs8::{EncodePrivateKey, PrivateKeyInfoRef};
use rand_core::CryptoRng;
use rsa::Oaep;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Error;
use crate::secret::{Secret, SecretVec};
use crate::wrap::row::{KeyPair, PrivateRow};
use crate::wrap::{WrapCiphertext, rsa_public};

struct Private(rsa::PrivateKey);

impl PrivateRow for Private {
    fn unwrap(
        &self,
        info: &[u8],
        wrap: &WrapCiphertext,
        rng: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error> {
        let k = self.0.decrypt_blinded(rng, Oaep::<Sha256>::new(), &wrap.enc).map(Zeroizing::new);
        rsa_public::open(k.as_ref().ok().map(|k| k.as_slice()), info, &wrap.ct)
    }

    fn to_pkcs8_der(&self) -> Option<SecretVec> {
        let der = self.0.to_pkcs8_der().ok()?;
        Some(SecretVec::new(der.as_bytes().to_vec()))
    }
}

/// Draws two primes for a modulus of `bits` bits.
pub(super) fn generate(bits: usize, rng: &mut dyn CryptoRng) -> Result<KeyPair, Error> {
    if !(rsa_public::MIN_BITS..=rsa_public::MAX_BITS).contains(&bits) {
        return Err(Error::BadKey("RSA keys are made with 3072 to 8192 bits"));
    }
    pair(rsa::PrivateKey::new(rng, bits).map_err(|_| Error::Random)?)
}

/// Reads PKCS#8; the sizes are checked before anything is computed.
pub(super) fn from_pkcs8(der: &[u8]) -> Option<Result<KeyPair, Error>> {
    let info = PrivateKeyInfoRef::try_from(der).ok()?;
    (info.algorithm == rsa::pkcs1::ALGORITHM_ID).then(|| from_pkcs1(info.private_key.as_bytes()))
}

fn from_pkcs1(der: &[u8]) -> Result<KeyPair, Error> {
    let numbers = rsa::pkcs1::RsaPrivateKeyRef::try_from(der)
        .map_err(|_| Error::BadKey("an RSA private key that is malformed"))?;
    rsa_public::check_numbers(numbers.modulus.as_bytes(), numbers.public_exponent.as_bytes())?;
    pair(
        numbers
            .try_into()
            .map_err(|_| Error::BadKey("an RSA private key whose numbers contradict each other"))?,
    )
}

fn pair(key: rsa::PrivateKey) -> Result<KeyPair, Error> {
    Ok(KeyPair { public: rsa_public::spki(key.as_public_key())?, private: Box::new(Private(key)) })
}
