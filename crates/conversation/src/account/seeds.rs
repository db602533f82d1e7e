use std::collections::BTreeMap;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{NeedsPrivateKey, WrapPrivateKey};

use crate::Error;
use crate::account::Chain;
use crate::account::binding::Binding;
use crate::account::seed::{GenerationSeed, stated};
use crate::account::unwrapping::Unwrapping;
use crate::format::{AccountId, DeviceId, GenerationRecord, Holder};

/// The generation seeds of one account that were opened, each checked against its chain.
#[derive(Debug)]
pub struct Seeds {
    account: AccountId,
    seeds: BTreeMap<u32, GenerationSeed>,
}

impl Seeds {
    /// None yet.
    #[must_use]
    pub const fn empty(account: AccountId) -> Self {
        Self { account, seeds: BTreeMap::new() }
    }

    /// Takes a seed.
    pub fn insert(&mut self, seed: GenerationSeed) {
        self.seeds.insert(seed.generation(), seed);
    }

    /// Opens the seed before, if `record`'s own seed is here and the record has one.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it does not open or is not the chain's.
    pub fn open_older(&mut self, chain: &Chain, record: &GenerationRecord) -> Result<(), Error> {
        check_account(chain, record)?;
        let newer = self.seeds.get(&record.generation);
        if let (Some(newer), Some(older)) = (newer, &record.older) {
            let older = newer.open_older(chain, older)?;
            self.insert(older);
        }
        Ok(())
    }

    /// Opens every seed that the records give to `holder`, whose private key is at hand, and
    /// all older ones behind them.
    ///
    /// What does not open is left out: a relay or a device that spoils one record does not
    /// keep the others shut.
    ///
    /// # Errors
    /// [`Error::Misuse`] if a record is of another account.
    pub fn open(
        &mut self,
        chain: &Chain,
        records: &[GenerationRecord],
        (holder, key): (&Holder, &WrapPrivateKey),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Error> {
        let mut newest_first: Vec<&GenerationRecord> = records.iter().collect();
        newest_first.sort_by_key(|record| core::cmp::Reverse(record.generation));
        for record in newest_first {
            check_account(chain, record)?;
            if !self.seeds.contains_key(&record.generation)
                && let Ok(pending) = PendingSeed::new(chain, record, holder)
                && let Ok(seed) = pending.unwrap_with(chain, key, rng)
            {
                self.insert(seed);
            }
            // A spoiled older seed may stand in its own record all the same.
            let _ = self.open_older(chain, record);
        }
        Ok(())
    }

    /// Whose.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The newest generation whose seed is here.
    #[must_use]
    pub fn newest(&self) -> Option<u32> {
        self.seeds.keys().next_back().copied()
    }

    /// One generation's seed.
    #[must_use]
    pub fn get(&self, generation: u32) -> Option<&GenerationSeed> {
        self.seeds.get(&generation)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &GenerationSeed> {
        self.seeds.values()
    }

    /// The record of the generation in force, for every holder at the chain's head: the same
    /// bytes whoever makes it. It is published with a generation, with a new holder, and
    /// to repair what was spoiled.
    ///
    /// A holder whose wrap key is refused gets no wrap, so that it cannot hinder the others.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the generation in force has no seed or it is not here.
    pub fn record(&self, chain: &Chain) -> Result<GenerationRecord, Error> {
        let head = chain.head().seq;
        let key = chain.key_at(head).ok_or(Error::Misuse("the account is closed"))?;
        let generation = stated(chain, key.generation)?.generation;
        let seed = self.get(generation).ok_or(Error::Misuse("the newest seed is not here"))?;
        let before = generation.checked_sub(1).and_then(|before| self.get(before));
        let older = before.map(|before| seed.seal_older(before)).transpose()?;
        let holders = chain.holders_at(head);
        let mut wraps: Vec<_> =
            holders.iter().filter_map(|holder| seed.wrap_for(holder).ok()).collect();
        wraps.sort_unstable_by_key(|wrap| (wrap.holder, wrap.fingerprint));
        Ok(GenerationRecord { account: self.account, generation, older, wraps })
    }

    /// Who is cheated by a record of the generation in force: holders whose wrap is not the
    /// one there should be; and whether the older seed is not.
    ///
    /// # Errors
    /// As [`Seeds::record`].
    pub fn check(&self, chain: &Chain, record: &GenerationRecord) -> Result<RecordCheck, Error> {
        let honest = self.record(chain)?;
        if record.generation != honest.generation {
            return Err(Error::Misuse("the record is not of the generation in force"));
        }
        let cheated = honest.wraps.iter().filter(|wrap| !record.wraps.contains(wrap));
        Ok(RecordCheck {
            cheated: cheated.map(|wrap| wrap.holder).collect(),
            older: if honest.older.is_none() || honest.older == record.older {
                OlderCheck::Honest
            } else {
                OlderCheck::Spoiled
            },
        })
    }

    pub(super) fn duplicate(&self) -> Self {
        let seeds = self.seeds.iter().map(|(at, seed)| (*at, seed.duplicate())).collect();
        Self { account: self.account, seeds }
    }
}

/// What [`Seeds::check`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordCheck {
    /// Holders without the wrap that is due to them.
    pub cheated: Vec<DeviceId>,
    /// The older seed.
    pub older: OlderCheck,
}

impl RecordCheck {
    /// Whether [`Seeds::record`] should be published to repair it.
    #[must_use]
    pub fn needs_repair(&self) -> bool {
        !self.cheated.is_empty() || self.older == OlderCheck::Spoiled
    }
}

/// Whether a record's older seed is the one it should be, as far as can be told here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlderCheck {
    /// It is, or this client does not know the older seed.
    Honest,
    /// It is missing or another.
    Spoiled,
}

