use core::fmt;

use privity_primitives::kdf::{self, Prk};
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{NeedsPrivateKey, Suite, WrapPrivateKey};

use crate::Error;
use crate::account::binding::Binding;
use crate::account::seeds::Seeds;
use crate::account::unwrapping::Unwrapping;
use crate::account::{Chain, RecoveryPhrase};
use crate::format::{AccountId, GenerationRecord, Holder, RegisteredSeed, label};

/// The right to sign as an account's recovery holder: from the 24 words, or from the
/// registered key.
pub struct RecoveryAuthority {
    pub(super) account: AccountId,
    pub(super) holder: Holder,
    pub(super) sign: SigningKey,
    wrap: Option<WrapPrivateKey>,
}

impl RecoveryAuthority {
    /// By the 24 words.
    ///
    /// # Security
    /// The chain is accepted only if its recovery holder in force is these words' keys, which
    /// signed for it: a relay cannot slip another account under somebody's words.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the words are not this account's.
    pub fn from_phrase(phrase: &RecoveryPhrase, chain: &Chain) -> Result<Self, Error> {
        let holder = holder_of(chain)?;
        let suite = Suite::from_id(holder.wrap.suite).ok_or(Error::UpdateNeeded("wrap suite"))?;
        let (sign, wrap) = (phrase.signing_key(), phrase.wrap_key(suite)?);
        let ours = holder.sign == *sign.verifying_key().as_bytes()
            && holder.wrap.public == wrap.public_key().as_bytes();
        if !ours {
            return Err(Error::Misuse("the words are not this account's"));
        }
        Ok(Self { account: chain.id(), holder, sign, wrap: Some(wrap) })
    }

    /// Opens every generation seed that the records give to the 24 words, and what is older.
    /// The seeds of a registered key come by [`crate::account::PendingSeed`].
    ///
    /// # Errors
    /// As [`Seeds::open`].
    pub fn open_seeds(
        &self,
        chain: &Chain,
        records: &[GenerationRecord],
        rng: &mut dyn CryptoRng,
    ) -> Result<Seeds, Error> {
        let mut seeds = Seeds::empty(self.account);
        if let Some(wrap) = &self.wrap {
            seeds.open(chain, records, (&self.holder, wrap), rng)?;
        }
        Ok(seeds)
    }

    /// Whose.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The recovery holder: login as it, look its wraps up.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The signing key.
    #[must_use]
    pub const fn signing_key(&self) -> &SigningKey {
        &self.sign
    }
}

impl fmt::Debug for RecoveryAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryAuthority").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The authority of a registered key, waiting for that key's private operation.
#[derive(Debug)]
pub struct PendingAuthority {
    account: AccountId,
    holder: Holder,
    unwrapping: Unwrapping,
}

impl PendingAuthority {
    /// Takes the account's wrapped signing seed.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the account has no recovery holder or the record is another
    /// account's; [`Error::Decrypt`] if it is not for the registered key.
    pub fn new(chain: &Chain, record: &RegisteredSeed) -> Result<Self, Error> {
        if record.account != chain.id() {
            return Err(Error::Misuse("the record is of another account"));
        }
        let holder = holder_of(chain)?;
        let binding = Binding::Registered(chain.id());
        let unwrapping = Unwrapping::new(&holder, &record.wrap, &binding)?;
        Ok(Self { account: chain.id(), holder, unwrapping })
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
    pub fn resume(self, answer: Option<&[u8]>) -> Result<RecoveryAuthority, Error> {
        let seed = self.unwrapping.resume(answer)?;
        finish(self.account, self.holder, &seed)
    }

    /// Opens with the registered private key at hand; `rng` blinds RSA.
    ///
    /// # Errors
    /// [`Error::Decrypt`] whatever is wrong; [`Error::Misuse`] if it is another key.
    pub fn unwrap_with(
        self,
        key: &WrapPrivateKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<RecoveryAuthority, Error> {
        let seed = self.unwrapping.unwrap_with(key, rng)?;
        finish(self.account, self.holder, &seed)
    }
}

/// The recovery signing seed of an account with a registered key, wrapped to that key.
pub(super) fn wrap_registered(
    account: AccountId,
    holder: &Holder,
    seed: &Secret<32>,
) -> Result<RegisteredSeed, Error> {
    let root: Prk = kdf::extract(label::REGISTERED, seed.expose());
    let wrap = Binding::Registered(account).wrap(holder, seed, &root)?;
    Ok(RegisteredSeed { account, wrap })
}

fn finish(
    account: AccountId,
    holder: Holder,
    seed: &Secret<32>,
) -> Result<RecoveryAuthority, Error> {
    let sign = SigningKey::from_seed(seed);
    if *sign.verifying_key().as_bytes() != holder.sign {
        return Err(Error::Decrypt);
    }
    Ok(RecoveryAuthority { account, holder, sign, wrap: None })
}

fn holder_of(chain: &Chain) -> Result<Holder, Error> {
    chain
        .recovery_at(chain.head().seq)
        .cloned()
        .ok_or(Error::Misuse("the account has no recovery holder"))
}
