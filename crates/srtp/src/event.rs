use crate::Error;
use crate::error::Limit;
use crate::keys::Lifetime;

/// What an app should hear about though every call succeeded.
///
/// ```
/// use privity_srtp::{Event, MasterKey, Options, Profile, Sender};
///
/// let key = |byte| MasterKey::new(Profile::AEAD_AES_128_GCM, &[byte; 16], &[byte; 12]);
/// let mut sender = Sender::new(key(1)?.with_lifetime(16, 16)?, Options::new())?;
/// for sequence in 1..=15 {
///     let mut packet = [0; 28];
///     (packet[0], packet[3]) = (0x80, sequence);
///     sender.protect_rtp(&mut packet, 12)?;
/// }
/// match sender.poll_event() {
///     Some(Event::KeyExpiring { remaining, .. }) => {
///         assert_eq!(remaining, 1);
///         sender.rekey(key(2)?)?; // that the peer's receiver has
///     }
///     _ => unreachable!("a sixteenth is left"),
/// }
/// # Ok::<(), privity_srtp::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A master key nears the end of its life: install a new one, or select another, now.
    /// Comes once for each key and protocol, when a sixteenth of the lifetime is left, and
    /// at least one packet: for a key that lives for one packet as soon as it is installed.
    KeyExpiring {
        /// Which master key; empty for one without an MKI, which is then the newest.
        mki: Vec<u8>,
        /// Whose packets are running out.
        protocol: Protocol,
        /// Packets of this protocol that the key still has; those of the other may end it first.
        remaining: u64,
    },
}

/// RTP or its control protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Media.
    Rtp,
    /// Reports and feedback.
    Rtcp,
}

impl Protocol {
    /// Which of both a packet is, protected or not, where both come over one port (RFC 5761
    /// §4): RTCP has 192 to 223 in its second byte. None for what has not version 2, and so is
    /// neither, as STUN, DTLS and ZRTP (RFC 7983 §7), and for fewer than 2 bytes.
    ///
    /// ```
    /// use privity_srtp::Protocol;
    ///
    /// assert_eq!(Protocol::of(&[0x80, 111, 0, 1]), Some(Protocol::Rtp));
    /// assert_eq!(Protocol::of(&[0x81, 200, 0, 6]), Some(Protocol::Rtcp));
    /// assert_eq!(Protocol::of(&[22, 254, 253]), None, "DTLS");
    /// ```
    #[must_use]
    pub const fn of(packet: &[u8]) -> Option<Self> {
        match packet {
            [0x80..=0xbf, 192..=223, ..] => Some(Self::Rtcp),
            [0x80..=0xbf, _, ..] => Some(Self::Rtp),
            _ => None,
        }
    }
}

/// How much of a master key's life is spent (RFC 3711 §9.2).
#[derive(Debug)]
pub(crate) struct Usage {
    rtp: Counter,
    rtcp: Counter,
}

#[derive(Debug)]
struct Counter {
    left: u64,
    warn_at: u64,
    warning: Option<u64>,
}

impl Usage {
    pub(crate) const fn new(lifetime: Lifetime) -> Self {
        Self { rtp: Counter::new(lifetime.rtp), rtcp: Counter::new(lifetime.rtcp) }
    }

    /// Whether one more packet may be protected or opened; changes nothing. A key whose
    /// packets of one protocol are used up is at its end for both.
    #[inline]
    pub(crate) const fn check(&self) -> Result<(), Error> {
        if self.rtp.left == 0 {
            Err(Error::LimitReached(Limit::RtpLifetime))
        } else if self.rtcp.left == 0 {
            Err(Error::LimitReached(Limit::RtcpLifetime))
        } else {
            Ok(())
        }
    }

    /// Counts one packet.
    #[inline]
    pub(crate) const fn spend(&mut self, protocol: Protocol) {
        match protocol {
            Protocol::Rtp => self.rtp.spend(),
            Protocol::Rtcp => self.rtcp.spend(),
        }
    }

    pub(crate) fn poll_event(&mut self, mki: &[u8]) -> Option<Event> {
        let (protocol, remaining) = match (self.rtp.warning.take(), self.rtcp.warning) {
            (Some(remaining), _) => (Protocol::Rtp, remaining),
            (None, Some(remaining)) => {
                self.rtcp.warning = None;
                (Protocol::Rtcp, remaining)
            }
            (None, None) => return None,
        };
        Some(Event::KeyExpiring { mki: mki.to_vec(), protocol, remaining })
    }
}

impl Counter {
    const fn new(lifetime: u64) -> Self {
        let sixteenth = lifetime / 16;
        let warn_at = if sixteenth == 0 { 1 } else { sixteenth };
        let warning = if lifetime <= warn_at { Some(lifetime) } else { None };
        Self { left: lifetime, warn_at, warning }
    }

    #[inline]
    const fn spend(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == self.warn_at {
            self.warning = Some(self.left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_told_by_version_and_type() {
        for first in 0..=255 {
            for second in 0..=255 {
                let expected = match (first >> 6, second) {
                    (2, 192..=223) => Some(Protocol::Rtcp),
                    (2, _) => Some(Protocol::Rtp),
                    _ => None,
                };
                assert_eq!(Protocol::of(&[first, second]), expected, "{first}, {second}");
            }
            assert_eq!(Protocol::of(&[first]), None);
        }
        assert_eq!(Protocol::of(&[]), None);
    }
}
