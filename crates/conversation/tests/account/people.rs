//! Accounts as a client has them, over a record of what a relay would keep.

use privity_conversation::LocalSecret;
use privity_conversation::account::{
    Chain, Directory, Learned, NewAccount, NewKey, NewRecovery, OwnAccount, RecoveryPhrase, Settled,
};
use privity_conversation::format::{GenerationRecord, RegisteredSeed, Statement};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::Suite;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) const NOW: u64 = 1_800_000_000_000;

/// What is public of one account.
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) records: Vec<GenerationRecord>,
    pub(crate) registered: Option<RegisteredSeed>,
    /// The newest statement published.
    pub(crate) last: Option<Statement>,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) local: LocalSecret,
}

impl World {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            directory: Directory::default(),
            records: Vec::new(),
            registered: None,
            last: None,
            rng: ChaCha20Rng::from_seed([seed; 32]),
            local: LocalSecret::from_secret(Secret::copy_from(&[seed; 32])),
        }
    }

    pub(crate) fn phrase(&mut self) -> RecoveryPhrase {
        RecoveryPhrase::from_secret(Secret::generate(&mut self.rng))
    }

    /// An account that is published: device and key X25519, recovery by `phrase`.
    pub(crate) fn account(&mut self, phrase: &RecoveryPhrase) -> OwnAccount {
        let plan = NewAccount {
            device: Suite::X25519,
            key: NewKey::Seeded(Suite::X25519),
            recovery: NewRecovery::Phrase(phrase, Suite::X25519),
        };
        self.create(&plan)
    }

    pub(crate) fn create(&mut self, plan: &NewAccount<'_>) -> OwnAccount {
        let mut own = OwnAccount::create(plan, NOW, &self.local, &mut self.rng).unwrap();
        self.publish(&mut own);
        own
    }

    /// The relay takes the pending statement and its records.
    pub(crate) fn publish(&mut self, own: &mut OwnAccount) {
        let pending = own.pending().unwrap();
        self.last = Some(pending.statement().clone());
        assert_eq!(self.directory.learn(pending.statement()), Ok(Learned::Extended));
        let request = pending.request().unwrap();
        if let Some(record) = request.generation {
            let record: GenerationRecord = read(&record.0);
            self.records.retain(|other| other.generation != record.generation);
            self.records.push(record);
        }
        if let Some(record) = request.registered {
            self.registered = Some(read(&record.0));
        }
        let chain = self.chain(own);
        assert_eq!(own.settle(&chain, NOW), Settled::Confirmed);
    }

    pub(crate) fn chain(&self, own: &OwnAccount) -> Chain {
        self.directory.chain(&own.account()).unwrap().clone()
    }

    pub(crate) fn newest_record(&self) -> GenerationRecord {
        self.records.last().unwrap().clone()
    }
}

pub(crate) fn read<T: privity_wire::Codec>(bytes: &[u8]) -> T {
    T::from_bytes(bytes).unwrap()
}
