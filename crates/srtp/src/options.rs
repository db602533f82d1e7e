use crate::kdf::Rate;
use crate::{Error, HeaderProtection};

/// What both ends agree on beside the key. [`Options::new`] names the defaults.
///
/// ```
/// use privity_srtp::{Cryptex, HeaderProtection, Options};
///
/// let options = Options::new()
///     .replay_window(1_024)?
///     .stream_limit(16)?
///     .header_protection(HeaderProtection::cryptex(Cryptex::Required));
/// # Ok::<(), privity_srtp::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) window: u16,
    pub(crate) streams: u16,
    pub(crate) rate: Rate,
    pub(crate) rtcp: RtcpEncryption,
    pub(crate) headers: HeaderProtection,
}

/// Whether RTCP may go without encryption (RFC 3711 §3.4: the E flag); it is always
/// authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RtcpEncryption {
    /// A sender encrypts; a receiver refuses packets with E = 0.
    Required,
    /// A sender leaves RTCP clear (`UNENCRYPTED_SRTCP`, RFC 4568 §6.3.2); a receiver takes
    /// packets with either E.
    Off,
}

impl Options {
    /// Replay window of 128 packets, 256 SSRCs, no key derivation rate, RTCP encrypted,
    /// header extensions clear.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            window: 128,
            streams: 256,
            rate: Rate::NEVER,
            rtcp: RtcpEncryption::Required,
            headers: HeaderProtection::none(),
        }
    }

    /// Sets how many packets the replay window spans: 64 to 32,767 (RFC 3711 §3.3.2). 128 are
    /// a second or two of speech, and a tenth of a second of video of 1,000 packets a second,
    /// which wants 1,024 or more where lost packets are sent again. A sender
    /// keeps one too, and refuses what lies behind it ([`Error::TooOld`]).
    ///
    /// # Errors
    /// [`Error::Misuse`] for another number.
    pub fn replay_window(self, packets: u16) -> Result<Self, Error> {
        if (64..=32_767).contains(&packets) {
            Ok(Self { window: packets, ..self })
        } else {
            Err(Error::Misuse("a replay window spans 64 to 32,767 packets"))
        }
    }

    /// Sets how many SSRCs the session holds at most: 1 to 65,535. Their state is allocated
    /// at once: about 72 bytes each, and two windows of `replay_window` bits, rounded up to a
    /// power of two; so 27 kB for the defaults. A running session can have it raised.
    ///
    /// # Security
    /// A packet of one SSRC more is refused; none is evicted, since its window would be
    /// forgotten and its packets could be replayed.
    ///
    /// # Errors
    /// [`Error::Misuse`] for zero.
    pub fn stream_limit(self, streams: u16) -> Result<Self, Error> {
        if streams == 0 {
            return Err(Error::Misuse("a session holds at least one SSRC"));
        }
        Ok(Self { streams, ..self })
    }

    /// Derives session keys anew every `packets` packets: a power of two, at most 2^24
    /// (RFC 3711 §4.3.1). Both ends must agree. SDP's `KDR=n` is `1 << n` (RFC 4568 §6.3.1).
    ///
    /// # Security
    /// A receiver derives the session keys of a packet's index before it has proven to be
    /// authentic, since its tag is made with them. They follow from the master key and the
    /// index alone and only displace keys that can be derived again: counters, windows and
    /// lifetimes stay as they are. A forged packet costs one derivation for each key that is
    /// tried, at most two, and as much for the next genuine one: 5 blocks of AES (8 with
    /// encrypted extension elements) and the key schedules, without an allocation.
    ///
    /// # Errors
    /// [`Error::Misuse`] for another number.
    pub fn key_derivation_rate(self, packets: u32) -> Result<Self, Error> {
        Ok(Self { rate: Rate::every(packets)?, ..self })
    }

    /// Sets whether RTCP may go without encryption.
    #[must_use]
    pub fn rtcp_encryption(self, rtcp: RtcpEncryption) -> Self {
        Self { rtcp, ..self }
    }

    /// Sets how header extensions are hidden.
    #[must_use]
    pub fn header_protection(self, headers: HeaderProtection) -> Self {
        Self { headers, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_refused() {
        assert!(Options::new().replay_window(63).is_err());
        assert!(Options::new().replay_window(64).is_ok());
        assert!(Options::new().replay_window(32_767).is_ok());
        assert!(Options::new().replay_window(32_768).is_err());
        assert!(Options::new().stream_limit(0).is_err());
        for rate in [0, 3, 1 << 25] {
            assert!(Options::new().key_derivation_rate(rate).is_err());
        }
        for shift in 0..=24 {
            assert!(Options::new().key_derivation_rate(1 << shift).is_ok());
        }
    }
}
