use core::fmt;

use privity_wire::DecodeError;

/// Why a packet was dropped or a call refused; named by who is to blame.
///
/// A packet that is dropped changed nothing. A handshake that ends early says so with an
/// event, not with this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no ZRTP packet or message.
    Malformed(DecodeError),
    /// The packet is well formed and breaks a rule of the protocol.
    Peer(PeerMisbehaved),
    /// The peer asks for what we do not have or did not offer.
    Unsupported(Unsupported),
    /// The caller asked for what the current state does not allow.
    Misuse(Misuse),
    /// A primitive failed.
    Primitives(privity_primitives::Error),
}

/// The rule that a packet breaks. It may come from anyone who can send to our port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerMisbehaved {
    /// The packet's CRC does not fit its bytes (RFC 6189, 5).
    Checksum,
    /// The Commit's ZID or hash chain is not the one of the Hello.
    CommitOfAnotherHello,
    /// A revealed hash image does not lead to the one seen before (RFC 6189, 9).
    HashChain,
    /// The MAC of an earlier message does not verify under the key revealed now.
    MessageMac,
    /// The hash commitment of the Commit is not the hash of the DHPart2 (RFC 6189, 4.4.1.1).
    HashCommitment,
    /// A public value that no honest peer sends (RFC 6189, 4.4.1.1).
    PublicValue,
    /// The MAC over a Confirm's ciphertext does not verify (RFC 6189, 4.6).
    ConfirmMac,
    /// A nonce came twice under one session key (RFC 6189, 4.4.3.1).
    NonceReuse,
    /// The peer names a secret that we do not hold.
    NoSharedSecret,
    /// The peer claims our own ZID.
    OwnZid,
    /// The peer sends from our own SSRC.
    OwnSsrc,
    /// The Hello is not the one that the signalling announced.
    HelloHash,
    /// A repeated message differs from the one it repeats.
    ChangedRepetition,
    /// The message does not belong into this state.
    Unexpected,
    /// A message that needs a proof of origin has none.
    ControlMac,
    /// GoClear without consent on both sides (RFC 6189, 4.7.2).
    ClearNotAllowed,
    /// A relayed SAS from a peer that is not an enrolled trusted middle (RFC 6189, 7.3).
    RelayNotTrusted,
    /// The signature over the SAS does not verify (RFC 6189, 7.2).
    SasSignature,
    /// A fragment contradicts those before it, or belongs to no message we would take.
    Fragment,
    /// More packets of this kind than the state may hold.
    Flood,
}

/// What was asked for and is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// A protocol version other than 1.1x.
    Version,
    /// A hash.
    Hash,
    /// A cipher.
    Cipher,
    /// An SRTP authentication tag.
    AuthTag,
    /// A key agreement.
    KeyAgreement,
    /// A rendering of the short authentication string.
    Sas,
}

/// What the caller did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The state does not allow this call now.
    State,
    /// An auxiliary secret must have 1 to 64 bytes.
    AuxSecretLength,
    /// A list of algorithms is empty, too long, or names what cannot go together.
    Algorithms,
    /// A line of signalling does not parse.
    ZrtpHash,
    /// A datagram size below 600 bytes.
    Mtu,
    /// Stored bytes do not open, or are not of this format.
    Storage,
    /// An exported key has 1 byte at least and the length of the hash at most.
    ExportLength,
    /// A signature block holds at most 511 words with its type word.
    SignatureLength,
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl From<PeerMisbehaved> for Error {
    fn from(rule: PeerMisbehaved) -> Self {
        Self::Peer(rule)
    }
}

impl From<Unsupported> for Error {
    fn from(what: Unsupported) -> Self {
        Self::Unsupported(what)
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<privity_primitives::Error> for Error {
    fn from(error: privity_primitives::Error) -> Self {
        Self::Primitives(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "not a ZRTP packet: {error}"),
            Self::Peer(rule) => write!(f, "the packet breaks a rule: {rule:?}"),
            Self::Unsupported(what) => write!(f, "not supported or not offered: {what:?}"),
            Self::Misuse(misuse) => write!(f, "the call is not possible: {misuse:?}"),
            Self::Primitives(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for Error {}
