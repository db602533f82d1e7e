use std::collections::{BTreeMap, BTreeSet};

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_wire::Codec;

use crate::account::{
    Chain, Contacts, Directory, JoiningDevice, Learned, NewAccount, NewDevice, OwnAccount,
    PendingStatement, RecoveryAuthority, Seeds, Settled,
};
use crate::format::{AccountId, DeviceId, GenerationRecord, KnownHeads, Seeding, Statement};
use crate::state::asked::Asked;
use crate::state::catch_up::SeenToEnd;
use crate::state::record::Sealer;
use crate::state::{Blocked, Changes, Client, Context, Event, Request};
use crate::{Error, LocalSecret};

impl Client {
    /// Makes an account with this device, to be saved under the app's storage key.
    ///
    /// # Errors
    /// [`Error::Crypto`] if a registered key is refused.
    pub fn create(
        storage_key: &Secret<32>,
        plan: &NewAccount<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Self, Changes), Error> {
        let local = LocalSecret::generate(context.rng);
        let own = OwnAccount::create(plan, context.now, &local, context.rng)?;
        let mut directory = Directory::default();
        // The genesis names the account: it is known before the relay has it.
        if let Some(pending) = own.pending() {
            let genesis = pending.statement();
            let known = directory.learn(genesis);
            known.map_err(|fault| Error::Chain(own.account(), fault))?;
        }
        Self::start(storage_key, own, local, directory, context)
    }

    /// Adds this device to an account by its recovery holder: the phrase, or the
    /// registered key.
    ///
    /// `directory` holds the account's chain as the relay gave it, `seeds` what the
    /// generation records gave.
    ///
    /// # Errors
    /// [`Error::Chain`] or [`Error::Misuse`] if they do not fit together.
    pub fn restore(
        storage_key: &Secret<32>,
        directory: Directory,
        by: &RecoveryAuthority,
        seeds: Seeds,
        plan: &NewDevice<'_>,
        context: &mut Context<'_>,
    ) -> Result<(Self, Changes), Error> {
        let local = LocalSecret::generate(context.rng);
        let chain = directory.chain(&seeds.account()).ok_or(Error::UNKNOWN)?;
        let rng: &mut dyn CryptoRng = context.rng;
        let own = OwnAccount::restore(chain, (by, seeds), plan, context.now, (&local, rng))?;
        Self::start(storage_key, own, local, directory, context)
    }

    /// Becomes a further device of an account, once an active device has added it.
    ///
    /// `directory` holds the account's chain as the relay gave it, with this device in it.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the chain does not have this device.
    pub fn join(
        storage_key: &Secret<32>,
        directory: Directory,
        account: &AccountId,
        joining: JoiningDevice,
        context: &mut Context<'_>,
    ) -> Result<(Self, Changes), Error> {
        let local = LocalSecret::generate(context.rng);
        let chain = directory.chain(account).ok_or(Error::UNKNOWN)?;
        let own = joining.into_account(chain, context.now)?;
        let (client, mut changes) = Self::start(storage_key, own, local, directory, context)?;
        changes.send.push(Request::FetchGenerations { account: *account });
        Ok((client, changes))
    }

    fn start(
        storage_key: &Secret<32>,
        own: OwnAccount,
        local: LocalSecret,
        directory: Directory,
        context: &mut Context<'_>,
    ) -> Result<(Self, Changes), Error> {
        let mut client = Self {
            sealer: Sealer::new(storage_key),
            version: 0,
            own,
            local,
            directory,
            contacts: Contacts::default(),
            changed: BTreeSet::new(),
            conversations: BTreeMap::new(),
            creating: BTreeMap::new(),
            private_keys: BTreeMap::new(),
            registered: None,
            asked: Asked::default(),
            expected: KnownHeads::default(),
            chain_seen: SeenToEnd::Yes,
            waiting: BTreeSet::new(),
        };
        let accounts: Vec<AccountId> = client.directory.chains().map(Chain::id).collect();
        let mut changes = Changes::default();
        for account in &accounts {
            client.save_account(account, context, &mut changes)?;
        }
        let changes = client.stated(changes, context)?;
        Ok((client, changes))
    }

