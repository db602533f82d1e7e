use super::await_confirm1::AwaitConfirm1;
use super::{Established, Incoming, State, Step};
use crate::agreed::Agreed;
use crate::chain::HashChainVerified;
use crate::core::Core;
use crate::env::Env;
use crate::message::{ConfirmPlain, Message};
use crate::timer::Retransmit;
use crate::{Error, Event};

/// The initiator has the keys and repeats Confirm2 until the responder has them as well.
#[derive(Debug)]
pub(crate) struct AwaitConf2Ack {
    agreed: Agreed,
    plain: ConfirmPlain,
    proof: HashChainVerified,
}

impl AwaitConf2Ack {
    /// The responder has proven itself: answers with Confirm2 and hands the keys out.
    pub(super) fn confirm_back(
        own: AwaitConfirm1,
        plain: ConfirmPlain,
        proof: HashChainVerified,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let AwaitConfirm1 { peer, agreed, .. } = own;
        let confirm2 = agreed.seal_confirm(core, env.rng)?.write_confirm2();
        core.settle_on(peer);
        core.send_repeating(Retransmit::t2(confirm2, env.now));
        core.event(Event::Keys(Box::new(agreed.srtp_keys(&proof))));
        Ok(Box::new(Self { agreed, plain, proof }))
    }

    pub(super) fn handle(
        self: Box<Self>,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match incoming.message {
            Message::Conf2Ack => Step::to(self.complete(core, env)),
            Message::Confirm1(_) | Message::DhPart1(_) => Step::to(self),
            _ => Step::unexpected(self),
        }
    }

    /// The responder is there: Conf2ACK or authentic media says so (RFC 6189, 5.8).
    pub(crate) fn complete(self: Box<Self>, core: &mut Core, env: &mut Env<'_>) -> State {
        core.timer = None;
        Established::enter(self.agreed, self.plain, self.proof, None, core, env).into()
    }
}
