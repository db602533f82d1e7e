use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use privity_conversation::account::Directory;
use privity_conversation::format::{AccountId, DeviceId, PageEnd, Pin, Statement};
use privity_conversation::log::{Accounts, AppendError, Lookup, PinChange};
use privity_conversation::sign::VerifyingKey;
use privity_wire::Codec;

use crate::Failure;
use crate::service::conversation::refused;
use crate::storage::{PageLimit, Storage};

/// Statements read from storage at a time.
const BATCH: PageLimit = PageLimit { items: 256, bytes: 16 << 20 };
/// Statements behind the chains that stay in memory: each stands for some 100 bytes.
const REMEMBERED: usize = 500_000;

/// Chains verified lately, so that a long one does not cost every request of its account.
#[derive(Debug, Default)]
pub(crate) struct ChainCache(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    chains: HashMap<AccountId, Arc<Directory>>,
    statements: usize,
}

impl ChainCache {
    fn get(&self, account: &AccountId) -> Arc<Directory> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.chains.get(account).cloned().unwrap_or_default()
    }

    /// A full cache is emptied: what is asked for again comes back from storage.
    fn put(&self, account: AccountId, chain: &Arc<Directory>) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = length(&account, chain);
        let before = remembered.chains.insert(account, Arc::clone(chain));
        let before = before.map_or(0, |chain| self::length(&account, &chain));
        remembered.statements = (remembered.statements + length).saturating_sub(before);
        if remembered.statements > REMEMBERED {
            *remembered = Remembered::default();
        }
    }
}

fn length(account: &AccountId, chain: &Directory) -> usize {
    let next = next_of(account, chain);
    usize::try_from(next).unwrap_or(usize::MAX)
}

/// The place of the first statement that is not known.
fn next_of(account: &AccountId, chain: &Directory) -> u64 {
    chain.head(account).map_or(0, |head| head.seq + 1)
}

/// The chains of storage, each read and verified when it is first asked for.
pub(super) struct StoredChains<'a> {
    storage: &'a dyn Storage,
    cache: &'a ChainCache,
    read: RefCell<BTreeMap<AccountId, Arc<Directory>>>,
    /// Why a chain could not be read: to the fold it was missing.
    failed: RefCell<Option<Failure>>,
}

impl<'a> StoredChains<'a> {
    pub(super) fn new(storage: &'a dyn Storage, cache: &'a ChainCache) -> Self {
        Self { storage, cache, read: RefCell::default(), failed: RefCell::default() }
    }

    /// Answers from a directory that holds `account`'s chain, if there is one.
    ///
    /// # Errors
    /// If the chain can't be read: that is no word about the account.
    pub(super) fn with<T>(
        &self,
        account: &AccountId,
        ask: impl FnOnce(&Directory) -> T,
    ) -> Result<T, Failure> {
        let known = self.read.borrow().get(account).cloned();
        let chain = match known {
            Some(chain) => chain,
            None => {
                let chain = self.load(account)?;
                self.read.borrow_mut().insert(*account, Arc::clone(&chain));
                chain
            }
        };
        Ok(ask(&chain))
    }

    /// What the fold said, unless a chain that it asked for could not be read: then the
    /// refusal is the storage's, and the request may succeed later.
    ///
    /// # Errors
    /// The storage's failure, or else the fold's refusal.
    pub(super) fn settle<T>(&self, said: Result<T, AppendError>) -> Result<T, Failure> {
        match self.failed.take() {
            Some(failure) => Err(failure),
            None => said.map_err(refused),
        }
    }

    /// As [`Self::with`], for the fold, which knows no failures of storage.
    fn ask<T>(&self, account: &AccountId, ask: impl FnOnce(&Directory) -> T) -> Option<T> {
        self.with(account, ask).map_err(|failure| self.failed.replace(Some(failure))).ok()
    }

    fn load(&self, account: &AccountId) -> Result<Arc<Directory>, Failure> {
        let mut chain = self.cache.get(account);
        let known = next_of(account, &chain);
        let mut from = known;
        loop {
            let page = self.storage.statements(account, from, &BATCH)?;
            for item in &page.items {
                let statement = Statement::from_bytes(&item.bytes.0)?;
                let learned = Arc::make_mut(&mut chain).learn(&statement);
                learned.map_err(super::account::broken)?;
                from = item.cursor + 1;
            }
            if page.end == PageEnd::Last {
                break;
            }
        }
        if from != known {
            self.cache.put(*account, &chain);
        }
        Ok(chain)
    }
}

impl Accounts for StoredChains<'_> {
    fn device_key(&self, pin: &Pin, device: &DeviceId) -> Lookup<Option<VerifyingKey>> {
        let ask = |directory: &Directory| directory.device_key(pin, device);
        self.ask(&pin.account, ask).unwrap_or(Lookup::Missing)
    }

    fn devices(&self, pin: &Pin) -> Lookup<Vec<DeviceId>> {
        self.ask(&pin.account, |directory| directory.devices(pin)).unwrap_or(Lookup::Missing)
    }

    fn change(&self, from: &Pin, to: &Pin) -> Lookup<Option<PinChange>> {
        self.ask(&to.account, |directory| directory.change(from, to)).unwrap_or(Lookup::Missing)
    }

    fn beyond(&self, pin: &Pin) -> Option<PinChange> {
        self.ask(&pin.account, |directory| directory.beyond(pin)).flatten()
    }
}
