use privity_primitives::random::CryptoRng;
use privity_primitives::wrap::Suite;

use crate::Error;
use crate::account::device_keys::DeviceKeys;
use crate::account::making::{
    NewKey, NewRecovery, Secrets, complete, kind_in_force, next_generation, update,
};
use crate::account::own::OwnAccount;
use crate::account::seed::GenerationSeed;
use crate::account::seeds::Seeds;
use crate::account::{Chain, RecoveryAuthority};
use crate::draw::LocalSecret;
use crate::format::{
    AccountId, AccountKey, DeviceId, Seeding, Signer, Statement, StatementBody, StatementHash,
    StatementKind, label,
};

/// How an account begins.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// Suite of the first device's wrap key: X-Wing or X25519.
    pub device: Suite,
    /// The account's own wrap key.
    pub key: NewKey,
    /// Its recovery holder.
    pub recovery: NewRecovery<'a>,
}

/// How a device joins by the recovery holder's word.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice<'a> {
    /// Suite of its wrap key: X-Wing or X25519.
    pub suite: Suite,
    /// Devices that are lost and end with it.
    pub revoke: &'a [DeviceId],
}

impl OwnAccount {
    /// Makes an account with this device as its first; the pending statement is its genesis.
    /// `now` is this device's clock in Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the device's suite has no seed; [`Error::Chain`] if a direct key
    /// is asked for and no key is registered; [`Error::Crypto`] for a refused key.
    pub fn create(
        plan: &NewAccount<'_>,
        now: u64,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Error> {
        let keys = DeviceKeys::draw(plan.device, local, rng)?;
        let recovery = plan.recovery.introduce(local, rng)?;
        let (key, seed) = match plan.key {
            NewKey::Seeded(suite) => {
                let secret =
                    local.draw(&[label::SEED, keys.sign().verifying_key().as_bytes()], rng);
                let seed = GenerationSeed::fresh(AccountId::ZERO, 0, suite, secret);
                (Some(seed.public()?), Some(seed))
            }
            NewKey::Direct => (recovery.as_ref().map(|it| it.holder.wrap.clone()), None),
        };
        let seeding = if seed.is_some() { Seeding::Seeded } else { Seeding::Direct };
        let key = key.ok_or(Error::Misuse("no key is registered"))?;
        let device = keys.holder()?;
        let nonce = *local.draw(&[label::ACCOUNT], rng).expose();
        let body = StatementBody {
            kind: StatementKind::Genesis { nonce },
            account: AccountId::ZERO,
            seq: 0,
            prev: StatementHash::ZERO,
            signer: Signer::Device(device.id()),
            add_devices: vec![device],
            revoke: Vec::new(),
            replace_wrap: None,
            wrap_key: Some(AccountKey { generation: 0, key, seeding }),
            recovery: recovery.as_ref().map(|it| it.holder.clone()),
        };
        let introduced: Vec<_> =
            [keys.sign()].into_iter().chain(recovery.as_ref().map(|it| &it.sign)).collect();
        let statement = Statement::sign(body, keys.sign(), &introduced)?;
        let seeds = Seeds::empty(statement.body.account_id()?);
        let secrets = Secrets { seed, wrap: None, recovery };
        let pending = complete(None, statement, &seeds, secrets)?;
        let account = pending.pin().account;
        Ok(Self { account, keys, seeds, renewed: now, unsigned: 1, pending: Some(pending) })
    }

    /// Joins an account on a new device by the recovery holder's authority: from the 24
    /// words, or from the registered key. The pending statement adds this device.
    ///
    /// A generation starts with it if devices are revoked, or if `seeds` lacks the one in
    /// force, because a device spoiled it.
    ///
    /// # Security
    /// A restored device has no memory: an older chain shown by the relay is not noticed
    /// here, only by the heads in other people's messages.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the authority is another account's or the account is closed;
    /// [`Error::Chain`] if a device to revoke is not active.
    pub fn restore(
        chain: &Chain,
        by: (&RecoveryAuthority, Seeds),
        plan: &NewDevice<'_>,
        now: u64,
        (local, rng): (&LocalSecret, &mut dyn CryptoRng),
    ) -> Result<Self, Error> {
        let (authority, seeds) = by;
        if authority.account() != chain.id() || seeds.account() != chain.id() {
            return Err(Error::Misuse("the authority is for another account"));
        }
        let keys = DeviceKeys::draw(plan.suite, local, rng)?;
        let mut body = update(chain, Signer::Recovery);
        body.add_devices = vec![keys.holder()?];
        body.revoke = sorted(plan.revoke);
        let kind = kind_in_force(chain)?;
        let in_force = chain.key_at(chain.head().seq).map(|key| key.generation);
        let lacks_seed = kind != NewKey::Direct && seeds.newest() != in_force;
        let seed = if lacks_seed || !plan.revoke.is_empty() {
            next_generation(&mut body, chain, kind, local, rng)?
        } else {
            None
        };
        let unsigned = body.seq.saturating_add(1);
        let statement = Statement::sign(body, authority.signing_key(), &[keys.sign()])?;
        let secrets = Secrets { seed, ..Secrets::default() };
        let pending = Some(complete(Some(chain), statement, &seeds, secrets)?);
        Ok(Self { account: chain.id(), keys, seeds, renewed: now, unsigned, pending })
    }
}

/// One encoding per set.
pub(super) fn sorted(devices: &[DeviceId]) -> Vec<DeviceId> {
    let mut sorted = devices.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
