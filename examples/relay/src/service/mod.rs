//! What the relay decides, without HTTP: who may, and what breaks the protocol's rules.

mod account;
mod chains;
mod conversation;
mod wrap;

use std::net::IpAddr;
use std::sync::Arc;

use privity_conversation::format::{DeviceId, limit};
use tokio::sync::Semaphore;

use crate::Limits;
use crate::audience::Updates;
use crate::login::Challenges;
use crate::rate::Rate;
use crate::seats::Seats;
use crate::service::chains::ChainCache;
use crate::storage::{PageLimit, Storage};

/// One relay over one storage.
pub(crate) struct Service {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) origin: String,
    pub(crate) limits: Limits,
    pub(crate) updates: Updates,
    pub(crate) challenges: Challenges,
    pub(crate) chains: ChainCache,
    /// KiB that further request bodies may take.
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) seats: Arc<Seats>,
    pub(crate) requests: Rate<DeviceId>,
    pub(crate) appends: Rate<DeviceId>,
    pub(crate) logins: Rate<IpAddr>,
    pub(crate) readers: Rate<IpAddr>,
}

impl Service {
    pub(crate) fn new(storage: Arc<dyn Storage>, origin: String, limits: Limits) -> Self {
        let bodies = limits.bodies.max(limits.body).div_ceil(1 << 10);
        Self {
            storage,
            origin,
            updates: Updates::new(limits.live_backlog),
            challenges: Challenges::new(&limits),
            chains: ChainCache::default(),
            bodies: Arc::new(Semaphore::new(bodies.min(Semaphore::MAX_PERMITS))),
            seats: Arc::new(Seats::new(&limits)),
            requests: Rate::per_minute(limits.requests_per_minute),
            appends: Rate::per_minute(limits.entries_per_minute),
            logins: Rate::per_minute(limits.logins_per_minute),
            readers: Rate::per_minute(limits.requests_per_minute),
            limits,
        }
    }

    /// How much one page holds.
    pub(crate) fn page(&self) -> PageLimit {
        PageLimit { items: self.limits.page.clamp(1, limit::PAGE), bytes: self.limits.page_bytes }
    }
}
