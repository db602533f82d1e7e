use core::fmt;

use privity_primitives::secret::equal;

use crate::context::Context;
use crate::event::{Event, Protocol};
use crate::header::{RtpHeader, rtcp_ssrc};
use crate::header_protection::HeaderProtection;
use crate::index::PacketId;
use crate::keyring::{Keyring, prepare};
use crate::options::{Options, RtcpEncryption};
use crate::profile::Encryption;
use crate::sender::{ENCRYPTED, MAX_TAG};
use crate::streams::Streams;
use crate::trailer::Trailer;
use crate::{Error, MAX_PACKET_LENGTH, MasterKey};

/// Opens the packets of one direction: any number of SSRCs under one or more master keys.
///
/// Works in the caller's buffers and allocates nothing after [`Receiver::new`] and the
/// calls that install keys. Options last as long as the receiver, but for
/// [`Receiver::raise_stream_limit`].
///
/// ```
/// use privity_srtp::{Error, MasterKey, Options, Profile, Protocol, Receiver, Sender};
///
/// /// What came over the network: media or reports, over one port.
/// fn open<'a>(
///     receiver: &mut Receiver,
///     packet: &'a mut [u8],
/// ) -> Result<Option<&'a [u8]>, Error> {
///     let length = match Protocol::of(packet) {
///         Some(Protocol::Rtp) => receiver.unprotect_rtp(packet)?,
///         Some(Protocol::Rtcp) => receiver.unprotect_rtcp(packet)?,
///         None => return Ok(None), // somebody else's: STUN, DTLS, ZRTP or TURN
///     };
///     Ok(Some(&packet[..length]))
/// }
///
/// let key = |byte| MasterKey::new(Profile::AEAD_AES_256_GCM, &[byte; 32], &[byte; 12]);
/// let mut sender = Sender::new(key(1)?, Options::new())?;
/// let mut receiver = Receiver::new(key(1)?, Options::new())?;
/// let report = [0x80, 201, 0, 1, 0xca, 0xfe, 0xba, 0xbe];
/// let mut buffer = [0; 64];
/// let length = sender.protect_rtcp_into(&report, &mut buffer)?;
/// assert_eq!(open(&mut receiver, &mut buffer[..length])?, Some(&report[..]));
///
/// // A new key: the receiver first, with two seconds for what is under way.
/// let now = 1_700_000_000_000;
/// receiver.rekey(key(2)?, now + 2_000)?;
/// sender.rekey(key(2)?)?;
/// assert_eq!(receiver.poll_timeout(), Some(now + 2_000)); // then: handle_timeout
/// # Ok::<(), privity_srtp::Error>(())
/// ```
///
/// # Security
/// Rollover counters, replay windows and the list of SSRCs change only after a packet has
/// proven to be authentic. After [`Error::NotAuthentic`] a packet's bytes are not specified,
/// but are never what encryption hid (a profile without encryption, and SRTCP with E = 0, hide
/// nothing); after any other error they are unchanged.
pub struct Receiver {
    keyring: Keyring,
    streams: Streams,
    options: Options,
}

impl Receiver {
    /// Starts with the master key of the peer's sender.
    ///
    /// # Security
    /// A second receiver under the same key knows nothing of what the first one took, and
    /// takes it again when it is sent again: after a restart, agree on a new key.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the options do not fit the key's profile.
    pub fn new(key: MasterKey, options: Options) -> Result<Self, Error> {
        let keyring = Keyring::new(prepare(key, &options)?);
        Ok(Self { keyring, streams: Streams::new(&options), options })
    }

