use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use privity_conversation::format::RelayErrorCode;

use crate::Failure;

/// Something that clients take up together, of which one address gets a part only: memory,
/// or connections.
#[derive(Debug)]
pub(crate) struct Room {
    taken: Mutex<Taken>,
    limit: usize,
    limit_of_address: usize,
}

#[derive(Debug, Default)]
struct Taken {
    together: usize,
    of_address: HashMap<IpAddr, usize>,
}

/// What one request or connection has taken up; free again when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    room: Arc<Room>,
    address: IpAddr,
    size: usize,
}

impl Room {
    pub(crate) fn new(limit: usize, limit_of_address: usize) -> Self {
        Self { taken: Mutex::default(), limit, limit_of_address }
    }

    /// A share of nothing yet.
    pub(crate) fn share(self: &Arc<Self>, address: IpAddr) -> Share {
        Share { room: Arc::clone(self), address, size: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Grows to `size`, or stays as it is.
    pub(crate) fn grow(&mut self, size: usize) -> Result<(), Failure> {
        let more = size.saturating_sub(self.size);
        let mut taken = self.room.taken();
        let together = taken.together.saturating_add(more);
        if together > self.room.limit {
            let why = "too many requests are under way";
            return Err(Failure::later(RelayErrorCode::Unavailable, 1_000, why));
        }
        let of_address = taken.of_address.entry(self.address).or_default();
        let grown = of_address.saturating_add(more);
        if grown > self.room.limit_of_address {
            if *of_address == 0 {
                taken.of_address.remove(&self.address);
            }
            let why = "too many requests of this address are under way";
            return Err(Failure::later(RelayErrorCode::SlowDown, 1_000, why));
        }
        *of_address = grown;
        taken.together = together;
        self.size += more;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.size == 0 {
            return;
        }
        let mut taken = self.room.taken();
        taken.together -= self.size;
        if let Some(of_address) = taken.of_address.get_mut(&self.address) {
            *of_address -= self.size;
            if *of_address == 0 {
                taken.of_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn one_address_gets_its_part_and_all_get_the_whole() {
        let room = Arc::new(Room::new(10, 6));
        let (mut first, mut second) = (room.share(address(1)), room.share(address(1)));
        first.grow(4).unwrap();
        first.grow(2).unwrap();
        assert_eq!(second.grow(3).unwrap_err().0.code, RelayErrorCode::SlowDown);
        second.grow(2).unwrap();
        let mut other = room.share(address(2));
        assert_eq!(other.grow(5).unwrap_err().0.code, RelayErrorCode::Unavailable);
        other.grow(4).unwrap();
        drop(first);
        other.grow(6).unwrap();
        second.grow(4).unwrap();
    }

    #[test]
    fn what_is_dropped_is_forgotten() {
        let room = Arc::new(Room::new(10, 6));
        drop(room.share(address(1)).grow(7));
        let mut share = room.share(address(2));
        share.grow(6).unwrap();
        drop(share);
        let taken = room.taken();
        assert_eq!((taken.together, taken.of_address.len()), (0, 0));
    }
}
