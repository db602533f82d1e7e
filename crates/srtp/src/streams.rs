use crate::Error;
use crate::error::Limit;
use crate::index::{
    MAX_RTCP_INDEX, MAX_RTP_INDEX, PacketId, is_before_the_first, rollover_counter,
};
use crate::replay::{Track, Window, words};
use crate::{Options, event::Protocol};

/// The streams of a session by SSRC: bounded in number, allocated at once, none ever
/// evicted.
pub(crate) struct Streams {
    /// SSRC and place of each stream in use, by SSRC.
    order: Vec<(u32, usize)>,
    streams: Vec<Stream>,
    /// The replay windows' bits, two windows for each stream.
    seen: Vec<u64>,
    words: usize,
    size: u64,
    last: usize,
}

#[derive(Clone, Copy, Default)]
struct Stream {
    ssrc: Option<u32>,
    rtp: Track,
    rtcp: Track,
}

/// Where the state of a packet's SSRC is, or would be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seat {
    Taken(usize),
    Free { rank: usize },
}

impl Streams {
    pub(crate) fn new(options: &Options) -> Self {
        let count = usize::from(options.streams);
        let words = words(options.window);
        Self {
            order: Vec::with_capacity(count),
            streams: vec![Stream::default(); count],
            seen: vec![0; 2 * count * words],
            words,
            size: u64::from(options.window),
            last: 0,
        }
    }

    /// Makes room for more streams; those that are here stay.
    pub(crate) fn grow(&mut self, count: u16) -> Result<(), Error> {
        let count = usize::from(count);
        if count < self.streams.len() {
            return Err(Error::Misuse("a stream limit never goes down: no SSRC is forgotten"));
        }
        let bits = 2 * count * self.words;
        self.order.reserve_exact(count - self.order.len());
        self.streams.reserve_exact(count - self.streams.len());
        self.seen.reserve_exact(bits - self.seen.len());
        self.streams.resize(count, Stream::default());
        self.seen.resize(bits, 0);
        Ok(())
    }

    /// Finds the stream, or room for it.
    #[inline]
    pub(crate) fn seat(&self, ssrc: u32) -> Result<Seat, Error> {
        if self.streams.get(self.last).is_some_and(|stream| stream.ssrc == Some(ssrc)) {
            return Ok(Seat::Taken(self.last));
        }
        match self.order.binary_search_by_key(&ssrc, |entry| entry.0) {
            Ok(rank) => Ok(Seat::Taken(self.order.get(rank).map_or(0, |entry| entry.1))),
            Err(_) if self.order.len() == self.streams.len() => Err(Error::StreamLimit),
            Err(rank) => Ok(Seat::Free { rank }),
        }
    }

    /// The RTP index of a sequence number (RFC 3711 §3.3.1), if it is new to its stream;
    /// changes nothing.
    #[inline]
    pub(crate) fn new_rtp_index(&mut self, seat: Seat, sequence: u16) -> Result<u64, Error> {
        let window = match seat {
            Seat::Taken(place) => self.window(place, Protocol::Rtp),
            Seat::Free { .. } => None,
        };
        let Some(window) = window else { return Ok(u64::from(sequence)) };
        let index = window.track.index(sequence)?;
        window.check(index)?;
        Ok(index)
    }

    /// As [`Streams::new_rtp_index`], for a packet that is to be sent: a late one from just
    /// before the first would move the stream to the end of its first cycle, and whoever loses
    /// it could not follow.
    #[inline]
    pub(crate) fn next_rtp_index(&mut self, seat: Seat, sequence: u16) -> Result<u64, Error> {
        let index = self.new_rtp_index(seat, sequence)?;
        match self.track(seat, Protocol::Rtp).highest {
            Some(highest) if is_before_the_first(highest, index, self.size) => Err(Error::TooOld),
            _ => Ok(index),
        }
    }

    /// Whether the index is new to its stream; changes nothing.
    #[inline]
    pub(crate) fn check(
        &mut self,
        seat: Seat,
        protocol: Protocol,
        index: u64,
    ) -> Result<(), Error> {
        match seat {
            Seat::Taken(place) => {
                self.window(place, protocol).map_or(Ok(()), |window| window.check(index))
            }
            Seat::Free { .. } => Ok(()),
        }
    }

    /// Notes the index of a packet that was protected or has proven to be authentic; only
    /// here does a stream come into being.
    #[inline]
    pub(crate) fn mark(&mut self, seat: Seat, protocol: Protocol, id: PacketId) {
        let place = self.take_place(seat, id.ssrc);
        self.last = place;
        if let Some(mut window) = self.window(place, protocol) {
            window.mark(id.index);
        }
    }

    pub(crate) fn rollover_counter(&self, ssrc: u32) -> Option<u32> {
        let track = self.track(self.seat(ssrc).ok()?, Protocol::Rtp);
        track.pending.or_else(|| track.highest.map(rollover_counter))
    }

