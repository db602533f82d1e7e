use privity_primitives::secret::{Secret, equal};

use super::closed::Echo;
use super::{Closed, Incoming, State, Step};
use crate::agreed::Agreed;
use crate::chain::HashChainVerified;
use crate::config::ClearRule;
use crate::core::{Alarm, Core};
use crate::env::Env;
use crate::event::{Assurance, AuxFinding, CacheFinding, ClearedBy, Encrypted, SignatureFinding};
use crate::message::{ConfirmPlain, ErrorCode, GoClear, Message, SasRelay, SasRelayPlain};
use crate::retained::Retained;
use crate::sas;
use crate::suite::{Named, Sas};
use crate::timer::Retransmit;
use crate::{Error, Event, Misuse, PeerMisbehaved};

/// The call is encrypted. What is left: repetitions, GoClear, SASrelay and what the user says.
#[derive(Debug)]
pub(crate) struct Established {
    agreed: Agreed,
    proof: HashChainVerified,
    /// The Confirm2 that made the responder encrypted; the same again draws Conf2ACK again.
    confirm2: Option<Vec<u8>>,
    consent: Consent,
    signature: SignatureFinding,
    enrolment_offered: bool,
    /// The SASrelay that was taken last; the same again draws RelayACK again.
    relayed: Option<Vec<u8>>,
    /// The cache's row for this peer as the user's word would leave it.
    row: Retained,
}

/// Whether both sides would leave encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consent {
    Both,
    Missing,
}