    /// Saves a statement that was just made, then has it sent.
    fn stated(
        &mut self,
        mut changes: Changes,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.save_client(context, &mut changes)?;
        if let Some(pending) = self.own.pending() {
            changes.send.push(self.publish_request(pending)?);
        }
        self.finish(changes)
    }

    pub(super) fn publish_request(&self, pending: &PendingStatement) -> Result<Request, Error> {
        let (account, hash) = (self.own.account(), pending.pin().hash);
        Ok(Request::Publish { account, hash, request: pending.request()? })
    }

    /// Takes statements in the order of their places, as the relay handed them on.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Chain`] if nothing was taken before such a statement;
    /// else those before it are taken, and an event says why the chain ends there.
    pub fn handle_statements(
        &mut self,
        account: &AccountId,
        statements: &[Vec<u8>],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        for bytes in statements {
            match self.take_statement(account, bytes, &mut changes) {
                Ok(Learned::Extended) => {
                    changes.events.push(Event::AccountMoved { account: *account });
                }
                // A page begins where it was asked for: to ask again is to be told so again.
                Ok(Learned::Ahead(_)) => break,
                Ok(Learned::Known | Learned::Equivocates) => {}
                // An event stands for each statement that changed something.
                Err(error) if changes.events.is_empty() => return Err(error),
                Err(error) => {
                    changes.events.push(Event::StatementRefused { account: *account, error });
                    break;
                }
            }
        }
        let moved = changes.events.contains(&Event::AccountMoved { account: *account });
        if moved {
            self.wake_held(account, &mut changes);
        }
        if *account == self.own.account() {
            self.settle_own(context, &mut changes)?;
            self.saw_statements(statements.len(), &mut changes);
        }
        self.weigh_contacts();
        // A chain may be long, and is asked for at each synchronisation.
        if moved || changes.events.contains(&Event::Equivocated { account: *account }) {
            self.save_account(account, context, &mut changes)?;
        }
        self.finish(changes)
    }

    fn take_statement(
        &mut self,
        account: &AccountId,
        bytes: &[u8],
        changes: &mut Changes,
    ) -> Result<Learned, Error> {
        let statement = Statement::from_bytes(bytes)?;
        if statement.body.account_id()? != *account {
            return Err(Error::Misuse("a statement is of another account"));
        }
        self.learn(&statement, changes)
    }

    /// Messages that were held for statements of `account`, perhaps, can be tried again.
    fn wake_held(&mut self, account: &AccountId, changes: &mut Changes) {
        for (id, state) in &mut self.conversations {
            if state.held.len() > 0 && state.has_had(account) {
                state.held.begin_round();
                changes.events.push(Event::HeldReady { conversation: *id });
            }
        }
    }

    pub(super) fn learn(
        &mut self,
        statement: &Statement,
        changes: &mut Changes,
    ) -> Result<Learned, Error> {
        let account = statement.body.account_id()?;
        let learned =
            self.directory.learn(statement).map_err(|fault| Error::Chain(account, fault))?;
        if learned == Learned::Extended {
            self.conversations.values_mut().for_each(|state| state.behind = None);
        }
        if learned == Learned::Equivocates {
            changes.events.push(Event::Equivocated { account });
        }
        Ok(learned)
    }

