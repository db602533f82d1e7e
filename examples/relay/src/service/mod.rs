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
use crate::room::Room;
use crate::seats::Seats;
use crate::service::chains::ChainCache;
use crate::storage::{PageLimit, Storage};

/// Pages made at a time: they wait for one database, and each is in memory twice meanwhile.
const PAGES: usize = 16;

/// One relay over one storage.
pub(crate) struct Service {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) origin: String,
    pub(crate) limits: Limits,
    pub(crate) updates: Updates,
    pub(crate) challenges: Challenges,
    pub(crate) chains: ChainCache,
    /// Bytes of request bodies in memory.
    pub(crate) bodies: Arc<Room>,
    /// Bytes of pages that clients have not taken yet.
    pub(crate) answers: Arc<Room>,
    /// Pages that are made at a time.
    pub(crate) pages: Arc<Semaphore>,
    pub(crate) seats: Arc<Seats>,
    pub(crate) requests: Rate<DeviceId>,
    pub(crate) appends: Rate<DeviceId>,
    pub(crate) logins: Rate<IpAddr>,
    pub(crate) readers: Rate<IpAddr>,
}

impl Service {
    pub(crate) fn new(storage: Arc<dyn Storage>, origin: String, limits: Limits) -> Self {
        let of_address = limits.memory_of_address.max(limits.body);
        let bodies = Room::new(limits.bodies.max(limits.body), of_address);
        Self {
            storage,
            origin,
            updates: Updates::new(limits.live_backlog),
            challenges: Challenges::new(&limits),
            chains: ChainCache::default(),
            bodies: Arc::new(bodies),
            answers: Arc::new(Room::new(limits.answers, of_address)),
            pages: Arc::new(Semaphore::new(PAGES)),
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
