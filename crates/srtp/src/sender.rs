use core::fmt;

use crate::context::Context;
use crate::event::{Event, Protocol};
use crate::header::{RtpHeader, rtcp_ssrc};
use crate::header_protection::HeaderProtection;
use crate::index::PacketId;
use crate::keyring::prepare;
use crate::options::{Options, RtcpEncryption};
use crate::profile::Encryption;
use crate::reserve::Reserve;
use crate::streams::Streams;
use crate::trailer::Trailer;
use crate::{Error, MAX_PACKET_LENGTH, MasterKey};

/// Protects the packets of one direction: any number of SSRCs under one master key, or
/// under several with MKIs between which the app selects.
///
/// Works in the caller's buffers and allocates nothing after [`Sender::new`] and the calls
/// that install keys. Options last as long as the sender, but for
/// [`Sender::raise_stream_limit`]: an SSRC keeps its place, so a forwarder whose sources come
/// and go wants thousands of them (104 bytes each, [`Options::stream_limit`]). A packet that is to
/// be sent again is kept as it was protected, or has an SSRC of its own (RFC 4588).
///
/// # Security
/// A sender refuses to protect one SSRC and sequence number twice ([`Error::Reused`], or
/// [`Error::TooOld`] where it can't tell): two texts under one keystream betray each other.
/// It can only know of packets that it protected itself, so never start a second sender with a
/// master key that another one had, here or elsewhere: nothing would tell, and whoever listens
/// reads the difference of both. A sender that moves to another machine moves with a new key.
///
/// Begin a stream below sequence number 2^15: who hears it first after the wrap finds no
/// counter otherwise (RFC 3711 §3.3.1).
pub struct Sender {
    /// The key in use.
    context: Context,
    reserve: Reserve,
    streams: Streams,
    options: Options,
}

impl Sender {
    /// Master keys that a sender has at most in its life, replaced and removed ones too: it
    /// remembers 16 bytes of each, so that none comes back.
    pub const MAX_KEYS: usize = 65_536;

    /// Starts with a master key that has protected nothing before.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the options do not fit the key's profile.
    pub fn new(key: MasterKey, options: Options) -> Result<Self, Error> {
        let context = prepare(key, &options)?;
        let streams = Streams::new(&options);
        Ok(Self { context, reserve: Reserve::new(), streams, options })
    }

    /// Continues under another master key of any profile, in the place of the only one.
    /// Rollover counters and SRTCP indices go on as they are (RFC 3711 §3.3.1, §3.4). The peer's
    /// receiver must have the key first ([`Receiver::rekey`](crate::Receiver::rekey)); it takes
    /// another profile or MKI only without an overlap.
    ///
    /// # Security
    /// A key that was replaced or removed never comes back, whatever its profile and MKI:
    /// its life would be counted from the start again.
    ///
    /// # Errors
    /// [`Error::Misuse`] for the key in use, one that was in use before or one that does not
    /// fit the options, or if the sender has several keys; [`Error::LimitReached`] after
    /// [`Sender::MAX_KEYS`]: then a new sender must start, with a fresh key. The key in use
    /// stays in either case.
    pub fn rekey(&mut self, key: MasterKey) -> Result<(), Error> {
        let context = prepare(key, &self.options)?;
        self.reserve.succeed(&mut self.context, context)
    }

    /// Adds a master key with an MKI beside those with MKIs that the sender has, for
    /// [`Sender::select_key`]. At most 64, each with a life of its own, which goes on where
    /// it was when the key is selected again.
    ///
    /// # Errors
    /// [`Error::Misuse`] for an MKI that is installed or of another length, a key that is
    /// or was installed, another profile, or too many keys at once;
    /// [`Error::LimitReached`] after [`Sender::MAX_KEYS`], as in [`Sender::rekey`].
    pub fn add_key(&mut self, key: MasterKey) -> Result<(), Error> {
        let context = prepare(key, &self.options)?;
        self.reserve.add(&self.context, context)
    }

    /// Protects the next packets under the master key with this MKI. Cheap enough to be
    /// called for each packet; allocates nothing.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] if there is none; the key in use stays then.
    pub fn select_key(&mut self, mki: &[u8]) -> Result<(), Error> {
        self.reserve.select(&mut self.context, mki)
    }

