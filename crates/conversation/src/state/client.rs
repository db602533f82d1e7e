use std::collections::{BTreeMap, BTreeSet};

use privity_primitives::secret::Secret;
use privity_primitives::wrap::WrapPrivateKey;

use crate::account::{Contacts, Directory, OwnAccount};
use crate::format::{AccountId, ConversationId, DeviceId, KnownHeads};
use crate::log::STARVED;
use crate::state::asked::Asked;
use crate::state::catch_up::SeenToEnd;
use crate::state::conversation::{Conversation, Pending};
use crate::state::record::Sealer;
use crate::state::{Changes, Event, RecordKey};
use crate::{Error, LocalSecret};

/// One device of one account: everything that it knows and may do.
///
/// ```text
///   Client::create / restore / open
///      │
///      ├─ handle_* ── what the relay says ──┐
///      ├─ create_conversation, add, send … ─┼──> Changes: save, then send, then show
///      └─ receive, read ────────────────────┘
/// ```
///
/// The client does nothing by itself: no socket, no clock, no file. Each call gives
/// [`Changes`]; what they hold is saved in one transaction before anything is sent.
pub struct Client {
    pub(super) sealer: Sealer,
    pub(super) version: u64,
    pub(super) own: OwnAccount,
    pub(super) local: LocalSecret,
    pub(super) directory: Directory,
    pub(super) contacts: Contacts,
    /// Accounts that a person must look at before anything is wrapped to them.
    pub(super) changed: BTreeSet<AccountId>,
    pub(super) conversations: BTreeMap<ConversationId, Conversation>,
    pub(super) creating: BTreeMap<ConversationId, Pending>,
    /// Private keys of own generations, derived once.
    pub(super) private_keys: BTreeMap<u32, WrapPrivateKey>,
    /// The registered key of a direct account, where it lives in this process.
    pub(super) registered: Option<WrapPrivateKey>,
    pub(super) asked: Asked,
    /// Heads that another device of the account handed over.
    pub(super) expected: KnownHeads,
    /// Whether the own account's chain was seen to its end since the store was opened.
    pub(super) chain_seen: SeenToEnd,
    /// Logs that stand still for statements that were asked for once.
    pub(super) waiting: BTreeSet<ConversationId>,
}

impl Client {
    /// Opens a client from all records of its store, at the version that the store has.
    ///
    /// # Errors
    /// [`Error::Decrypt`] for another storage key or a damaged record.
    pub fn open(
        storage_key: &Secret<32>,
        version: u64,
        records: impl IntoIterator<Item = (RecordKey, Vec<u8>)>,
    ) -> Result<Self, Error> {
        super::restore::open(Sealer::new(storage_key), version, records)
    }

    /// Gives the registered private key of a direct account to this process.
    ///
    /// Without it every unwrapping is a request: see [`Client::private_key_requests`].
    pub fn use_registered_key(&mut self, key: WrapPrivateKey) {
        self.registered = Some(key);
    }

    /// The own account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.own.account()
    }

    /// This device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.own.device()
    }

    /// The chains of all accounts known.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The own account's secrets: devices, generations, recovery.
    #[must_use]
    pub const fn own(&self) -> &OwnAccount {
        &self.own
    }

    /// The store's version that this client was opened at or has written since.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// A conversation that this account is or was in; one whose log has not come that far
    /// is not there yet for anybody but [`Client::handle_entries`].
    pub(super) fn conversation(&self, id: &ConversationId) -> Result<&Conversation, Error> {
        let known = self.conversations.get(id).filter(|state| state.has_had(&self.own.account()));
        known.ok_or(Error::UNKNOWN)
    }

    pub(super) fn conversation_mut(
        &mut self,
        id: &ConversationId,
    ) -> Result<&mut Conversation, Error> {
        let own = self.own.account();
        let known = self.conversations.get_mut(id).filter(|state| state.has_had(&own));
        known.ok_or(Error::UNKNOWN)
    }

    /// Counts lost races, and numbers a change, so that two processes of one device can't
    /// both save.
    pub(super) fn finish(&mut self, mut changes: Changes) -> Result<Changes, Error> {
        self.count_races(&mut changes);
        changes.expected_version = self.version;
        if !changes.is_saved_already() {
            self.version = self.version.checked_add(1).ok_or(Error::UNKNOWN)?;
        }
        changes.version = self.version;
        Ok(changes)
    }

    fn count_races(&mut self, changes: &mut Changes) {
        let mut starved = Vec::new();
        for event in &changes.events {
            let (conversation, lost) = match event {
                Event::Lost { conversation, .. } => (conversation, true),
                Event::Confirmed { conversation, .. } => (conversation, false),
                _ => continue,
            };
            let Some(state) = self.conversations.get_mut(conversation) else { continue };
            state.lost = if lost { state.lost.saturating_add(1) } else { 0 };
            if state.lost == STARVED {
                starved.push(Event::Starved { conversation: *conversation });
            }
        }
        changes.events.extend(starved);
    }
}

impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.own.account())
            .field("conversations", &self.conversations.len())
            .finish_non_exhaustive()
    }
}
