//! How an SRTP exchange starts: profile, options of either end, and keys.

use arbitrary::Arbitrary;
use privity_srtp::{Cryptex, HeaderProtection, MasterKey, Profile, Protocol, RtcpEncryption};

use crate::srtp::{key, ways};

/// How a session starts.
#[derive(Arbitrary, Debug)]
pub struct Setup {
    /// The sender's profile and options, as [`session`](crate::srtp::session) reads them.
    pub choice: u8,
    /// Whether keys have names.
    pub keys: Keys,
    /// How long they live.
    pub life: Life,
    /// What the receiver wants.
    pub peer: Peer,
}

/// Whether keys have names.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// One key at a time.
    Plain,
    /// Keys with MKIs.
    Named,
}

/// How many packets a key lives for.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// As many as there may be.
    Long,
    /// A few.
    Short,
}

/// What the receiver wants.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// What the sender does.
    Same,
    /// RTCP with either E flag, RTP with and without Cryptex.
    Lenient,
    /// RTCP encrypted, and Cryptex.
    Strict,
    /// No Cryptex.
    WithoutCryptex,
}

/// One end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Sender,
    Receiver,
}

/// What both ends and the receiver go by.
pub(crate) struct Agreed {
    pub(crate) keys: Keys,
    pub(crate) life: Life,
    /// The receiver's.
    pub(crate) rtcp: RtcpEncryption,
    /// The receiver's.
    pub(crate) headers: HeaderProtection,
}

impl Agreed {
    pub(crate) fn new(setup: &Setup, profile: Profile) -> Self {
        let (rtcp, headers) = wanted(setup, profile);
        Self { keys: setup.keys, life: setup.life, rtcp, headers }
    }

    pub(crate) fn key(&self, end: End, profile: Profile, seed: u8) -> MasterKey {
        let key = key(profile, seed);
        let key = match self.keys {
            Keys::Plain => key,
            Keys::Named => key.with_mki(&self.mki(seed)).expect("two bytes"),
        };
        key.with_lifetime(self.life(end, Protocol::Rtp), self.life(end, Protocol::Rtcp))
            .expect("a life that a key may have")
    }

    /// How many packets a key lives for; where few, fewer at the receiver, which would not
    /// reach its limit otherwise.
    pub(crate) const fn life(&self, end: End, protocol: Protocol) -> u64 {
        match (self.life, end, protocol) {
            (Life::Long, _, Protocol::Rtp) => MasterKey::MAX_RTP_LIFETIME,
            (Life::Long, _, Protocol::Rtcp) => MasterKey::MAX_RTCP_LIFETIME,
            (Life::Short, End::Sender, Protocol::Rtp) => 20,
            (Life::Short, End::Sender, Protocol::Rtcp) => 6,
            (Life::Short, End::Receiver, Protocol::Rtp) => 4,
            (Life::Short, End::Receiver, Protocol::Rtcp) => 2,
        }
    }

    pub(crate) fn mki(&self, seed: u8) -> Vec<u8> {
        match self.keys {
            Keys::Plain => Vec::new(),
            Keys::Named => vec![0x4d, seed],
        }
    }
}

/// What the receiver wants, where both ends need not be set alike.
fn wanted(setup: &Setup, profile: Profile) -> (RtcpEncryption, HeaderProtection) {
    let (rtcp, headers) = ways(setup.choice, profile);
    let elements = setup.choice >> 4 & 3 == 1;
    let fixed = profile == Profile::NULL_HMAC_SHA1_80 || elements;
    let or = |other| if fixed { headers.clone() } else { other };
    match setup.peer {
        Peer::Same => (rtcp, headers),
        Peer::Lenient => (RtcpEncryption::Off, or(HeaderProtection::cryptex(Cryptex::Optional))),
        Peer::Strict => {
            (RtcpEncryption::Required, or(HeaderProtection::cryptex(Cryptex::Required)))
        }
        Peer::WithoutCryptex => (rtcp, or(HeaderProtection::none())),
    }
}
