use core::fmt;

use privity_primitives::aead;
use privity_primitives::kdf::{self, Prk};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey};

use crate::Error;
use crate::account::Chain;
use crate::account::binding::Binding;
use crate::format::{
    AccountId, AccountKey, Holder, HolderWrap, OlderSeed, Seeding, WrapKey, label,
};

/// The seed of one generation of an account's wrap key, known to be the chain's.
pub struct GenerationSeed {
    account: AccountId,
    generation: u32,
    suite: Suite,
    seed: Secret<32>,
}

impl GenerationSeed {
    /// Takes a seed that opened, if it gives the public key which the chain states.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if it gives another one; [`Error::Misuse`] for a generation that
    /// the chain does not have or that has no seed.
    pub fn checked(chain: &Chain, generation: u32, seed: Secret<32>) -> Result<Self, Error> {
        let stated = stated(chain, generation)?;
        let suite = Suite::from_id(stated.key.suite).ok_or(Error::UpdateNeeded("wrap suite"))?;
        let seed = Self { account: chain.id(), generation, suite, seed };
        if seed.public()? == stated.key { Ok(seed) } else { Err(Error::Decrypt) }
    }

    /// A fresh seed, before its statement is made.
    pub(super) const fn fresh(
        account: AccountId,
        generation: u32,
        suite: Suite,
        seed: Secret<32>,
    ) -> Self {
        Self { account, generation, suite, seed }
    }

    /// The same seed once a genesis has given its account an id.
    pub(super) fn of_account(self, account: AccountId) -> Self {
        Self { account, ..self }
    }

    /// Which generation's.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Suite of its key pair.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) const fn secret(&self) -> &Secret<32> {
        &self.seed
    }

    pub(super) fn duplicate(&self) -> Self {
        Self { seed: self.seed.duplicate(), ..*self }
    }

    /// The account's private wrap key of this generation. Deriving costs about as much as a
    /// wrap: keep it while it is used.
    ///
    /// # Errors
    /// [`Error::Crypto`] if keys of the suite have no seed.
    pub fn key(&self) -> Result<WrapPrivateKey, Error> {
        let generation = self.generation.to_be_bytes();
        // A genesis states the key and so comes before the id.
        let account = if self.generation == 0 { AccountId::ZERO } else { self.account };
        let parts = [label::WRAP_KEY, &account.0, &generation, &[self.suite.id()]];
        Ok(WrapPrivateKey::from_seed(self.suite, &self.root().expand(&parts))?)
    }

    /// The account's public wrap key of this generation, as a statement names it.
    pub(super) fn public(&self) -> Result<WrapKey, Error> {
        let public = self.key()?.public_key().as_bytes().to_vec();
        Ok(WrapKey { suite: self.suite.id(), public })
    }

    /// Seals the seed before under this one.
    pub(super) fn seal_older(&self, older: &Self) -> Result<OlderSeed, Error> {
        let sealed = aead::seal(&self.older_key(), &NONCE, &[], older.seed.expose())?;
        sealed.try_into().map_err(|_| Error::Decrypt)
    }

    /// Opens the seed before.
    pub(super) fn open_older(&self, chain: &Chain, sealed: &OlderSeed) -> Result<Self, Error> {
        let before = self.generation.checked_sub(1).ok_or(Error::Misuse("nothing is older"))?;
        let opened = aead::open_secret(&self.older_key(), &NONCE, &[], sealed)?;
        let seed = Secret::from_slice(opened.expose()).ok_or(Error::Decrypt)?;
        Self::checked(chain, before, seed)
    }

    /// The one wrap of this seed for `holder`.
    pub(super) fn wrap_for(&self, holder: &Holder) -> Result<HolderWrap, Error> {
        let binding = Binding::Generation(self.account, self.generation);
        binding.wrap(holder, &self.seed, &self.root())
    }

    fn older_key(&self) -> Secret<32> {
        let generation = self.generation.to_be_bytes();
        self.root().expand(&[label::OLDER, &self.account.0, &generation])
    }

    fn root(&self) -> Prk {
        kdf::extract(label::SEED, self.seed.expose())
    }
}

impl fmt::Debug for GenerationSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenerationSeed")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// The chain's key of a generation that has a seed.
pub(super) fn stated(chain: &Chain, generation: u32) -> Result<&AccountKey, Error> {
    chain
        .key_of_generation(generation)
        .filter(|key| key.seeding == Seeding::Seeded)
        .ok_or(Error::Misuse("no such generation, or one without a seed"))
}

/// Each key seals one seed.
const NONCE: [u8; 12] = [0; 12];
