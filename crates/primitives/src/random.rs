//! Randomness: an argument everywhere, the system's generator only at the edge.

use core::convert::Infallible;

use getrandom::SysRng;
use rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use crate::Error;

pub use rand_core::CryptoRng;

/// The operating system's generator (in a page, the browser's).
///
/// # Security
/// Made only after the generator answered once. Should it fail later, this type stops the
/// process rather than hand out bytes that are not random.
#[derive(Debug)]
pub struct System(());

impl System {
    /// Asks the system's generator once and keeps it.
    ///
    /// # Errors
    /// [`Error::Random`] if it does not answer.
    pub fn new() -> Result<Self, Error> {
        let mut probe = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(probe.as_mut()).map_err(|_| Error::Random)?;
        Ok(Self(()))
    }
}

impl TryRng for System {
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

    #[expect(clippy::expect_used, reason = "a key made without randomness is worse than a stop")]
    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        SysRng.try_fill_bytes(target).expect("the system's generator answered before");
        Ok(())
    }
}

impl TryCryptoRng for System {}
