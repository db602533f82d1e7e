use super::{Committed, Incoming, Responding, State, Step, StreamCommitted};
use crate::config::CommitRule;
use crate::core::{Core, StreamKind};
use crate::env::Env;
use crate::hellos;
use crate::message::Message;
use crate::peers::{Arrival, PeerIndex};
use crate::timer::Retransmit;
use crate::{Error, Event};

/// Hellos go back and forth (RFC 6189, 4.1).
///
/// Left by our Commit, once a peer has acknowledged our Hello and we hold its, or by the
/// peer's Commit.
#[derive(Debug)]
pub(crate) struct Discovery(());

impl Discovery {
    /// Sends the first Hello.
    pub(crate) fn start(core: &mut Core, now: u64) -> Self {
        core.send_repeating(Retransmit::t1(core.hello.clone(), now));
        Self(())
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

    /// Nobody there: says so, and stays ready for who comes later.
    pub(super) fn give_up(self, core: &mut Core) -> Self {
        core.event(Event::NoPeer { last_drop: core.last_drop });
        self
    }

    /// An acknowledgement counts from a sender whose Hello we hold: nobody else knows its
    /// SSRC, so nobody else can silence our Hello.
    fn acknowledged(self, ssrc: u32, core: &mut Core, env: &mut Env<'_>) -> Step {
        let Some(peer) = core.peers.of_ssrc(ssrc) else { return Step::unexpected(self) };
        core.wait_for_peer(env.now);
        match propose(peer, core, env) {
            Ok(Some(next)) => Step::to(next),
            Ok(None) => Step::to(self),
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