    /// Installs the successor of the only master key. Rollover counters and windows go on.
    ///
    /// With `until`, a time to come in Unix milliseconds (or of any other clock that
    /// [`Receiver::handle_timeout`] is given), there is an overlap: the successor is tried first,
    /// and the present key is accepted for packets in flight until a call of `handle_timeout`
    /// at or after `until`. Without that call it never ends: see [`Receiver::poll_timeout`]. A
    /// third key in an overlap ends the first one. With 0 for `until` the present key ends in
    /// this call, as after a leak; then the successor may have another profile and another MKI,
    /// or none. A key that was replaced may come back later, and its life is counted from the
    /// start then.
    ///
    /// Re-key a receiver before the peer's sender, which waits until signalling says that it
    /// is done: what comes under a key that is not installed yet is lost.
    ///
    /// In the overlap each packet is tried with both keys, also where the life of one is spent:
    /// a forged packet would be taken for its own otherwise. What proves to be its own is
    /// opened, refused with [`Error::LimitReached`], and put back as it came before the call
    /// returns. Without an overlap a spent key opens nothing.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a key that is installed, or if there are several with MKIs; with an
    /// overlap also for one that has an MKI or another profile, or comes after one with an
    /// MKI. What was installed stays then.
    pub fn rekey(&mut self, key: MasterKey, until: u64) -> Result<(), Error> {
        let context = prepare(key, &self.options)?;
        match until {
            0 => self.keyring.replace(context),
            until => self.keyring.succeed(context, until),
        }
    }

    /// Adds a master key with an MKI beside those with MKIs that are installed; each packet
    /// names its own. At most 64. Remove the old one when no packet of it can be under way any
    /// more, by a clock of the app's: these keys end by no timeout. One that was removed may
    /// come back: its life is counted from the start then, while the replay windows go on.
    ///
    /// # Errors
    /// [`Error::Misuse`] for an MKI that is installed or of another length, a key that is
    /// installed, another profile, or too many keys.
    pub fn add_key(&mut self, key: MasterKey) -> Result<(), Error> {
        let context = prepare(key, &self.options)?;
        self.keyring.add(context)
    }

    /// Removes the master key with this MKI.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] if there is none, [`Error::Misuse`] for the last one and for one
    /// without an MKI.
    pub fn remove_key(&mut self, mki: &[u8]) -> Result<(), Error> {
        self.keyring.remove(mki)
    }

    /// Opens an SRTP packet in place and gives the length of the RTP packet back, which
    /// stands at the front of `packet`.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::UnknownKey`], [`Error::NotEncrypted`],
    /// [`Error::Replayed`], [`Error::TooOld`], [`Error::NotAuthentic`],
    /// [`Error::StreamLimit`] or [`Error::LimitReached`].
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, Error> {
        let trailer = self.trailer(packet, Protocol::Rtp)?;
        let body = packet.len() - trailer.length();
        let plain = packet.get(..body).ok_or(TOO_SHORT)?;
        let header = RtpHeader::parse(plain)?;
        self.options.headers.check_protected(&header, plain)?;
        let seat = self.streams.seat(header.ssrc)?;
        let index = self.streams.new_rtp_index(seat, header.sequence)?;

        let id = PacketId { ssrc: header.ssrc, index };
        let headers = &self.options.headers;
        let length = self.keyring.open(Protocol::Rtp, packet, |key, packet| {
            open_rtp(key, headers, trailer, &header, id, packet)
        })?;
        self.streams.mark(seat, Protocol::Rtp, id);
        Ok(length)
    }

    /// Opens an SRTCP packet in place and gives the length of the RTCP packet back, which
    /// stands at the front of `packet`.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::UnknownKey`], [`Error::NotEncrypted`],
    /// [`Error::Replayed`], [`Error::TooOld`], [`Error::NotAuthentic`],
    /// [`Error::StreamLimit`] or [`Error::LimitReached`].
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Error> {
        let trailer = self.trailer(packet, Protocol::Rtcp)?;
        let ssrc = rtcp_ssrc(packet.get(..packet.len() - trailer.length()).ok_or(TOO_SHORT)?)?;
        let word = <[u8; 4]>::try_from(&*trailer.split(packet)?.word).map_err(|_| TOO_SHORT)?;
        let (flag, index) =
            (u32::from_be_bytes(word) & ENCRYPTED, u32::from_be_bytes(word) & !ENCRYPTED);
        if flag == 0 && self.requires_rtcp_encryption()? {
            return Err(Error::NotEncrypted);
        }
        let id = PacketId { ssrc, index: u64::from(index) };
        let seat = self.streams.seat(ssrc)?;
        self.streams.check(seat, Protocol::Rtcp, id.index)?;

        let length = self.keyring.open(Protocol::Rtcp, packet, |key, packet| {
            if flag == 0 {
                check_clear_rtcp(key, trailer, id, word, packet)
            } else {
                open_rtcp(key, trailer, id, word, packet)
            }
        })?;
        self.streams.mark(seat, Protocol::Rtcp, id);
        Ok(length)
    }

