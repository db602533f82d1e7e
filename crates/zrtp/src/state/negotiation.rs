use super::committed::Committed;
use super::contention::Winner;
use super::exchanges::{Exchanges, Known};
use super::initiative::Initiative;
use super::{Incoming, State, Step, closed};
use crate::chain::HashChainVerified;
use crate::config::CommitRule;
use crate::core::{Alarm, Core, StreamKind};
use crate::env::Env;
use crate::hellos;
use crate::message::{Commit, Confirm, DhPart, ErrorCode, Hello, Message};
use crate::peers::{Arrival, PeerIndex};
use crate::timer::Retransmit;
use crate::{Error, Event, PeerMisbehaved};

/// Hellos go back and forth, and Commits follow them, until one candidate proves that it has
/// the keys (RFC 6189, 4.1 to 4.6).
///
/// Anyone can say Hello and go on from there. So our own Commit goes to one candidate at a
/// time, by turns, and beside it every candidate that commits has an exchange of its own: who
/// is first to prove itself is the peer.
#[derive(Debug, Default)]
pub(crate) struct Negotiation {
    initiative: Initiative,
    exchanges: Exchanges,
}

impl Negotiation {
    /// Sends the first Hello.
    pub(crate) fn start(core: &mut Core, now: u64) -> Box<Self> {
        core.greet(Retransmit::t1(core.hello.clone(), now));
        Box::default()
    }

    pub(super) fn handle(
        mut self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        let outcome = match incoming.message {
            Message::Hello(hello) => self.hello(hello, incoming, core, env),
            Message::HelloAck => self.acknowledged(incoming.ssrc, core, env),
            Message::Commit(commit) => self.commit(commit, incoming, core, env),
            Message::DhPart1(part) => self.dh_part1(part, incoming, core, env),
            Message::DhPart2(part) => self.dh_part2(part, incoming, core, env),
            Message::Confirm1(confirm) => return self.confirm1(confirm, incoming, core, env),
            Message::Confirm2(confirm) => {
                match self.exchanges.confirm2(confirm, incoming.bytes, core, env) {
                    Ok(next) => return Step::to(next),
                    Err(error) => Err(error),
                }
            }
            _ => Err(PeerMisbehaved::Unexpected.into()),
        };
        Step { next: self.into(), outcome }
    }

