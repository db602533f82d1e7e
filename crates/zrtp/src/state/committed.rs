use super::Incoming;
use super::await_confirm1::AwaitConfirm1;
use super::contention::{Middle, Winner, decide};
use super::link::Link;
use crate::agreed::{Agreed, Side, Transcript};
use crate::agreement::{InitiatorKeys, SpareKeys};
use crate::chain::{self, HashChainVerified};
use crate::core::Core;
use crate::env::Env;
use crate::message::{Commit, CommitBody, DhPart};
use crate::peers::PeerIndex;
use crate::retained::{HeldSecrets, SecretIds};
use crate::suite::{Named, Suite};
use crate::timer::{Retransmit, T2_START};
use crate::{Error, Role};

/// Our Commit is out; DHPart1 would make us initiator (RFC 6189, 4.4.1).
///
/// DHPart2 exists already: its hash stands in the Commit.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(super) peer: PeerIndex,
    suite: Suite,
    keys: InitiatorKeys,
    held: HeldSecrets,
    body: CommitBody,
    commit: Vec<u8>,
    dh_part2: Vec<u8>,
    /// When the peer's Commit, which lost against ours, came first.
    outvoted_since: Option<u64>,
}

impl Committed {
    /// Chooses, makes DHPart2 and sends the Commit; a few times for each candidate.
    pub(super) fn propose(
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let their = core.peers.peer(peer)?;
        let suite = core.config.offer.choose(&their.hello.algorithms)?;
        core.peers.count_try(peer)?;
        let their = core.peers.peer(peer)?;
        let keys = InitiatorKeys::generate(suite, env.rng)?;
        let held = HeldSecrets::load(env.cache, their.hello.zid, core.config.aux.as_ref(), env.now);
        let ids = held.ids(Role::Initiator, suite.hash, core.chain.h3(), env.rng);
        let dh_part2 = dh_part(core, &ids, keys.value()).write_part2();
        let dh_part2 = chain::seal(core.chain.h0(), dh_part2);
        let hvi = suite.hash.first_32(&[&dh_part2, &their.bytes]);
        let body = match keys.commit_value() {
            Some(public) => CommitBody::Kem { hvi, public: public.to_vec() },
            None => CommitBody::Dh { hvi },
        };
        let commit = commit_message(core, suite, body.clone());
        core.send_repeating(Retransmit::t2(commit.clone(), env.now));
        let outvoted_since = None;
        Ok(Box::new(Self { peer, suite, keys, held, body, commit, dh_part2, outvoted_since }))
    }

    /// Decides a contention. A peer that asks for another key agreement, and goes on asking
    /// for two T2 periods, does not follow the rule; then we yield.
    pub(super) fn contend(
        &mut self,
        theirs: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &Env<'_>,
    ) -> Winner {
        if decide(&self.body, &theirs.body, middle(core, self.peer)) == Winner::Peer {
            return Winner::Peer;
        }
        core.peers.keep_commit(self.peer, bytes);
        let since = *self.outvoted_since.get_or_insert(env.now);
        let ignored = env.now.saturating_sub(since) >= 2 * T2_START;
        let other = theirs.key_agreement != self.suite.agreement.name();
        if other && ignored { Winner::Peer } else { Winner::Own }
    }

    /// Our keys, for the answer to a Commit that won.
    pub(super) fn lend(&mut self) -> Option<(Suite, SpareKeys)> {
        self.keys.lend().map(|keys| (self.suite, keys))
    }

    /// Takes back what [`Committed::lend`] gave.
    pub(super) fn restore(&mut self, unused: Option<(Suite, SpareKeys)>) {
        self.keys.restore(unused.map(|(_, keys)| keys));
    }

    /// Takes a DHPart1 for the answer to this Commit, and sends DHPart2.
    ///
    /// # Errors
    /// [`PeerMisbehaved::PublicValue`]: the Commit stands as it was, for H1 alone proves nothing.
    pub(super) fn agree(
        self: Box<Self>,
        _: &HashChainVerified,
        part: &DhPart,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &Env<'_>,
    ) -> Result<Box<AwaitConfirm1>, (Box<Self>, Error)> {
        let known = core.peers.peer(self.peer);
        let (result, their) = match self.keys.result(&part.pv).and_then(|r| Ok((r, known?))) {
            Ok(both) => both,
            Err(error) => return Err((self, error)),
        };
        let Self { peer, suite, held, body, commit, dh_part2, .. } = *self;
        let parts = Some((incoming.bytes, &dh_part2[..]));
        let transcript = Transcript { commit: &commit, parts, peer: their };
        let side = Side { role: Role::Initiator, suite, held };
        let agreed = Agreed::keyed(side, &result, &SecretIds::of(part), &transcript, core);
        core.send_repeating(Retransmit::t2(dh_part2, env.now));
        let link = Link { image: part.h1, steps: 0, message: incoming.bytes.to_vec() };
        Ok(Box::new(AwaitConfirm1::new(peer, agreed, body, link)))
    }
}

/// A DHPart with our values and no MAC yet.
pub(super) fn dh_part(core: &Core, ids: &SecretIds, pv: &[u8]) -> DhPart {
    DhPart {
        h1: *core.chain.h1(),
        rs1_id: ids.rs1,
        rs2_id: ids.rs2,
        aux_id: ids.aux,
        pbx_id: ids.pbx,
        pv: pv.to_vec(),
        mac: [0; 8],
    }
}

/// The bytes of a Commit to this suite.
pub(super) fn commit_message(core: &Core, suite: Suite, body: CommitBody) -> Vec<u8> {
    let commit = Commit {
        h2: *core.chain.h2(),
        zid: core.config.zid,
        hash: suite.hash.name(),
        cipher: suite.cipher.name(),
        auth_tag: suite.auth_tag.name(),
        key_agreement: suite.agreement.name(),
        sas: suite.sas.name(),
        body,
        mac: [0; 8],
    };
    chain::seal(core.chain.h1(), commit.write())
}

/// Which end is a trusted middle.
pub(super) fn middle(core: &Core, peer: PeerIndex) -> Middle {
    let theirs = core.peers.peer(peer).is_ok_and(|peer| peer.hello.flags.middle);
    match (core.config.is_middle(), theirs) {
        (true, false) => Middle::Own,
        (false, true) => Middle::Peer,
        _ => Middle::NeitherOrBoth,
    }
}