/// A generation's seed that waits for a holder's private key.
#[derive(Debug)]
pub struct PendingSeed {
    generation: u32,
    unwrapping: Unwrapping,
}

impl PendingSeed {
    /// Finds the wrap for `holder` in a record.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the record is of another account or its generation has no seed;
    /// [`Error::Decrypt`] if it has no wrap for the holder's key.
    pub fn new(chain: &Chain, record: &GenerationRecord, holder: &Holder) -> Result<Self, Error> {
        check_account(chain, record)?;
        stated(chain, record.generation)?;
        let (id, fingerprint) = (holder.id(), holder.wrap.fingerprint());
        let wrap = record
            .wraps
            .iter()
            .find(|wrap| wrap.holder == id && wrap.fingerprint == fingerprint)
            .ok_or(Error::Decrypt)?;
        let binding = Binding::Generation(record.account, record.generation);
        let unwrapping = Unwrapping::new(holder, wrap, &binding)?;
        Ok(Self { generation: record.generation, unwrapping })
    }

    /// What the holder of an RSA key is asked; none for keys of other suites.
    #[must_use]
    pub fn request(&self) -> Option<NeedsPrivateKey<'_>> {
        self.unwrapping.request()
    }

    /// Goes on with the answer from elsewhere; none if the operation failed there.
    ///
    /// # Errors
    /// [`Error::Decrypt`] whatever is wrong; [`Error::Misuse`] if nothing was asked.
    pub fn resume(self, chain: &Chain, answer: Option<&[u8]>) -> Result<GenerationSeed, Error> {
        self.check(chain, Unwrapping::resume, answer)
    }

    /// Opens with a private key at hand; `rng` blinds RSA.
    ///
    /// # Errors
    /// [`Error::Decrypt`] whatever is wrong; [`Error::Misuse`] if it is another's key.
    pub fn unwrap_with(
        self,
        chain: &Chain,
        key: &WrapPrivateKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<GenerationSeed, Error> {
        self.check(chain, |unwrapping, key| unwrapping.unwrap_with(key, rng), key)
    }

    fn check<T>(
        self,
        chain: &Chain,
        open: impl FnOnce(Unwrapping, T) -> Result<Secret<32>, Error>,
        with: T,
    ) -> Result<GenerationSeed, Error> {
        GenerationSeed::checked(chain, self.generation, open(self.unwrapping, with)?)
    }
}

fn check_account(chain: &Chain, record: &GenerationRecord) -> Result<(), Error> {
    if record.account == chain.id() {
        Ok(())
    } else {
        Err(Error::Misuse("the record is of another account"))
    }
}
