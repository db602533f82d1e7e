use core::fmt;

use privity_wire::DecodeError;

/// Why a packet was not protected or not taken; nothing has changed then, and the next
/// packet finds the same state.
///
/// | whose fault | variants |
/// |---|---|
/// | the network or an attacker | [`Malformed`](Error::Malformed), [`NotAuthentic`](Error::NotAuthentic), [`Replayed`](Error::Replayed), [`TooOld`](Error::TooOld), [`UnknownKey`](Error::UnknownKey), [`NotEncrypted`](Error::NotEncrypted): drop the packet, count it |
/// | nobody: a limit | [`StreamLimit`](Error::StreamLimit), [`LimitReached`](Error::LimitReached): make room or install a new master key |
/// | the caller | [`BufferTooSmall`](Error::BufferTooSmall), [`Reused`](Error::Reused), [`Misuse`](Error::Misuse): a bug in the program |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no RTP or RTCP packet of this session; names what is wrong.
    Malformed(&'static str),
    /// The tag does not fit: forged, damaged, or made with another key or rollover counter.
    NotAuthentic,
    /// A packet with this index was accepted before (RFC 3711 §3.3.2).
    Replayed,
    /// The index lies before the replay window: whether it is new cannot be told.
    TooOld,
    /// The packet names a master key (MKI) that is not installed.
    UnknownKey,
    /// The packet came with less encryption than the options demand: SRTCP with E = 0, or RTP
    /// with an extension or contributing sources that Cryptex did not hide.
    NotEncrypted,
    /// The packet is of a new SSRC and the session holds as many as its options allow.
    StreamLimit,
    /// The master key or the packet index has reached its end: install a new master key.
    LimitReached(Limit),
    /// The buffer cannot hold the protected packet.
    BufferTooSmall {
        /// Bytes it must have.
        needed: usize,
    },
    /// This SSRC and sequence number were protected before, or lie so far back that it
    /// cannot be told. Sending them again would encrypt two texts with one keystream.
    Reused,
    /// Keys or options that fit no session; says which rule they break.
    Misuse(&'static str),
}

/// What can come to an end (RFC 3711 §9.2, §3.3.1, §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The master key has protected as many RTP packets as it may.
    RtpLifetime,
    /// The master key has protected as many RTCP packets as it may.
    RtcpLifetime,
    /// The rollover counter of this SSRC has no next value.
    RtpIndex,
    /// The SRTCP index of this SSRC has no next value.
    RtcpIndex,
    /// The sender has had as many master keys as it can remember
    /// ([`Sender::MAX_KEYS`](crate::Sender::MAX_KEYS)).
    MasterKeys,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "not a packet of this session: {what}"),
            Self::NotAuthentic => write!(f, "the tag does not fit the packet"),
            Self::Replayed => write!(f, "the packet was accepted before"),
            Self::TooOld => write!(f, "the packet lies before the replay window"),
            Self::UnknownKey => write!(f, "the packet names a master key that is not installed"),
            Self::NotEncrypted => write!(f, "the packet is less encrypted than the options demand"),
            Self::StreamLimit => write!(f, "no room for another SSRC"),
            Self::LimitReached(limit) => write!(f, "a limit is reached: {limit:?}"),
            Self::BufferTooSmall { needed } => write!(f, "the buffer needs {needed} bytes"),
            Self::Reused => write!(f, "the SSRC and sequence number were protected before"),
            Self::Misuse(rule) => write!(f, "{rule}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(match error {
            DecodeError::Truncated(field)
            | DecodeError::TooLong(field)
            | DecodeError::Invalid(field) => field,
            _ => "bytes follow the last field",
        })
    }
}