    /// As [`Receiver::unprotect_rtp`], from `packet` into `out`, which must have room for
    /// all of `packet`.
    ///
    /// # Errors
    /// As [`Receiver::unprotect_rtp`], and [`Error::BufferTooSmall`]; what `out` holds then is
    /// not specified.
    pub fn unprotect_rtp_into(&mut self, packet: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        self.unprotect_rtp(copy_in(packet, out)?)
    }

    /// As [`Receiver::unprotect_rtcp`], from `packet` into `out`, which must have room for
    /// all of `packet`.
    ///
    /// # Errors
    /// As [`Receiver::unprotect_rtcp`], and [`Error::BufferTooSmall`]; what `out` holds then is
    /// not specified.
    pub fn unprotect_rtcp_into(&mut self, packet: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        self.unprotect_rtcp(copy_in(packet, out)?)
    }

    /// Sets the rollover counter of the next RTP packet of `ssrc`: for joining a stream
    /// late, with the counter that signalling gave (RFC 3711 §3.3.1). The counter that the last
    /// packet has is no news: the next may have the next one. Takes a place for the SSRC, for
    /// good.
    ///
    /// # Security
    /// Prefer [`Receiver::set_index`]: where only the counter is known, the first packet may be
    /// any of its 65,536, also a recorded one that an attacker sends again, and may lie more
    /// than half of them from those that follow, which are then not found. A wrap between
    /// signalling and the first packet does the same.
    ///
    /// # Errors
    /// [`Error::Misuse`] if it lies before that of the packets so far, [`Error::StreamLimit`].
    pub fn set_rollover_counter(&mut self, ssrc: u32, roc: u32) -> Result<(), Error> {
        self.streams.set_rollover_counter(ssrc, roc)
    }

    /// Sets where the RTP packets of `ssrc` are: for joining a stream late, with the index
    /// that [`Sender::last_index`](crate::Sender::last_index) gave on the other side, 2^16
    /// times the rollover counter plus the sequence number. The replay window ends there, and
    /// what it spans has not been seen: packets before it are too old, the next ones are found
    /// by their distance from `index`, so that a wrap in between does no harm. Takes a place for
    /// the SSRC, for good.
    ///
    /// ```
    /// # use privity_srtp::{MasterKey, Options, Profile, Receiver, Sender};
    /// # let key = || MasterKey::new(Profile::AEAD_AES_128_GCM, &[1; 16], &[2; 12]);
    /// # let mut sender = Sender::new(key()?, Options::new())?;
    /// # let mut receiver = Receiver::new(key()?, Options::new())?;
    /// # let mut packet = [0; 40];
    /// # packet[0] = 0x80;
    /// # sender.set_rollover_counter(0, 9)?;
    /// # sender.protect_rtp(&mut packet, 24)?;
    /// let ssrc = 0;
    /// let told = sender.last_index(ssrc).expect("it has sent"); // over signalling
    /// receiver.set_index(ssrc, told)?;
    /// assert_eq!(receiver.unprotect_rtp(&mut packet)?, 24);
    /// # Ok::<(), privity_srtp::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Misuse`] if it has more than 48 bits or lies before the highest index that
    /// was received, [`Error::StreamLimit`].
    pub fn set_index(&mut self, ssrc: u32, index: u64) -> Result<(), Error> {
        self.streams.set_rtp_index(ssrc, index)
    }

    /// Makes room for more SSRCs, up to `streams` in all: the one option that a running session
    /// can change. Allocates. All others last as long as the receiver.
    ///
    /// # Errors
    /// [`Error::Misuse`] for fewer than there is room for.
    pub fn raise_stream_limit(&mut self, streams: u16) -> Result<(), Error> {
        self.streams.grow(streams)
    }

    /// Drops the predecessor of the master key once its time is over; `now` in milliseconds of
    /// the clock of [`Receiver::rekey`]'s `until`.
    pub fn handle_timeout(&mut self, now: u64) {
        if self.keyring.overlap().is_some_and(|until| until <= now) {
            self.keyring.end_overlap();
        }
    }

