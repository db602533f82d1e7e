//! The key agreements (RFC 6189, 4.4.1 and 5.1.5) as rows: how to make fresh keys for each.

use core::fmt::Debug;

use privity_primitives::modp::{ExponentLength, Group};
use privity_primitives::nist::Curve;
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::SecretVec;
use privity_primitives::{modp, nist, x448, x25519};

use crate::hybrid::{self, HybridKeys};
use crate::message::CommitBody;
use crate::suite::{Cipher, Hash, KeyAgreement, Suite};
use crate::{Error, Misuse, PeerMisbehaved, Unsupported};

/// What the two public values give; enters s0 and is gone.
#[derive(Debug)]
pub(crate) struct DhResult(pub(crate) SecretVec);

/// The initiator's half of a key agreement.
#[derive(Debug)]
pub(crate) struct InitiatorKeys(Initiator);

#[derive(Debug)]
enum Initiator {
    /// None once they were lent.
    Exchange(Option<Box<dyn Exchange>>),
    Hybrid(HybridKeys, Hash),
}

/// Keys that were made for a Commit and not used: for the same agreement and cipher.
#[derive(Debug)]
pub(crate) struct SpareKeys(Box<dyn Exchange>);

/// The responder's half of a key agreement.
#[derive(Debug)]
pub(crate) struct ResponderKeys(Responder);

#[derive(Debug)]
enum Responder {
    Exchange(Box<dyn Exchange>),
    Hybrid { ciphertext: Vec<u8>, result: DhResult },
}

impl InitiatorKeys {
    /// Fresh keys.
    ///
    /// # Errors
    /// [`Unsupported::KeyAgreement`] for a mode without keys of its own.
    pub(crate) fn generate(suite: Suite, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        Ok(Self(match suite.agreement {
            KeyAgreement::XM76 => Initiator::Hybrid(HybridKeys::generate(rng), suite.hash),
            _ => Initiator::Exchange(Some(exchange(suite, rng)?)),
        }))
    }

    /// Hands the keys over to the responder that we become after a lost contention: nobody
    /// has seen them, only their hash. Not those of a KEM, which has other ones.
    pub(crate) fn lend(&mut self) -> Option<SpareKeys> {
        match &mut self.0 {
            Initiator::Exchange(keys) => keys.take().map(SpareKeys),
            Initiator::Hybrid(..) => None,
        }
    }

    /// Takes back what was lent and not used.
    pub(crate) fn restore(&mut self, spare: Option<SpareKeys>) {
        if let (Initiator::Exchange(keys), Some(SpareKeys(unused))) = (&mut self.0, spare) {
            *keys = Some(unused);
        }
    }

    /// What the Commit carries: the public key of a KEM.
    pub(crate) fn commit_value(&self) -> Option<&[u8]> {
        match &self.0 {
            Initiator::Exchange(_) => None,
            Initiator::Hybrid(keys, _) => Some(keys.public()),
        }
    }

    /// The pv of DHPart2.
    pub(crate) fn value(&self) -> &[u8] {
        match &self.0 {
            Initiator::Exchange(keys) => keys.as_ref().map_or(&[], |keys| keys.public()),
            Initiator::Hybrid(keys, _) => keys.nonce(),
        }
    }

    /// Takes the pv of DHPart1.
    ///
    /// # Errors
    /// [`PeerMisbehaved::PublicValue`] for one that no honest peer sends; it has used nothing.
    pub(crate) fn result(&self, pv: &[u8]) -> Result<DhResult, Error> {
        match &self.0 {
            Initiator::Exchange(keys) => agree(keys.as_deref().ok_or(Misuse::State)?, pv),
            Initiator::Hybrid(keys, hash) => keys.decapsulate(*hash, pv).map(DhResult),
        }
    }
}

impl ResponderKeys {
    /// Keys that were made for our own Commit to the same suite.
    pub(crate) fn from_spare(spare: SpareKeys) -> Self {
        Self(Responder::Exchange(spare.0))
    }

    /// Fresh keys for a Commit.
    ///
    /// # Errors
    /// [`PeerMisbehaved::PublicValue`] if the Commit's key or body is not of this agreement.
    pub(crate) fn generate(
        suite: Suite,
        commit: &CommitBody,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        Ok(Self(match (suite.agreement, commit) {
            (KeyAgreement::XM76, CommitBody::Kem { public, .. }) => {
                let (ciphertext, shared) = hybrid::encapsulate(suite.hash, public, rng)?;
                Responder::Hybrid { ciphertext, result: DhResult(shared) }
            }
            (KeyAgreement::XM76, _) | (_, CommitBody::Kem { .. }) => {
                return Err(PeerMisbehaved::PublicValue.into());
            }
            _ => Responder::Exchange(exchange(suite, rng)?),
        }))
    }

