//! What the relay decides, without HTTP: who may, and what breaks the protocol's rules.

mod account;
mod chains;
mod conversation;
mod wrap;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use privity_conversation::format::{AccountId, DeviceId, limit};
use tokio::sync::Semaphore;

use crate::audience::Updates;
use crate::login::Challenges;
use crate::rate::Rate;
use crate::room::Room;
use crate::seats::Seats;
use crate::service::chains::ChainCache;
use crate::storage::{PageLimit, Storage};
use crate::{Failure, Limits};

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
    intake: Rate<Payer>,
}

/// On whose account bytes come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payer {
    Account(AccountId),
    Address(IpAddr),
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
            intake: Rate::per_minute_after(
                kibibytes(limits.intake_per_minute),
                kibibytes(limits.intake.max(limits.body)),
            ),
            limits,
        }
    }

    /// Counts a body's bytes, a KiB at least.
    pub(crate) fn take_in(&self, payer: Payer, bytes: usize) -> Result<(), Failure> {
        self.intake.take_many(&payer, kibibytes(bytes))
    }

    /// How much one page holds.
    pub(crate) fn page(&self) -> PageLimit {
        PageLimit { items: self.limits.page.clamp(1, limit::PAGE), bytes: self.limits.page_bytes }
    }
}

fn kibibytes(bytes: usize) -> NonZeroU32 {
    let count = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX);
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}
