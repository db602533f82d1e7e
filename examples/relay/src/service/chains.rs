use std::cell::RefCell;

use privity_conversation::account::Directory;
use privity_conversation::format::{AccountId, DeviceId, Pin, Statement};
use privity_conversation::log::{Accounts, Lookup, PinChange};
use privity_conversation::sign::VerifyingKey;
use privity_wire::Codec;

use crate::Failure;
use crate::storage::Storage;

/// Statements read from storage at a time.
const BATCH: usize = 256;

/// The chains of storage, each read and verified when it is first asked for.
pub(super) struct StoredChains<'a> {
    storage: &'a dyn Storage,
    directory: RefCell<Directory>,
}

impl<'a> StoredChains<'a> {
    pub(super) fn new(storage: &'a dyn Storage) -> Self {
        Self { storage, directory: RefCell::default() }
    }

    /// Answers from the directory once `account`'s chain is in it.
    pub(super) fn with<T>(&self, account: &AccountId, ask: impl FnOnce(&Directory) -> T) -> T {
        if self.directory.borrow().chain(account).is_none()
            && let Err(failure) = self.load(account)
        {
            // A chain that can't be read is missing to the fold, and so to the caller.
            tracing::warn!(%failure, "a stored chain can't be read");
        }
        ask(&self.directory.borrow())
    }

    fn load(&self, account: &AccountId) -> Result<(), Failure> {
        let mut from = 0;
        loop {
            let page = self.storage.statements(account, from, BATCH)?;
            for item in &page {
                let statement = Statement::from_bytes(&item.bytes.0)?;
                let learned = self.directory.borrow_mut().learn(&statement);
                learned.map_err(super::account::broken)?;
                from = item.cursor + 1;
            }
            if page.len() < BATCH {
                return Ok(());
            }
        }
    }
}

impl Accounts for StoredChains<'_> {
    fn device_key(&self, pin: &Pin, device: &DeviceId) -> Lookup<Option<VerifyingKey>> {
        self.with(&pin.account, |directory| directory.device_key(pin, device))
    }

    fn devices(&self, pin: &Pin) -> Lookup<Vec<DeviceId>> {
        self.with(&pin.account, |directory| directory.devices(pin))
    }

    fn change(&self, from: &Pin, to: &Pin) -> Lookup<Option<PinChange>> {
        self.with(&to.account, |directory| directory.change(from, to))
    }

    fn beyond(&self, pin: &Pin) -> Option<PinChange> {
        self.with(&pin.account, |directory| directory.beyond(pin))
    }
}
