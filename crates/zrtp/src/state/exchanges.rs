use super::await_confirm2::AwaitConfirm2;
use super::await_dh_part2::AwaitDhPart2;
use super::{Established, Incoming};
use crate::chain::HashChainVerified;
use crate::core::{Core, StreamKind};
use crate::env::Env;
use crate::message::{Commit, CommitBody, Confirm, DhPart};
use crate::peers::PeerIndex;
use crate::state::stream_committed;
use crate::{Error, PeerMisbehaved};

/// The Commits that we answered, each with an exchange of its own until a Confirm2 shows which
/// one is real: anybody can send one, and a peer that commits anew may still mean the old one.
///
/// There is no timer: an answer goes out again when its question comes again.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    list: Vec<Exchange>,
}

/// How far one of them has come.
#[derive(Debug)]
enum Exchange {
    AwaitDhPart2(Box<AwaitDhPart2>),
    AwaitConfirm2(Box<AwaitConfirm2>),
}

impl Exchanges {
    /// True as long as nobody has an answer of ours.
    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Waits for none of them any more.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// Waits for those of this candidate no more.
    pub(super) fn forget(&mut self, peer: PeerIndex) {
        self.list.retain(|exchange| exchange.peer() != peer);
    }

    /// Answers a question that came before as before; false if it is a new one.
    pub(super) fn answer_again(
        &self,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &Env<'_>,
    ) -> Known {
        let mut answers = self.list.iter().filter_map(|one| one.answer_to(incoming.bytes));
        if let Some(answer) = answers.next() {
            core.answer_bytes(answer, incoming.ssrc, env.now);
            return Known::Yes;
        }
        let answered_since = self.list.iter().any(|one| one.commit() == incoming.bytes);
        if answered_since { Known::Yes } else { Known::No }
    }

    /// Answers a new Commit.
    pub(super) fn commit(
        &mut self,
        (peer, proof): (PeerIndex, &HashChainVerified),
        commit: &Commit,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        core.peers.may_answer(peer)?;
        let question = (commit, incoming.bytes);
        let exchange = match (&commit.body, core.kind) {
            (CommitBody::Dh { .. } | CommitBody::Kem { .. }, StreamKind::First) => {
                AwaitDhPart2::answer(peer, proof, question, core, env).map(Exchange::AwaitDhPart2)
            }
            (CommitBody::Preshared { .. }, StreamKind::First)
            | (CommitBody::Multistream { .. }, StreamKind::Further) => {
                stream_committed::answer(peer, proof, question, core, env)
                    .map(Exchange::AwaitConfirm2)
            }
            _ => Err(PeerMisbehaved::Unexpected.into()),
        };
        match exchange {
            Ok(exchange) => {
                core.peers.count_answer(peer);
                if let Some(answer) = exchange.answer_to(incoming.bytes) {
                    core.send(answer);
                }
                self.list.push(exchange);
                core.wait_for_peer(env.now);
                Ok(())
            }
            Err(error) => {
                core.refuse(incoming.ssrc, error, env.now);
                Err(error)
            }
        }
    }

    /// A new DHPart2, which must prove its chain and fit one of the Commits.
    pub(super) fn dh_part2(
        &mut self,
        part: &DhPart,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<(), Error> {
        let taken = self.take_waiting(part, incoming.bytes, core);
        let next = taken.and_then(|(waiting, proof)| {
            let (peer, commit) = (waiting.peer, waiting.commit.clone());
            let (agreed, link) = waiting.agree(&proof, (part, incoming.bytes), core)?;
            AwaitConfirm2::new(peer, agreed, link, (&commit, incoming.bytes), core, env)
        });
        match next {
            Ok(next) => {
                core.send(&next.confirm1);
                core.wait_for_peer(env.now);
                self.list.push(Exchange::AwaitConfirm2(next));
                Ok(())
            }
            Err(error) => {
                core.refuse(incoming.ssrc, error, env.now);
                Err(error)
            }
        }
    }

    /// The Confirm2 that opens ends the handshake.
    pub(super) fn confirm2(
        &mut self,
        confirm: &Confirm,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Established>, Error> {
        let mut dropped = PeerMisbehaved::Unexpected.into();
        let mut rest = Vec::new();
        let mut encrypted = None;
        for exchange in std::mem::take(&mut self.list) {
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
        self.list = rest;
        encrypted.ok_or(dropped)
    }

    /// Whose DHPart2 it is: its H1 leads to the H2 of a Commit, whose MAC verifies now, and it
    /// is the one that the Commit promised. The commitment is checked before the public value
    /// is used.
    fn take_waiting(
        &mut self,
        part: &DhPart,
        bytes: &[u8],
        core: &Core,
    ) -> Result<(Box<AwaitDhPart2>, HashChainVerified), Error> {
        let mut dropped = PeerMisbehaved::HashChain.into();
        let mut found = None;
        let mut rest = Vec::new();
        for exchange in std::mem::take(&mut self.list) {
            match exchange {
                Exchange::AwaitDhPart2(waiting) if found.is_none() => {
                    match waiting.verify(part, bytes, &core.hello) {
                        Ok(proof) => found = Some((waiting, proof)),
                        Err(error) => {
                            dropped = error;
                            rest.push(Exchange::AwaitDhPart2(waiting));
                        }
                    }
                }
                other => rest.push(other),
            }
        }
        self.list = rest;
        found.ok_or(dropped)
    }
}

/// Whether a message came before.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
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