    /// The highest RTP index of `ssrc` so far.
    pub(crate) fn highest_rtp_index(&self, ssrc: u32) -> Option<u64> {
        self.track(self.seat(ssrc).ok()?, Protocol::Rtp).highest
    }

    /// Sets the rollover counter that the next RTP packet of `ssrc` has.
    pub(crate) fn set_rollover_counter(&mut self, ssrc: u32, roc: u32) -> Result<(), Error> {
        let seat = self.seat(ssrc)?;
        let now = self.track(seat, Protocol::Rtp).highest.map(rollover_counter);
        if now.is_some_and(|now| now > roc) {
            return Err(Error::Misuse("a rollover counter never goes back"));
        }
        let place = self.take_place(seat, ssrc);
        if let Some(stream) = self.streams.get_mut(place) {
            // Said again, it holds already: the next packet may be the one after the wrap.
            stream.rtp.pending = (now != Some(roc)).then_some(roc);
        }
        Ok(())
    }

    /// Moves the window of `ssrc` up to an RTP index.
    pub(crate) fn set_rtp_index(&mut self, ssrc: u32, index: u64) -> Result<(), Error> {
        let seat = self.seat(ssrc)?;
        let now = self.track(seat, Protocol::Rtp).highest;
        if index > MAX_RTP_INDEX || now.is_some_and(|now| now > index) {
            return Err(Error::Misuse("an SRTP index has 48 bits and never goes back"));
        }
        let place = self.take_place(seat, ssrc);
        if let Some(mut window) = self.window(place, Protocol::Rtp) {
            window.advance(index);
        }
        Ok(())
    }

    /// The SRTCP index that the next packet of `seat` gets when sent (RFC 3711 §3.4).
    pub(crate) fn next_rtcp_index(&self, seat: Seat) -> Result<u64, Error> {
        match self.track(seat, Protocol::Rtcp).highest {
            None => Ok(0),
            Some(MAX_RTCP_INDEX..) => Err(Error::LimitReached(Limit::RtcpIndex)),
            Some(highest) => Ok(highest + 1),
        }
    }

    /// The SRTCP index that the next packet of `ssrc` gets when sent, if there is one.
    pub(crate) fn next_rtcp_index_of(&self, ssrc: u32) -> Option<u32> {
        // Without room for the SSRC no packet of it is sent, the first one neither.
        let index = self.next_rtcp_index(self.seat(ssrc).ok()?).ok()?;
        u32::try_from(index).ok()
    }

    /// The SSRCs that have a place, in ascending order.
    pub(crate) fn ssrcs(&self) -> impl Iterator<Item = u32> {
        self.order.iter().map(|entry| entry.0)
    }

    /// Sets the SRTCP index that the next packet of `ssrc` gets when sent.
    pub(crate) fn set_next_rtcp_index(&mut self, ssrc: u32, index: u32) -> Result<(), Error> {
        let (seat, index) = (self.seat(ssrc)?, u64::from(index));
        if index > MAX_RTCP_INDEX || self.next_rtcp_index(seat)? > index {
            return Err(Error::Misuse("an SRTCP index has 31 bits and never goes back"));
        }
        if let Some(before) = index.checked_sub(1) {
            self.mark(seat, Protocol::Rtcp, PacketId { ssrc, index: before });
        }
        Ok(())
    }

    #[inline]
    fn track(&self, seat: Seat, protocol: Protocol) -> Track {
        let Seat::Taken(place) = seat else { return Track::default() };
        self.streams.get(place).map_or_else(Track::default, |stream| match protocol {
            Protocol::Rtp => stream.rtp,
            Protocol::Rtcp => stream.rtcp,
        })
    }

    #[inline]
    fn take_place(&mut self, seat: Seat, ssrc: u32) -> usize {
        match seat {
            Seat::Taken(place) => place,
            Seat::Free { rank } => self.take(rank, ssrc),
        }
    }

    fn take(&mut self, rank: usize, ssrc: u32) -> usize {
        let place = self.order.len();
        self.order.insert(rank.min(place), (ssrc, place));
        if let Some(stream) = self.streams.get_mut(place) {
            stream.ssrc = Some(ssrc);
        }
        place
    }

    #[inline]
    fn window(&mut self, place: usize, protocol: Protocol) -> Option<Window<'_>> {
        let stream = self.streams.get_mut(place)?;
        let (track, half) = match protocol {
            Protocol::Rtp => (&mut stream.rtp, 0),
            Protocol::Rtcp => (&mut stream.rtcp, 1),
        };
        let start = (2 * place + half) * self.words;
        let seen = self.seen.get_mut(start..start + self.words)?;
        Some(Window { track, seen, size: self.size })
    }
}
