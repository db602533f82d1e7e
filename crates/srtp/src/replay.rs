use crate::Error;
use crate::index::{estimate, with_rollover_counter};

/// The highest index so far and the state that the app may have set for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Track {
    /// None until the first packet, or until the app says where the stream is.
    pub(crate) highest: Option<u64>,
    /// The rollover counter that the app said of the next packet.
    pub(crate) pending: Option<u32>,
}

impl Track {
    /// The RTP index of a sequence number.
    #[inline]
    pub(crate) fn index(&self, sequence: u16) -> Result<u64, Error> {
        match (self.pending, self.highest) {
            (Some(roc), _) => Ok(with_rollover_counter(roc, sequence)),
            (None, Some(highest)) => estimate(highest, sequence),
            (None, None) => Ok(u64::from(sequence)),
        }
    }
}

/// The replay window of one stream (RFC 3711 §3.3.2): which of the last `size` indices
/// were seen. The bits are a ring of words that the stream table owns.
pub(crate) struct Window<'a> {
    pub(crate) track: &'a mut Track,
    pub(crate) seen: &'a mut [u64],
    pub(crate) size: u64,
}

impl Window<'_> {
    /// Whether `index` is new; changes nothing.
    #[inline]
    pub(crate) fn check(&self, index: u64) -> Result<(), Error> {
        let Some(highest) = self.track.highest.filter(|highest| index <= *highest) else {
            return Ok(());
        };
        if highest - index >= self.size {
            return Err(Error::TooOld);
        }
        let (word, bit) = self.place(index);
        let seen = self.seen.get(word).is_some_and(|word| word & bit != 0);
        if seen { Err(Error::Replayed) } else { Ok(()) }
    }

    /// Notes that `index` was seen: only for a packet that has proven to be authentic.
    #[inline]
    pub(crate) fn mark(&mut self, index: u64) {
        if self.track.highest.is_some_and(|highest| index == highest + 1) {
            // The usual case: its own place is set below, whatever it held.
            self.track.highest = Some(index);
            self.track.pending = None;
        } else {
            self.advance(index);
        }
        let (word, bit) = self.place(index);
        if let Some(word) = self.seen.get_mut(word) {
            *word |= bit;
        }
    }

    /// Moves the window up to `index`, which has not been seen by that.
    #[inline]
    pub(crate) fn advance(&mut self, index: u64) {
        match self.track.highest {
            None => self.seen.fill(0),
            Some(highest) if index > highest => self.forget(highest + 1, index - highest),
            Some(_) => {}
        }
        self.track.highest = self.track.highest.max(Some(index));
        self.track.pending = None;
    }

    /// Clears the places of `count` indices from `first` on, as the ring moves over them.
    fn forget(&mut self, first: u64, count: u64) {
        let places = self.places();
        if count >= places {
            self.seen.fill(0);
            return;
        }
        let mut place = first & (places - 1);
        let mut left = count;
        while left > 0 {
            let offset = place % 64;
            let run = left.min(64 - offset);
            let mask = (u64::MAX >> (64 - run)) << offset;
            let word = usize::try_from(place / 64).ok().and_then(|word| self.seen.get_mut(word));
            if let Some(word) = word {
                *word &= !mask;
            }
            place = (place + run) & (places - 1);
            left -= run;
        }
    }

    fn place(&self, index: u64) -> (usize, u64) {
        let place = index & (self.places() - 1);
        (usize::try_from(place / 64).unwrap_or_default(), 1 << (place % 64))
    }

    /// A power of two.
    fn places(&self) -> u64 {
        (self.seen.len() as u64 * 64).max(1)
    }
}

/// Words that a window of `size` indices needs: a power of two, so that a place in the ring
/// is found by a mask.
pub(crate) fn words(size: u16) -> usize {
    usize::from(size).div_ceil(64).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn the_window_does_what_a_set_of_all_indices_does() {
        for size in [64, 65, 127, 128, 1_000, 32_767] {
            let mut rng = ChaCha8Rng::seed_from_u64(u64::from(size));
            let mut track = Track::default();
            let mut seen = vec![u64::MAX; words(size)];
            let size = u64::from(size);
            let mut window = Window { track: &mut track, seen: &mut seen, size };
            let (mut all, mut highest) = (HashSet::new(), 0u64);
            for step in 0..20_000 {
                let reach = if step % 500 == 0 { 3 * size } else { 40 };
                let index =
                    (highest + u64::from(rng.next_u32()) % (2 * reach)).saturating_sub(reach);
                let expected = if !all.is_empty() && index + size <= highest {
                    Err(Error::TooOld)
                } else if all.contains(&index) {
                    Err(Error::Replayed)
                } else {
                    Ok(())
                };
                assert_eq!(window.check(index), expected, "size {size}, index {index}");
                if expected.is_ok() {
                    window.mark(index);
                    all.insert(index);
                    highest = highest.max(index);
                }
            }
        }
    }
}
