use super::contention::{Middle, Winner, decide};
use super::{AwaitConfirm1, Incoming, Responding, State, Step, closed};
use crate::agreed::{Agreed, Side, Transcript};
use crate::agreement::InitiatorKeys;
use crate::chain::{self, HashChainVerified};
use crate::core::Core;
use crate::env::Env;
use crate::hellos;
use crate::message::{Commit, CommitBody, DhPart, Message};
use crate::peers::{Arrival, PeerIndex};
use crate::retained::{HeldSecrets, SecretIds};
use crate::suite::{Named, Suite};
use crate::timer::{Retransmit, T2_START};
use crate::{Error, Role};

/// Our Commit is out; DHPart1 would make us initiator (RFC 6189, 4.4.1).
///
/// DHPart2 exists already: its hash stands in the Commit.
#[derive(Debug)]
pub(crate) struct Committed {
    peer: PeerIndex,
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
    /// Chooses, makes DHPart2 and sends the Commit; once for each candidate.
    pub(super) fn propose(
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        core.peers.try_once(peer)?;
        let their = core.peers.peer(peer)?;
        let suite = core.config.offer.choose(&their.hello.algorithms)?;
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
        core.patience = None;
        core.send_repeating(Retransmit::t2(commit.clone(), env.now));
        let outvoted_since = None;
        Ok(Box::new(Self { peer, suite, keys, held, body, commit, dh_part2, outvoted_since }))
    }

    /// A Commit to a candidate that did not get one yet.
    pub(super) fn next_candidate(core: &mut Core, env: &mut Env<'_>) -> Option<Box<Self>> {
        core.peers.indices().find_map(|peer| Self::propose(peer, core, env).ok())
    }

    pub(super) fn handle(
        mut self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match incoming.message {
            Message::Hello(hello) => {
                let outcome = hellos::receive(hello, incoming, core, env).map(|arrival| {
                    if let Arrival::New(_) = arrival {
                        core.send_hello();
                    }
                });
                Step { next: self.into(), outcome }
            }
            Message::HelloAck => Step::to(self),
            Message::Commit(commit) => match self.contend(commit, incoming.bytes, core, env) {
                Ok(Winner::Own) => Step::to(self),
                Ok(Winner::Peer) => self.yield_to(commit, incoming.bytes, core, env),
                Err(error) => Step::dropped(self, error),
            },
            Message::DhPart1(part) => match core.peers.of_dh_part1(&part.h1) {
                Ok((peer, _)) if peer != self.peer => match Self::propose(peer, core, env) {
                    Ok(next) => Step::to(next),
                    Err(error) => Step::dropped(self, error),
                },
                Ok((_, proof)) => self.agree(&proof, (part, incoming.bytes), core, env),
                Err(error) => Step::dropped(self, error),
            },
            _ => Step::unexpected(self),
        }
    }

    /// The Commit was never answered: perhaps another candidate is the real peer.
    pub(super) fn give_up(self: Box<Self>, core: &mut Core, env: &mut Env<'_>) -> State {
        match Self::next_candidate(core, env) {
            Some(next) => next.into(),
            None => closed::time_out(core, env),
        }
    }

    /// Answers the Commit that won, with the keys of ours if they fit.
    fn yield_to(
        mut self: Box<Self>,
        theirs: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        core.spare = self.keys.lend().map(|keys| (self.suite, keys));
        let answered = Responding::answer(theirs, bytes, core, env);
        let unused = core.spare.take().map(|(_, keys)| keys);
        match answered {
            Ok(next) => Step::to(next),
            Err(error) => {
                self.keys.restore(unused);
                Step::dropped(self, error)
            }
        }
    }

    /// Decides a contention. A peer that asks for another key agreement, and goes on asking
    /// for two T2 periods, does not follow the rule; then we yield.
    fn contend(
        &mut self,
        theirs: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &Env<'_>,
    ) -> Result<Winner, Error> {
        let (peer, _) = core.peers.of_commit(theirs)?;
        let winner = decide(&self.body, &theirs.body, middle(core, peer));
        if winner == Winner::Peer {
            return Ok(winner);
        }
        core.peers.keep_commit(peer, bytes);
        let since = *self.outvoted_since.get_or_insert(env.now);
        let ignored = env.now.saturating_sub(since) >= 2 * T2_START;
        let other = theirs.key_agreement != self.suite.agreement.name();
        Ok(if other && ignored { Winner::Peer } else { Winner::Own })
    }

    fn agree(
        self: Box<Self>,
        _: &HashChainVerified,
        (part, bytes): (&DhPart, &[u8]),
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        let Self { peer, suite, keys, held, commit, dh_part2, .. } = *self;
        let agreed = keys.result(&part.pv).and_then(|result| {
            let parts = Some((bytes, &dh_part2[..]));
            let transcript = Transcript { commit: &commit, parts, peer: core.peers.peer(peer)? };
            let side = Side { role: Role::Initiator, suite, held };
            Ok(Agreed::keyed(side, &result, &SecretIds::of(part), &transcript, core))
        });
        match agreed {
            Ok(agreed) => {
                core.send_repeating(Retransmit::t2(dh_part2, env.now));
                Step::to(AwaitConfirm1::new(peer, agreed, part.h1, bytes))
            }
            Err(error) => {
                core.reject(peer, error, env.now);
                let next = match Self::next_candidate(core, env) {
                    Some(next) => next.into(),
                    None => closed::time_out(core, env),
                };
                Step { next, outcome: Err(error) }
            }
        }
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
