//! X-Wing's encapsulation, composed of X25519 and a fast, formally verified ML-KEM-768: a
//! KEM for the HPKE row.
//!
//! Keys, decapsulation and derivation are those of the `hpke` crate. Both encapsulations give
//! the same bytes for the same coins, and a test holds them against each other.

use core::fmt;

use hpke::kem::{SharedSecret, XWing};
use hpke::{Deserializable, HpkeError, Kem, Serializable};
use libcrux_ml_kem::mlkem768::{self, MlKem768PublicKey};
use rand_core::CryptoRng;
use sha3::{Digest, Sha3_256};
use x25519_dalek::{PublicKey as Point, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

/// A KEM that differs from [`XWing`] only in how fast it encapsulates.
pub(super) struct FastXWing;

/// A public key of 1,216 bytes: ML-KEM-768, whose coefficients are in range, then X25519.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Public(Box<Halves>);

#[derive(Clone, PartialEq, Eq)]
struct Halves {
    ml_kem: [u8; ML_KEM_PUBLIC_LENGTH],
    point: [u8; 32],
}

impl fmt::Debug for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Public").finish_non_exhaustive()
    }
}

impl Serializable for Public {
    type OutputSize = <<XWing as Kem>::PublicKey as Serializable>::OutputSize;

    fn write_exact(&self, target: &mut [u8]) {
        let bytes = self.0.ml_kem.iter().chain(&self.0.point);
        target.iter_mut().zip(bytes).for_each(|(target, byte)| *target = *byte);
    }
}

impl Deserializable for Public {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let halves = bytes.split_first_chunk::<ML_KEM_PUBLIC_LENGTH>();
        let (ml_kem, point) = halves.ok_or(HpkeError::ValidationError)?;
        let point = point.try_into().map_err(|_| HpkeError::ValidationError)?;
        if !mlkem768::validate_public_key(&MlKem768PublicKey::from(ml_kem)) {
            return Err(HpkeError::ValidationError);
        }
        Ok(Self(Box::new(Halves { ml_kem: *ml_kem, point })))
    }
}

impl Kem for FastXWing {
    type PublicKey = Public;
    type PrivateKey = <XWing as Kem>::PrivateKey;
    type EncappedKey = <XWing as Kem>::EncappedKey;
    type NSecret = <XWing as Kem>::NSecret;
    const KEM_ID: u16 = XWing::KEM_ID;

    fn sk_to_pk(private: &Self::PrivateKey) -> Public {
        public_of(&XWing::sk_to_pk(private))
    }

    fn derive_keypair(seed: &[u8]) -> (Self::PrivateKey, Public) {
        let (private, public) = XWing::derive_keypair(seed);
        (private, public_of(&public))
    }

    fn decap(
        private: &Self::PrivateKey,
        _: Option<&Public>,
        encapsulation: &Self::EncappedKey,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        let shared = XWing::decap(private, None, encapsulation)?;
        Ok(SharedSecret(shared.0))
    }

    /// Draft-connolly-cfrg-xwing-kem-10, section 5.4: coins for ML-KEM, then for X25519.
    fn encap_with_rng(
        public: &Public,
        _: Option<(&Self::PrivateKey, &Public)>,
        coins: &mut impl CryptoRng,
    ) -> Result<(SharedSecret<Self>, Self::EncappedKey), HpkeError> {
        let mut drawn = Zeroizing::new([[0; 32]; 2]);
        drawn.iter_mut().for_each(|half| coins.fill_bytes(half));
        let [ml_kem_coins, scalar] = *drawn;
        let key = MlKem768PublicKey::from(&public.0.ml_kem);
        let (ciphertext, shared) = mlkem768::encapsulate(&key, ml_kem_coins);
        let shared = Zeroizing::new(shared);
        let scalar = StaticSecret::from(scalar);
        let point = Point::from(&scalar);
        let other = scalar.diffie_hellman(&Point::from(public.0.point));
        let enc = [ciphertext.as_slice().as_slice(), point.as_bytes()].concat();
        let mut combined = Sha3_256::new()
            .chain_update(*shared)
            .chain_update(other.as_bytes())
            .chain_update(point.as_bytes())
            .chain_update(public.0.point)
            .chain_update(LABEL)
            .finalize();
        let mut secret = SharedSecret::default();
        secret.0.copy_from_slice(&combined);
        combined.zeroize();
        Ok((secret, Self::EncappedKey::from_bytes(&enc)?))
    }
}

fn public_of(public: &<XWing as Kem>::PublicKey) -> Public {
    let bytes = public.to_bytes();
    let mut halves = Halves { ml_kem: [0; ML_KEM_PUBLIC_LENGTH], point: [0; 32] };
    let Halves { ml_kem, point } = &mut halves;
    ml_kem.iter_mut().chain(point).zip(&bytes).for_each(|(target, byte)| *target = *byte);
    Public(Box::new(halves))
}

/// ML-KEM-768 (FIPS 203, table 3).
const ML_KEM_PUBLIC_LENGTH: usize = 1_184;
/// Draft-connolly-cfrg-xwing-kem-10, section 5.3.
const LABEL: &[u8; 6] = b"\\.//^\\";

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::secret::Secret;
    use crate::wrap::hpke_row;

    #[test]
    fn both_encapsulations_give_the_same_bytes() {
        let mut rng = ChaCha8Rng::seed_from_u64(0x647a);
        for _ in 0..200 {
            let mut seed = [0; 32];
            let mut coins = [0; 64];
            rng.fill_bytes(&mut seed);
            rng.fill_bytes(&mut coins);
            let (private, slow) = XWing::derive_keypair(&seed);
            let (_, fast) = FastXWing::derive_keypair(&seed);
            assert_eq!(slow.to_bytes(), fast.to_bytes());
            assert_eq!(Public::from_bytes(&slow.to_bytes()), Ok(fast.clone()));
            assert_eq!(FastXWing::sk_to_pk(&private), fast);

            let secret = Secret::copy_from(&seed);
            let one = hpke_row::seal::<XWing>(&slow, b"info", &secret, &coins).unwrap();
            let other = hpke_row::seal::<FastXWing>(&fast, b"info", &secret, &coins).unwrap();
            assert_eq!(one, other);
            assert_eq!(hpke_row::open::<XWing>(&private, b"info", &one).unwrap(), secret);
            assert_eq!(hpke_row::open::<FastXWing>(&private, b"info", &one).unwrap(), secret);
        }
    }
}
