//! Signatures over the SAS (RFC 6189, 7.2) with the Ed25519 keys of this project's identities.
//!
//! ```text
//!   signed:  "privity/v1/zrtp-sas" | signer 1 | account of I 32 | account of R 32
//!            | ZIDi 12 | ZIDr 12 | sashash 32
//!   signer:  1 the initiator (I), 2 the responder (R)
//!   block:   "Ed25" | public key 32 | signature 64
//! ```
//! The accounts are in it because the keys of a call alone do not say who was called:
//! otherwise somebody whom A calls could call B with A's words and pose as A.

use core::fmt;

use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};

use crate::message::SignatureBlock;
use crate::signature::{SasContext, SasSigner, SasVerifier};
use crate::{Error, PeerMisbehaved, Role};

/// The id of an account in a conversation.
pub type AccountId = [u8; 32];

/// Who calls whom, as one side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Our account.
    pub own: AccountId,
    /// The account that we called, or whose call we answered.
    pub peer: AccountId,
}

/// Signs with the key of our device.
pub struct IdentitySigner {
    key: SigningKey,
    parties: Parties,
}

impl IdentitySigner {
    /// For one call between `parties`.
    #[must_use]
    pub const fn new(key: SigningKey, parties: Parties) -> Self {
        Self { key, parties }
    }
}

impl SasSigner for IdentitySigner {
    fn sign(&self, context: &SasContext) -> Result<SignatureBlock, Error> {
        let Parties { own, peer } = self.parties;
        let signature = self.key.sign(&statement(context, &own, &peer));
        let public = self.key.verifying_key();
        SignatureBlock::new(*KIND, &[public.as_bytes(), signature.0.as_slice()].concat())
    }
}

impl fmt::Debug for IdentitySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentitySigner").field("parties", &self.parties).finish_non_exhaustive()
    }
}

/// Verifies against the devices of the account that we called.
#[derive(Debug)]
pub struct IdentityVerifier {
    devices: Vec<[u8; 32]>,
    parties: Parties,
}

impl IdentityVerifier {
    /// For one call between `parties`; `devices` are the keys of the peer's account.
    #[must_use]
    pub fn new(devices: &[VerifyingKey], parties: Parties) -> Self {
        Self { devices: devices.iter().map(|key| *key.as_bytes()).collect(), parties }
    }
}

impl SasVerifier for IdentityVerifier {
    fn verify(&self, context: &SasContext, block: &SignatureBlock) -> Result<(), Error> {
        const REFUSED: Error = Error::Peer(PeerMisbehaved::SasSignature);
        let bytes = block.bytes();
        let (public, signature) = bytes.split_first_chunk::<32>().ok_or(REFUSED)?;
        let signature = Signature(signature.try_into().map_err(|_| REFUSED)?);
        if block.kind() != *KIND || !self.devices.contains(public) {
            return Err(REFUSED);
        }
        let Parties { own, peer } = self.parties;
        let key = VerifyingKey::from_bytes(public).map_err(|_| REFUSED)?;
        key.verify(&statement(context, &peer, &own), &signature).map_err(|_| REFUSED)
    }
}

/// What is signed; `other` is the account on the other side of the signer's.
fn statement(context: &SasContext, signer: &AccountId, other: &AccountId) -> Vec<u8> {
    let (role, initiator, responder) = match context.signer {
        Role::Initiator => (1, signer, other),
        Role::Responder => (2, other, signer),
    };
    let parts: [&[u8]; 7] = [
        LABEL,
        &[role],
        initiator,
        responder,
        &context.zid_i.0,
        &context.zid_r.0,
        &context.sashash,
    ];
    parts.concat()
}

const LABEL: &[u8] = b"privity/v1/zrtp-sas";
const KIND: &[u8; 4] = b"Ed25";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Zid;
    use privity_primitives::secret::Secret;

    const A: AccountId = [0xa; 32];
    const B: AccountId = [0xb; 32];
    const M: AccountId = [0xc; 32];

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Secret::fill(|bytes| bytes.fill(seed)))
    }

    fn context() -> SasContext {
        SasContext {
            signer: Role::Initiator,
            zid_i: Zid([1; 12]),
            zid_r: Zid([2; 12]),
            sashash: [3; 32],
        }
    }

    fn block() -> SignatureBlock {
        let signer = IdentitySigner::new(key(1), Parties { own: A, peer: B });
        signer.sign(&context()).unwrap()
    }

    /// B's view of a call from A.
    fn verifier(devices: &[u8], peer: AccountId) -> IdentityVerifier {
        let devices: Vec<_> = devices.iter().map(|seed| key(*seed).verifying_key()).collect();
        IdentityVerifier::new(&devices, Parties { own: B, peer })
    }

    const REFUSED: Result<(), Error> = Err(Error::Peer(PeerMisbehaved::SasSignature));

    #[test]
    fn one_of_the_devices_of_the_account_verifies() {
        assert_eq!(verifier(&[7, 1], A).verify(&context(), &block()), Ok(()));
    }

    #[test]
    fn the_key_of_somebody_else_is_refused() {
        assert_eq!(verifier(&[7, 8], A).verify(&context(), &block()), REFUSED);
        assert_eq!(verifier(&[], A).verify(&context(), &block()), REFUSED);
    }

    /// A called M; M passes A's signature on to B, who believes that A called.
    #[test]
    fn a_signature_for_a_call_to_somebody_else_is_refused() {
        let signer = IdentitySigner::new(key(1), Parties { own: A, peer: M });
        let block = signer.sign(&context()).unwrap();
        assert_eq!(verifier(&[1], A).verify(&context(), &block), REFUSED);
    }

    #[test]
    fn each_part_of_the_context_is_signed() {
        let verify = |context| verifier(&[1], A).verify(&context, &block());
        assert_eq!(verify(SasContext { signer: Role::Responder, ..context() }), REFUSED);
        assert_eq!(verify(SasContext { zid_i: Zid([9; 12]), ..context() }), REFUSED);
        assert_eq!(verify(SasContext { zid_r: Zid([9; 12]), ..context() }), REFUSED);
        assert_eq!(verify(SasContext { sashash: [9; 32], ..context() }), REFUSED);
        assert_eq!(verifier(&[1], M).verify(&context(), &block()), REFUSED);
    }

    #[test]
    fn another_type_or_length_is_refused() {
        let block = block();
        let other = SignatureBlock::new(*b"PGP ", block.bytes()).unwrap();
        assert_eq!(verifier(&[1], A).verify(&context(), &other), REFUSED);
        for length in [4, 32, 92, 100] {
            let mut bytes = block.bytes().to_vec();
            bytes.resize(length, 0);
            let other = SignatureBlock::new(*KIND, &bytes).unwrap();
            assert_eq!(verifier(&[1], A).verify(&context(), &other), REFUSED);
        }
    }

    #[test]
    fn each_bit_of_the_block_counts() {
        let block = block();
        for bit in 0..block.bytes().len() * 8 {
            let mut bytes = block.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let other = SignatureBlock::new(*KIND, &bytes).unwrap();
            assert_eq!(verifier(&[1], A).verify(&context(), &other), REFUSED, "{bit}");
        }
    }
}
