use crate::Error;
use crate::agreed::Agreed;
use crate::chain::{self, HashChainVerified};
use crate::message::{Confirm, ConfirmPlain};
use crate::peer::Peer;

/// The message of the peer that the H0 in its Confirm verifies (RFC 6189, 9).
#[derive(Debug)]
pub(super) struct Link {
    /// One hash behind the key of the message's MAC; revealed earlier.
    pub(super) image: [u8; 32],
    /// Hashes from H0 to the key of its MAC.
    pub(super) steps: u32,
    pub(super) message: Vec<u8>,
}

impl Link {
    /// To the Hello, where the peer sent nothing in between: Multistream and Preshared.
    pub(super) fn to_hello(peer: &Peer) -> Self {
        Self { image: peer.hello.h3, steps: 2, message: peer.bytes.clone() }
    }

    /// Opens a Confirm: its MAC first, then the chain down to H0.
    pub(super) fn open(
        &self,
        agreed: &Agreed,
        confirm: &Confirm,
    ) -> Result<(ConfirmPlain, HashChainVerified), Error> {
        let plain = agreed.open_confirm(confirm)?;
        let proof = chain::verify(plain.h0.expose(), self.steps, &self.image, &self.message)?;
        Ok((plain, proof))
    }
}
