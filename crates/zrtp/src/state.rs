//! One phase of the dialogue per file; a transition consumes its phase and gives the next.
//!
//! ```text
//!   Negotiation ────────────────────────────────────────────┐
//!   │ our Commit, to one candidate at a time                │
//!   │   Committed ─DHPart1─> AwaitConfirm1 ─────────────────┼─Confirm1─> AwaitConf2Ack
//!   │   StreamCommitted (Multistream, Preshared) ───────────┤                  │ Conf2ACK
//!   │ Commits of candidates, each with its exchange         │                  v
//!   │   AwaitDhPart2 ─DHPart2─> AwaitConfirm2 ──────────────┼─Confirm2─> Established
//!   └───────────────────────────────────────────────────────┘
//! ```

mod await_conf2_ack;
mod await_confirm1;
mod await_confirm2;
mod await_dh_part2;
mod closed;
mod committed;
mod contention;
mod established;
mod exchanges;
mod initiative;
mod link;
mod negotiation;
mod stream_committed;

pub(crate) use await_conf2_ack::AwaitConf2Ack;
pub(crate) use closed::{Closed, code_of};
pub(crate) use established::Established;
pub(crate) use negotiation::Negotiation;

use crate::core::{Alarm, Core};
use crate::env::Env;
use crate::message::Message;
use crate::{Error, PeerMisbehaved};

/// Where a session stands.
#[derive(Debug)]
pub(crate) enum State {
    Negotiation(Box<Negotiation>),
    AwaitConf2Ack(Box<AwaitConf2Ack>),
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
            Self::Negotiation(phase) => phase.handle(incoming, core, env),
            Self::AwaitConf2Ack(phase) => phase.handle(incoming, core, env),
            Self::Established(phase) => phase.handle(incoming, core, env),
            Self::Closed(phase) => phase.handle(incoming, core, env),
        }
    }

    /// Something was not answered in its time.
    pub(crate) fn give_up(self, alarm: Alarm, core: &mut Core, env: &mut Env<'_>) -> Self {
        match self {
            Self::Negotiation(phase) => phase.give_up(alarm, core, env),
            Self::Established(phase) => phase.give_up(alarm, core),
            Self::Closed(phase) => phase.into(),
            Self::AwaitConf2Ack(_) => closed::time_out(core, env),
        }
    }
}

impl From<Box<Negotiation>> for State {
    fn from(phase: Box<Negotiation>) -> Self {
        Self::Negotiation(phase)
    }
}

impl From<Closed> for State {
    fn from(phase: Closed) -> Self {
        Self::Closed(phase)
    }
}

impl From<Box<AwaitConf2Ack>> for State {
    fn from(phase: Box<AwaitConf2Ack>) -> Self {
        Self::AwaitConf2Ack(phase)
    }
}

impl From<Box<Established>> for State {
    fn from(phase: Box<Established>) -> Self {
        Self::Established(phase)
    }
}