impl Established {
    /// Both sides have proven that they have the keys.
    pub(super) fn enter(
        agreed: Agreed,
        plain: ConfirmPlain,
        proof: HashChainVerified,
        confirm2: Option<Vec<u8>>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Box<Self> {
        let signature = check_signature(&agreed, &plain, core);
        let own_clear = core.config.clear == ClearRule::Allow;
        let consent =
            if own_clear && plain.flags.allow_clear { Consent::Both } else { Consent::Missing };
        let row = next_row(&agreed, &plain, &proof, core, env);
        let enrolment_offered = agreed.peer.flags.middle
            && plain.flags.enrolment
            && agreed.has_fresh_agreement()
            && signature != SignatureFinding::Invalid;
        let phase = Box::new(Self {
            agreed,
            proof,
            confirm2,
            consent,
            signature,
            enrolment_offered,
            relayed: None,
            row,
        });
        phase.remember(env);
        phase.announce(&plain, core);
        phase
    }

    pub(super) fn handle(
        mut self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match incoming.message {
            Message::Hello(_) if incoming.bytes == self.agreed.peer_bytes => {
                core.answer(&Message::HelloAck, incoming.ssrc, env.now);
                Step::to(self)
            }
            Message::Confirm2(_) => {
                if self.confirm2.as_deref() != Some(incoming.bytes) {
                    return Step::dropped(self, PeerMisbehaved::ChangedRepetition);
                }
                core.answer(&Message::Conf2Ack, incoming.ssrc, env.now);
                Step::to(self)
            }
            Message::GoClear(clear) => self.go_clear(clear, incoming.ssrc, core, env),
            Message::ClearAck if core.timer.take().is_some() => {
                Step::to(self.clear(ClearedBy::Us, core, env))
            }
            Message::SasRelay(relay) => {
                let outcome = self.relayed_sas(relay, incoming, core, env);
                Step { next: self.into(), outcome }
            }
            Message::RelayAck if core.relay.take().is_some() => Step::to(self),
            _ => Step::unexpected(self),
        }
    }

    /// GoClear or SASrelay was not answered: the call stays encrypted.
    pub(super) fn give_up(self: Box<Self>, alarm: Alarm, core: &mut Core) -> State {
        match alarm {
            Alarm::Unanswered => core.event(Event::ClearUnanswered),
            Alarm::RelayUnanswered => core.event(Event::RelayUnanswered),
            _ => {}
        }
        self.into()
    }

    /// The user compared the SAS and it is right.
    pub(crate) fn confirm_sas(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        if !self.agreed.has_own_agreement() || self.is_somebody_else() {
            return Err(Misuse::State.into());
        }
        self.row.verified = true;
        env.cache.store(self.agreed.peer.zid, self.row.duplicate());
        Ok(())
    }

    /// The user takes it back.
    pub(crate) fn withdraw_sas(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        self.row.verified = false;
        let zid = self.agreed.peer.zid;
        if let Some(mut kept) = env.cache.lookup(zid, env.now) {
            kept.verified = false;
            env.cache.store(zid, kept);
        }
        Ok(())
    }

    /// The user agrees to trust this middle from now on (7.3.1). Both ends must derive from the
    /// same session key, so it is that of a fresh agreement and never one of a further stream.
    pub(crate) fn accept_enrolment(&mut self, core: &Core, env: &mut Env<'_>) -> Result<(), Error> {
        let is_asked = self.enrolment_offered || core.config.asks_enrolment();
        if !is_asked || !self.agreed.has_fresh_agreement() || self.is_somebody_else() {
            return Err(Misuse::State.into());
        }
        self.row.pbx = Some(self.agreed.s0.session_key(&self.proof).pbx_secret());
        let zid = self.agreed.peer.zid;
        let mut kept = env.cache.lookup(zid, env.now).unwrap_or_default();
        kept.pbx = self.row.pbx.as_ref().map(Secret::duplicate);
        env.cache.store(zid, kept);
        Ok(())
    }

    /// Asks the peer to leave encryption (4.7.2).
    pub(crate) fn request_clear(&self, core: &mut Core, now: u64) -> Result<(), Error> {
        if self.consent == Consent::Missing {
            return Err(Misuse::State.into());
        }
        let mac = self.agreed.s0.mac(self.agreed.role, b"GoClear ");
        core.send_repeating(Retransmit::t2(GoClear { mac }.write(), now));
        Ok(())
    }

    /// Tells an enrolled client the SAS of the other leg (7.3.2).
    pub(crate) fn relay_sas(
        &self,
        plain: &SasRelayPlain,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if !core.config.is_middle() || !self.agreed.enrolled {
            return Err(Misuse::State.into());
        }
        let mut iv = [0; 16];
        env.rng.fill_bytes(&mut iv);
        let (mac, ciphertext) = self.agreed.s0.seal(self.agreed.role, &iv, plain.write())?;
        let relay = SasRelay { mac, iv, ciphertext };
        let relay = Retransmit::t2(relay.write(), env.now);
        core.send(relay.message());
        core.relay = Some(relay);
        Ok(())
    }

    fn go_clear(
        self: Box<Self>,
        clear: &GoClear,
        ssrc: u32,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        let expected = self.agreed.s0.mac(self.agreed.role.other(), b"GoClear ");
        if !equal(&expected, &clear.mac) {
            return Step::dropped(self, PeerMisbehaved::ControlMac);
        }
        if self.consent == Consent::Missing {
            core.answer(&Message::Error(ErrorCode::ClearNotAllowed), ssrc, env.now);
            return Step::dropped(self, PeerMisbehaved::ClearNotAllowed);
        }
        core.settle();
        core.send(&Message::ClearAck.write());
        Step::to(self.clear(ClearedBy::Peer, core, env))
    }

    /// Keys die here; the session key is derived anew for a later return to encryption.
    fn clear(self: Box<Self>, by: ClearedBy, core: &mut Core, env: &mut Env<'_>) -> Closed {
        env.call.renew();
        core.event(Event::Cleared { by });
        let mac = self.agreed.s0.mac(self.agreed.role.other(), b"GoClear ");
        let question = GoClear { mac }.write();
        Closed { echo: Some(Box::new(Echo { question, answer: Message::ClearAck })) }
    }

    fn relayed_sas(
        &mut self,
        relay: &SasRelay,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &Env<'_>,
    ) -> Result<(), Error> {
        if self.relayed.as_deref() == Some(incoming.bytes) {
            core.answer(&Message::RelayAck, incoming.ssrc, env.now);
            return Ok(());
        }
        let sender = self.agreed.role.other();
        let plain = self.agreed.s0.open(sender, &relay.iv, &relay.mac, &relay.ciphertext)?;
        if !self.agreed.peer.flags.middle || !self.agreed.enrolled {
            core.answer(&Message::Error(ErrorCode::RelayNotTrusted), incoming.ssrc, env.now);
            return Err(PeerMisbehaved::RelayNotTrusted.into());
        }
        let plain = SasRelayPlain::read(plain.expose())?;
        let kind = Sas::from_name(plain.sas).unwrap_or(Sas::B32);
        let sas = sas::render(kind, &plain.sashash);
        let (verified, signature) = (plain.verified, plain.signature);
        core.event(Event::SasRelayed { sas, verified, signature });
        core.answer(&Message::RelayAck, incoming.ssrc, env.now);
        self.relayed = Some(incoming.bytes.to_vec());
        Ok(())
    }

    /// True if a signature says that this is not whom we expected: nothing is kept of it.
    fn is_somebody_else(&self) -> bool {
        self.signature == SignatureFinding::Invalid
    }

    /// Writes the cache and the keys of the call, as far as they may be written already.
    fn remember(&self, env: &mut Env<'_>) {
        if self.is_somebody_else() {
            return;
        }
        let zid = self.agreed.peer.zid;
        match self.agreed.cache {
            CacheFinding::NotUsed => return,
            CacheFinding::FirstCall | CacheFinding::Matched => {
                env.cache.store(zid, self.row.duplicate());
            }
            CacheFinding::Mismatched => {
                let mut kept = self.agreed.held.row.duplicate();
                kept.verified = false;
                env.cache.store(zid, kept);
            }
        }
        env.call.install(self.agreed.s0.session_key(&self.proof), zid);
    }

    fn announce(&self, plain: &ConfirmPlain, core: &mut Core) {
        let (agreed, signature) = (&self.agreed, self.signature);
        if agreed.cache == CacheFinding::Mismatched {
            core.event(Event::CacheMismatch);
        }
        if agreed.aux == AuxFinding::Mismatched {
            core.event(Event::AuxSecretMismatch);
        }
        if self.enrolment_offered {
            core.event(Event::EnrolmentOffered);
        }
        let sashash = agreed.s0.sashash();
        let own = agreed.has_own_agreement();
        core.event(Event::Encrypted(Box::new(Encrypted {
            role: agreed.role,
            peer: agreed.peer.zid,
            suite: agreed.suite,
            sas: own.then(|| sas::render(agreed.suite.sas, &sashash)),
            sashash: if own { sashash } else { [0; 32] },
            assurance: assurance(agreed, plain, signature),
            signature,
            cache: agreed.cache,
            aux: agreed.aux,
            peer_discloses: plain.flags.disclosure,
            exported: own.then(|| agreed.s0.exported(&self.proof)),
        })));
    }
}

fn check_signature(agreed: &Agreed, plain: &ConfirmPlain, core: &Core) -> SignatureFinding {
    let verifier = core.config.verifier.as_ref().filter(|_| agreed.has_own_agreement());
    let Some(verifier) = verifier else { return SignatureFinding::NotExpected };
    let Some(block) = &plain.signature else { return SignatureFinding::Missing };
    match verifier.verify(&agreed.sas_context(agreed.role.other()), block) {
        Ok(()) => SignatureFinding::Valid,
        Err(_) => SignatureFinding::Invalid,
    }
}

/// Verified to the user is what both sides remember and what the secrets confirm.
fn assurance(agreed: &Agreed, plain: &ConfirmPlain, signature: SignatureFinding) -> Assurance {
    let remembered = agreed.held.row.verified && plain.flags.verified;
    match (agreed.cache, agreed.aux) {
        (CacheFinding::NotUsed, _) => Assurance::Inherited,
        _ if signature == SignatureFinding::Invalid => Assurance::Unverified,
        _ if signature == SignatureFinding::Valid => Assurance::Signed,
        (_, AuxFinding::Matched) => Assurance::SharedSecret,
        (CacheFinding::Matched, _) if remembered => Assurance::VerifiedBefore,
        _ => Assurance::Unverified,
    }
}

/// The cache's row after this call (4.6.1): the smaller wish for its life counts. The old rs1
/// becomes rs2 after a fresh agreement only; Preshared replaces it.
fn next_row(
    agreed: &Agreed,
    plain: &ConfirmPlain,
    proof: &HashChainVerified,
    core: &Core,
    env: &Env<'_>,
) -> Retained {
    let mut row = agreed.held.row.duplicate();
    row.verified = row.verified && agreed.cache == CacheFinding::Matched;
    let seconds = core.config.cache_expiration.min(plain.cache_expiration);
    if seconds == 0 || !agreed.has_own_agreement() {
        return row;
    }
    if agreed.has_fresh_agreement() {
        row.rs2 = row.rs1.take();
    }
    row.rs1 = Some(agreed.s0.new_rs1(proof));
    row.expires = match seconds {
        u32::MAX => None,
        _ => Some(env.now.saturating_add(u64::from(seconds).saturating_mul(1_000))),
    };
    row
}
