use crate::Error;

/// Where the tag stands in what follows the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// SRTCP word, MKI, tag (RFC 3711 §3.1, §3.4).
    TagLast,
    /// Tag as the end of the ciphertext, SRTCP word, MKI (RFC 7714 §8.2, §9.2).
    TagFirst,
}

/// The lengths of what follows the payload, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trailer {
    pub(crate) layout: Layout,
    pub(crate) tag: usize,
    /// 4 for SRTCP: the E flag and the index; 0 for SRTP.
    pub(crate) word: usize,
    pub(crate) mki: usize,
}

/// A packet cut where its trailer begins.
pub(crate) struct Parts<'a> {
    /// Header and payload.
    pub(crate) covered: &'a mut [u8],
    pub(crate) tag: &'a mut [u8],
    pub(crate) word: &'a mut [u8],
    pub(crate) mki: &'a mut [u8],
}

impl Trailer {
    pub(crate) const fn length(&self) -> usize {
        self.tag + self.word + self.mki
    }

    /// Cuts a whole protected packet.
    #[inline]
    pub(crate) fn split<'a>(&self, packet: &'a mut [u8]) -> Result<Parts<'a>, Error> {
        let (covered, rest) = split_back(packet, self.length())?;
        match self.layout {
            Layout::TagLast => {
                let (rest, tag) = split_back(rest, self.tag)?;
                let (word, mki) = split_back(rest, self.mki)?;
                Ok(Parts { covered, tag, word, mki })
            }
            Layout::TagFirst => {
                let (rest, mki) = split_back(rest, self.mki)?;
                let (tag, word) = split_back(rest, self.word)?;
                Ok(Parts { covered, tag, word, mki })
            }
        }
    }

    /// The MKI of a whole protected packet.
    #[inline]
    pub(crate) fn mki_of<'a>(&self, packet: &'a [u8]) -> Result<&'a [u8], Error> {
        let behind = match self.layout {
            Layout::TagLast => self.tag,
            Layout::TagFirst => 0,
        };
        let end = packet.len().checked_sub(behind).ok_or(TOO_SHORT)?;
        let start = end.checked_sub(self.mki).ok_or(TOO_SHORT)?;
        packet.get(start..end).ok_or(TOO_SHORT)
    }
}

#[inline]
fn split_back(bytes: &mut [u8], length: usize) -> Result<(&mut [u8], &mut [u8]), Error> {
    let middle = bytes.len().checked_sub(length).ok_or(TOO_SHORT)?;
    bytes.split_at_mut_checked(middle).ok_or(TOO_SHORT)
}

const TOO_SHORT: Error = Error::Malformed("the packet is shorter than its trailer");
