use privity_primitives::secret::SecretVec;

use super::await_confirm1::AwaitConfirm1;
use super::await_confirm2::AwaitConfirm2;
use super::committed::commit_message;
use super::contention::Winner;
use super::link::Link;
use crate::agreed::{Agreed, Side, Transcript};
use crate::chain::HashChainVerified;
use crate::config::PresharedRule;
use crate::core::Core;
use crate::env::Env;
use crate::event::{AuxFinding, CacheFinding};
use crate::message::{Commit, CommitBody};
use crate::peers::PeerIndex;
use crate::retained::HeldSecrets;
use crate::schedule::{S0, key_id, preshared_key};
use crate::suite::{Hash, KeyAgreement, Suite};
use crate::timer::Retransmit;
use crate::{Error, Misuse, PeerMisbehaved, Role, Unsupported};

/// Our Commit to Multistream or Preshared mode is out: s0 exists at once, no DHPart follows,
/// Confirm1 answers (RFC 6189, 4.4.2 and 4.4.3).
#[derive(Debug)]
pub(crate) struct StreamCommitted {
    pub(super) next: AwaitConfirm1,
}

impl StreamCommitted {
    /// Commits a further stream of a call.
    pub(super) fn multistream(
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let their = core.peers.peer(peer)?;
        if !core.config.offer.both_list(&their.hello.algorithms, KeyAgreement::Multistream) {
            return Err(Unsupported::KeyAgreement.into());
        }
        let hash = env.call.key_with(their.hello.zid)?.hash();
        let agreement = KeyAgreement::Multistream;
        let suite = Suite { hash, agreement, ..core.config.offer.choose(&their.hello.algorithms)? };
        let nonce = random(env);
        env.call.use_nonce(nonce)?;
        let held = HeldSecrets::none();
        let side = Side { role: Role::Initiator, suite, held };
        let key = env.call.key_with(their.hello.zid)?;
        let make = |context| S0::multistream(suite, context, key);
        let (body, commit, agreed) =
            derive(CommitBody::Multistream { nonce }, side, peer, core, make)?;
        Self::send(peer, body, commit, agreed, core, env)
    }

