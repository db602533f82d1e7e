use std::collections::BTreeMap;

use privity_conversation::account::{
    Directory, JoiningDevice, NewAccount, NewDevice, NewKey, NewRecovery, RecoveryAuthority,
    RecoveryPhrase,
};
use privity_conversation::format::{AccountId, GenerationRecord, Statement};
use privity_conversation::state::{Changes, Client, Context};
use privity_conversation::{Error, LocalSecret};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_wire::Codec;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{Device, Link, Relay};

/// Keys of an account.
#[derive(Debug)]
pub enum Plan<'a> {
    /// Seeded generations of a suite, recovered by a phrase.
    Phrase(Suite),
    /// A registered key in PKCS #8 PEM, wrapped to directly.
    Direct(&'a str),
}

impl Device {
    /// The first device of a new account, published.
    ///
    /// # Errors
    /// As of the calls it makes.
    pub fn create(seed: u64, plan: &Plan<'_>, relay: &mut Relay) -> Result<Self, Error> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let now = 1_790_000_000_000;
        let storage_key = Secret::generate(&mut rng);
        let phrase = RecoveryPhrase::generate(&mut rng);
        let mut context = Context { now, rng: &mut rng };
        let (client, changes, registered) = match plan {
            Plan::Phrase(suite) => {
                let plan = NewAccount {
                    device: *suite,
                    key: NewKey::Seeded(*suite),
                    recovery: NewRecovery::Phrase(&phrase, *suite),
                };
                let (client, changes) = Client::create(&storage_key, &plan, &mut context)?;
                (client, changes, None)
            }
            Plan::Direct(pem) => {
                let key = WrapPrivateKey::from_pkcs8_pem(pem)?;
                let plan = NewAccount {
                    device: Suite::X25519,
                    key: NewKey::Direct,
                    recovery: NewRecovery::Registered(key.public_key()),
                };
                let (mut client, changes) = Client::create(&storage_key, &plan, &mut context)?;
                client.use_registered_key(key);
                (client, changes, Some((*pem).to_owned()))
            }
        };
        let phrase = if registered.is_none() { Some(phrase) } else { None };
        let mut device = Self::around(client, storage_key, now, rng);
        device.phrase = phrase;
        device.registered = registered;
        device.perform(changes, relay, &mut Link::good())?;
        Ok(device)
    }

    /// A further device of a phrase's account, from the phrase and the relay alone.
    ///
    /// # Errors
    /// As of the calls it makes.
    pub fn recover(
        seed: u64,
        phrase: RecoveryPhrase,
        account: &AccountId,
        revoke: &[privity_conversation::format::DeviceId],
        relay: &mut Relay,
    ) -> Result<Self, Error> {
        let (mut device, changes) = Self::begin_recovery(seed, phrase, account, revoke, relay)?;
        device.perform(changes, relay, &mut Link::good())?;
        Ok(device)
    }

    /// As [`Device::recover`], as far as what is to be saved first.
    ///
    /// # Errors
    /// As of the calls it makes.
    pub fn begin_recovery(
        seed: u64,
        phrase: RecoveryPhrase,
        account: &AccountId,
        revoke: &[privity_conversation::format::DeviceId],
        relay: &Relay,
    ) -> Result<(Self, Changes), Error> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let now = 1_790_000_000_000;
        let mut directory = Directory::default();
        for bytes in relay.accounts.get(account).into_iter().flatten() {
            let statement = Statement::from_bytes(bytes)?;
            directory.learn(&statement).map_err(|fault| Error::Chain(*account, fault))?;
        }
        let chain = directory.chain(account).ok_or(Error::Misuse("no such account"))?;
        let authority = RecoveryAuthority::from_phrase(&phrase, chain)?;
        let records = relay.generations.get(account).into_iter().flat_map(BTreeMap::values);
        let records: Vec<GenerationRecord> =
            records.map(|bytes| GenerationRecord::from_bytes(bytes)).collect::<Result<_, _>>()?;
        let seeds = authority.open_seeds(chain, &records, &mut rng)?;
        let storage_key = Secret::generate(&mut rng);
        let plan = NewDevice { suite: Suite::X25519, revoke };
        let mut context = Context { now, rng: &mut rng };
        let (client, changes) =
            Client::restore(&storage_key, directory, &authority, seeds, &plan, &mut context)?;
        let mut device = Self::around(client, storage_key, now, rng);
        device.phrase = Some(phrase);
        Ok((device, changes))
    }

    /// A further device of this one's account, added by this one, which hands over its heads.
    ///
    /// # Errors
    /// As of the calls it makes.
    pub fn pair(&mut self, seed: u64, relay: &mut Relay) -> Result<Self, Error> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let local = LocalSecret::generate(&mut rng);
        let joining = JoiningDevice::new(Suite::X25519, &local, &mut rng)?;
        let account = self.account();
        let request = joining.request()?;
        self.act(relay, |client, context| {
            client.change_account(
                |tools| {
                    let draft = tools.own.draft_device(tools.chain, &request)?;
                    let consent = joining.consent(&draft, &account)?;
                    tools.own.add_device(tools.chain, &draft, &consent)
                },
                context,
            )
        })?;
        let mut directory = Directory::default();
        for bytes in relay.accounts.get(&account).into_iter().flatten() {
            let statement = Statement::from_bytes(bytes)?;
            directory.learn(&statement).map_err(|fault| Error::Chain(account, fault))?;
        }
        let storage_key = Secret::generate(&mut rng);
        let mut context = Context { now: self.now, rng: &mut rng };
        let (client, changes) =
            Client::join(&storage_key, directory, &account, joining, &mut context)?;
        let mut device = Self::around(client, storage_key, self.now, rng);
        device.perform(changes, relay, &mut Link::good())?;
        let heads = self.client.known_heads();
        let taken = device.call(|client, context| client.take_known_heads(heads, context))?;
        device.save(&taken)?;
        Ok(device)
    }
}
