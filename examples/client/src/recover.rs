use privity::account::{Directory, NewDevice, RecoveryAuthority, RecoveryPhrase};
use privity::format::{AccountId, DeviceId, GenerationRecord, PageEnd, Statement};
use privity::{Client, Codec, Context, Due, Secret, Suite};

use crate::{ClientError, Device, RelayClient, Store, Synced};

/// What a person has left: the words, and where the account is kept.
#[derive(Debug)]
pub struct Recovery {
    phrase: RecoveryPhrase,
    directory: Directory,
    account: AccountId,
    relay: RelayClient,
}

impl Recovery {
    /// Finds the account of these words at the relay, and fetches its chain.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if the relay has no such account; [`ClientError::Protocol`]
    /// if what it has is not true.
    pub async fn find(phrase: RecoveryPhrase, relay: RelayClient) -> Result<Self, ClientError> {
        let account = relay.recovery(&phrase.signing_public()).await?;
        let directory = fetch_chain(&relay, &account).await?;
        Ok(Self { phrase, directory, account, relay })
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The devices that the account has now.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceId> {
        let chain = self.directory.chain(&self.account);
        chain
            .into_iter()
            .flat_map(|chain| chain.devices_at(chain.head().seq))
            .map(|it| it.id)
            .collect()
    }

    /// Makes a new device in an empty store, revokes the lost ones, and logs in.
    ///
    /// # Errors
    /// [`ClientError::Protocol`] if the words are not the account's.
    pub async fn device(
        mut self,
        lost: &[DeviceId],
        store: Store,
        storage_key: &Secret<32>,
        context: &mut Context<'_>,
    ) -> Result<Device, ClientError> {
        let unknown = privity::Error::Misuse("the relay has no such account");
        let chain = self.directory.chain(&self.account).ok_or(unknown)?;
        let authority = RecoveryAuthority::from_phrase(&self.phrase, chain)?;
        let nonce = self.relay.challenge().await?;
        let answer = authority.login(self.relay.origin(), nonce)?;
        self.relay.login(&answer).await?;
        let records = self.relay.generations(&self.account).await?.items;
        let records: Vec<GenerationRecord> = records
            .iter()
            .map(|item| GenerationRecord::from_bytes(&item.bytes.0))
            .collect::<Result<_, _>>()?;
        let seeds = authority.open_seeds(chain, &records, context.rng)?;
        let plan = NewDevice { suite: Suite::XWing, revoke: lost };
        let (client, changes) =
            Client::restore(storage_key, self.directory, &authority, seeds, &plan, context)?;
        let mut device = Device { client, store, relay: self.relay };
        device.perform(changes, context).await?;
        device.login().await?;
        Ok(device)
    }
}

impl Device {
    /// After a recovery: catches up and replaces the key of each conversation that this
    /// account takes part in, which cuts the lost devices; gives all that can then be read.
    ///
    /// Until then the relay takes no message from this device, and what a lost one had sent
    /// is held. A conversation that another began waits until it is accepted here.
    ///
    /// # Errors
    /// As [`Device::perform`].
    pub async fn replace_keys(&mut self, context: &mut Context<'_>) -> Result<Synced, ClientError> {
        // First, so that the cuts come after what the lost devices had sent.
        let mut synced = self.sync(context).await?;
        let all: Vec<_> = self.client.conversations().collect();
        for id in all {
            if self.client.rotation_due(&id, context.now)? != Due::Now {
                continue;
            }
            match self.client.rotate(&id, context) {
                Ok(changes) => self.perform_all(changes, context, &mut synced).await?,
                Err(privity::Error::Blocked(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let readable = self.sync(context).await?;
        synced.events.extend(readable.events);
        synced.deliveries.extend(readable.deliveries);
        synced.refused.extend(readable.refused);
        Ok(synced)
    }
}

/// An account's chain as the relay has it, for a device that has no client yet.
pub(crate) async fn fetch_chain(
    relay: &RelayClient,
    account: &AccountId,
) -> Result<Directory, ClientError> {
    let mut directory = Directory::default();
    loop {
        let from = directory.head(account).map_or(0, |head| head.seq + 1);
        let page = relay.statements(account, from).await?;
        for item in &page.items {
            let statement = Statement::from_bytes(&item.bytes.0)?;
            let learned = directory.learn(&statement);
            learned.map_err(|fault| privity::Error::Chain(*account, fault))?;
        }
        if page.end == PageEnd::Last || page.items.is_empty() {
            return Ok(directory);
        }
    }
}
