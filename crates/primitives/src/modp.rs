//! Diffie-Hellman modulo the safe primes of RFC 3526, generator 2.

use core::fmt;

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{Limb, U256, U384, U512, U2048, U3072, Uint, const_monty_params};
use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use crate::random::CryptoRng;
use crate::secret::SecretVec;

mod comb;

/// A group of RFC 3526.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Group 14, 2,048 bits.
    Modp2048,
    /// Group 15, 3,072 bits.
    Modp3072,
}

impl Group {
    /// Bytes of a public and of a shared value; leading zeros stay.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Modp2048 => 256,
            Self::Modp3072 => 384,
        }
    }

    /// The prime, big endian.
    #[must_use]
    pub fn prime(self) -> Vec<u8> {
        let prime = match self {
            Self::Modp2048 => big_endian(P2048::PARAMS.modulus().as_ref()),
            Self::Modp3072 => big_endian(P3072::PARAMS.modulus().as_ref()),
        };
        prime.expose().to_vec()
    }
}

/// How long an exponent is; twice the strength that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExponentLength {
    /// 256 bits.
    Bits256,
    /// 384 bits.
    Bits384,
    /// 512 bits.
    Bits512,
}

impl ExponentLength {
    const fn bytes(self) -> usize {
        match self {
            Self::Bits256 => 32,
            Self::Bits384 => 48,
            Self::Bits512 => 64,
        }
    }
}

/// An exponent for one agreement; wiped when used or dropped.
///
/// # Security
/// The power takes a time that depends on the group and on the exponent's length alone.
pub struct Ephemeral {
    group: Group,
    exponent: SecretVec,
    public: Vec<u8>,
}

impl Ephemeral {
    /// Draws a fresh exponent.
    ///
    /// # Errors
    /// [`Error::BadKey`] as for [`Ephemeral::from_exponent`]; random bytes do not get there.
    pub fn generate(
        group: Group,
        length: ExponentLength,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        let mut exponent = vec![0; length.bytes()];
        rng.fill_bytes(&mut exponent);
        Self::from_exponent(group, SecretVec::new(exponent))
    }

    /// Takes an exponent of 32, 48 or 64 bytes, big endian.
    ///
    /// # Errors
    /// [`Error::BadKey`] for another length, or if the public value is one that
    /// [`Ephemeral::agree`] refuses.
    pub fn from_exponent(group: Group, exponent: SecretVec) -> Result<Self, Error> {
        if ![32, 48, 64].contains(&exponent.expose().len()) {
            return Err(EXPONENT);
        }
        let power = match group {
            Group::Modp2048 => {
                finish::<P2048, { U2048::LIMBS }>(comb::power_of_two(&exponent, comb::TABLE_2048))
            }
            Group::Modp3072 => {
                finish::<P3072, { U3072::LIMBS }>(comb::power_of_two(&exponent, comb::TABLE_3072))
            }
        };
        let public = power?.expose().to_vec();
        Ok(Self { group, exponent, public })
    }

    /// The public value, big endian, of the group's length.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The shared value, big endian, of the group's length.
    ///
    /// # Errors
    /// [`Error::BadKey`] if the peer's value is of another length, 0, 1, p - 1, p or more.
    pub fn agree(&self, peer: &[u8]) -> Result<SecretVec, Error> {
        if peer.len() != self.group.length() {
            return Err(Error::BadKey("a public value of another length than the prime"));
        }
        match self.group {
            Group::Modp2048 => {
                let peer = checked::<P2048, { U2048::LIMBS }>(U2048::from_be_slice(peer))?;
                power::<P2048, { U2048::LIMBS }>(&peer, &self.exponent)
            }
            Group::Modp3072 => {
                let peer = checked::<P3072, { U3072::LIMBS }>(U3072::from_be_slice(peer))?;
                power::<P3072, { U3072::LIMBS }>(&peer, &self.exponent)
            }
        }
    }
}

impl fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ephemeral").field("group", &self.group).finish_non_exhaustive()
    }
}

/// A value from outside is in 2..=p-2; nothing secret is compared.
fn checked<P, const LIMBS: usize>(value: Uint<LIMBS>) -> Result<Uint<LIMBS>, Error>
where
    P: ConstMontyParams<LIMBS>,
{
    let last = P::PARAMS.modulus().as_ref().wrapping_sub(&Uint::ONE);
    if value <= Uint::ONE || value >= last {
        return Err(Error::BadKey("a public value that is not in 2..=p-2"));
    }
    Ok(value)
}