    /// When [`Receiver::handle_timeout`] wants to be called, if at all.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<u64> {
        self.keyring.overlap()
    }

    /// Takes the next event, if there is one.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.keyring.poll_event()
    }

    /// The highest index of the RTP packets of `ssrc` that were opened, or that
    /// [`Receiver::set_index`] said: 2^16 times the rollover counter plus the sequence number.
    /// None for an SSRC of which nothing was heard or said.
    #[must_use]
    pub fn last_index(&self, ssrc: u32) -> Option<u64> {
        self.streams.highest_rtp_index(ssrc)
    }

    /// The SSRCs that have a place, in ascending order: those that were heard, by RTP or
    /// RTCP, and those for which something was set.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> {
        self.streams.ssrcs()
    }

    /// The rollover counter of `ssrc`, or what was set for its next packet; none for an SSRC
    /// that was never heard and for which nothing was set.
    #[must_use]
    pub fn rollover_counter(&self, ssrc: u32) -> Option<u32> {
        self.streams.rollover_counter(ssrc)
    }

    fn trailer(&self, packet: &[u8], protocol: Protocol) -> Result<Trailer, Error> {
        let trailer = self.keyring.newest()?.trailer(protocol);
        if packet.len() < trailer.length() {
            Err(TOO_SHORT)
        } else if packet.len() > MAX_PACKET_LENGTH {
            Err(TOO_LONG)
        } else {
            Ok(trailer)
        }
    }

    fn requires_rtcp_encryption(&self) -> Result<bool, Error> {
        let profile = self.keyring.newest()?.master().profile();
        Ok(self.options.rtcp == RtcpEncryption::Required
            && profile.encryption() == Encryption::Encrypts)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

#[inline]
fn open_rtp(
    key: &mut Context,
    headers: &HeaderProtection,
    trailer: Trailer,
    header: &RtpHeader,
    id: PacketId,
    packet: &mut [u8],
) -> Result<usize, Error> {
    let parts = trailer.split(packet)?;
    let session = key.session(Protocol::Rtp, id.index)?;
    session.transform.open_rtp(id, parts.covered, headers.clear(header), parts.tag)?;
    headers.after_opening(header, parts.covered, session.elements.as_ref(), id)?;
    Ok(parts.covered.len())
}

fn open_rtcp(
    key: &mut Context,
    trailer: Trailer,
    id: PacketId,
    word: [u8; 4],
    packet: &mut [u8],
) -> Result<usize, Error> {
    let parts = trailer.split(packet)?;
    let session = key.session(Protocol::Rtcp, id.index)?;
    session.transform.open_rtcp(id, parts.covered, word, parts.tag)?;
    Ok(parts.covered.len())
}

/// Checks an SRTCP packet with E = 0: the tag covers the packet and the word, which is put
/// behind it, over what has been copied or is cut off.
fn check_clear_rtcp(
    key: &mut Context,
    trailer: Trailer,
    id: PacketId,
    word: [u8; 4],
    packet: &mut [u8],
) -> Result<usize, Error> {
    let parts = trailer.split(packet)?;
    let length = parts.covered.len();
    let (mut given, mut made) = ([0; MAX_TAG], [0; MAX_TAG]);
    let given = given.get_mut(..trailer.tag).ok_or(TOO_SHORT)?;
    let made = made.get_mut(..trailer.tag).ok_or(TOO_SHORT)?;
    given.copy_from_slice(parts.tag);

    let covered = packet.get_mut(..length + word.len()).ok_or(TOO_SHORT)?;
    covered.last_chunk_mut().ok_or(TOO_SHORT).map(|end| *end = word)?;
    let session = key.session(Protocol::Rtcp, id.index)?;
    session.transform.tag_rtcp(id, covered, made)?;
    if equal(made, given) { Ok(length) } else { Err(Error::NotAuthentic) }
}

fn copy_in<'a>(packet: &[u8], out: &'a mut [u8]) -> Result<&'a mut [u8], Error> {
    let needed = packet.len();
    if needed > MAX_PACKET_LENGTH {
        return Err(TOO_LONG);
    }
    let target = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
    target.copy_from_slice(packet);
    Ok(target)
}

const TOO_LONG: Error = Error::Malformed("the packet is longer than 65,535 bytes");
const TOO_SHORT: Error = Error::Malformed("the packet is shorter than its trailer");
