use super::committed::middle;
use super::contention::{Winner, decide};
use super::link::Link;
use crate::Error;
use crate::agreed::Agreed;
use crate::chain::HashChainVerified;
use crate::core::Core;
use crate::message::{Commit, CommitBody, Confirm, ConfirmPlain};
use crate::peers::PeerIndex;

/// The initiator has s0 and waits for the responder's proof of it (RFC 6189, 4.6). DHPart2, or
/// the Commit of a stream without, is repeated meanwhile.
#[derive(Debug)]
pub(super) struct AwaitConfirm1 {
    pub(super) peer: PeerIndex,
    pub(super) agreed: Agreed,
    /// What our Commit promised.
    body: CommitBody,
    link: Link,
}

impl AwaitConfirm1 {
    /// The link is to the peer's last message, whose MAC is still to be checked.
    pub(super) const fn new(peer: PeerIndex, agreed: Agreed, body: CommitBody, link: Link) -> Self {
        Self { peer, agreed, body, link }
    }

    /// Decides a contention.
    pub(super) fn contend(&self, theirs: &Commit, core: &Core) -> Winner {
        decide(&self.body, &theirs.body, middle(core, self.peer))
    }

    /// True for the peer's last message.
    pub(super) fn is_from(&self, dh_part1: &[u8]) -> bool {
        self.link.message == dh_part1
    }

    /// Opens a Confirm1.
    pub(super) fn open(
        &self,
        confirm: &Confirm,
    ) -> Result<(ConfirmPlain, HashChainVerified), Error> {
        self.link.open(&self.agreed, confirm)
    }
}
