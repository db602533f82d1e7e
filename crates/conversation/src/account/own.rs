use privity_primitives::random::CryptoRng;
use privity_primitives::sign::SigningKey;

use crate::Error;
use crate::account::device_keys::DeviceKeys;
use crate::account::pending::PendingStatement;
use crate::account::seeds::{OlderCheck, RecordCheck, Seeds};
use crate::account::{Chain, GenerationSeed};
use crate::format::{AccountId, DeviceId, GenerationRecord};

/// This device's secrets of its account, and at most one statement that is under way.
///
/// Every call that makes a statement leaves it in [`OwnAccount::pending`] and nothing else
/// changed: save the account, send the request, give what the relay has to
/// [`crate::account::Directory::learn`], then [`OwnAccount::settle`]. A statement that lost
/// the race is dropped with its secrets; whoever wanted it looks at the chain and asks again.
///
/// # Security
/// A device signs at each place of the chain once, so that no clone of it is suspected.
#[derive(Debug)]
pub struct OwnAccount {
    pub(super) account: AccountId,
    pub(super) keys: DeviceKeys,
    pub(super) seeds: Seeds,
    /// When the own wrap key was made, by this device's clock in Unix milliseconds.
    pub(super) renewed: u64,
    /// The first place of the chain at which this device has not signed yet.
    pub(super) unsigned: u64,
    pub(super) pending: Option<PendingStatement>,
}

/// What became of the pending statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// There is none.
    Nothing,
    /// The chain does not reach its place yet: send it again.
    Waiting,
    /// It is on the chain; what it introduced is in use.
    Confirmed,
    /// Another one stands there: look, and ask again.
    Lost,
}

impl OwnAccount {
    /// Compares the pending statement with the verified chain, and adopts or drops it.
    /// `now` is this device's clock in Unix milliseconds.
    pub fn settle(&mut self, chain: &Chain, now: u64) -> Settled {
        let Some(pin) = self.pending.as_ref().map(PendingStatement::pin) else {
            return Settled::Nothing;
        };
        if chain.id() != self.account || chain.head().seq < pin.seq {
            return Settled::Waiting;
        }
        let pending = self.pending.take();
        if !chain.contains(&pin) {
            return Settled::Lost;
        }
        if let Some(pending) = pending {
            if let Some(wrap) = pending.wrap {
                self.keys.replace_wrap(wrap);
                self.renewed = now;
            }
            if let Some(seed) = pending.seed {
                self.seeds.insert(seed);
            }
        }
        Settled::Confirmed
    }

    /// Opens what a generation record gives to this device, and checks what it gives to all
    /// holders if it is of the generation in force.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if the generation's seed stays shut: the record was spoiled, or
    /// another device left this one out; [`Error::Misuse`] if it is another account's.
    pub fn take_record(
        &mut self,
        chain: &Chain,
        record: &GenerationRecord,
        rng: &mut dyn CryptoRng,
    ) -> Result<RecordCheck, Error> {
        self.check_chain(chain)?;
        let (holder, key) = (self.keys.holder()?, self.keys.wrap().key()?);
        self.seeds.open(chain, core::slice::from_ref(record), (&holder, &key), rng)?;
        self.seeds.get(record.generation).ok_or(Error::Decrypt)?;
        let in_force = chain.key_at(chain.head().seq).map(|key| key.generation);
        if in_force == Some(record.generation) {
            self.seeds.check(chain, record)
        } else {
            Ok(RecordCheck { cheated: Vec::new(), older: OlderCheck::Honest })
        }
    }

    /// Takes a seed that came another way: from the registered key, or from another device.
    pub fn take_seed(&mut self, seed: GenerationSeed) {
        self.seeds.insert(seed);
    }

    /// Whose.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// This device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId::of(self.keys.sign().verifying_key().as_bytes())
    }

    /// This device's signing key: for entries, wraps, messages, logins.
    #[must_use]
    pub const fn signing_key(&self) -> &SigningKey {
        self.keys.sign()
    }

    /// The seeds that are open here: they give the private keys of the account's wraps.
    #[must_use]
    pub const fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    /// The statement under way.
    #[must_use]
    pub const fn pending(&self) -> Option<&PendingStatement> {
        self.pending.as_ref()
    }

    /// Whether the own wrap key is due to be replaced: 30 days after it was made, by this
    /// device's own clock. A clock that was set back by as much counts, too.
    #[must_use]
    pub const fn is_renewal_due(&self, now: u64) -> bool {
        now.abs_diff(self.renewed) >= RENEWAL_INTERVAL
    }

    pub(super) fn check_chain(&self, chain: &Chain) -> Result<(), Error> {
        if chain.id() == self.account {
            Ok(())
        } else {
            Err(Error::Misuse("the chain is another account's"))
        }
    }
}

/// 30 days in milliseconds (rule: healing).
pub const RENEWAL_INTERVAL: u64 = 30 * 24 * 60 * 60 * 1_000;
