//! A generator that hands out given bytes: how coins reach an operation that asks for one.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// Hands out `coins` in order, once.
///
/// # Security
/// Asked for more than there is, it gives zeros and remembers: [`Replay::was_exact`] is
/// false then, and the result must be thrown away.
pub(super) struct Replay<'a> {
    left: &'a [u8],
    overrun: bool,
}

impl<'a> Replay<'a> {
    pub(super) const fn new(coins: &'a [u8]) -> Self {
        Self { left: coins, overrun: false }
    }

    /// Whether all coins were used and no more were asked for.
    pub(super) const fn was_exact(&self) -> bool {
        self.left.is_empty() && !self.overrun
    }
}

impl TryRng for Replay<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        match self.left.split_at_checked(target.len()) {
            Some((now, left)) => {
                target.copy_from_slice(now);
                self.left = left;
            }
            None => {
                target.fill(0);
                self.overrun = true;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Replay<'_> {}

#[cfg(test)]
mod tests {
    use rand_core::Rng;

    use super::*;

    #[test]
    fn coins_come_once_and_in_order() {
        let mut replay = Replay::new(&[1, 2, 3, 4, 5]);
        assert_eq!(replay.next_u32(), 0x0403_0201);
        assert!(!replay.was_exact());
        let mut last = [0; 1];
        replay.fill_bytes(&mut last);
        assert_eq!(last, [5]);
        assert!(replay.was_exact());
    }

    #[test]
    fn asking_for_too_much_is_remembered() {
        let mut replay = Replay::new(&[1, 2, 3, 4]);
        assert_eq!(replay.next_u64(), 0);
        assert_eq!(replay.next_u32(), 0x0403_0201);
        assert!(!replay.was_exact());
    }
}