    /// The pv of DHPart1.
    pub(crate) fn value(&self) -> &[u8] {
        match &self.0 {
            Responder::Exchange(keys) => keys.public(),
            Responder::Hybrid { ciphertext, .. } => ciphertext,
        }
    }

    /// Takes the pv of DHPart2.
    ///
    /// # Errors
    /// [`PeerMisbehaved::PublicValue`] for one that no honest peer sends.
    pub(crate) fn result(self, pv: &[u8]) -> Result<DhResult, Error> {
        match self.0 {
            Responder::Exchange(keys) => agree(&*keys, pv),
            Responder::Hybrid { result, .. } if pv.len() == hybrid::NONCE_LENGTH => Ok(result),
            Responder::Hybrid { .. } => Err(PeerMisbehaved::PublicValue.into()),
        }
    }
}

/// One side's keys of a Diffie-Hellman kind, for one use.
pub(crate) trait Exchange: Debug + Send + Sync {
    /// The pv to send.
    fn public(&self) -> &[u8];

    /// What both sides get; checks the peer's value by the rules of its group.
    fn agree(&self, peer: &[u8]) -> Result<SecretVec, privity_primitives::Error>;
}

fn agree(keys: &dyn Exchange, pv: &[u8]) -> Result<DhResult, Error> {
    keys.agree(pv).map(DhResult).map_err(|_| PeerMisbehaved::PublicValue.into())
}

fn exchange(suite: Suite, rng: &mut dyn CryptoRng) -> Result<Box<dyn Exchange>, Error> {
    let row = ROWS.iter().find(|(agreement, _)| *agreement == suite.agreement);
    let (_, make) = row.ok_or(Unsupported::KeyAgreement)?;
    make(suite.cipher, rng)
}

type Make = fn(Cipher, &mut dyn CryptoRng) -> Result<Box<dyn Exchange>, Error>;

const ROWS: &[(KeyAgreement, Make)] = &[
    (KeyAgreement::X255, |_, rng| Ok(Box::new(x25519::Ephemeral::generate(rng)))),
    (KeyAgreement::E255, |_, rng| Ok(Box::new(x25519::Ephemeral::generate(rng)))),
    (KeyAgreement::X448, |_, rng| Ok(Box::new(x448::Ephemeral::generate(rng)))),
    (KeyAgreement::Ec25, |_, rng| Ok(Box::new(nist::Ephemeral::generate(Curve::P256, rng)))),
    (KeyAgreement::Ec38, |_, rng| Ok(Box::new(nist::Ephemeral::generate(Curve::P384, rng)))),
    (KeyAgreement::Dh3k, |cipher, rng| prime(Group::Modp3072, cipher, rng)),
    (KeyAgreement::Dh2k, |cipher, rng| prime(Group::Modp2048, cipher, rng)),
];

fn prime(
    group: Group,
    cipher: Cipher,
    rng: &mut dyn CryptoRng,
) -> Result<Box<dyn Exchange>, Error> {
    Ok(Box::new(modp::Ephemeral::generate(group, exponent_length(cipher), rng)?))
}

/// Twice the length of the cipher's key (RFC 6189, 5.1.5).
const fn exponent_length(cipher: Cipher) -> ExponentLength {
    match cipher {
        Cipher::Aes1 => ExponentLength::Bits256,
        Cipher::Aes2 => ExponentLength::Bits384,
        Cipher::Aes3 => ExponentLength::Bits512,
    }
}

impl Exchange for x25519::Ephemeral {
    fn public(&self) -> &[u8] {
        self.public()
    }

    fn agree(&self, peer: &[u8]) -> Result<SecretVec, privity_primitives::Error> {
        let peer = peer.try_into().map_err(|_| LENGTH)?;
        Ok(SecretVec::new(self.agree(peer)?.expose().to_vec()))
    }
}

impl Exchange for x448::Ephemeral {
    fn public(&self) -> &[u8] {
        self.public()
    }

    fn agree(&self, peer: &[u8]) -> Result<SecretVec, privity_primitives::Error> {
        let peer = peer.try_into().map_err(|_| LENGTH)?;
        Ok(SecretVec::new(self.agree(peer)?.expose().to_vec()))
    }
}

impl Exchange for nist::Ephemeral {
    fn public(&self) -> &[u8] {
        self.public()
    }

    fn agree(&self, peer: &[u8]) -> Result<SecretVec, privity_primitives::Error> {
        self.agree(peer)
    }
}

impl Exchange for modp::Ephemeral {
    fn public(&self) -> &[u8] {
        self.public()
    }

    fn agree(&self, peer: &[u8]) -> Result<SecretVec, privity_primitives::Error> {
        self.agree(peer)
    }
}