    /// Something was not answered in its time.
    pub(super) fn give_up(
        mut self: Box<Self>,
        alarm: Alarm,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> State {
        match alarm {
            Alarm::Quiet | Alarm::RelayUnanswered => self.into(),
            Alarm::Ungreeted if self.is_idle() && core.deadline().is_none() => self.no_peer(core),
            Alarm::Ungreeted => self.into(),
            Alarm::TurnOver => {
                core.lengthen_turns();
                if let Some(peer) = core.peers.wishing() {
                    let _refused = self.propose(peer, core, env);
                }
                self.into()
            }
            Alarm::Unanswered => self.unanswered(core, env),
            Alarm::Overdue => {
                self.exchanges.clear();
                if self.initiative.peer().is_some() { self.into() } else { self.end(core, env) }
            }
        }
    }

    /// The peer has not the secret that our Preshared Commit names: a fresh agreement is the
    /// better choice.
    pub(crate) fn refused(&mut self, ssrc: u32, core: &mut Core, env: &mut Env<'_>) {
        if self.initiative.peer().is_some_and(|peer| core.peers.is_from(peer, ssrc)) {
            let _refused = self.agree_afresh(core, env);
        }
    }

    fn hello(
        &mut self,
        hello: &Hello,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        match hellos::receive(hello, incoming, core, env)? {
            Arrival::New { evicted } => {
                if let Some(evicted) = evicted {
                    self.exchanges.forget(evicted);
                }
                let hello = core.hello.clone();
                if self.is_idle() {
                    core.patience = None;
                    core.greet(Retransmit::t1_patient(hello, env.now));
                } else {
                    core.greet(Retransmit::t1(hello, env.now));
                }
            }
            // The real peer, while a false one is answered, may still lack our Hello.
            Arrival::Repeated(peer) => {
                if core.greeting.is_none() && core.peers.lacks_our_hello(peer) {
                    core.answer_hello(incoming.ssrc, env.now);
                }
            }
        }
        Ok(())
    }

    /// An acknowledgement counts from a sender whose Hello we hold: nobody else knows its
    /// SSRC, so nobody else can silence our Hello.
    fn acknowledged(&mut self, ssrc: u32, core: &mut Core, env: &mut Env<'_>) -> Result<(), Error> {
        let heard = core.peers.acknowledge(ssrc);
        core.stop_greeting();
        let mut outcome = Ok(());
        for peer in heard {
            if self.is_idle() {
                core.wait_for_peer(env.now);
                if core.config.commits == CommitRule::Active {
                    outcome = self.propose(peer, core, env);
                }
            }
        }
        outcome
    }

    /// The same Commit draws the same answer, and our Hello: its sender may lack it, where the
    /// HelloACK that came was one to a stranger. A new one has an exchange of its own, unless it
    /// crossed ours to the same peer and lost.
    fn commit(
        &mut self,
        commit: &Commit,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if self.exchanges.answer_again(incoming, core, env) == Known::Yes {
            if core.greeting.is_none() {
                core.answer_hello(incoming.ssrc, env.now);
            }
            return Ok(());
        }
        let (peer, proof) = core.peers.of_commit(commit)?;
        if self.initiative.peer() == Some(peer) {
            return self.crossed((peer, &proof), commit, incoming, core, env);
        }
        self.exchanges.commit((peer, &proof), commit, incoming, core, env)?;
        core.stop_greeting();
        if self.initiative.peer().is_none() {
            core.begin_turn(env.now);
        }
        Ok(())
    }

    /// A Commit that crossed ours: if it wins, it is answered, with the keys of ours if they
    /// fit (RFC 6189, 4.2). Who sends one that wins has not answered ours: the DHPart1 that we
    /// took for the answer may have been one to a stranger, so both go on.
    fn crossed(
        &mut self,
        from: (PeerIndex, &HashChainVerified),
        commit: &Commit,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if let Initiative::AwaitConfirm1(own) = &self.initiative {
            return match own.contend(commit, core) {
                Winner::Own => Err(PeerMisbehaved::Unexpected.into()),
                Winner::Peer => self.exchanges.commit(from, commit, incoming, core, env),
            };
        }
        if self.initiative.contend(commit, incoming.bytes, core, env)? == Winner::Own {
            return Ok(());
        }
        core.spare = self.initiative.lend();
        let answered = self.exchanges.commit(from, commit, incoming, core, env);
        let unused = core.spare.take();
        match answered {
            Ok(()) => self.drop_initiative(core),
            Err(_) => self.initiative.restore(unused),
        }
        core.begin_turn(env.now);
        answered
    }

    /// DHPart1 of the one that has our Commit makes us initiator, unless its public value is a
    /// bad one: who sees H1 can forge that. One of another candidate says that it would answer a
    /// Commit of its own; it gets its turn.
    fn dh_part1(
        &mut self,
        part: &DhPart,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if self.initiative.was_answered_by(incoming.bytes) {
            return Ok(());
        }
        let (peer, proof) = core.peers.of_dh_part1(&part.h1)?;
        if !core.peers.note_part(peer, incoming.bytes) {
            return Err(PeerMisbehaved::Unexpected.into());
        }
        match core::mem::take(&mut self.initiative) {
            Initiative::Committed(own) if own.peer == peer => {
                match own.agree(&proof, part, incoming, core, env) {
                    Ok(next) => {
                        self.initiative = Initiative::AwaitConfirm1(next);
                        core.begin_turn(env.now);
                        Ok(())
                    }
                    Err((own, error)) => {
                        self.initiative = Initiative::Committed(own);
                        core.refuse(incoming.ssrc, error, env.now);
                        Err(error)
                    }
                }
            }
            other => {
                self.initiative = other;
                core.peers.wish(peer);
                Ok(())
            }
        }
    }

    /// The same DHPart2 draws the same Confirm1.
    fn dh_part2(
        &mut self,
        part: &DhPart,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if self.exchanges.answer_again(incoming, core, env) == Known::Yes {
            return Ok(());
        }
        self.exchanges.dh_part2(part, incoming, core, env)?;
        if self.initiative.peer().is_none() {
            core.begin_turn(env.now);
        }
        Ok(())
    }

    /// One that does not open may answer a Commit of ours that was for somebody else, where no
    /// DHPart1 comes first: then its sender would answer one of its own.
    fn confirm1(
        self: Box<Self>,
        confirm: &Confirm,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match self.initiative.open(confirm) {
            Ok((plain, proof)) => match self.initiative.confirm_back(plain, proof, core, env) {
                Ok(next) => Step::to(next),
                Err(error) => Step { next: closed::time_out(core, env), outcome: Err(error) },
            },
            Err(error) => {
                if matches!(self.initiative, Initiative::StreamCommitted(_)) {
                    core.peers.wish_from(incoming.ssrc, incoming.bytes);
                }
                Step::dropped(self, error)
            }
        }
    }

    /// Commits to a candidate.
    fn propose(
        &mut self,
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        core.peers.fulfil(peer);
        match Initiative::propose(peer, core, env) {
            Ok(next) => {
                self.take(peer, next, core, env);
                Ok(())
            }
            // Told (0x40, RFC 6189, 5.9), and no more than that: anyone can say Hello.
            Err(Error::Unsupported(what)) => {
                core.peers.estrange(peer);
                if self.is_idle() {
                    core.send_error(ErrorCode::HelloComponents, env.now);
                }
                Err(what.into())
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, peer: PeerIndex, next: Initiative, core: &mut Core, env: &Env<'_>) {
        self.initiative = next;
        self.exchanges.forget(peer);
        if self.exchanges.is_empty() {
            core.patience = None;
        }
        core.begin_turn(env.now);
    }

    /// A Commit to the next candidate, unless there is none or we are passive.
    fn next(&mut self, core: &mut Core, env: &mut Env<'_>) -> Result<(), Error> {
        if core.config.commits == CommitRule::Passive {
            return Err(PeerMisbehaved::Unexpected.into());
        }
        let wishing = core.peers.wishing();
        let next = wishing.into_iter().chain(core.peers.untried());
        for peer in next.collect::<Vec<_>>() {
            if self.propose(peer, core, env).is_ok() {
                return Ok(());
            }
        }
        Err(PeerMisbehaved::Unexpected.into())
    }

    /// Preshared was not answered: it may be for want of the same secret.
    fn agree_afresh(&mut self, core: &mut Core, env: &mut Env<'_>) -> Result<(), Error> {
        match &self.initiative {
            Initiative::StreamCommitted(own) if core.kind == StreamKind::First => {
                let peer = own.peer();
                let next = Committed::propose(peer, core, env)?;
                self.take(peer, Initiative::Committed(next), core, env);
                Ok(())
            }
            _ => Err(PeerMisbehaved::Unexpected.into()),
        }
    }

    fn unanswered(mut self: Box<Self>, core: &mut Core, env: &mut Env<'_>) -> State {
        if self.agree_afresh(core, env).is_ok() {
            return self.into();
        }
        core.peers.give_up();
        self.drop_initiative(core);
        if self.next(core, env).is_ok() || !self.exchanges.is_empty() {
            return self.into();
        }
        self.end(core, env)
    }

    /// Nobody is left to wait for; a passive end stays ready for those who have not committed.
    fn end(mut self: Box<Self>, core: &mut Core, env: &mut Env<'_>) -> State {
        let is_passive = core.config.commits == CommitRule::Passive;
        if !core.peers.has_begun() || (is_passive && !core.peers.untried().is_empty()) {
            return self.no_peer(core);
        }
        match self.next(core, env) {
            Ok(()) => self.into(),
            Err(_) => closed::time_out(core, env),
        }
    }

    /// Nobody there with whom we could agree: says so, and stays ready for who comes later.
    fn no_peer(self: Box<Self>, core: &mut Core) -> State {
        core.settle();
        let (last_drop, peer_error) = (core.last_drop, core.peer_error);
        core.event(Event::NoPeer { last_drop, peer_error });
        self.into()
    }

    fn drop_initiative(&mut self, core: &mut Core) {
        self.initiative = Initiative::None;
        core.timer = None;
        core.peers.release();
    }

    const fn is_idle(&self) -> bool {
        matches!(self.initiative, Initiative::None) && self.exchanges.is_empty()
    }
}
