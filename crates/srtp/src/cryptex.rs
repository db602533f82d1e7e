//! Cryptex (RFC 9335): extension elements and contributing sources encrypted with the
//! payload. A protected packet shows it by the extension's profile.

use crate::Error;
use crate::extension::Elements;
use crate::header::{EXTENSION_BIT, RtpHeader};
use crate::transform::{CUT, Clear};

/// The profiles in the clear and when protected (RFC 9335 §5.1).
const PROFILES: [(u16, u16); 2] = [(Elements::ONE_BYTE, 0xc0de), (Elements::TWO_BYTE, 0xc2de)];

/// Contributing sources without an extension get an empty one.
pub(crate) const fn growth(header: &RtpHeader) -> usize {
    if header.extension.is_none() && header.csrc_end > RtpHeader::FIXED {
        RtpHeader::EXTENSION_HEAD
    } else {
        0
    }
}

/// Only the forms of RFC 8285 can be marked as protected.
pub(crate) fn check(header: &RtpHeader) -> Result<(), Error> {
    match header.extension {
        Some(extension) if marked(extension.profile).is_none() => {
            Err(Error::Malformed("Cryptex takes header extensions of 0xBEDE and 0x1000 alone"))
        }
        _ => Ok(()),
    }
}

/// Marks a plain packet, already grown, and says what is to be encrypted.
pub(crate) fn hide(header: &RtpHeader, packet: &mut [u8]) -> Result<Clear, Error> {
    let head = header.csrc_end..header.csrc_end + RtpHeader::EXTENSION_HEAD;
    match header.extension {
        None if growth(header) == 0 => return Ok(Clear { front: header.csrc_end, csrc: 0 }),
        None => {
            let end = packet.len().checked_sub(RtpHeader::EXTENSION_HEAD).ok_or(CUT)?;
            packet.copy_within(head.start..end, head.end);
            *packet.first_mut().ok_or(CUT)? |= EXTENSION_BIT;
            let [high, low] = PROFILES[0].1.to_be_bytes();
            packet.get_mut(head).ok_or(CUT)?.copy_from_slice(&[high, low, 0, 0]);
        }
        Some(extension) => {
            let mark = marked(extension.profile).unwrap_or(extension.profile);
            write_profile(header, packet, mark)?;
        }
    }
    Ok(encrypted(header))
}

/// What a packet that came in leaves readable: all of the header, unless it is marked.
pub(crate) fn clear(header: &RtpHeader) -> Clear {
    match header.extension {
        Some(extension) if unmarked(extension.profile).is_some() => encrypted(header),
        _ => Clear { front: header.length(), csrc: 0 },
    }
}

/// Whether a packet says that Cryptex hid something in it.
pub(crate) fn is_marked(header: &RtpHeader) -> bool {
    header.extension.is_some_and(|extension| unmarked(extension.profile).is_some())
}

/// Whether a packet that came in shows what Cryptex would have hidden.
pub(crate) fn is_bare(header: &RtpHeader) -> bool {
    header.length() > RtpHeader::FIXED && !is_marked(header)
}

/// Takes the mark off a packet that has been opened.
pub(crate) fn restore(header: &RtpHeader, packet: &mut [u8]) -> Result<(), Error> {
    match header.extension.and_then(|extension| unmarked(extension.profile)) {
        Some(profile) => write_profile(header, packet, profile),
        None => Ok(()),
    }
}

const fn encrypted(header: &RtpHeader) -> Clear {
    Clear {
        front: header.csrc_end + RtpHeader::EXTENSION_HEAD,
        csrc: header.csrc_end - RtpHeader::FIXED,
    }
}

fn write_profile(header: &RtpHeader, packet: &mut [u8], profile: u16) -> Result<(), Error> {
    let field = packet.get_mut(header.csrc_end..header.csrc_end + 2).ok_or(CUT)?;
    field.copy_from_slice(&profile.to_be_bytes());
    Ok(())
}

fn marked(profile: u16) -> Option<u16> {
    PROFILES.iter().find(|pair| pair.0 == profile).map(|pair| pair.1)
}

fn unmarked(profile: u16) -> Option<u16> {
    PROFILES.iter().find(|pair| pair.1 == profile).map(|pair| pair.0)
}
