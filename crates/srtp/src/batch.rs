use core::fmt;

use crate::{Error, Receiver, Sender};

/// One packet of a burst: its buffer and, after a call, what became of it. A call takes each
/// packet once: what it has settled, another call leaves alone. To try one again, as after a
/// new key, make a new datagram of its buffer.
///
/// A burst costs what its packets cost one by one; it spares the app the loop and the
/// bookkeeping of results. Out of place there is a call for each packet
/// ([`Sender::protect_rtp_into`]).
///
/// ```
/// use privity_srtp::{Datagram, MasterKey, Options, Profile, Sender};
///
/// let key = MasterKey::new(Profile::AEAD_AES_128_GCM, &[1; 16], &[2; 12])?;
/// let mut sender = Sender::new(key, Options::new())?;
/// let mut buffers = [[0; 64]; 3];
/// for (buffer, sequence) in buffers.iter_mut().zip(1..) {
///     (buffer[0], buffer[3]) = (0x80, sequence);
/// }
/// let mut burst: Vec<_> = buffers.iter_mut().map(|buffer| Datagram::new(buffer, 32)).collect();
/// assert_eq!(sender.protect_rtp_batch(&mut burst), 3);
/// for datagram in &burst {
///     assert_eq!(datagram.packet()?.len(), 32 + 16); // to the network
/// }
/// # Ok::<(), privity_srtp::Error>(())
/// ```
pub struct Datagram<'a> {
    buffer: &'a mut [u8],
    length: usize,
    outcome: Option<Result<(), Error>>,
}

impl<'a> Datagram<'a> {
    /// A packet in the first `length` bytes of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'a mut [u8], length: usize) -> Self {
        Self { buffer, length, outcome: None }
    }

    /// The packet as the call left it: never what was given, so that nothing goes out
    /// unprotected and nothing is taken unopened.
    ///
    /// # Errors
    /// What the call for this packet alone would have given; [`Error::Misuse`] before any.
    pub fn packet(&self) -> Result<&[u8], Error> {
        self.outcome.unwrap_or(Err(Error::Misuse("no call has taken the packet yet")))?;
        let needed = self.length;
        self.buffer.get(..needed).ok_or(Error::BufferTooSmall { needed })
    }

    /// As [`Datagram::packet`], to write in: gives the buffer back, cut to the packet.
    ///
    /// # Errors
    /// As [`Datagram::packet`].
    pub fn into_packet(self) -> Result<&'a mut [u8], Error> {
        self.packet()?;
        let needed = self.length;
        self.buffer.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })
    }

    /// Gives back whether the packet succeeded, now.
    fn settle(&mut self, act: impl FnOnce(&mut [u8], usize) -> Result<usize, Error>) -> bool {
        if self.outcome.is_some() {
            return false;
        }
        let result = act(self.buffer, self.length);
        self.length = result.unwrap_or(self.length);
        self.outcome = Some(result.map(|_| ()));
        result.is_ok()
    }
}

impl fmt::Debug for Datagram<'_> {
    /// Without the bytes, which may be what was opened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Datagram")
            .field("length", &self.length)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// As [`Sender::protect_rtp`] for each packet of a burst, in order; one that fails does
    /// not stop the others. Gives back how many succeeded in this call.
    pub fn protect_rtp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        settle_each(burst, |buffer, length| self.protect_rtp(buffer, length))
    }

    /// As [`Sender::protect_rtcp`] for each packet of a burst; as [`Sender::protect_rtp_batch`].
    pub fn protect_rtcp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        settle_each(burst, |buffer, length| self.protect_rtcp(buffer, length))
    }
}

impl Receiver {
    /// As [`Receiver::unprotect_rtp`] for each packet of a burst, in order; one that fails
    /// does not stop the others. Gives back how many succeeded in this call.
    pub fn unprotect_rtp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        settle_each(burst, |buffer, length| self.unprotect_rtp(front(buffer, length)?))
    }

    /// As [`Receiver::unprotect_rtcp`] for each packet of a burst; as
    /// [`Receiver::unprotect_rtp_batch`].
    pub fn unprotect_rtcp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        settle_each(burst, |buffer, length| self.unprotect_rtcp(front(buffer, length)?))
    }
}

fn settle_each(
    burst: &mut [Datagram<'_>],
    mut act: impl FnMut(&mut [u8], usize) -> Result<usize, Error>,
) -> usize {
    burst.iter_mut().map(|datagram| usize::from(datagram.settle(&mut act))).sum()
}

fn front(buffer: &mut [u8], length: usize) -> Result<&mut [u8], Error> {
    buffer.get_mut(..length).ok_or(Error::BufferTooSmall { needed: length })
}
