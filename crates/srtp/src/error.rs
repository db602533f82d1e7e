use core::fmt;

use privity_wire::DecodeError;

/// Why a packet was not protected or not taken; no counter, window, life or list of SSRCs has
/// changed then. What the app does next stands with each variant.
///
/// | whose fault | variants |
/// |---|---|
/// | the network or an attacker | [`Malformed`](Error::Malformed), [`NotAuthentic`](Error::NotAuthentic), [`Replayed`](Error::Replayed), [`TooOld`](Error::TooOld), [`UnknownKey`](Error::UnknownKey), [`NotEncrypted`](Error::NotEncrypted): drop the packet, count it |
/// | nobody: a limit | [`StreamLimit`](Error::StreamLimit), [`LimitReached`](Error::LimitReached): go on without the new stream, or install a new master key; each says which |
/// | the caller | [`BufferTooSmall`](Error::BufferTooSmall), [`Reused`](Error::Reused), [`Misuse`](Error::Misuse): a bug in the program |
///
/// All that a receiver says of a packet but [`LimitReached`](Error::LimitReached) for a
/// lifetime in an overlap ([`Receiver::rekey`](crate::Receiver::rekey)) may be said of a forged
/// one: never end a call for a single packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no RTP or RTCP packet of this session; names what is wrong.
    ///
    /// Receiving: drop the packet. Sending: the app made it wrong, or gave Cryptex an
    /// extension that it cannot mark; repair that, the same packet fails again.
    Malformed(&'static str),
    /// The tag does not fit: forged, damaged, or made with another key or rollover counter.
    ///
    /// Drop the packet. If no packet at all opens, compare keys and profiles, whether the keys
    /// of both directions are swapped, and whether both ends use an MKI; if those of one SSRC do
    /// not, its rollover counter is another here
    /// ([`Receiver::set_index`](crate::Receiver::set_index)); if from some moment on, the peer
    /// has re-keyed.
    NotAuthentic,
    /// A packet with this index was accepted before (RFC 3711 §3.3.2).
    ///
    /// Drop the packet: networks repeat some, and so do attackers. If all of a stream are, its
    /// sender started over ([`Sender::set_rtcp_index`](crate::Sender::set_rtcp_index)).
    Replayed,
    /// The index lies before the replay window: whether it is new cannot be told.
    ///
    /// Receiving: drop the packet. Sending: do not send it; the sender keeps a window too, and
    /// the packet may be a second text for one keystream. If it is often so, on a line that
    /// reorders much or in an app that does, the next session wants a longer window
    /// ([`Options::replay_window`](crate::Options::replay_window)). If a stream is so from some
    /// packet on, its sequence numbers have leapt by more than half their cycle: `set_index`, at
    /// both ends, says where it is, by the index before its next packet.
    TooOld,
    /// The master key with this MKI is not installed.
    ///
    /// Of a packet: drop it; if signalling has announced the key, add it; if all are so, the
    /// peer uses no MKI. Of a call that selects or removes a key: it is gone or was never added.
    UnknownKey,
    /// The packet came with less encryption than the options demand: SRTCP with E = 0, or RTP
    /// with an extension or contributing sources that Cryptex did not hide.
    ///
    /// Drop the packet. If all are so, RTP is taken for RTCP here
    /// ([`Protocol::of`](crate::Protocol::of)), or the peer understood the signalling otherwise:
    /// agree anew, or end the call; do not loosen the options for what only the packets say.
    NotEncrypted,
    /// The packet is of a new SSRC and the session holds as many as it has room for.
    ///
    /// Drop the packet; streams that are known go on. If the app has use for more,
    /// [`Receiver::raise_stream_limit`](crate::Receiver::raise_stream_limit) or
    /// [`Sender::raise_stream_limit`](crate::Sender::raise_stream_limit) makes room.
    StreamLimit,
    /// Something has reached its end: its [`Limit`] says what, and what helps.
    LimitReached(Limit),
    /// The buffer cannot hold the protected packet.
    ///
    /// Call again with as much room; [`Sender::rtp_overhead`](crate::Sender::rtp_overhead) and
    /// [`Sender::rtcp_overhead`](crate::Sender::rtcp_overhead) tell it beforehand.
    BufferTooSmall {
        /// Bytes that are enough: exactly what the packet takes, or, where it could not be
        /// read in the buffer, what any of its length may take.
        needed: usize,
    },
    /// This SSRC and sequence number were protected before. Sending them again would encrypt
    /// two texts with one keystream.
    ///
    /// Do not send it. To repeat a packet, keep the protected bytes and send those, or use
    /// RTP's retransmission format (RFC 4588), which has an SSRC or sequence numbers of its own.
    Reused,
    /// A call that breaks a rule of keys, options, counters or limits; says which.
    ///
    /// Repair the program or what signalling gave it; what was there is still at work.
    Misuse(&'static str),
}

/// What can come to an end (RFC 3711 §9.2, §3.3.1, §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The master key has protected as many RTP packets as it may, and protects nothing more,
    /// RTCP neither. Install or select another. To a receiver in the overlap of a re-key it may
    /// be the predecessor: then nothing is to be done, the packet is lost.
    RtpLifetime,
    /// The same where its RTCP packets are used up; RTP ends with them.
    RtcpLifetime,
    /// The rollover counter of this SSRC has no next value, which no master key changes: go
    /// on with another SSRC, or in a new session with a new master key.
    RtpIndex,
    /// The SRTCP index of this SSRC has no next value; as with the rollover counter.
    RtcpIndex,
    /// The sender has had as many master keys as it can remember
    /// ([`Sender::MAX_KEYS`](crate::Sender::MAX_KEYS)): start a new session with a new one.
    MasterKeys,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "malformed packet: {what}"),
            Self::NotAuthentic => write!(f, "the tag does not fit the packet: drop it"),
            Self::Replayed => write!(f, "the packet was accepted before: drop it"),
            Self::TooOld => write!(f, "the packet lies before the replay window: drop it"),
            Self::UnknownKey => write!(f, "no master key with this MKI is installed"),
            Self::NotEncrypted => {
                write!(f, "the packet is less encrypted than the options demand: drop it")
            }
            Self::StreamLimit => {
                write!(f, "no room for another SSRC: drop the packet, or raise the stream limit")
            }
            Self::LimitReached(limit) => write!(f, "{limit}"),
            Self::BufferTooSmall { needed } => write!(f, "the buffer needs {needed} bytes"),
            Self::Reused => {
                write!(f, "the sequence number was protected before: send again what came out then")
            }
            Self::Misuse(rule) => write!(f, "{rule}"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RtpLifetime => "the master key's RTP packets are used up: install another",
            Self::RtcpLifetime => "the master key's RTCP packets are used up: install another",
            Self::RtpIndex => "the SSRC's RTP indices are used up: go on with another SSRC",
            Self::RtcpIndex => "the SSRC's SRTCP indices are used up: go on with another SSRC",
            Self::MasterKeys => "the sender has had its number of master keys: start a new one",
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_reads_as_a_sentence_and_no_two_alike() {
        let limits = [
            Limit::RtpLifetime,
            Limit::RtcpLifetime,
            Limit::RtpIndex,
            Limit::RtcpIndex,
            Limit::MasterKeys,
        ];
        let mut errors = vec![
            Error::Malformed("RTP header"),
            Error::NotAuthentic,
            Error::Replayed,
            Error::TooOld,
            Error::UnknownKey,
            Error::NotEncrypted,
            Error::StreamLimit,
            Error::BufferTooSmall { needed: 7 },
            Error::Reused,
            Error::Misuse("a rule"),
        ];
        errors.extend(limits.map(Error::LimitReached));
        let mut texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert!(texts.iter().all(|text| !text.contains("::") && !text.contains('{')));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), errors.len());
    }
}
