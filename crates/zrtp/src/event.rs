use crate::message::{ErrorCode, SignatureBlock};
use crate::schedule::{ExportedKey, SrtpKeys};
use crate::{Error, Role, Suite, Zid};

/// What a session tells its caller; taken with [`crate::Session::poll_event`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A ZRTP endpoint says hello. Nothing about it is proven.
    PeerFound {
        /// Who it says it is.
        zid: Zid,
        /// The name of its program.
        client: [u8; 16],
    },
    /// Nobody answered our Hello in time, or nobody who has a list of algorithms in common with
    /// us: [`Error::Unsupported`] is the reason then. The session still answers, should
    /// somebody come.
    NoPeer {
        /// The last packet that was dropped in that time, if any.
        last_drop: Option<Error>,
        /// An Error that came in. It is not authenticated and ended nothing by itself.
        peer_error: Option<ErrorCode>,
    },
    /// The keys exist: media can be received. Send only once [`Event::Encrypted`] came.
    Keys(Box<SrtpKeys>),
    /// The handshake is complete; see [`Encrypted`] for what that is worth.
    Encrypted(Box<Encrypted>),
    /// Secrets of earlier calls exist and the peer has none of them: somebody may stand in
    /// the middle. Sound an alarm; the user must compare the SAS. The cache stays as it is
    /// until [`crate::Session::confirm_sas`].
    CacheMismatch,
    /// We hold an auxiliary secret and the peer did not show that it has the same.
    AuxSecretMismatch,
    /// A trusted middle asks to be enrolled; [`crate::Session::accept_enrolment`] agrees.
    EnrolmentOffered,
    /// A trusted middle tells the SAS of the other leg: show this one.
    SasRelayed {
        /// The text to show and to compare.
        sas: String,
        /// The user of the other leg says that it was compared there.
        verified: bool,
        /// A signature over it, not checked here.
        signature: Option<SignatureBlock>,
    },
    /// Both sides left encryption. Play a warning tone; nothing may be sent in clear before
    /// the user agreed.
    Cleared {
        /// Who asked for it.
        by: ClearedBy,
    },
    /// The peer did not answer our wish to leave encryption; the call stays encrypted.
    ClearUnanswered,
    /// The enrolled client did not acknowledge the SAS that we relayed: its user may still see
    /// the one of this leg.
    RelayUnanswered,
    /// An answer to our Ping.
    PingAnswered {
        /// Names the endpoint that answered.
        endpoint_hash: [u8; 8],
        /// The SSRC that it saw in our Ping.
        ssrc: u32,
    },
    /// Somebody says Hello from our own SSRC, so that the two ends cannot talk: start anew with
    /// another one. Nothing about the Hello is proven; it is told once.
    SsrcCollision,
    /// The handshake ended without keys. Keep the session for as long as it has a timeout, so
    /// that the peer learns of it.
    Failed(Failure),
}

/// Who asked to leave encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearedBy {
    /// Our user.
    Us,
    /// The peer; its message was authentic.
    Peer,
}

/// Why a handshake ended without keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The last repetition was not answered.
    Timeout {
        /// The last packet that was dropped, if any: often the reason.
        last_drop: Option<Error>,
        /// An Error that came in. It is not authenticated and ended nothing by itself.
        peer_error: Option<ErrorCode>,
    },
    /// Our caller stopped it.
    Stopped,
}

/// What a finished handshake is worth.
#[derive(Debug)]
pub struct Encrypted {
    /// Which side we were.
    pub role: Role,
    /// Who is there, by its cache row.
    pub peer: Zid,
    /// What was agreed on.
    pub suite: Suite,
    /// What the two users compare; none in a further stream, which inherits.
    pub sas: Option<String>,
    /// The hash behind the SAS; all zeros in a further stream.
    pub sashash: [u8; 32],
    /// Who vouches for the peer.
    pub assurance: Assurance,
    /// What the signature over the SAS said.
    pub signature: SignatureFinding,
    /// What the retained secrets said.
    pub cache: CacheFinding,
    /// What the auxiliary secret said.
    pub aux: AuxFinding,
    /// The peer says that it discloses the keys to somebody.
    pub peer_discloses: bool,
    /// The exported key of the stream (RFC 6189, 4.5.2); none in a further stream.
    pub exported: Option<ExportedKey>,
}

/// Who vouches that there is nobody in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assurance {
    /// Nobody: the users should compare the SAS.
    Unverified,
    /// The users compared it in an earlier call, both sides remember, and the retained
    /// secrets match.
    VerifiedBefore,
    /// A signature over the SAS verifies under the key that we expected.
    Signed,
    /// An auxiliary secret that only the right peer has matched.
    SharedSecret,
    /// A further stream: as good as the first one of the call.
    Inherited,
}

/// What the retained secrets said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheFinding {
    /// We held none for this peer: the first call, or caching is off.
    FirstCall,
    /// One matched.
    Matched,
    /// We hold some, none matched: [`Event::CacheMismatch`].
    Mismatched,
    /// A further stream does not look.
    NotUsed,
}

/// What the signature over the SAS said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFinding {
    /// We have nothing to check one with, or this is a further stream, which has no SAS.
    NotExpected,
    /// None came.
    Missing,
    /// It verifies under the key that we expected.
    Valid,
    /// It does not: the peer is somebody else. End the call; neither the cache nor
    /// [`crate::CallKeys`] took anything over from it.
    Invalid,
}

/// What the auxiliary secret said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuxFinding {
    /// We hold none.
    NotUsed,
    /// The peer has the same.
    Matched,
    /// The peer did not show it: [`Event::AuxSecretMismatch`].
    Mismatched,
}
