//! One phase of the dialogue per file; a transition consumes its phase and gives the next.
//!
//! ```text
//!   Discovery ──own Commit──> Committed ─DHPart1─> AwaitConfirm1 ─Confirm1─> AwaitConf2Ack
//!       │                         │ lost contention                              │ Conf2ACK
//!       │                         v                                              v
//!       └──peer's Commit──> Responding(AwaitDhPart2 ─DHPart2─> AwaitConfirm2) ─> Established
//!
//!   Multistream, Preshared:  Discovery ──> StreamCommitted ─Confirm1─> AwaitConf2Ack
//!                            Discovery ──> Responding(AwaitConfirm2)
//! ```

mod await_conf2_ack;
mod await_confirm1;
mod await_confirm2;
mod await_dh_part2;
mod closed;
mod committed;
mod contention;
mod discovery;
mod established;
mod link;
mod responding;
mod stream_committed;

pub(crate) use await_conf2_ack::AwaitConf2Ack;
pub(crate) use await_confirm1::AwaitConfirm1;
pub(crate) use closed::{Closed, code_of};
pub(crate) use committed::Committed;
pub(crate) use discovery::Discovery;
pub(crate) use established::Established;
pub(crate) use responding::Responding;
pub(crate) use stream_committed::StreamCommitted;

use crate::core::Core;
use crate::env::Env;
use crate::message::Message;
use crate::{Error, PeerMisbehaved};

/// Where a session stands.
#[derive(Debug)]
pub(crate) enum State {
    Discovery(Discovery),
    Committed(Box<Committed>),
    StreamCommitted(Box<StreamCommitted>),
    AwaitConfirm1(Box<AwaitConfirm1>),
    AwaitConf2Ack(Box<AwaitConf2Ack>),
    Responding(Box<Responding>),
    Established(Box<Established>),
    Closed(Closed),
}

/// A message with what it came in.
#[derive(Debug)]
pub(crate) struct Incoming<'a> {
    pub(crate) message: &'a Message,
    /// The exact bytes, for hashes and MACs.
    pub(crate) bytes: &'a [u8],
    pub(crate) ssrc: u32,
}

/// The next phase, and whether the packet was taken.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) next: State,
    pub(crate) outcome: Result<(), Error>,
}

impl Step {
    /// The packet was taken.
    pub(crate) fn to(next: impl Into<State>) -> Self {
        Self { next: next.into(), outcome: Ok(()) }
    }

    /// The packet was dropped; the phase stays as it was.
    pub(crate) fn dropped(same: impl Into<State>, error: impl Into<Error>) -> Self {
        Self { next: same.into(), outcome: Err(error.into()) }
    }

    /// The packet does not belong here.
    pub(crate) fn unexpected(same: impl Into<State>) -> Self {
        Self::dropped(same, PeerMisbehaved::Unexpected)
    }
}

impl State {
    /// Hands a message to the phase; dispatch only.
    pub(crate) fn handle(
        self,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match self {
            Self::Discovery(phase) => phase.handle(incoming, core, env),
            Self::Committed(phase) => phase.handle(incoming, core, env),
            Self::StreamCommitted(phase) => phase.handle(incoming, core, env),
            Self::AwaitConfirm1(phase) => phase.handle(incoming, core, env),
            Self::AwaitConf2Ack(phase) => phase.handle(incoming, core, env),
            Self::Responding(phase) => phase.handle(incoming, core, env),
            Self::Established(phase) => phase.handle(incoming, core, env),
            Self::Closed(phase) => phase.handle(incoming, core, env),
        }
    }

    /// The last repetition of the phase's message was not answered, or the peer fell silent.
    pub(crate) fn give_up(self, core: &mut Core, env: &mut Env<'_>) -> Self {
        match self {
            Self::Discovery(phase) => phase.give_up(core).into(),
            Self::Committed(phase) => phase.give_up(core, env),
            Self::StreamCommitted(phase) => phase.give_up(core, env),
            Self::AwaitConfirm1(phase) => phase.give_up(core, env),
            Self::Established(phase) => phase.give_up(core),
            Self::Closed(phase) => phase.into(),
            Self::AwaitConf2Ack(_) | Self::Responding(_) => closed::time_out(core, env),
        }
    }
}

impl From<Discovery> for State {
    fn from(phase: Discovery) -> Self {
        Self::Discovery(phase)
    }
}

impl From<Closed> for State {
    fn from(phase: Closed) -> Self {
        Self::Closed(phase)
    }
}

impl From<Box<Committed>> for State {
    fn from(phase: Box<Committed>) -> Self {
        Self::Committed(phase)
    }
}

impl From<Box<StreamCommitted>> for State {
    fn from(phase: Box<StreamCommitted>) -> Self {
        Self::StreamCommitted(phase)
    }
}

impl From<Box<AwaitConfirm1>> for State {
    fn from(phase: Box<AwaitConfirm1>) -> Self {
        Self::AwaitConfirm1(phase)
    }
}

impl From<Box<AwaitConf2Ack>> for State {
    fn from(phase: Box<AwaitConf2Ack>) -> Self {
        Self::AwaitConf2Ack(phase)
    }
}

impl From<Box<Responding>> for State {
    fn from(phase: Box<Responding>) -> Self {
        Self::Responding(phase)
    }
}

impl From<Box<Established>> for State {
    fn from(phase: Box<Established>) -> Self {
        Self::Established(phase)
    }
}
