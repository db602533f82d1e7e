use super::await_conf2_ack::AwaitConf2Ack;
use super::link::Link;
use super::{Committed, Incoming, State, Step, closed};
use crate::Error;
use crate::agreed::Agreed;
use crate::core::Core;
use crate::env::Env;
use crate::hellos;
use crate::message::{Confirm, DhPart, Message};
use crate::peers::PeerIndex;

/// The initiator has s0 and waits for the responder's proof of it (RFC 6189, 4.6). DHPart2 is
/// repeated meanwhile.
#[derive(Debug)]
pub(crate) struct AwaitConfirm1 {
    peer: PeerIndex,
    agreed: Agreed,
    link: Link,
}

impl AwaitConfirm1 {
    /// After a DHPart1, whose MAC is still to be checked.
    pub(super) fn new(peer: PeerIndex, agreed: Agreed, h1: [u8; 32], dh_part1: &[u8]) -> Box<Self> {
        let link = Link { image: h1, steps: 0, message: dh_part1.to_vec() };
        Box::new(Self { peer, agreed, link })
    }

    pub(super) fn handle(
        self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match incoming.message {
            Message::Hello(hello) => {
                let outcome = hellos::receive(hello, incoming, core, env).map(|_| ());
                Step { next: self.into(), outcome }
            }
            Message::Confirm1(confirm) => self.confirmed(confirm, core, env),
            Message::DhPart1(_) if incoming.bytes == self.link.message => Step::to(self),
            Message::DhPart1(part) => self.another(part, core, env),
            _ => Step::unexpected(self),
        }
    }

    /// No Confirm1 that opens: perhaps another candidate is the real peer.
    pub(super) fn give_up(self: Box<Self>, core: &mut Core, env: &mut Env<'_>) -> State {
        match Committed::next_candidate(core, env) {
            Some(next) => next.into(),
            None => closed::time_out(core, env),
        }
    }

    fn confirmed(self: Box<Self>, confirm: &Confirm, core: &mut Core, env: &mut Env<'_>) -> Step {
        match self.link.open(&self.agreed, confirm) {
            Ok((plain, proof)) => {
                match AwaitConf2Ack::confirm_back(self.agreed, plain, proof, core, env) {
                    Ok(next) => Step::to(next),
                    Err(error) => Step { next: closed::time_out(core, env), outcome: Err(error) },
                }
            }
            Err(error) => Step::dropped(self, error),
        }
    }

    /// Another candidate answers our Commit as well: it gets a Commit of its own, once.
    fn another(self: Box<Self>, part: &DhPart, core: &mut Core, env: &mut Env<'_>) -> Step {
        let switched: Result<_, Error> = core.peers.of_dh_part1(&part.h1).and_then(|(peer, _)| {
            if peer == self.peer { Ok(None) } else { Committed::propose(peer, core, env).map(Some) }
        });
        match switched {
            Ok(Some(next)) => Step::to(next),
            Ok(None) => Step::unexpected(self),
            Err(error) => Step::dropped(self, error),
        }
    }
}
