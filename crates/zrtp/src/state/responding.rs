use super::await_confirm2::AwaitConfirm2;
use super::await_dh_part2::AwaitDhPart2;
use super::{Incoming, State, Step};
use crate::chain::HashChainVerified;
use crate::core::{Core, StreamKind};
use crate::env::Env;
use crate::hellos;
use crate::message::{Commit, CommitBody, Confirm, DhPart, Message};
use crate::peers::{Arrival, PeerIndex};
use crate::state::stream_committed;
use crate::timer::Retransmit;
use crate::{Error, PeerMisbehaved};

/// We are responder. Somebody without a place on the path may have sent the Commit, so each
/// candidate has an exchange of its own until a Confirm2 shows who is real.
///
/// There is no timer: an answer goes out again when its question comes again.
#[derive(Debug, Default)]
pub(crate) struct Responding {
    exchanges: Vec<Exchange>,
    replaced: u32,
}

/// How far one candidate has come.
#[derive(Debug)]
pub(super) enum Exchange {
    AwaitDhPart2(Box<AwaitDhPart2>),
    AwaitConfirm2(Box<AwaitConfirm2>),
}

impl Responding {
    /// Answers a Commit; also one that crossed ours and won.
    pub(super) fn answer(
        commit: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let mut phase = Box::<Self>::default();
        phase.commit(commit, bytes, core, env)?;
        core.wait_for_peer(env.now);
        Ok(phase)
    }

    pub(super) fn handle(
        mut self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        let outcome = match incoming.message {
            Message::Hello(hello) => {
                hellos::receive(hello, incoming, core, env).map(|arrival| match arrival {
                    Arrival::New(_) => {
                        core.send_repeating(Retransmit::t1(core.hello.clone(), env.now));
                    }
                    // The real peer, while a false one is answered, may still lack our Hello.
                    Arrival::Repeated => core.answer_hello(env.now),
                })
            }
            Message::HelloAck if core.peers.of_ssrc(incoming.ssrc).is_some() => {
                core.timer = None;
                Ok(())
            }
            Message::Commit(commit) => self.commit(commit, incoming.bytes, core, env),
            Message::DhPart2(part) => self.dh_part2(part, incoming.bytes, core, env),
            Message::Confirm2(confirm) => match self.confirm2(confirm, incoming.bytes, core, env) {
                Ok(next) => return Step::to(next),
                Err(error) => Err(error),
            },
            _ => Err(PeerMisbehaved::Unexpected.into()),
        };
        Step { next: self.into(), outcome }
    }

    /// The same Commit draws the same answer; a new one of the same candidate replaces its
    /// predecessor, a few times; one of another candidate starts an exchange of its own.
    fn commit(
        &mut self,
        commit: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        if let Some(exchange) = self.exchanges.iter().find(|exchange| exchange.commit() == bytes) {
            if let Some(answer) = exchange.answer_to(bytes) {
                core.send(answer);
            }
            return Ok(());
        }
        let (peer, proof) = core.peers.of_commit(commit)?;
        self.make_room(peer)?;
        let exchange = match (&commit.body, core.kind) {
            (CommitBody::Dh { .. } | CommitBody::Kem { .. }, StreamKind::First) => {
                AwaitDhPart2::answer(peer, &proof, (commit, bytes), core, env)
                    .map(Exchange::AwaitDhPart2)
            }
            (CommitBody::Preshared { .. }, StreamKind::First)
            | (CommitBody::Multistream { .. }, StreamKind::Further) => {
                stream_committed::answer(peer, &proof, (commit, bytes), core, env)
                    .map(Exchange::AwaitConfirm2)
            }
            _ => Err(PeerMisbehaved::Unexpected.into()),
        };
        match exchange {
            Ok(exchange) => {
                if let Some(answer) = exchange.answer_to(bytes) {
                    core.send(answer);
                }
                self.exchanges.retain(|other| other.peer() != peer);
                self.exchanges.push(exchange);
                Ok(())
            }
            Err(error) => {
                core.refuse(error, env.now);
                Err(error)
            }
        }
    }

