use core::ops::Range;

use crate::Error;
use crate::cryptex;
use crate::extension::Elements;
use crate::header::RtpHeader;
use crate::index::PacketId;
use crate::kdf::SessionKeys;
use crate::transform::counter_hmac::CounterMode;
use crate::transform::{CUT, Clear};

/// How RTP header extensions are hidden: not at all, some elements (RFC 6904), or all of
/// them with the contributing sources (Cryptex, RFC 9335). Never two at once.
///
/// ```
/// use privity_srtp::{Cryptex, HeaderProtection, Options};
///
/// // as a=extmap:1 urn:ietf:params:rtp-hdrext:encrypt … says of element 1
/// let some = Options::new().header_protection(HeaderProtection::elements(&[1])?);
/// // as a=cryptex says
/// let all = Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Required));
/// # Ok::<(), privity_srtp::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderProtection(Way);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Clear,
    Elements([u64; 4]),
    Cryptex(Cryptex),
}

/// Whether a receiver demands Cryptex (RFC 9335 §5.2). A sender with Cryptex hides all that
/// it hides, and refuses what it cannot mark, in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cryptex {
    /// A receiver also takes packets that came without.
    Optional,
    /// A receiver refuses packets with an extension or contributing sources in the clear.
    /// Packets with neither have nothing to hide: they never carry the mark, and are taken.
    Required,
}

impl HeaderProtection {
    /// Header extensions are authenticated and stay readable (RFC 3711). Packets with the
    /// mark of Cryptex are refused: what it hides would be taken for something else.
    #[must_use]
    pub const fn none() -> Self {
        Self(Way::Clear)
    }

    /// Encrypts the extension elements with these identifiers (RFC 6904), in the one-byte
    /// and in the two-byte form of RFC 8285. Both ends must name the same: the packets of ends
    /// that do not are authentic all the same, and the elements in question come out as noise,
    /// without an error. In the one-byte form an element with identifier 15, or 0 with a
    /// length, is the last that is looked at (§4.1.2, §4.2): what follows stays clear, and so
    /// does an extension of another profile than 0xBEDE and 0x1000 to 0x100F.
    ///
    /// # Errors
    /// [`Error::Misuse`] for 0, which is padding.
    pub fn elements(ids: &[u8]) -> Result<Self, Error> {
        let mut set = [0; 4];
        for id in ids {
            if *id == 0 {
                return Err(Error::Misuse("identifier 0 is padding and cannot be encrypted"));
            }
            if let Some(word) = set.get_mut(usize::from(id / 64)) {
                *word |= 1 << (id % 64);
            }
        }
        Ok(Self(Way::Elements(set)))
    }

    /// Encrypts all extension elements and contributing sources (RFC 9335); whoever requires
    /// it of the peer takes nothing of that in the clear ([`Error::NotEncrypted`]).
    ///
    /// A packet with contributing sources and without an extension gets an empty one: it
    /// grows by 4 bytes, and comes out of the receiver with it. A sender takes the extension
    /// profiles 0xBEDE and 0x1000, which have a mark, and no other (§5.1).
    #[must_use]
    pub const fn cryptex(demand: Cryptex) -> Self {
        Self(Way::Cryptex(demand))
    }

    /// Whether session keys for elements are needed.
    pub(crate) const fn has_element_keys(&self) -> bool {
        matches!(self.0, Way::Elements(_))
    }

    /// Bytes that a packet with this header grows by.
    #[inline]
    pub(crate) fn growth(&self, header: &RtpHeader) -> usize {
        match self.0 {
            Way::Cryptex(_) => cryptex::growth(header),
            _ => 0,
        }
    }

    /// Bytes that any packet grows by at most.
    pub(crate) const fn max_growth(&self) -> usize {
        match self.0 {
            Way::Cryptex(_) => RtpHeader::EXTENSION_HEAD,
            _ => 0,
        }
    }

    /// Whether a plain packet can be protected so; changes nothing.
    #[inline]
    pub(crate) fn check_plain(&self, header: &RtpHeader, packet: &[u8]) -> Result<(), Error> {
        match self.0 {
            Way::Cryptex(_) => cryptex::check(header),
            _ => self.check_protected(header, packet),
        }
    }

