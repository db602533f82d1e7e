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
/// Bytes of the chains that stay in memory, by the length of their statements: a statement of
/// many devices with large keys is a thousand times another.
const REMEMBERED: usize = 64 << 20;
/// What a chain costs beside its statements.
const CHAIN: usize = 1 << 10;

/// Chains verified lately, so that a long one does not cost every request of its account.
#[derive(Debug, Default)]
pub(crate) struct ChainCache(Mutex<Remembered>);

/// Two shares of half the bytes. When the one that fills is full, it becomes the other, whose
/// chains are let go: they were not asked for since.
#[derive(Debug, Default)]
struct Remembered {
    newer: Share,
    older: Share,
}

#[derive(Debug, Default)]
struct Share {
    chains: HashMap<AccountId, Known>,
    bytes: usize,
}

/// A verified chain, and the length of its statements.
#[derive(Clone, Debug, Default)]
struct Known {
    chain: Arc<Directory>,
    bytes: usize,
}

impl ChainCache {
    fn get(&self, account: &AccountId) -> Known {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = remembered.newer.chains.get(account) {
            return known.clone();
        }
        let Some(known) = remembered.older.take(account) else { return Known::default() };
        remembered.put(*account, known.clone());
        known
    }

    fn put(&self, account: AccountId, known: Known) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(account, known);
    }
}

impl Remembered {
    /// What is too large for a share is read from storage each time.
    fn put(&mut self, account: AccountId, known: Known) {
        const SHARE: usize = REMEMBERED / 2;
        self.newer.take(&account);
        self.older.take(&account);
        let cost = known.cost();
        if cost > SHARE {
            return;
        }
        if self.newer.bytes.saturating_add(cost) > SHARE {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.bytes = self.newer.bytes.saturating_add(cost);
        self.newer.chains.insert(account, known);
    }
}

impl Share {
    fn take(&mut self, account: &AccountId) -> Option<Known> {
        let known = self.chains.remove(account)?;
        self.bytes = self.bytes.saturating_sub(known.cost());
        Some(known)
    }
}

impl Known {
    const fn cost(&self) -> usize {
        self.bytes.saturating_add(CHAIN)
    }
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
        Ok(ask(&*self.directory(account)?))
    }

    /// A directory that holds `account`'s chain, if there is one.
    ///
    /// # Errors
    /// As [`Self::with`].
    pub(super) fn directory(&self, account: &AccountId) -> Result<Arc<Directory>, Failure> {
        if let Some(known) = self.read.borrow().get(account) {
            return Ok(Arc::clone(known));
        }
        let chain = self.load(account)?;
        self.read.borrow_mut().insert(*account, Arc::clone(&chain));
        Ok(chain)
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
        let Known { mut chain, mut bytes } = self.cache.get(account);
        let known = next_of(account, &chain);
        let mut from = known;
        loop {
            let page = self.storage.statements(account, from, &BATCH)?;
            for item in &page.items {
                let statement = Statement::from_bytes(&item.bytes.0)?;
                let learned = Arc::make_mut(&mut chain).learn(&statement);
                learned.map_err(super::account::broken)?;
                bytes = bytes.saturating_add(item.bytes.0.len());
                from = item.cursor + 1;
            }
            if page.end == PageEnd::Last {
                break;
            }
        }
        if from != known {
            self.cache.put(*account, Known { chain: Arc::clone(&chain), bytes });
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

#[cfg(test)]
mod tests {
    use super::*;

    const MEBIBYTE: usize = 1 << 20;

    fn remember(cache: &ChainCache, number: u8, bytes: usize) {
        cache.put(AccountId([number; 32]), Known { chain: Arc::default(), bytes });
    }

    fn knows(cache: &ChainCache, number: u8) -> bool {
        cache.get(&AccountId([number; 32])).bytes > 0
    }

    fn bytes(cache: &ChainCache) -> usize {
        let remembered = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = [&remembered.newer, &remembered.older];
        for share in shares {
            assert_eq!(share.bytes, share.chains.values().map(Known::cost).sum::<usize>());
        }
        shares.iter().map(|share| share.bytes).sum()
    }

    #[test]
    fn chains_are_remembered_by_their_bytes_and_the_one_in_use_stays() {
        let cache = ChainCache::default();
        remember(&cache, 0, 1);
        for number in 1..=250 {
            remember(&cache, number, MEBIBYTE);
            assert!(bytes(&cache) <= REMEMBERED, "{number}");
            assert!(knows(&cache, 0), "{number}");
        }
        assert!(knows(&cache, 250) && !knows(&cache, 1));
    }

    #[test]
    fn a_chain_that_grows_is_counted_once_and_one_too_large_is_left_out() {
        let cache = ChainCache::default();
        for length in 1..=31 {
            remember(&cache, 1, length * MEBIBYTE);
        }
        remember(&cache, 2, 10);
        assert!(knows(&cache, 1));
        assert_eq!(bytes(&cache), 31 * MEBIBYTE + 10 + 2 * CHAIN);
        remember(&cache, 1, REMEMBERED);
        assert!(!knows(&cache, 1) && knows(&cache, 2));
        assert_eq!(bytes(&cache), 10 + CHAIN);
    }
}
