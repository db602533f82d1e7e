use core::fmt::Debug;

use crate::message::SignatureBlock;
use crate::{Error, Role, Zid};

/// What a signature over the SAS is about (RFC 6189, 7.2).
#[derive(Clone, Copy, Debug)]
pub struct SasContext {
    /// The side that signs.
    pub signer: Role,
    /// The initiator.
    pub zid_i: Zid,
    /// The responder.
    pub zid_r: Zid,
    /// The 256 bits behind the SAS.
    pub sashash: [u8; 32],
}

/// Signs the SAS with the key of an identity.
pub trait SasSigner: Debug + Send + Sync {
    /// The signature block to send.
    ///
    /// # Errors
    /// What keeps it from signing; the call then goes on without.
    fn sign(&self, context: &SasContext) -> Result<SignatureBlock, Error>;
}

/// Checks a signature over the SAS against the identity that is expected.
pub trait SasVerifier: Debug + Send + Sync {
    /// Checks the block.
    ///
    /// # Errors
    /// [`crate::PeerMisbehaved::SasSignature`] if it is not that identity's signature.
    fn verify(&self, context: &SasContext, block: &SignatureBlock) -> Result<(), Error>;
}