    /// Adopts the pending statement if it stands, wipes it if another does.
    pub(super) fn settle_own(
        &mut self,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let account = self.own.account();
        let chain = self.directory.chain(&account).ok_or(Error::UNKNOWN)?;
        let settled = self.own.settle(chain, context.now);
        let active = chain.device_at(chain.head().seq, &self.own.device()).is_some();
        if !active && settled != Settled::Waiting {
            changes.events.push(Event::DeviceRevoked);
        }
        let newest = chain
            .key_at(chain.head().seq)
            .filter(|_| active)
            .filter(|key| key.seeding == Seeding::Seeded)
            .map(|key| key.generation);
        if newest.is_some() && newest != self.own.seeds().newest() {
            changes.send.push(Request::FetchGenerations { account });
        }
        if settled == Settled::Lost {
            changes.events.push(Event::StatementLost);
        }
        if matches!(settled, Settled::Confirmed | Settled::Lost) {
            self.save_client(context, changes)?;
        }
        Ok(())
    }

    /// Takes the own account's generation records: seeds that this device lacks, and wraps
    /// for holders that somebody left out or made wrong.
    ///
    /// # Errors
    /// If every record fails, why the first did: [`Error::Malformed`] for bytes that are no
    /// record, [`Error::Misuse`] for one of another account. Else one that fails, or does not
    /// open for this device, is an event and stops nothing.
    pub fn handle_generations(
        &mut self,
        records: &[Vec<u8>],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        let mut failed = Vec::new();
        for bytes in records {
            if let Err(error) = self.take_generation(bytes, context, &mut changes) {
                failed.push(error);
            }
        }
        if failed.len() == records.len()
            && let Some(first) = failed.first()
        {
            return Err(first.clone());
        }
        changes.events.extend(failed.into_iter().map(|error| Event::GenerationRefused { error }));
        self.save_client(context, &mut changes)?;
        self.finish(changes)
    }

    fn take_generation(
        &mut self,
        bytes: &[u8],
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let account = self.own.account();
        let record = GenerationRecord::from_bytes(bytes)?;
        let chain = self.directory.chain(&account).ok_or(Error::UNKNOWN)?;
        let check = match self.own.take_record(chain, &record, context.rng) {
            Ok(check) => check,
            Err(Error::Decrypt) => {
                let generation = record.generation;
                changes.events.push(Event::GenerationWithheld { generation });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if check.needs_repair() {
            let generation = self.own.seeds().record(chain)?.to_bytes()?;
            changes.send.push(Request::PutGeneration { account, generation });
        }
        Ok(())
    }

    /// Changes the own account by `change`, which makes one statement.
    ///
    /// # Errors
    /// What `change` returns; [`Error::Misuse`] while another statement is pending;
    /// [`Error::Blocked`] before the chain was seen since the store was opened.
    pub fn change_account(
        &mut self,
        change: impl FnOnce(AccountTools<'_>) -> Result<(), Error>,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let met = self.is_account_met(&self.own.account());
        if self.chain_seen == SeenToEnd::NotYet || !met {
            return Err(Blocked::NotSynced.into());
        }
        let chain = self.directory.chain(&self.own.account()).ok_or(Error::UNKNOWN)?;
        change(AccountTools { own: &mut self.own, chain, local: &self.local, rng: context.rng })?;
        self.stated(Changes::default(), context)
    }

    /// Revokes devices of the own account, in one statement with the next generation.
    ///
    /// # Errors
    /// [`Error::Misuse`] while another statement is pending or for a device that is not
    /// active.
    pub fn revoke_devices(
        &mut self,
        devices: &[DeviceId],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.change_account(
            |tools| tools.own.revoke(tools.chain, devices, tools.local, tools.rng),
            context,
        )
    }
}

/// What a change of the own account works with.
pub struct AccountTools<'a> {
    /// The account's secrets.
    pub own: &'a mut OwnAccount,
    /// Its chain.
    pub chain: &'a crate::account::Chain,
    /// The device's own secret, mixed into every draw.
    pub local: &'a LocalSecret,
    /// Randomness.
    pub rng: &'a mut dyn CryptoRng,
}

impl core::fmt::Debug for AccountTools<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountTools").finish_non_exhaustive()
    }
}
