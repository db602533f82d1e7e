use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use privity_conversation::format::{DeviceId, RelayErrorCode};
use tokio::sync::watch;

use crate::{Failure, Limits};

/// Live connections, counted: in total, and of each device.
#[derive(Debug)]
pub(crate) struct Seats {
    taken: watch::Sender<usize>,
    of_device: Mutex<HashMap<DeviceId, usize>>,
    limit: usize,
    limit_of_device: usize,
}

/// One live connection's place; free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    device: Option<DeviceId>,
}

impl Seats {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            taken: watch::channel(0).0,
            of_device: Mutex::default(),
            limit: limits.live,
            limit_of_device: limits.live_of_device,
        }
    }

    /// A place for a connection that has not logged in yet.
    pub(crate) fn take(self: &Arc<Self>) -> Result<Seat, Failure> {
        let free = self.taken.send_if_modified(|taken| {
            let free = *taken < self.limit;
            *taken += usize::from(free);
            free
        });
        if free {
            Ok(Seat { seats: Arc::clone(self), device: None })
        } else {
            Err(Failure::later(RelayErrorCode::Unavailable, 10_000, "too many live connections"))
        }
    }

    /// Resolves once nobody is connected.
    pub(crate) async fn all_left(&self) {
        // The sender lives as long as `self`.
        drop(self.taken.subscribe().wait_for(|taken| *taken == 0).await);
    }

    fn devices(&self) -> MutexGuard<'_, HashMap<DeviceId, usize>> {
        self.of_device.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Counts the connection to its device, once.
    pub(crate) fn belong(&mut self, device: DeviceId) -> Result<(), Failure> {
        let mut devices = self.seats.devices();
        let count = devices.entry(device).or_default();
        if *count >= self.seats.limit_of_device {
            return Err(Failure::later(
                RelayErrorCode::SlowDown,
                10_000,
                "this device has too many live connections",
            ));
        }
        *count += 1;
        drop(devices);
        self.device = Some(device);
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(device) = self.device {
            let mut devices = self.seats.devices();
            if let Some(count) = devices.get_mut(&device) {
                *count -= 1;
                if *count == 0 {
                    devices.remove(&device);
                }
            }
        }
        self.seats.taken.send_modify(|taken| *taken -= 1);
    }
}
