use crate::{Error, Receiver, Sender};

/// One packet of a burst: its buffer and, after the call, what became of it.
///
/// ```
/// use privity_srtp::{Datagram, MasterKey, Options, Profile, Sender};
///
/// let key = MasterKey::new(Profile::AEAD_AES_128_GCM, &[1; 16], &[2; 12])?;
/// let mut sender = Sender::new(key, Options::new())?;
/// let mut buffers = [[0; 64]; 3];
/// let mut burst: Vec<_> = buffers.iter_mut().map(|buffer| Datagram::new(buffer, 32)).collect();
/// assert_eq!(sender.protect_rtp_batch(&mut burst), 0);
/// assert!(burst.iter().all(|datagram| datagram.packet().is_err()), "zeros are no RTP");
/// # Ok::<(), privity_srtp::Error>(())
/// ```
#[derive(Debug)]
pub struct Datagram<'a> {
    buffer: &'a mut [u8],
    length: usize,
    outcome: Result<(), Error>,
}

impl<'a> Datagram<'a> {
    /// A packet in the first `length` bytes of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'a mut [u8], length: usize) -> Self {
        Self { buffer, length, outcome: Ok(()) }
    }

    /// The packet as it is now: before the call, as it was given.
    ///
    /// # Errors
    /// What the call for this packet alone would have given.
    pub fn packet(&self) -> Result<&[u8], Error> {
        self.outcome?;
        let needed = self.length;
        self.buffer.get(..needed).ok_or(Error::BufferTooSmall { needed })
    }

    fn settle(&mut self, result: Result<usize, Error>) -> usize {
        match result {
            Ok(length) => {
                self.length = length;
                self.outcome = Ok(());
                1
            }
            Err(error) => {
                self.outcome = Err(error);
                0
            }
        }
    }
}

impl Sender {
    /// As [`Sender::protect_rtp`] for each packet of a burst, in order; one that fails does
    /// not stop the others. Gives back how many succeeded.
    pub fn protect_rtp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        burst
            .iter_mut()
            .map(|datagram| {
                let result = self.protect_rtp(datagram.buffer, datagram.length);
                datagram.settle(result)
            })
            .sum()
    }
}

impl Receiver {
    /// As [`Receiver::unprotect_rtp`] for each packet of a burst, in order; one that fails
    /// does not stop the others. Gives back how many succeeded.
    pub fn unprotect_rtp_batch(&mut self, burst: &mut [Datagram<'_>]) -> usize {
        burst
            .iter_mut()
            .map(|datagram| {
                let needed = datagram.length;
                let result = match datagram.buffer.get_mut(..needed) {
                    Some(packet) => self.unprotect_rtp(packet),
                    None => Err(Error::BufferTooSmall { needed }),
                };
                datagram.settle(result)
            })
            .sum()
    }
}