    /// Each answer gives a man in the middle one more guess at the SAS, so there are few.
    fn make_room(&mut self, peer: PeerIndex) -> Result<(), Error> {
        let Some(previous) = self.exchanges.iter().find(|exchange| exchange.peer() == peer) else {
            return Ok(());
        };
        if matches!(previous, Exchange::AwaitConfirm2(_)) || self.replaced >= MAX_REPLACED {
            return Err(PeerMisbehaved::Unexpected.into());
        }
        self.replaced += 1;
        Ok(())
    }

    /// The same DHPart2 draws the same Confirm1; a new one must prove its chain.
    fn dh_part2(
        &mut self,
        part: &DhPart,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        for exchange in &self.exchanges {
            if let Some(answer) = exchange.answer_to(bytes) {
                core.send(answer);
                return Ok(());
            }
        }
        let (waiting, proof) = self.take_waiting(part)?;
        let (peer, commit) = (waiting.peer, waiting.commit.clone());
        let next = waiting.agree(&proof, (part, bytes), core).and_then(|(agreed, link)| {
            AwaitConfirm2::new(peer, agreed, link, (&commit, bytes), core, env)
        });
        match next {
            Ok(next) => {
                core.send(&next.confirm1);
                core.wait_longer(env.now);
                self.exchanges.push(Exchange::AwaitConfirm2(next));
                Ok(())
            }
            Err(error) => {
                core.reject(peer, error, env.now);
                Err(error)
            }
        }
    }

    /// Whose DHPart2 it is: its H1 leads to the H2 of a Commit, whose MAC verifies now.
    fn take_waiting(
        &mut self,
        part: &DhPart,
    ) -> Result<(Box<AwaitDhPart2>, HashChainVerified), Error> {
        let mut dropped = PeerMisbehaved::HashChain.into();
        let mut found = None;
        let mut rest = Vec::new();
        for exchange in std::mem::take(&mut self.exchanges) {
            match exchange {
                Exchange::AwaitDhPart2(waiting) if found.is_none() => match waiting.verify(part) {
                    Ok(proof) => found = Some((waiting, proof)),
                    Err(error) => {
                        dropped = error;
                        rest.push(Exchange::AwaitDhPart2(waiting));
                    }
                },
                other => rest.push(other),
            }
        }
        self.exchanges = rest;
        found.ok_or(dropped)
    }

    fn confirm2(
        &mut self,
        confirm: &Confirm,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<State, Error> {
        let mut dropped = PeerMisbehaved::Unexpected.into();
        let mut rest = Vec::new();
        let mut encrypted = None;
        for exchange in std::mem::take(&mut self.exchanges) {
            match exchange {
                Exchange::AwaitConfirm2(waiting) if encrypted.is_none() => {
                    match waiting.confirmed(confirm, bytes, core, env) {
                        Ok(next) => encrypted = Some(next),
                        Err((waiting, error)) => {
                            dropped = error;
                            rest.push(Exchange::AwaitConfirm2(waiting));
                        }
                    }
                }
                other => rest.push(other),
            }
        }
        self.exchanges = rest;
        encrypted.map(State::from).ok_or(dropped)
    }
}

impl Exchange {
    const fn peer(&self) -> PeerIndex {
        match self {
            Self::AwaitDhPart2(waiting) => waiting.peer,
            Self::AwaitConfirm2(waiting) => waiting.peer,
        }
    }

    fn commit(&self) -> &[u8] {
        match self {
            Self::AwaitDhPart2(waiting) => &waiting.commit,
            Self::AwaitConfirm2(waiting) => &waiting.commit,
        }
    }

    /// What a repetition of `question` draws.
    fn answer_to(&self, question: &[u8]) -> Option<&[u8]> {
        match self {
            Self::AwaitDhPart2(waiting) if waiting.commit == question => Some(&waiting.dh_part1),
            Self::AwaitConfirm2(waiting) if waiting.question == question => Some(&waiting.confirm1),
            Self::AwaitDhPart2(_) | Self::AwaitConfirm2(_) => None,
        }
    }
}

/// Commits that may replace an earlier one of the same candidate.
const MAX_REPLACED: u32 = 2;