    /// Removes the master key with this MKI.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] if there is none, [`Error::Misuse`] for the one in use.
    pub fn remove_key(&mut self, mki: &[u8]) -> Result<(), Error> {
        self.reserve.remove(self.context.master(), mki)
    }

    /// Protects the RTP packet in the first `length` bytes of `buffer`, in place, and gives
    /// the length of the SRTP packet back. The rest of the buffer must have room for what
    /// is added, at most [`Sender::rtp_overhead`] bytes. RTCP of types 200 to 204 is refused, since
    /// RTP keeps out of them (RFC 3551 §6); 205 to 207 may be its payload types 77 to 79 with a
    /// marker. Where RTP and RTCP share a port, payload types 64 to 95 do not work (RFC 5761 §4).
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Reused`], [`Error::TooOld`], [`Error::StreamLimit`],
    /// [`Error::LimitReached`] or [`Error::BufferTooSmall`]; the buffer is unchanged then.
    pub fn protect_rtp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let trailer = self.context.trailer(Protocol::Rtp);
        let most = trailer.length() + self.options.headers.max_growth();
        let plain = plain_packet(buffer, length, most)?;
        let header = RtpHeader::parse(plain)?;
        if let [_, 200..=204, ..] = plain {
            return Err(Error::Malformed("an RTCP packet, of type 200 to 204, is no RTP packet"));
        }
        self.options.headers.check_plain(&header, plain)?;
        let seat = self.streams.seat(header.ssrc)?;
        let index = self.streams.next_rtp_index(seat, header.sequence).map_err(reused)?;
        self.context.usage.check()?;

        let total = length + self.options.headers.growth(&header) + trailer.length();
        let packet = room(buffer, total)?;
        let id = PacketId { ssrc: header.ssrc, index };
        seal_rtp(&mut self.context, &self.options.headers, trailer, &header, id, packet)?;
        self.streams.mark(seat, Protocol::Rtp, id);
        self.context.usage.spend(Protocol::Rtp);
        Ok(total)
    }

    /// Protects the RTCP packet (alone or compound) in the first `length` bytes of
    /// `buffer`, in place, and gives the length of the SRTCP packet back. The rest of the
    /// buffer must have room for [`Sender::rtcp_overhead`] bytes. The first packet of a compound
    /// has a type of 192 to 223 (RFC 5761 §4), so that RTP is not taken for it.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::StreamLimit`], [`Error::LimitReached`] or
    /// [`Error::BufferTooSmall`]; the buffer is unchanged then.
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let trailer = self.context.trailer(Protocol::Rtcp);
        let plain = plain_packet(buffer, length, trailer.length())?;
        let ssrc = rtcp_ssrc(plain)?;
        if Protocol::of(plain) != Some(Protocol::Rtcp) {
            return Err(Error::Malformed("RTCP types are 192 to 223: is it an RTP packet?"));
        }
        let seat = self.streams.seat(ssrc)?;
        let index = self.streams.next_rtcp_index(seat)?;
        self.context.usage.check()?;

        let total = length + trailer.length();
        let packet = room(buffer, total)?;
        let id = PacketId { ssrc, index };
        self.seal_rtcp(id, packet, trailer)?;
        self.streams.mark(seat, Protocol::Rtcp, id);
        self.context.usage.spend(Protocol::Rtcp);
        Ok(total)
    }

    /// As [`Sender::protect_rtp`], from `packet` into `out`, with the same result.
    ///
    /// # Errors
    /// As [`Sender::protect_rtp`]; `out` may hold the plain packet then.
    pub fn protect_rtp_into(&mut self, packet: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        copy_in(packet, out, self.rtp_overhead())?;
        self.protect_rtp(out, packet.len())
    }

    /// As [`Sender::protect_rtcp`], from `packet` into `out`, with the same result.
    ///
    /// # Errors
    /// As [`Sender::protect_rtcp`]; `out` may hold the plain packet then.
    pub fn protect_rtcp_into(&mut self, packet: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        copy_in(packet, out, self.rtcp_overhead())?;
        self.protect_rtcp(out, packet.len())
    }

    /// Sets the rollover counter of the next RTP packet of `ssrc`: for a stream that
    /// another sender began under another key; [`Sender::set_index`] needs no care at the
    /// wrap. The counter that the last packet has is no news: the next may have the next one.
    /// Takes a place for the SSRC, for good.
    ///
    /// # Errors
    /// [`Error::Misuse`] if it lies before that of the packets so far, [`Error::StreamLimit`].
    pub fn set_rollover_counter(&mut self, ssrc: u32, roc: u32) -> Result<(), Error> {
        self.streams.set_rollover_counter(ssrc, roc)
    }

    /// Sets the SRTCP index of the next RTCP packet of `ssrc`: for a stream that another sender
    /// began under another key ([`Sender::next_rtcp_index`]). Without it a receiver that goes
    /// on says [`Error::Replayed`] or [`Error::TooOld`]. An index above 0 takes a place for the
    /// SSRC, for good.
    ///
    /// # Errors
    /// [`Error::Misuse`] if it lies before the present one or has more than 31 bits,
    /// [`Error::LimitReached`] after the last one, [`Error::StreamLimit`].
    pub fn set_rtcp_index(&mut self, ssrc: u32, index: u32) -> Result<(), Error> {
        self.streams.set_next_rtcp_index(ssrc, index)
    }

    /// Sets where the RTP packets of `ssrc` are, by the index of the last one that another
    /// sender protected ([`Sender::last_index`]), as if it had been protected here. Where its
    /// sequence number was 65,535, the rollover counter alone would be one too low for the
    /// next. Takes a place for the SSRC, for good.
    ///
    /// # Security
    /// Only under a master key of its own: this sender knows nothing of what the other one
    /// protected, and would protect it a second time.
    ///
    /// # Errors
    /// [`Error::Misuse`] if it has more than 48 bits or lies before the highest index that was
    /// protected here, [`Error::StreamLimit`].
    pub fn set_index(&mut self, ssrc: u32, index: u64) -> Result<(), Error> {
        self.streams.set_rtp_index(ssrc, index)?;
        let seat = self.streams.seat(ssrc)?;
        self.streams.mark(seat, Protocol::Rtp, PacketId { ssrc, index });
        Ok(())
    }

    /// Makes room for more SSRCs, up to `streams` in all: the one option that a running session
    /// can change. Allocates. All others last as long as the sender.
    ///
    /// # Errors
    /// [`Error::Misuse`] for fewer than there is room for.
    pub fn raise_stream_limit(&mut self, streams: u16) -> Result<(), Error> {
        self.streams.grow(streams)
    }

    /// Takes the next event, if there is one.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.context.poll_event().or_else(|| self.reserve.poll_event())
    }

    /// The highest index of the RTP packets of `ssrc`, to be told to late joiners
    /// ([`Receiver::set_index`](crate::Receiver::set_index)): 2^16 times the rollover
    /// counter plus the sequence number; or what [`Sender::set_index`] said. None where neither
    /// was. A counter that was set for the next packet does not count yet.
    #[must_use]
    pub fn last_index(&self, ssrc: u32) -> Option<u64> {
        self.streams.highest_rtp_index(ssrc)
    }

    /// The index that the next RTCP packet of `ssrc` gets: for another sender that goes on under
    /// another key ([`Sender::set_rtcp_index`]). None after the last one, 2^31 - 1, and for a
    /// new SSRC where there is no room.
    #[must_use]
    pub fn next_rtcp_index(&self, ssrc: u32) -> Option<u32> {
        self.streams.next_rtcp_index_of(ssrc)
    }

    /// The SSRCs that have a place, in ascending order.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> {
        self.streams.ssrcs()
    }

    /// The rollover counter of `ssrc`, for late joiners that know no index
    /// ([`Sender::last_index`] says more), or what was set for its next packet; none for an
    /// SSRC that has sent nothing and for which nothing was set.
    #[must_use]
    pub fn rollover_counter(&self, ssrc: u32) -> Option<u32> {
        self.streams.rollover_counter(ssrc)
    }

    /// Bytes that protection adds to any packet at most, whichever key and options: the
    /// longest MKI, tag and, with Cryptex, extension head or, for RTCP, index.
    pub const MAX_OVERHEAD: usize = MasterKey::MAX_MKI_LENGTH + MAX_TAG + 4;

    /// Bytes that protection adds to an RTP packet at most, under the key in use: another key
    /// may have another profile or MKI.
    #[must_use]
    pub fn rtp_overhead(&self) -> usize {
        self.context.trailer(Protocol::Rtp).length() + self.options.headers.max_growth()
    }

    /// Bytes that protection adds to an RTCP packet, under the key in use.
    #[must_use]
    pub fn rtcp_overhead(&self) -> usize {
        self.context.trailer(Protocol::Rtcp).length()
    }

    fn seal_rtcp(
        &mut self,
        id: PacketId,
        packet: &mut [u8],
        trailer: Trailer,
    ) -> Result<(), Error> {
        let clear = self.options.rtcp == RtcpEncryption::Off
            || self.context.master().profile().encryption() == Encryption::AuthenticatesOnly;
        let index = u32::try_from(id.index).unwrap_or_default();
        let word = if clear { index } else { ENCRYPTED | index }.to_be_bytes();
        let mut tag = [0; MAX_TAG];
        let tag = tag.get_mut(..trailer.tag).unwrap_or_default();
        if clear {
            let end = packet.len() + word.len() - trailer.length();
            let covered = packet.get_mut(..end).ok_or(NO_ROOM)?;
            covered.last_chunk_mut().ok_or(NO_ROOM).map(|end| *end = word)?;
            let session = self.context.session(Protocol::Rtcp, id.index)?;
            session.transform.tag_rtcp(id, covered, tag)?;
        }
        let parts = trailer.split(packet)?;
        if !clear {
            let session = self.context.session(Protocol::Rtcp, id.index)?;
            session.transform.seal_rtcp(id, parts.covered, word, tag)?;
        }
        parts.tag.copy_from_slice(tag);
        parts.word.copy_from_slice(&word);
        parts.mki.copy_from_slice(self.context.master().mki());
        Ok(())
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("profile", &self.context.master().profile())
            .finish_non_exhaustive()
    }
}

