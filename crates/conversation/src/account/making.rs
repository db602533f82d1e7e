use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{Suite, WrapPublicKey};

use crate::Error;
use crate::account::authority::wrap_registered;
use crate::account::device_keys::WrapSeed;
use crate::account::pending::PendingStatement;
use crate::account::seed::GenerationSeed;
use crate::account::seeds::Seeds;
use crate::account::{Chain, RecoveryPhrase};
use crate::draw::LocalSecret;
use crate::format::{
    AccountKey, Holder, Pin, Seeding, Signer, Statement, StatementBody, StatementKind, WrapKey,
    label,
};

/// Where an account's wrap key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewKey {
    /// From a fresh seed, which every holder gets a wrap of.
    Seeded(Suite),
    /// It is the registered key itself, so each epoch asks for its private operation.
    Direct,
}

/// Who an account's recovery holder is to be.
#[derive(Clone, Copy, Debug)]
pub enum NewRecovery<'a> {
    /// Nobody: a lost device is a lost account.
    Nobody,
    /// The keys of 24 words.
    Phrase(&'a RecoveryPhrase, Suite),
    /// A key that its owner has registered before: RSA or X25519.
    Registered(&'a WrapPublicKey),
}

/// A recovery holder with its private side, while it is introduced.
pub(super) struct Introduced {
    pub(super) holder: Holder,
    pub(super) sign: SigningKey,
    /// The signing seed, if it is to be wrapped to a registered key.
    registered: Option<Secret<32>>,
}

/// The secrets that go with a statement.
#[derive(Default)]
pub(super) struct Secrets {
    pub(super) seed: Option<GenerationSeed>,
    pub(super) wrap: Option<WrapSeed>,
    pub(super) recovery: Option<Introduced>,
}

impl NewRecovery<'_> {
    pub(super) fn introduce(
        &self,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Introduced>, Error> {
        let introduce = |sign: SigningKey, wrap: &WrapPublicKey, registered| {
            let wrap = WrapKey { suite: wrap.suite().id(), public: wrap.as_bytes().to_vec() };
            let holder = Holder { sign: *sign.verifying_key().as_bytes(), wrap };
            Some(Introduced { holder, sign, registered })
        };
        Ok(match self {
            Self::Nobody => None,
            Self::Phrase(phrase, suite) => {
                introduce(phrase.signing_key(), phrase.wrap_key(*suite)?.public_key(), None)
            }
            Self::Registered(key) => {
                let seed = local.draw(&[label::REGISTERED, key.fingerprint()], rng);
                introduce(SigningKey::from_seed(&seed), key, Some(seed))
            }
        })
    }
}

/// An update at the chain's head that says nothing yet.
pub(super) fn update(chain: &Chain, signer: Signer) -> StatementBody {
    let head = chain.head();
    StatementBody {
        kind: StatementKind::Update,
        account: head.account,
        seq: head.seq.saturating_add(1),
        prev: head.hash,
        signer,
        add_devices: Vec::new(),
        revoke: Vec::new(),
        replace_wrap: None,
        wrap_key: None,
        recovery: None,
    }
}

/// What the account's wrap key is now.
pub(super) fn kind_in_force(chain: &Chain) -> Result<NewKey, Error> {
    let key = in_force(chain)?;
    Ok(match key.seeding {
        Seeding::Direct => NewKey::Direct,
        Seeding::Seeded => {
            NewKey::Seeded(Suite::from_id(key.key.suite).ok_or(Error::UpdateNeeded("wrap suite"))?)
        }
    })
}

/// Puts the next generation into `body`; a seed is fresh, never derived from the one before.
pub(super) fn next_generation(
    body: &mut StatementBody,
    chain: &Chain,
    kind: NewKey,
    local: &LocalSecret,
    rng: &mut dyn CryptoRng,
) -> Result<Option<GenerationSeed>, Error> {
    let generation = in_force(chain)?.generation.checked_add(1);
    let generation = generation.ok_or(Error::Misuse("no generation is left"))?;
    let (key, seeding, seed) = match kind {
        NewKey::Direct => {
            let recovery = body.recovery.as_ref().or_else(|| chain.recovery_at(body.seq - 1));
            let recovery = recovery.ok_or(Error::Misuse("no key is registered"))?;
            (recovery.wrap.clone(), Seeding::Direct, None)
        }
        NewKey::Seeded(suite) => {
            let secret = local.draw(&[label::SEED, chain.head().hash.as_bytes()], rng);
            let seed = GenerationSeed::fresh(chain.id(), generation, suite, secret);
            (seed.public()?, Seeding::Seeded, Some(seed))
        }
    };
    body.wrap_key = Some(AccountKey { generation, key, seeding });
    Ok(seed)
}

/// Checks a signed statement as everybody will, and makes the records that go with it.
pub(super) fn complete(
    chain: Option<&Chain>,
    statement: Statement,
    seeds: &Seeds,
    secrets: Secrets,
) -> Result<PendingStatement, Error> {
    let account = statement.body.account_id()?;
    let fault = |fault| Error::Chain(account, fault);
    let after = match chain {
        None => Chain::begin(&statement).map_err(fault)?,
        Some(chain) => {
            let mut after = chain.clone();
            after.append(&statement).map_err(fault)?;
            after
        }
    };
    let Secrets { seed, wrap, recovery } = secrets;
    let seed = seed.map(|seed| seed.of_account(account));
    let mut known = seeds.duplicate();
    if let Some(seed) = &seed {
        known.insert(seed.duplicate());
    }
    let seeded = after.key_at(after.head().seq).is_some_and(|key| key.seeding == Seeding::Seeded);
    let generation = if seeded { Some(known.record(&after)?) } else { None };
    let registered = recovery.and_then(|it| Some((it.holder, it.registered?)));
    let registered = registered.map(|(holder, seed)| wrap_registered(account, &holder, &seed));
    let pin = Pin { account, ..after.head() };
    let registered = registered.transpose()?;
    Ok(PendingStatement { statement, pin, generation, registered, seed, wrap })
}

fn in_force(chain: &Chain) -> Result<&AccountKey, Error> {
    chain.key_at(chain.head().seq).ok_or(Error::Misuse("the account is closed"))
}
