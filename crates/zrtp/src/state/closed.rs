use super::{Incoming, State, Step};
use crate::core::Core;
use crate::env::Env;
use crate::message::{ErrorCode, Message};
use crate::{Error, Event};

/// Nothing more will be agreed on: the handshake failed, or encryption was left.
///
/// It keeps answering repetitions, so that the peer can come to its own end.
#[derive(Debug)]
pub(crate) struct Closed {
    /// The last message of the peer and our answer to it.
    pub(super) echo: Option<Box<Echo>>,
}

/// A message of the peer and our answer to it.
#[derive(Debug)]
pub(super) struct Echo {
    pub(super) question: Vec<u8>,
    pub(super) answer: Message,
}

impl Closed {
    /// Without anything to answer.
    pub(crate) const fn new() -> Self {
        Self { echo: None }
    }

    pub(super) fn handle(
        self,
        incoming: &Incoming<'_>,
        core: &mut Core,
        env: &mut Env<'_>,
    ) -> Step {
        match &self.echo {
            Some(echo) if echo.question == incoming.bytes => {
                core.answer(&echo.answer, incoming.ssrc, env.now);
                Step::to(self)
            }
            _ => Step::unexpected(self),
        }
    }
}

/// Ends the handshake because the peer fell silent; tells it, in case it did not.
pub(super) fn time_out(core: &mut Core, env: &Env<'_>) -> State {
    let code = code_of(core.last_drop);
    core.settle();
    core.send_error(code, env.now);
    let failure = core.timeout();
    core.event(Event::Failed(failure));
    Closed { echo: None }.into()
}

/// What the peer is told about the packet that we dropped last.
pub(crate) const fn code_of(dropped: Option<Error>) -> ErrorCode {
    use crate::PeerMisbehaved as Rule;
    use crate::Unsupported as What;
    match dropped {
        Some(Error::Peer(Rule::ConfirmMac)) => ErrorCode::ConfirmMac,
        Some(Error::Peer(Rule::HashCommitment)) => ErrorCode::HashCommitment,
        Some(Error::Peer(Rule::PublicValue)) => ErrorCode::PublicValue,
        Some(Error::Peer(Rule::NonceReuse)) => ErrorCode::NonceReuse,
        Some(Error::Peer(Rule::NoSharedSecret)) => ErrorCode::NoSharedSecret,
        Some(Error::Peer(Rule::OwnZid)) => ErrorCode::EqualZid,
        Some(Error::Peer(Rule::OwnSsrc)) => ErrorCode::SsrcCollision,
        Some(Error::Peer(Rule::RelayNotTrusted)) => ErrorCode::RelayNotTrusted,
        Some(Error::Peer(Rule::ClearNotAllowed)) => ErrorCode::ClearNotAllowed,
        Some(Error::Unsupported(What::Version)) => ErrorCode::Version,
        Some(Error::Unsupported(What::Hash)) => ErrorCode::Hash,
        Some(Error::Unsupported(What::Cipher)) => ErrorCode::Cipher,
        Some(Error::Unsupported(What::KeyAgreement)) => ErrorCode::KeyAgreement,
        Some(Error::Unsupported(What::AuthTag)) => ErrorCode::AuthTag,
        Some(Error::Unsupported(What::Sas)) => ErrorCode::Sas,
        _ => ErrorCode::Timeout,
    }
}
