use privity_primitives::random::CryptoRng;
use privity_primitives::secret::SecretVec;
use privity_primitives::x25519;

use crate::message::CommitBody;
use crate::suite::{KeyAgreement, Suite};
use crate::{Error, PeerMisbehaved, Unsupported};

/// What the two public values give; enters s0 and is gone.
#[derive(Debug)]
pub(crate) struct DhResult(pub(crate) SecretVec);

/// The initiator's half of a key agreement.
#[derive(Debug)]
pub(crate) struct InitiatorKeys(x25519::Ephemeral);

/// The responder's half of a key agreement.
#[derive(Debug)]
pub(crate) struct ResponderKeys(x25519::Ephemeral);

impl InitiatorKeys {
    /// Fresh keys.
    pub(crate) fn generate(suite: Suite, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        match suite.agreement {
            KeyAgreement::X255 | KeyAgreement::E255 => Ok(Self(x25519::Ephemeral::generate(rng))),
            _ => Err(Unsupported::KeyAgreement.into()),
        }
    }

    /// What the Commit carries: the public key of a KEM.
    pub(crate) fn commit_value(&self) -> Option<&[u8]> {
        None
    }

    /// The pv of DHPart2.
    pub(crate) fn value(&self) -> &[u8] {
        self.0.public()
    }

    /// Takes the pv of DHPart1.
    pub(crate) fn result(self, pv: &[u8]) -> Result<DhResult, Error> {
        agree(self.0, pv)
    }
}

impl ResponderKeys {
    /// Fresh keys for a Commit.
    pub(crate) fn generate(
        suite: Suite,
        _commit: &CommitBody,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        match suite.agreement {
            KeyAgreement::X255 | KeyAgreement::E255 => Ok(Self(x25519::Ephemeral::generate(rng))),
            _ => Err(Unsupported::KeyAgreement.into()),
        }
    }

    /// The pv of DHPart1.
    pub(crate) fn value(&self) -> &[u8] {
        self.0.public()
    }

    /// Takes the pv of DHPart2.
    pub(crate) fn result(self, pv: &[u8]) -> Result<DhResult, Error> {
        agree(self.0, pv)
    }
}

fn agree(own: x25519::Ephemeral, pv: &[u8]) -> Result<DhResult, Error> {
    let pv = pv.try_into().map_err(|_| PeerMisbehaved::PublicValue)?;
    let shared = own.agree(pv).map_err(|_| PeerMisbehaved::PublicValue)?;
    Ok(DhResult(SecretVec::new(shared.expose().to_vec())))
}
