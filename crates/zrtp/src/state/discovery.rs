use super::{Committed, Incoming, Responding, State, Step, StreamCommitted};
use crate::config::CommitRule;
use crate::core::{Core, StreamKind};
use crate::env::Env;
use crate::hellos;
use crate::message::{ErrorCode, Message};
use crate::peers::{Arrival, PeerIndex};
use crate::timer::Retransmit;
use crate::{Error, Event};

/// Hellos go back and forth (RFC 6189, 4.1).
///
/// Left by our Commit, once a peer has acknowledged our Hello and we hold its, or by the
/// peer's Commit.
#[derive(Debug)]
pub(crate) struct Discovery {
    /// Those whose Hello has nothing in common with ours. They were told.
    strangers: Vec<PeerIndex>,
}

impl Discovery {
    /// Sends the first Hello.
    pub(crate) fn start(core: &mut Core, now: u64) -> Self {
        core.send_repeating(Retransmit::t1(core.hello.clone(), now));
        Self { strangers: Vec::new() }
    }

    pub(super) fn handle(
        self,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match incoming.message {
            Message::Hello(hello) => match hellos::receive(hello, incoming, core, env) {
                Ok(Arrival::Repeated) => Step::to(self),
                Ok(Arrival::New(_)) => {
                    core.patience = None;
                    core.send_repeating(Retransmit::t1_patient(core.hello.clone(), env.now));
                    Step::to(self)
                }
                Err(error) => Step::dropped(self, error),
            },
            Message::HelloAck => self.acknowledged(incoming.ssrc, core, env),
            Message::Commit(commit) => {
                match Responding::answer(commit, incoming.bytes, core, env) {
                    Ok(next) => Step::to(next),
                    Err(error) => Step::dropped(self, error),
                }
            }
            _ => Step::unexpected(self),
        }
    }

    /// Nobody there with whom we could agree: says so, and stays ready for who comes later.
    pub(super) fn give_up(self, core: &mut Core) -> Self {
        core.settle();
        let (last_drop, peer_error) = (core.last_drop, core.peer_error);
        core.event(Event::NoPeer { last_drop, peer_error });
        self
    }

    /// An acknowledgement counts from a sender whose Hello we hold: nobody else knows its
    /// SSRC, so nobody else can silence our Hello.
    fn acknowledged(mut self, ssrc: u32, core: &mut Core, env: &mut Env<'_>) -> Step {
        let Some(peer) = core.peers.of_ssrc(ssrc) else { return Step::unexpected(self) };
        if self.strangers.contains(&peer) {
            return Step::to(self);
        }
        core.wait_for_peer(env.now);
        match propose(peer, core, env) {
            Ok(Some(next)) => Step::to(next),
            Ok(None) => Step::to(self),
            // Told (0x40, RFC 6189, 5.9), and no more than that: anyone can say Hello.
            Err(Error::Unsupported(what)) => {
                self.strangers.push(peer);
                core.send_error(ErrorCode::HelloComponents, env.now);
                Step::dropped(self, what)
            }
            Err(error) => Step::dropped(self, error),
        }
    }
}

/// Sends our Commit to a peer, unless we are passive.
pub(super) fn propose(
    peer: PeerIndex,
    core: &mut Core,
    env: &mut Env<'_>,
) -> Result<Option<State>, Error> {
    if core.config.commits == CommitRule::Passive {
        return Ok(None);
    }
    if core.kind == StreamKind::Further {
        return StreamCommitted::multistream(peer, core, env).map(|next| Some(next.into()));
    }
    if let Some(next) = StreamCommitted::preshared(peer, core, env)? {
        return Ok(Some(next.into()));
    }
    Committed::propose(peer, core, env).map(|next| Some(next.into()))
}
