//! X25519 (RFC 7748): one secret, used once.

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::Error;
use crate::random::CryptoRng;
use crate::secret::Secret;

/// A private key for one agreement; wiped when used or dropped.
pub struct Ephemeral {
    secret: StaticSecret,
    public: [u8; 32],
}

impl Ephemeral {
    /// Draws a fresh key.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self::from_bytes(&bytes)
    }

    /// Takes the 32 bytes of RFC 7748 as they are.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let secret = StaticSecret::from(*bytes);
        let public = PublicKey::from(&secret).to_bytes();
        Self { secret, public }
    }

    /// The public value, little-endian u.
    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The shared value.
    ///
    /// # Errors
    /// [`Error::BadKey`] if it is all zeros: the peer's value has low order.
    pub fn agree(&self, peer: &[u8; 32]) -> Result<Secret<32>, Error> {
        let shared = self.secret.diffie_hellman(&PublicKey::from(*peer));
        if !shared.was_contributory() {
            return Err(Error::BadKey("low order"));
        }
        Ok(Secret::copy_from(shared.as_bytes()))
    }
}

impl core::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ephemeral").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> [u8; 32] {
        core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
    }

    #[test]
    fn the_exchange_of_rfc_7748_section_6_1() {
        let alice = unhex("77076d0a7318a57d3c16c17251b26645c6c2a1f6a6f7e1a2b1ad35c35e0d0c2a");
        let alice = Ephemeral::from_bytes(&alice);
        assert_eq!(alice.public().len(), 32);
        let bob = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let bob = Ephemeral::from_bytes(&bob);
        let (a, b) = (*alice.public(), *bob.public());
        assert_eq!(b, unhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
        assert_eq!(alice.agree(&b).unwrap(), bob.agree(&a).unwrap());
    }

    #[test]
    fn a_low_order_value_is_refused() {
        for low in [[0; 32], core::array::from_fn(|i| u8::from(i == 0))] {
            let key = Ephemeral::from_bytes(&[7; 32]);
            assert_eq!(key.agree(&low), Err(Error::BadKey("low order")));
        }
    }
}