const LENGTH: privity_primitives::Error =
    privity_primitives::Error::BadKey("a public value of another length");

#[cfg(test)]
mod public_values;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{AuthTag, Sas};

    const ALL: [KeyAgreement; 8] = [
        KeyAgreement::X255,
        KeyAgreement::E255,
        KeyAgreement::X448,
        KeyAgreement::Ec25,
        KeyAgreement::Ec38,
        KeyAgreement::Dh3k,
        KeyAgreement::Dh2k,
        KeyAgreement::XM76,
    ];

    fn suite(agreement: KeyAgreement, cipher: Cipher) -> Suite {
        Suite { hash: Hash::S384, cipher, auth_tag: AuthTag::Hs80, agreement, sas: Sas::B32 }
    }

    fn commit(keys: &InitiatorKeys) -> CommitBody {
        match keys.commit_value() {
            Some(public) => CommitBody::Kem { hvi: [0; 32], public: public.to_vec() },
            None => CommitBody::Dh { hvi: [0; 32] },
        }
    }

    #[test]
    fn both_sides_of_every_row_agree() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        for agreement in ALL {
            for cipher in [Cipher::Aes1, Cipher::Aes2, Cipher::Aes3] {
                let suite = suite(agreement, cipher);
                let initiator = InitiatorKeys::generate(suite, &mut rng).unwrap();
                let commit = commit(&initiator);
                let responder = ResponderKeys::generate(suite, &commit, &mut rng).unwrap();
                let (pv1, pv2) = (responder.value().to_vec(), initiator.value().to_vec());
                assert_eq!(pv1.len() % 4, 0, "{agreement:?}");
                assert_eq!(pv2.len() % 4, 0, "{agreement:?}");
                let one = initiator.result(&pv1).unwrap();
                assert_eq!(one.0, responder.result(&pv2).unwrap().0, "{agreement:?}");
            }
        }
    }

    /// A DHPart names no algorithm: its length is checked against the Commit's.
    #[test]
    fn a_value_of_another_length_is_refused_by_every_row() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        for agreement in ALL {
            let suite = suite(agreement, Cipher::Aes1);
            for change in [-4_isize, 4] {
                let initiator = InitiatorKeys::generate(suite, &mut rng).unwrap();
                let commit = commit(&initiator);
                let responder = ResponderKeys::generate(suite, &commit, &mut rng).unwrap();
                let (mut pv1, mut pv2) = (responder.value().to_vec(), initiator.value().to_vec());
                pv1.resize(pv1.len().strict_add_signed(change), 1);
                pv2.resize(pv2.len().strict_add_signed(change), 1);
                let refused = Some(PeerMisbehaved::PublicValue.into());
                assert_eq!(initiator.result(&pv1).err(), refused, "{agreement:?}");
                assert_eq!(responder.result(&pv2).err(), refused, "{agreement:?}");
            }
        }
    }

    #[test]
    fn a_commit_with_the_body_of_another_kind_is_refused() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let dh = CommitBody::Dh { hvi: [0; 32] };
        let kem = CommitBody::Kem { hvi: [0; 32], public: vec![9; 32] };
        for (agreement, body) in [(KeyAgreement::XM76, dh), (KeyAgreement::X255, kem)] {
            let refused = ResponderKeys::generate(suite(agreement, Cipher::Aes3), &body, &mut rng);
            assert_eq!(refused.err(), Some(PeerMisbehaved::PublicValue.into()));
        }
    }

    #[test]
    fn lent_keys_are_the_responders_and_can_be_taken_back() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let suite = suite(KeyAgreement::X255, Cipher::Aes1);
        let mut keys = InitiatorKeys::generate(suite, &mut rng).unwrap();
        let value = keys.value().to_vec();
        let spare = keys.lend();
        assert!(keys.value().is_empty() && keys.lend().is_none());
        keys.restore(spare);
        assert_eq!(keys.value(), value);
        let responder = ResponderKeys::from_spare(keys.lend().unwrap());
        assert_eq!(responder.value(), value);
        assert!(responder.result(&[9; 32]).is_ok());
        assert_eq!(keys.result(&[9; 32]).err(), Some(Misuse::State.into()));
    }

    #[test]
    fn keys_of_the_hybrid_are_not_lent() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let suite = suite(KeyAgreement::XM76, Cipher::Aes1);
        assert!(InitiatorKeys::generate(suite, &mut rng).unwrap().lend().is_none());
    }

    #[test]
    fn a_mode_without_keys_of_its_own_has_no_row() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        for agreement in [KeyAgreement::Multistream, KeyAgreement::Preshared] {
            let refused = InitiatorKeys::generate(suite(agreement, Cipher::Aes1), &mut rng);
            assert_eq!(refused.err(), Some(Unsupported::KeyAgreement.into()));
        }
    }
}