    /// Whether a protected packet can be finished after opening; changes nothing.
    #[inline]
    pub(crate) fn check_protected(&self, header: &RtpHeader, packet: &[u8]) -> Result<(), Error> {
        match self.0 {
            Way::Cryptex(Cryptex::Required) if cryptex::is_bare(header) => Err(Error::NotEncrypted),
            Way::Cryptex(_) => Ok(()),
            _ if cryptex::is_marked(header) => {
                Err(Error::Malformed("the packet has the mark of Cryptex, which is not set"))
            }
            _ => self.check_elements(header, packet),
        }
    }

    #[inline]
    fn check_elements(&self, header: &RtpHeader, packet: &[u8]) -> Result<(), Error> {
        match (&self.0, header.extension) {
            (Way::Elements(_), Some(extension)) => {
                let body = packet.get(elements_of(header)).ok_or(CUT)?;
                let mut elements = Elements::new(extension.profile, body.len());
                while elements.next(body)?.is_some() {}
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Prepares a plain packet, already grown, for sealing.
    #[inline]
    pub(crate) fn before_sealing(
        &self,
        header: &RtpHeader,
        packet: &mut [u8],
        keys: Option<&ElementCipher>,
        id: PacketId,
    ) -> Result<Clear, Error> {
        match &self.0 {
            Way::Clear => Ok(Clear { front: header.length(), csrc: 0 }),
            Way::Elements(ids) => {
                crypt_elements(header, packet, ids, keys, id)?;
                Ok(Clear { front: header.length(), csrc: 0 })
            }
            Way::Cryptex(_) => cryptex::hide(header, packet),
        }
    }

    /// Which bytes of a protected packet are readable.
    #[inline]
    pub(crate) fn clear(&self, header: &RtpHeader) -> Clear {
        match self.0 {
            Way::Cryptex(_) => cryptex::clear(header),
            _ => Clear { front: header.length(), csrc: 0 },
        }
    }

    /// Finishes a packet that has been opened.
    #[inline]
    pub(crate) fn after_opening(
        &self,
        header: &RtpHeader,
        packet: &mut [u8],
        keys: Option<&ElementCipher>,
        id: PacketId,
    ) -> Result<(), Error> {
        match &self.0 {
            Way::Clear => Ok(()),
            Way::Elements(ids) => crypt_elements(header, packet, ids, keys, id),
            Way::Cryptex(_) => cryptex::restore(header, packet),
        }
    }
}

/// The keystream for extension elements (RFC 6904 §3.2): AES in counter mode whatever the
/// profile (RFC 7714 §8.3).
pub(crate) struct ElementCipher(CounterMode);

impl ElementCipher {
    pub(crate) fn new(keys: &SessionKeys) -> Result<Self, Error> {
        CounterMode::new(keys).map(Self)
    }

    pub(crate) fn replace(&mut self, keys: &SessionKeys) -> Result<(), Error> {
        self.0.replace(keys)
    }

    /// Adds the keystream that lies `offset` bytes behind its start.
    fn apply_at(&self, id: PacketId, offset: usize, data: &mut [u8]) -> Result<(), Error> {
        const BLOCK: usize = 16;
        let mut stream = [0; BLOCK + Elements::MAX_LENGTH];
        let skip = offset % BLOCK;
        let stream = stream.get_mut(..skip + data.len()).ok_or(CUT)?;
        self.0.apply(self.0.block(id).wrapping_add((offset / BLOCK) as u128), stream);
        for (byte, key) in data.iter_mut().zip(stream.iter().skip(skip)) {
            *byte ^= key;
        }
        Ok(())
    }
}

fn crypt_elements(
    header: &RtpHeader,
    packet: &mut [u8],
    ids: &[u64; 4],
    keys: Option<&ElementCipher>,
    id: PacketId,
) -> Result<(), Error> {
    let Some(extension) = header.extension else { return Ok(()) };
    let keys = keys.ok_or(Error::Misuse("the session has no keys for header extensions"))?;
    let body = packet.get_mut(elements_of(header)).ok_or(CUT)?;
    let mut elements = Elements::new(extension.profile, body.len());
    while let Some((element, range)) = elements.next(body)? {
        if contains(ids, element) {
            keys.apply_at(id, range.start, body.get_mut(range).ok_or(CUT)?)?;
        }
    }
    Ok(())
}

fn elements_of(header: &RtpHeader) -> Range<usize> {
    header.csrc_end + RtpHeader::EXTENSION_HEAD..header.length()
}

fn contains(ids: &[u64; 4], id: u8) -> bool {
    ids.get(usize::from(id / 64)).is_some_and(|word| word >> (id % 64) & 1 == 1)
}
