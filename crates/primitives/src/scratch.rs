//! Secret bytes that live on the stack for the length of one function.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` bytes that start as zeros and are wiped on drop: for a derived key on its way into
/// a cipher, where a [`crate::secret::Secret`] would cost an allocation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Scratch<const N: usize>([u8; N]);

impl<const N: usize> Scratch<N> {
    /// All zeros.
    #[must_use]
    pub const fn new() -> Self {
        Self([0; N])
    }

    /// A copy of `bytes`; the caller wipes the original.
    #[must_use]
    pub const fn copy_from(bytes: &[u8; N]) -> Self {
        Self(*bytes)
    }

    /// Lends the bytes.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// Lends the bytes for writing.
    #[must_use]
    pub const fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Default for Scratch<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for Scratch<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("length", &N).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_prints_its_length_and_nothing_else() {
        let mut scratch = Scratch::<4>::new();
        scratch.expose_mut().fill(0xab);
        assert_eq!(format!("{scratch:?}"), "Scratch { length: 4, .. }");
    }
}
