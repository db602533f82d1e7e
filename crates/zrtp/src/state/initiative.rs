use super::await_conf2_ack::AwaitConf2Ack;
use super::await_confirm1::AwaitConfirm1;
use super::committed::Committed;
use super::contention::Winner;
use super::stream_committed::StreamCommitted;
use crate::agreement::SpareKeys;
use crate::chain::HashChainVerified;
use crate::core::{Core, StreamKind};
use crate::env::Env;
use crate::message::{Commit, Confirm, ConfirmPlain};
use crate::peers::PeerIndex;
use crate::{Error, PeerMisbehaved, Suite};

/// Our own Commit, which one candidate has, and what follows it.
#[derive(Debug, Default)]
pub(super) enum Initiative {
    #[default]
    None,
    Committed(Box<Committed>),
    StreamCommitted(Box<StreamCommitted>),
    AwaitConfirm1(Box<AwaitConfirm1>),
}

impl Initiative {
    /// Sends our Commit.
    pub(super) fn propose(
        peer: PeerIndex,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Self, Error> {
        if core.kind == StreamKind::Further {
            return StreamCommitted::multistream(peer, core, env).map(Self::StreamCommitted);
        }
        if let Some(next) = StreamCommitted::preshared(peer, core, env)? {
            return Ok(Self::StreamCommitted(next));
        }
        Committed::propose(peer, core, env).map(Self::Committed)
    }

    /// Who has our Commit.
    pub(super) fn peer(&self) -> Option<PeerIndex> {
        match self {
            Self::None => None,
            Self::Committed(own) => Some(own.peer),
            Self::StreamCommitted(own) => Some(own.peer()),
            Self::AwaitConfirm1(own) => Some(own.peer),
        }
    }

    /// Decides a contention.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Unexpected`] for a Commit after DHPart1.
    pub(super) fn contend(
        &mut self,
        theirs: &Commit,
        bytes: &[u8],
        core: &mut Core,
        env: &Env<'_>,
    ) -> Result<Winner, Error> {
        match self {
            Self::Committed(own) => Ok(own.contend(theirs, bytes, core, env)),
            Self::StreamCommitted(own) => Ok(own.contend(theirs, core)),
            Self::None | Self::AwaitConfirm1(_) => Err(PeerMisbehaved::Unexpected.into()),
        }
    }

    /// The keys of a Commit that lost.
    pub(super) fn lend(&mut self) -> Option<(Suite, SpareKeys)> {
        match self {
            Self::Committed(own) => own.lend(),
            _ => None,
        }
    }

    /// Takes back what [`Initiative::lend`] gave.
    pub(super) fn restore(&mut self, unused: Option<(Suite, SpareKeys)>) {
        if let Self::Committed(own) = self {
            own.restore(unused);
        }
    }

    /// True for the DHPart1 that we have answered.
    pub(super) fn was_answered_by(&self, dh_part1: &[u8]) -> bool {
        matches!(self, Self::AwaitConfirm1(own) if own.is_from(dh_part1))
    }

    /// Opens the responder's proof that it has the keys.
    pub(super) fn open(
        &self,
        confirm: &Confirm,
    ) -> Result<(ConfirmPlain, HashChainVerified), Error> {
        match self {
            Self::StreamCommitted(own) => own.next.open(confirm),
            Self::AwaitConfirm1(own) => own.open(confirm),
            Self::None | Self::Committed(_) => Err(PeerMisbehaved::Unexpected.into()),
        }
    }

    /// Answers it with ours.
    pub(super) fn confirm_back(
        self,
        plain: ConfirmPlain,
        proof: HashChainVerified,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<AwaitConf2Ack>, Error> {
        let own = match self {
            Self::StreamCommitted(own) => own.next,
            Self::AwaitConfirm1(own) => *own,
            Self::None | Self::Committed(_) => return Err(PeerMisbehaved::Unexpected.into()),
        };
        AwaitConf2Ack::confirm_back(own, plain, proof, core, env)
    }
}
