//! What the relay decides, without HTTP: who may, and what breaks the protocol's rules.

mod account;
mod chains;
mod conversation;
mod wrap;

use std::net::IpAddr;
use std::sync::Arc;

use privity_conversation::format::{DeviceId, Page, PageEnd, StoredItem};

use crate::Limits;
use crate::audience::Updates;
use crate::login::Challenges;
use crate::rate::Rate;
use crate::storage::Storage;

/// One relay over one storage.
pub(crate) struct Service {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) origin: String,
    pub(crate) limits: Limits,
    pub(crate) updates: Updates,
    pub(crate) challenges: Challenges,
    pub(crate) requests: Rate<DeviceId>,
    pub(crate) appends: Rate<DeviceId>,
    pub(crate) logins: Rate<IpAddr>,
    pub(crate) readers: Rate<IpAddr>,
}

impl Service {
    pub(crate) fn new(storage: Arc<dyn Storage>, origin: String, limits: Limits) -> Self {
        Self {
            storage,
            origin,
            updates: Updates::new(limits.live_backlog),
            challenges: Challenges::new(&limits),
            requests: Rate::per_minute(limits.requests_per_minute),
            appends: Rate::per_minute(limits.entries_per_minute),
            logins: Rate::per_minute(limits.logins_per_minute),
            readers: Rate::per_minute(limits.requests_per_minute),
            limits,
        }
    }

    /// One more than a page was asked of the storage: its presence says that there is more.
    fn page(&self, mut items: Vec<StoredItem>) -> Page {
        let end = if items.len() > self.limits.page { PageEnd::More } else { PageEnd::Last };
        items.truncate(self.limits.page);
        Page { items, end }
    }
}
