use core::fmt;

use privity_primitives::hash::sha256;
use privity_primitives::mac::hmac_sha256;
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;

use crate::format::label;

/// A secret of this device that is mixed into every secret it draws (PROTOCOL.md,
/// "Accounts: drawing").
///
/// Two copies of a machine may have generators that repeat each other; with the context of
/// what is drawn in it, what they draw differs all the same.
pub struct LocalSecret(Secret<32>);

impl LocalSecret {
    /// A fresh one, once per device.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self(Secret::generate(rng))
    }

    /// The one that was stored.
    #[must_use]
    pub const fn from_secret(secret: Secret<32>) -> Self {
        Self(secret)
    }

    /// The secret, to be stored sealed.
    #[must_use]
    pub const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// `HMAC-SHA256(local, L"draw" || 32 random bytes || SHA-256(context))`.
    pub fn draw(&self, context: &[&[u8]], rng: &mut dyn CryptoRng) -> Secret<32> {
        let random = Secret::<32>::generate(rng);
        hmac_sha256(self.0.expose(), &[label::DRAW, random.expose(), &sha256(context)])
    }
}

impl fmt::Debug for LocalSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSecret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn draw(local: u8, rng: u8, context: &[u8]) -> Secret<32> {
        let local = LocalSecret::from_secret(Secret::copy_from(&[local; 32]));
        local.draw(&[context], &mut ChaCha20Rng::from_seed([rng; 32]))
    }

    #[test]
    fn secret_randomness_and_context_all_count() {
        assert_eq!(draw(1, 2, b"three"), draw(1, 2, b"three"));
        assert_ne!(draw(1, 2, b"three"), draw(9, 2, b"three"));
        assert_ne!(draw(1, 2, b"three"), draw(1, 9, b"three"));
        assert_ne!(draw(1, 2, b"three"), draw(1, 2, b"nine"));
    }

    #[test]
    fn a_local_secret_prints_nothing() {
        let local = LocalSecret::from_secret(Secret::copy_from(&[7; 32]));
        assert_eq!(format!("{local:?}"), "LocalSecret { .. }");
    }
}
