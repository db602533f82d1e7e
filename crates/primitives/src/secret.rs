//! Secrets of a fixed and of a variable length.

use core::fmt;

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes in a box of their own: wiped on drop, never printed, never copied.
///
/// # Security
/// Comparison takes the same time whatever differs. What [`Secret::expose`] lends must
/// not be copied to where nobody wipes it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Makes a secret in place: `fill` writes it into the box, no copy stays behind.
    pub fn fill(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0);
        secret
    }

    /// As [`Secret::fill`], where filling can fail; what was written is wiped then.
    ///
    /// # Errors
    /// What `fill` returns.
    pub fn try_fill<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Draws `N` fresh bytes.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self::fill(|bytes| rng.fill_bytes(bytes))
    }

    /// Copies `bytes` into the box; the caller wipes the original.
    #[must_use]
    pub fn copy_from(bytes: &[u8; N]) -> Self {
        Self::fill(|target| target.copy_from_slice(bytes))
    }

    /// Copies a slice of exactly `N` bytes; none for any other length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk::<N>().filter(|_| bytes.len() == N).map(Self::copy_from)
    }

    /// A second box with the same bytes.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::copy_from(&self.0)
    }

    /// Lends the bytes.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> ConstantTimeEq for Secret<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.as_slice().ct_eq(other.0.as_slice())
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("length", &N).finish_non_exhaustive()
    }
}

/// Secret bytes of a length known only at run time: wiped on drop, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretVec(Vec<u8>);

impl SecretVec {
    /// Takes over bytes that the caller has in a vector.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Lends the bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl ConstantTimeEq for SecretVec {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for SecretVec {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for SecretVec {}

impl fmt::Debug for SecretVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretVec").field("length", &self.0.len()).finish_non_exhaustive()
    }
}

/// Compares two byte strings in a time that depends on their lengths alone.
#[must_use]
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_its_length_and_nothing_else() {
        let secret = Secret::<4>::copy_from(&[0xab; 4]);
        assert_eq!(format!("{secret:?}"), "Secret { length: 4, .. }");
        let secret = SecretVec::new(vec![0xab; 3]);
        assert_eq!(format!("{secret:?}"), "SecretVec { length: 3, .. }");
    }

    #[test]
    fn only_the_exact_length_is_taken() {
        assert!(Secret::<4>::from_slice(&[1; 4]).is_some());
        assert!(Secret::<4>::from_slice(&[1; 5]).is_none());
        assert!(Secret::<4>::from_slice(&[1; 3]).is_none());
    }

    #[test]
    fn comparison_looks_at_every_byte() {
        let one = Secret::<32>::copy_from(&[7; 32]);
        for index in 0..32 {
            let mut bytes = [7; 32];
            bytes[index] ^= 1;
            assert_ne!(one, Secret::copy_from(&bytes));
        }
        assert_eq!(one, one.duplicate());
    }
}
