use privity_wire::Reader;

use crate::Error;

/// What SRTP must know of an RTP header (RFC 3550 §5.1, §5.3.1).
///
/// ```text
///   V P X CC | M PT | sequence | timestamp | SSRC | CSRC × CC | profile length | elements |
///   0                                        8     12           csrc_end         length()
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    /// Where the contributing sources end.
    pub(crate) csrc_end: usize,
    pub(crate) extension: Option<Extension>,
}

/// The header extension: its 16-bit profile and the bytes of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) profile: u16,
    pub(crate) length: usize,
}

impl RtpHeader {
    /// Bytes of the fixed part.
    pub(crate) const FIXED: usize = 12;
    /// Bytes of an extension's profile and length.
    pub(crate) const EXTENSION_HEAD: usize = 4;

    /// Reads the header off the front of a packet without its trailer.
    #[inline]
    pub(crate) fn parse(packet: &[u8]) -> Result<Self, Error> {
        let (fixed, rest) =
            packet.split_first_chunk().ok_or(Error::Malformed("shorter than an RTP header"))?;
        let [first, _, sequence @ .., _, _, _, _, s0, s1, s2, s3]: &[u8; Self::FIXED] = fixed;
        if first >> 6 != 2 {
            return Err(Error::Malformed("the RTP version is not 2"));
        }
        let (sequence, ssrc) =
            (u16::from_be_bytes(*sequence), u32::from_be_bytes([*s0, *s1, *s2, *s3]));
        let sources = 4 * usize::from(first & 0x0f);
        let mut reader = Reader::new(rest);
        reader.take("the CSRC list is cut short", sources)?;
        let extension = if first & EXTENSION_BIT == 0 {
            None
        } else {
            let profile = reader.u16("the header extension is cut short")?;
            let length = 4 * usize::from(reader.u16("the header extension is cut short")?);
            reader.take("the header extension is cut short", length)?;
            Some(Extension { profile, length })
        };
        Ok(Self { ssrc, sequence, csrc_end: Self::FIXED + sources, extension })
    }

    /// Bytes of the whole header.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.csrc_end
            + self.extension.map_or(0, |extension| Self::EXTENSION_HEAD + extension.length)
    }
}

/// The X bit in the first byte.
pub(crate) const EXTENSION_BIT: u8 = 0x10;

/// The SSRC of an RTCP packet's first report (RFC 3550 §6.4), which SRTCP leaves clear.
pub(crate) fn rtcp_ssrc(packet: &[u8]) -> Result<u32, Error> {
    let mut reader = Reader::new(packet);
    if reader.u8("shorter than an RTCP header")? >> 6 != 2 {
        return Err(Error::Malformed("the RTCP version is not 2"));
    }
    reader.array::<3>("shorter than an RTCP header")?;
    Ok(reader.u32("shorter than an RTCP header")?)
}

/// Bytes of an RTCP packet that SRTCP leaves clear (RFC 3711 §3.4).
pub(crate) const RTCP_CLEAR: usize = 8;
