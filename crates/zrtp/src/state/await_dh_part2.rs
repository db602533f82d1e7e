use super::committed::dh_part;
use super::link::Link;
use crate::agreed::{Agreed, Side, Transcript};
use crate::agreement::ResponderKeys;
use crate::chain::{self, HashChainVerified};
use crate::core::Core;
use crate::env::Env;
use crate::message::{Commit, CommitBody, DhPart};
use crate::peers::PeerIndex;
use crate::retained::{HeldSecrets, SecretIds};
use crate::{Error, PeerMisbehaved, Role, Suite};

/// The responder has answered a Commit with DHPart1 (RFC 6189, 4.4.1).
#[derive(Debug)]
pub(super) struct AwaitDhPart2 {
    pub(super) peer: PeerIndex,
    pub(super) commit: Vec<u8>,
    pub(super) dh_part1: Vec<u8>,
    suite: Suite,
    keys: ResponderKeys,
    held: HeldSecrets,
    h2: [u8; 32],
    hvi: [u8; 32],
}

impl AwaitDhPart2 {
    /// Takes the suite of the Commit and makes DHPart1.
    pub(super) fn answer(
        peer: PeerIndex,
        _: &HashChainVerified,
        (commit, bytes): (&Commit, &[u8]),
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let (CommitBody::Dh { hvi } | CommitBody::Kem { hvi, .. }) = commit.body else {
            return Err(PeerMisbehaved::Unexpected.into());
        };
        let suite = core.config.offer.accept(commit)?;
        let is_dh = matches!(commit.body, CommitBody::Dh { .. });
        let fits = |(made_for, _): &mut (Suite, _)| is_dh && same_keys(*made_for, suite);
        let keys = match core.spare.take_if(fits) {
            Some((_, spare)) => ResponderKeys::from_spare(spare),
            None => ResponderKeys::generate(suite, &commit.body, env.rng)?,
        };
        let their = core.peers.peer(peer)?;
        let held = HeldSecrets::load(env.cache, their.hello.zid, core.config.aux.as_ref(), env.now);
        let ids = held.ids(Role::Responder, suite.hash, core.chain.h3(), env.rng);
        let dh_part1 = dh_part(core, &ids, keys.value()).write_part1();
        let dh_part1 = chain::seal(core.chain.h0(), dh_part1);
        let (h2, commit) = (commit.h2, bytes.to_vec());
        Ok(Box::new(Self { peer, commit, dh_part1, suite, keys, held, h2, hvi }))
    }

    /// The H1 of a DHPart2 leads to the H2 of this Commit, which promised these bytes.
    ///
    /// # Errors
    /// [`PeerMisbehaved::HashChain`], [`PeerMisbehaved::MessageMac`] for the Commit,
    /// [`PeerMisbehaved::HashCommitment`].
    pub(super) fn verify(
        &self,
        part: &DhPart,
        bytes: &[u8],
        hello: &[u8],
    ) -> Result<HashChainVerified, Error> {
        let proof = chain::verify(&part.h1, 0, &self.h2, &self.commit)?;
        if self.suite.hash.first_32(&[bytes, hello]) == self.hvi {
            Ok(proof)
        } else {
            Err(PeerMisbehaved::HashCommitment.into())
        }
    }

    /// Computes the result, after [`AwaitDhPart2::verify`].
    pub(super) fn agree(
        self,
        _: &HashChainVerified,
        (part, bytes): (&DhPart, &[u8]),
        core: &Core,
    ) -> Result<(Agreed, Link), Error> {
        let result = self.keys.result(&part.pv)?;
        let transcript = Transcript {
            commit: &self.commit,
            parts: Some((&self.dh_part1, bytes)),
            peer: core.peers.peer(self.peer)?,
        };
        let side = Side { role: Role::Responder, suite: self.suite, held: self.held };
        let agreed = Agreed::keyed(side, &result, &SecretIds::of(part), &transcript, core);
        Ok((agreed, Link { image: part.h1, steps: 0, message: bytes.to_vec() }))
    }
}

/// True if keys for one suite are keys for the other: the cipher decides how long they are.
fn same_keys(one: Suite, other: Suite) -> bool {
    (one.agreement, one.cipher) == (other.agreement, other.cipher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{AuthTag, Cipher, Hash, KeyAgreement, Sas};

    #[test]
    fn keys_for_another_agreement_or_cipher_do_not_fit() {
        let suite = Suite {
            hash: Hash::S256,
            cipher: Cipher::Aes1,
            auth_tag: AuthTag::Hs80,
            agreement: KeyAgreement::Dh3k,
            sas: Sas::B32,
        };
        assert!(same_keys(suite, Suite { hash: Hash::S384, sas: Sas::B256, ..suite }));
        assert!(!same_keys(suite, Suite { cipher: Cipher::Aes3, ..suite }));
        assert!(!same_keys(suite, Suite { agreement: KeyAgreement::Dh2k, ..suite }));
    }
}