fn power<P, const LIMBS: usize>(
    base: &Uint<LIMBS>,
    exponent: &SecretVec,
) -> Result<SecretVec, Error>
where
    P: ConstMontyParams<LIMBS>,
{
    let bytes = exponent.expose();
    let base = ConstMontyForm::<P, LIMBS>::new(base);
    let result = match bytes.len() {
        32 => base.pow(&*Zeroizing::new(U256::from_be_slice(bytes))),
        48 => base.pow(&*Zeroizing::new(U384::from_be_slice(bytes))),
        64 => base.pow(&*Zeroizing::new(U512::from_be_slice(bytes))),
        _ => return Err(EXPONENT),
    };
    finish(result)
}

/// The bytes of a power, unless it is one that no peer takes.
fn finish<P, const LIMBS: usize>(power: ConstMontyForm<P, LIMBS>) -> Result<SecretVec, Error>
where
    P: ConstMontyParams<LIMBS>,
{
    let mut result = power.retrieve();
    let shared = big_endian(&result);
    let trivial = checked::<P, LIMBS>(result);
    result.zeroize();
    trivial.map(|mut value| {
        value.zeroize();
        shared
    })
}

const EXPONENT: Error = Error::BadKey("an exponent of another length than 32, 48 or 64 bytes");

fn big_endian<const LIMBS: usize>(value: &Uint<LIMBS>) -> SecretVec {
    let mut bytes = Vec::with_capacity(LIMBS * Limb::BYTES);
    for limb in value.as_limbs().iter().rev() {
        bytes.extend_from_slice(&limb.0.to_be_bytes());
    }
    SecretVec::new(bytes)
}

const_monty_params!(
    P2048,
    U2048,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
     020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
     4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
     EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
     98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
     9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
     E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
     3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF"
);
const_monty_params!(
    P3072,
    U3072,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
     020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
     4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
     EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
     98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
     9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
     E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
     3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
     A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
     ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
     D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
     08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::System;

    const GROUPS: [Group; 2] = [Group::Modp2048, Group::Modp3072];

    #[test]
    fn both_sides_have_the_same_value_for_every_exponent_length() {
        let mut rng = System::new().unwrap();
        for group in GROUPS {
            for length in
                [ExponentLength::Bits256, ExponentLength::Bits384, ExponentLength::Bits512]
            {
                let one = Ephemeral::generate(group, length, &mut rng).unwrap();
                let other = Ephemeral::generate(group, length, &mut rng).unwrap();
                let (a, b) = (one.public().to_vec(), other.public().to_vec());
                assert_eq!(a.len(), group.length());
                assert_eq!(one.agree(&b).unwrap(), other.agree(&a).unwrap());
            }
        }
    }

    #[test]
    fn a_small_power_of_two_is_what_it_should_be() {
        for group in GROUPS {
            let mut exponent = vec![0; 32];
            exponent[31] = 9;
            let key = Ephemeral::from_exponent(group, SecretVec::new(exponent)).unwrap();
            let mut expected = vec![0; group.length()];
            expected[group.length() - 2] = 2;
            assert_eq!(key.public(), expected);
        }
    }

    #[test]
    fn zero_one_the_last_and_all_past_the_prime_are_refused() {
        for group in GROUPS {
            let length = group.length();
            let mut one = vec![0; length];
            one[length - 1] = 1;
            let prime = group.prime();
            let last = {
                let mut bytes = prime.clone();
                bytes[length - 1] -= 1;
                bytes
            };
            let beyond = vec![0xff; length];
            let short = vec![2; length - 1];
            for bad in [vec![0; length], one, last, prime, beyond, short] {
                let key = Ephemeral::from_exponent(group, SecretVec::new(vec![3; 32])).unwrap();
                assert!(matches!(key.agree(&bad), Err(Error::BadKey(_))));
            }
        }
    }

    #[test]
    fn two_and_the_last_but_one_are_taken() {
        for group in GROUPS {
            let length = group.length();
            let mut two = vec![0; length];
            two[length - 1] = 2;
            let mut last = group.prime();
            last[length - 1] -= 2;
            for good in [two, last] {
                let key = Ephemeral::from_exponent(group, SecretVec::new(vec![3; 32])).unwrap();
                assert!(key.agree(&good).is_ok());
            }
        }
    }

    #[test]
    fn an_exponent_of_another_length_is_refused() {
        for length in [0, 31, 33, 65] {
            let exponent = SecretVec::new(vec![3; length]);
            assert!(Ephemeral::from_exponent(Group::Modp2048, exponent).is_err());
        }
    }
}
