//! X448 (RFC 7748): one secret, used once.

use core::fmt;

use x448::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::Error;
use crate::random::CryptoRng;
use crate::secret::{Secret, equal};

/// Bytes of a private, a public and a shared value.
pub const LENGTH: usize = 56;

/// A private key for one agreement; wiped when used or dropped.
pub struct Ephemeral {
    secret: StaticSecret,
    public: [u8; LENGTH],
}

impl Ephemeral {
    /// Draws a fresh key.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        rng.fill_bytes(bytes.as_mut());
        Self::from_bytes(&bytes)
    }

    /// Takes the 56 bytes of RFC 7748 as they are.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        let secret = StaticSecret::from(*bytes);
        let public = *PublicKey::from(&secret).as_bytes();
        Self { secret, public }
    }

    /// The public value, little-endian u.
    #[must_use]
    pub const fn public(&self) -> &[u8; LENGTH] {
        &self.public
    }

    /// The shared value.
    ///
    /// # Errors
    /// [`Error::BadKey`] if the peer's value has low order, or the result is all zeros.
    pub fn agree(&self, peer: &[u8; LENGTH]) -> Result<Secret<LENGTH>, Error> {
        const LOW: Error = Error::BadKey("an X448 value of low order");
        let peer = PublicKey::from_bytes(peer).ok_or(LOW)?;
        let shared = self.secret.diffie_hellman(&peer);
        if equal(shared.as_bytes(), &[0; LENGTH]) {
            return Err(LOW);
        }
        Ok(Secret::copy_from(shared.as_bytes()))
    }
}

impl fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ephemeral").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> [u8; LENGTH] {
        core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
    }

    #[test]
    fn the_exchange_of_rfc_7748_section_6_2() {
        let first = Ephemeral::from_bytes(&unhex(
            "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5\
             74a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
        ));
        let second = Ephemeral::from_bytes(&unhex(
            "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120\
             bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
        ));
        let (a, b) = (*first.public(), *second.public());
        let first_public = unhex(
            "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb\
             c836647241d953d40c5b12da88120d53177f80e532c41fa0",
        );
        assert_eq!(a, first_public);
        let shared = unhex(
            "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56\
             fd2464c335543936521c24403085d59a449a5037514a879d",
        );
        assert_eq!(first.agree(&b).unwrap().expose(), &shared);
        assert_eq!(second.agree(&a).unwrap().expose(), &shared);
    }

    /// 0, 1, p - 1, p and p + 1 have order 1, 2 or 4, or are another way to write those.
    #[test]
    fn a_value_of_low_order_is_refused() {
        let prime: [u8; LENGTH] = core::array::from_fn(|i| if i == 28 { 0xfe } else { 0xff });
        let one = core::array::from_fn(|i| u8::from(i == 0));
        let last = core::array::from_fn(|i| if i == 0 { 0xfe } else { prime[i] });
        let past = core::array::from_fn(|i| match i {
            0..28 => 0,
            _ => 0xff,
        });
        for low in [[0; LENGTH], one, last, prime, past] {
            let key = Ephemeral::from_bytes(&[7; LENGTH]);
            assert!(matches!(key.agree(&low), Err(Error::BadKey(_))), "{low:x?}");
        }
    }
}
