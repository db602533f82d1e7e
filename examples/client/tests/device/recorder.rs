use std::convert::Infallible;

use privity::System;
use rand_core::{TryCryptoRng, TryRng};

/// The system's generator, and a memory of all that it gave.
pub(crate) struct Recorder {
    system: System,
    pub(crate) drawn: Vec<Vec<u8>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { system: System::new().unwrap(), drawn: Vec::new() }
    }
}

impl TryRng for Recorder {
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
        self.system.try_fill_bytes(target)?;
        self.drawn.push(target.to_vec());
        Ok(())
    }
}

impl TryCryptoRng for Recorder {}