#[inline]
fn seal_rtp(
    context: &mut Context,
    headers: &HeaderProtection,
    trailer: Trailer,
    header: &RtpHeader,
    id: PacketId,
    packet: &mut [u8],
) -> Result<(), Error> {
    let parts = trailer.split(packet)?;
    let session = context.session(Protocol::Rtp, id.index)?;
    let clear = headers.before_sealing(header, parts.covered, session.elements.as_ref(), id)?;
    session.transform.seal_rtp(id, parts.covered, clear, parts.tag)?;
    if !parts.mki.is_empty() {
        parts.mki.copy_from_slice(context.master().mki());
    }
    Ok(())
}

fn plain_packet(buffer: &[u8], length: usize, overhead: usize) -> Result<&[u8], Error> {
    if length > MAX_PACKET_LENGTH {
        return Err(TOO_LONG);
    }
    let needed = length + overhead;
    let too_small =
        if needed > MAX_PACKET_LENGTH { TOO_LONG } else { Error::BufferTooSmall { needed } };
    buffer.get(..length).ok_or(too_small)
}

/// What the protected packet takes of the buffer; never more than a receiver takes.
#[inline]
fn room(buffer: &mut [u8], total: usize) -> Result<&mut [u8], Error> {
    if total > MAX_PACKET_LENGTH {
        return Err(TOO_LONG);
    }
    buffer.get_mut(..total).ok_or(Error::BufferTooSmall { needed: total })
}

fn copy_in(packet: &[u8], out: &mut [u8], overhead: usize) -> Result<(), Error> {
    if packet.len() > MAX_PACKET_LENGTH {
        return Err(TOO_LONG);
    }
    let needed = packet.len() + overhead;
    let target = out.get_mut(..packet.len()).ok_or(Error::BufferTooSmall { needed })?;
    target.copy_from_slice(packet);
    Ok(())
}

/// To a sender an index that it has seen is the app's mistake, not a replay.
fn reused(error: Error) -> Error {
    match error {
        Error::Replayed => Error::Reused,
        other => other,
    }
}

/// The E flag of an SRTCP packet (RFC 3711 §3.4).
pub(crate) const ENCRYPTED: u32 = 1 << 31;
/// Bytes of the longest tag.
pub(crate) const MAX_TAG: usize = 16;
const NO_ROOM: Error = Error::Malformed("the packet is shorter than its trailer");
const TOO_LONG: Error = Error::Malformed("the protected packet would be longer than 65,535 bytes");
