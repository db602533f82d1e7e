use super::Established;
use super::link::Link;
use crate::agreed::Agreed;
use crate::core::Core;
use crate::env::Env;
use crate::message::{Confirm, Message};
use crate::peers::PeerIndex;
use crate::{Error, Event};

/// The responder has s0, has sent Confirm1 and waits for the initiator's proof (RFC 6189, 4.6).
#[derive(Debug)]
pub(super) struct AwaitConfirm2 {
    pub(super) peer: PeerIndex,
    pub(super) commit: Vec<u8>,
    /// The message that Confirm1 answers: DHPart2, or the Commit of a stream without DHPart.
    pub(super) question: Vec<u8>,
    pub(super) confirm1: Vec<u8>,
    agreed: Agreed,
    link: Link,
}

impl AwaitConfirm2 {
    /// Makes Confirm1.
    pub(super) fn new(
        peer: PeerIndex,
        agreed: Agreed,
        link: Link,
        (commit, question): (&[u8], &[u8]),
        core: &Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Self>, Error> {
        let confirm1 = agreed.seal_confirm(core, env.rng)?.write_confirm1();
        let (commit, question) = (commit.to_vec(), question.to_vec());
        Ok(Box::new(Self { peer, commit, question, confirm1, agreed, link }))
    }

    /// Ends the handshake if the Confirm2 is this initiator's; hands itself back if not.
    pub(super) fn confirmed(
        self: Box<Self>,
        confirm: &Confirm,
        bytes: &[u8],
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Result<Box<Established>, (Box<Self>, Error)> {
        let (plain, proof) = match self.link.open(&self.agreed, confirm) {
            Ok(opened) => opened,
            Err(error) => return Err((self, error)),
        };
        core.settle_on(self.peer);
        core.send(&Message::Conf2Ack.write());
        core.event(Event::Keys(Box::new(self.agreed.srtp_keys(&proof))));
        Ok(Established::enter(self.agreed, plain, proof, Some(bytes.to_vec()), core, env))
    }
}