    /// Commits a call to the secrets of earlier calls, where both sides want that.
    pub(super) fn preshared(
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Option<Box<Self>>, Error> {
        let their = core.peers.peer(peer)?;
        let lists = &their.hello.algorithms;
        let wanted = core.config.preshared == PresharedRule::Prefer
            && core.config.offer.both_list(lists, KeyAgreement::Preshared);
        let held = HeldSecrets::load(env.cache, their.hello.zid, core.config.aux.as_ref(), env.now);
        let Some(rs1) = held.row.rs1.as_ref().filter(|_| wanted) else { return Ok(None) };
        let agreement = KeyAgreement::Preshared;
        let suite = Suite { agreement, ..core.config.offer.choose(lists)? };
        let aux = held.aux.as_ref().map_or(&[][..], SecretVec::expose);
        let pbx = held.row.pbx.as_ref().map_or(&[][..], |pbx| pbx.expose());
        let key = preshared_key(suite.hash, rs1.expose(), aux, pbx);
        let key_id = key_id(suite.hash, &key);
        let (aux, enrolled) = (finding(&held, aux), held.row.pbx.is_some());
        let nonce = random(env);
        let side = Side { role: Role::Initiator, suite, held };
        let make = |context| S0::preshared(suite, context, &key);
        let (body, commit, mut agreed) =
            derive(CommitBody::Preshared { nonce, key_id }, side, peer, core, make)?;
        (agreed.cache, agreed.aux, agreed.enrolled) = (CacheFinding::Matched, aux, enrolled);
        Self::send(peer, body, commit, agreed, core, env).map(Some)
    }

    /// Who has this Commit.
    pub(super) const fn peer(&self) -> PeerIndex {
        self.next.peer
    }

    /// Decides a contention.
    pub(super) fn contend(&self, theirs: &Commit, core: &Core) -> Winner {
        self.next.contend(theirs, core)
    }

    fn send(
        peer: PeerIndex,
        body: CommitBody,
        commit: Vec<u8>,
        agreed: Agreed,
        core: &mut Core,
        env: &Env<'_>,
    ) -> Result<Box<Self>, Error> {
        core.peers.count_try(peer)?;
        let link = Link::to_hello(core.peers.peer(peer)?);
        core.send_repeating(Retransmit::t2(commit, env.now));
        Ok(Box::new(Self { next: AwaitConfirm1::new(peer, agreed, body, link) }))
    }
}

/// Answers a Commit to Multistream or Preshared mode with Confirm1.
pub(super) fn answer(
    peer: PeerIndex,
    _: &HashChainVerified,
    (commit, bytes): (&Commit, &[u8]),
    core: &Core,
    env: &mut Env<'_>,
) -> Result<Box<AwaitConfirm2>, Error> {
    let suite = core.config.offer.accept(commit)?;
    let their = core.peers.peer(peer)?;
    let transcript = Transcript { commit: bytes, parts: None, peer: their };
    let role = Role::Responder;
    let agreed = match &commit.body {
        CommitBody::Multistream { nonce } => {
            if suite.hash != env.call.key_with(their.hello.zid)?.hash() {
                return Err(Unsupported::Hash.into());
            }
            env.call.use_nonce(*nonce)?;
            let key = env.call.key_with(their.hello.zid)?;
            let side = Side { role, suite, held: HeldSecrets::none() };
            Agreed::derived(side, &transcript, core, |context| S0::multistream(suite, context, key))
        }
        CommitBody::Preshared { key_id, .. } => {
            if core.config.preshared == PresharedRule::Refuse {
                return Err(Unsupported::KeyAgreement.into());
            }
            let held =
                HeldSecrets::load(env.cache, their.hello.zid, core.config.aux.as_ref(), env.now);
            let Found { key, aux, enrolled } =
                find_key(suite.hash, &held, key_id).ok_or(PeerMisbehaved::NoSharedSecret)?;
            let side = Side { role, suite, held };
            let make = |context| S0::preshared(suite, context, &key);
            let mut agreed = Agreed::derived(side, &transcript, core, make);
            (agreed.cache, agreed.aux, agreed.enrolled) = (CacheFinding::Matched, aux, enrolled);
            agreed
        }
        _ => return Err(Misuse::State.into()),
    };
    let link = Link { image: commit.h2, steps: 1, message: bytes.to_vec() };
    AwaitConfirm2::new(peer, agreed, link, (bytes, bytes), core, env)
}

fn derive(
    body: CommitBody,
    side: Side,
    peer: PeerIndex,
    core: &Core,
    make: impl FnOnce(crate::schedule::KdfContext) -> S0,
) -> Result<(CommitBody, Vec<u8>, Agreed), Error> {
    let commit = commit_message(core, side.suite, body.clone());
    let transcript = Transcript { commit: &commit, parts: None, peer: core.peers.peer(peer)? };
    let agreed = Agreed::derived(side, &transcript, core, make);
    Ok((body, commit, agreed))
}

/// The key that a Preshared Commit names, and what went into it besides a retained secret.
struct Found {
    key: SecretVec,
    aux: AuxFinding,
    enrolled: bool,
}

/// One of our retained secrets, with or without the auxiliary secret and the one of a trusted
/// middle.
fn find_key(hash: Hash, held: &HeldSecrets, wanted: &[u8; 8]) -> Option<Found> {
    let aux = held.aux.as_ref().map_or(&[][..], SecretVec::expose);
    let pbx = held.row.pbx.as_ref().map_or(&[][..], |pbx| pbx.expose());
    let retained = held.row.rs1.iter().chain(&held.row.rs2);
    let mut keys = retained.flat_map(|rs| {
        [(aux, pbx), (aux, &[][..]), (&[][..], pbx), (&[][..], &[][..])]
            .map(|(aux, pbx)| (preshared_key(hash, rs.expose(), aux, pbx), aux, pbx))
    });
    let (key, aux, pbx) =
        keys.find(|(key, ..)| privity_primitives::secret::equal(&key_id(hash, key), wanted))?;
    Some(Found { key, aux: finding(held, aux), enrolled: !pbx.is_empty() })
}

/// Who leaves an auxiliary secret out that we hold has not shown it.
fn finding(held: &HeldSecrets, used: &[u8]) -> AuxFinding {
    match (&held.aux, used) {
        (None, _) => AuxFinding::NotUsed,
        (Some(_), []) => AuxFinding::Mismatched,
        (Some(_), _) => AuxFinding::Matched,
    }
}

fn random(env: &mut Env<'_>) -> [u8; 16] {
    let mut nonce = [0; 16];
    env.rng.fill_bytes(&mut nonce);
    nonce
}
