use crate::Error;
use crate::error::Limit;

/// Which packet of which stream: the SSRC and the packet index, 48 bits for SRTP
/// (RFC 3711 §3.3.1) and 31 bits for SRTCP (§3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PacketId {
    pub(crate) ssrc: u32,
    pub(crate) index: u64,
}

impl PacketId {
    /// The rollover counter: the upper 32 bits of the index.
    #[inline]
    pub(crate) fn rollover_counter(self) -> [u8; 4] {
        rollover_counter(self.index).to_be_bytes()
    }
}

/// The last SRTP index (RFC 3711 §3.3.1).
pub(crate) const MAX_RTP_INDEX: u64 = (1 << 48) - 1;

/// The last SRTCP index (RFC 3711 §3.4).
pub(crate) const MAX_RTCP_INDEX: u64 = (1 << 31) - 1;

#[inline]
pub(crate) fn rollover_counter(index: u64) -> u32 {
    u32::try_from((index >> 16) & 0xffff_ffff).unwrap_or_default()
}

#[inline]
pub(crate) fn with_rollover_counter(roc: u32, sequence: u16) -> u64 {
    (u64::from(roc) << 16) | u64::from(sequence)
}

/// The index with this sequence number that lies nearest to the highest one so far
/// (RFC 3711 §3.3.1, appendix A). Before the first cycle there is none, where the appendix
/// would have one: there the number is one of the first cycle, as in libsrtp.
#[inline]
pub(crate) fn estimate(highest: u64, sequence: u16) -> Result<u64, Error> {
    const HALF: u16 = 1 << 15;
    let roc = rollover_counter(highest);
    let last = u16::try_from(highest & 0xffff).unwrap_or_default();
    let roc = if last < HALF {
        if sequence.saturating_sub(last) > HALF { roc.saturating_sub(1) } else { roc }
    } else if last - HALF > sequence {
        roc.checked_add(1).ok_or(Error::LimitReached(Limit::RtpIndex))?
    } else {
        roc
    };
    Ok(with_rollover_counter(roc, sequence))
}

/// Whether a number that was placed at the end of the first cycle is rather that of a late
/// packet from just before it: fewer than `window` before the highest one.
#[inline]
pub(crate) const fn is_before_the_first(highest: u64, index: u64, window: u64) -> bool {
    const CYCLE: u64 = 1 << 16;
    index < CYCLE && CYCLE - index + highest < window
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_index_is_taken_at_every_distance() {
        for highest in [1 << 20, (1 << 20) + 1, (1 << 20) + 0x7fff, (1 << 20) + 0x8000, 0xf_ffff] {
            for distance in -0x7fff_i64..=0x7fff {
                let index = highest + distance;
                let sequence = u16::try_from(index & 0xffff).unwrap();
                let highest = u64::try_from(highest).unwrap();
                assert_eq!(estimate(highest, sequence), Ok(u64::try_from(index).unwrap()));
            }
        }
    }

    #[test]
    fn the_rfc_decides_at_exactly_half_the_cycle() {
        assert_eq!(estimate(0x1_0000, 0x8000), Ok(0x1_8000));
        assert_eq!(estimate(0x1_8000, 0), Ok(0x1_0000));
        assert_eq!(estimate(0x1_7fff, 0xffff), Ok(0x1_ffff));
    }

    #[test]
    fn before_the_first_index_lies_nothing_so_the_number_is_a_later_one() {
        assert_eq!(estimate(5, 0x8005), Ok(0x8005));
        assert_eq!(estimate(5, 0x8006), Ok(0x8006));
        assert_eq!(estimate(0, 0xffff), Ok(0xffff));
        assert_eq!(estimate(0x1_0000, 0xffff), Ok(0xffff));
    }

    /// A window is shorter than half a cycle, so a highest number beyond that is in none.
    #[test]
    fn just_before_the_first_is_within_the_window_of_it() {
        for (highest, index, expected) in [
            (0, 65_535, true),
            (0, 65_409, true),
            (0, 65_408, false),
            (100, 65_509, true),
            (100, 65_508, false),
            (126, 65_535, true),
            (127, 65_535, false),
            (100, 40_000, false),
            (100, 50, false),
            (32_768, 65_535, false),
            (5, 1 << 16, false),
            (5, (1 << 16) + 65_535, false),
            (1 << 16, 65_535, false),
        ] {
            assert_eq!(is_before_the_first(highest, index, 128), expected, "{highest} {index}");
        }
    }

    #[test]
    fn there_is_nothing_after_the_last_index() {
        assert_eq!(estimate((1 << 48) - 1, 0), Err(Error::LimitReached(Limit::RtpIndex)));
        assert_eq!(estimate((1 << 48) - 2, 0xffff), Ok((1 << 48) - 1));
    }
}
