use crate::Error;
use crate::epoch::{ConversationInfo, EpochFault};
use crate::format::{AccountId, Action, ConversationId, EntryHash, MessageId, Pin, Policy, Role};
use crate::log::{Epoch, Fork};
use crate::state::conversation::Conversation;
use crate::state::{Changes, Client, Context, Request, Standing};
use privity_primitives::secret::SecretVec;

/// What an app shows of a conversation.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Its title and picture, empty while its key is not here.
    pub info: ConversationInfo,
    /// Where this account stands.
    pub standing: Standing,
    /// Its rules.
    pub policy: Policy,
    /// Position of its newest entry.
    pub head: u64,
    /// That entry's hash.
    pub head_hash: EntryHash,
    /// Position of the newest epoch's anchor.
    pub epoch: u64,
    /// How many epochs there were.
    pub epochs: usize,
    /// Evidence of a fork.
    pub fork: Option<Fork>,
    /// Own messages that the relay has not confirmed, oldest id first.
    pub outbox: Vec<MessageId>,
}

impl Client {
    /// The conversations that this device knows.
    pub fn conversations(&self) -> impl Iterator<Item = ConversationId> {
        let own = self.own.account();
        let mine =
            move |(id, state): (&ConversationId, &Conversation)| state.has_had(&own).then_some(*id);
        self.conversations.iter().filter_map(mine)
    }

    /// Whether this account is or was in a conversation, as far as its log is here.
    #[must_use]
    pub fn knows(&self, conversation: &ConversationId) -> bool {
        self.conversation(conversation).is_ok()
    }

    /// Position of the first entry that this device does not have: 0 where it has none.
    #[must_use]
    pub fn next_entry(&self, conversation: &ConversationId) -> u64 {
        self.conversations.get(conversation).map_or(0, |state| state.fold.head() + 1)
    }

    /// What an app shows of a conversation.
    ///
    /// # Errors
    /// [`Error::Misuse`] if it is not known; as of every query.
    pub fn overview(&mut self, conversation: &ConversationId) -> Result<Overview, Error> {
        let state = self.conversation_mut(conversation)?;
        let info = state.present_info();
        let view = state.fold.now();
        Ok(Overview {
            info,
            standing: state.standing,
            policy: *view.policy(),
            head: view.position(),
            head_hash: view.hash(),
            epoch: view.epoch().anchor,
            epochs: view.epochs().count(),
            fork: state.fork,
            outbox: state.outbox.keys().copied().collect(),
        })
    }

    /// Members with their roles, by account ascending.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn members(&self, conversation: &ConversationId) -> Result<Vec<(AccountId, Role)>, Error> {
        Ok(self.conversation(conversation)?.fold.now().members().collect())
    }

    /// Epochs by anchor ascending: where the key was replaced, and where nothing leads back.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn epochs(&self, conversation: &ConversationId) -> Result<Vec<Epoch>, Error> {
        Ok(self.conversation(conversation)?.fold.now().epochs().cloned().collect())
    }

    /// The account heads that the log holds to, by account ascending: of members alone.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn heads(&self, conversation: &ConversationId) -> Result<Vec<Pin>, Error> {
        let view = self.conversation(conversation)?.fold.now();
        Ok(view.members().filter_map(|(account, _)| view.pin(&account)).collect())
    }

    /// The change of this device that the relay has not confirmed: the position that it wants
    /// and what it does. [`Client::unsent`] gives the bytes to send again.
    #[must_use]
    pub fn pending(&self, conversation: &ConversationId) -> Option<(u64, &Action)> {
        let begun = self.creating.get(conversation);
        let state = self.conversations.get(conversation);
        let body = begun.or_else(|| state?.pending.as_ref())?.entry.body();
        Some((body.position, &body.action))
    }

    /// How many messages wait for something before they can be shown or refused.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn held_messages(&self, conversation: &ConversationId) -> Result<usize, Error> {
        Ok(self.conversation(conversation)?.held.len())
    }

    /// The hash of the entry at a position: what two people compare to find a fork.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn hash_at(
        &self,
        conversation: &ConversationId,
        position: u64,
    ) -> Result<Option<EntryHash>, Error> {
        Ok(self.conversation(conversation)?.hash_at(position))
    }

    /// Takes part in a conversation that this account was added to.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn accept(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.answer(conversation, Standing::Accepted, context)
    }

    /// Declines an invitation: nothing is sealed there; `leave` tells the others.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn decline(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.answer(conversation, Standing::Declined, context)
    }

    fn answer(
        &mut self,
        conversation: &ConversationId,
        standing: Standing,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let own = self.own.account();
        let state = self.conversation_mut(conversation)?;
        state.standing = standing;
        let mut changes = Changes::default();
        // Of an invitation not all wraps are opened.
        if standing == Standing::Accepted && state.is_locked(&own) {
            changes.send.push(Request::FetchWraps { conversation: *conversation });
        }
        self.save_conversation(conversation, context, &mut changes)?;
        self.finish(changes)
    }

    /// Derives bytes that every member at the head can derive: position and bytes.
    ///
    /// # Security
    /// Not for a secret that must be forgotten: the epoch's secret is kept.
    ///
    /// # Errors
    /// [`Error::Blocked`] if the epoch's secret is not here.
    pub fn export(
        &mut self,
        conversation: &ConversationId,
        label: &str,
        context: &[u8],
        length: u16,
    ) -> Result<(u64, SecretVec), Error> {
        let position = self.conversation(conversation)?.fold.head();
        Ok((position, self.export_at(conversation, position, label, context, length)?))
    }

    /// As [`Client::export`], at the position that a peer names.
    ///
    /// # Errors
    /// [`Error::Missing`] for a position beyond the head or a secret that is not here.
    pub fn export_at(
        &mut self,
        conversation: &ConversationId,
        position: u64,
        label: &str,
        context: &[u8],
        length: u16,
    ) -> Result<SecretVec, Error> {
        let state = self.conversation_mut(conversation)?;
        let ahead = Error::Missing(crate::Missing::Entries(state.fold.head() + 1));
        let view = state.fold.at(position).ok_or(ahead)?;
        let (anchor, hash) = (view.epoch().anchor, view.hash());
        let epoch = state.epoch(anchor);
        let epoch = epoch.ok_or(Error::Missing(crate::Missing::EpochSecret(anchor)))?;
        epoch.position_key(position, &hash).export(label, context, length)
    }
}

impl Conversation {
    /// Title and picture as the newest entry that has them says; empty where they can't be
    /// read.
    pub(super) fn present_info(&mut self) -> ConversationInfo {
        self.opened_info().and_then(Result::ok).unwrap_or_default()
    }

    /// The entry whose title and picture do not open, though its key is here.
    pub(super) fn spoiled_info(&mut self) -> Option<u64> {
        let (position, _) = self.info.as_ref()?;
        let position = *position;
        self.opened_info()?.is_err().then_some(position)
    }

    fn opened_info(&mut self) -> Option<Result<ConversationInfo, EpochFault>> {
        let (position, sealed) = self.info.clone()?;
        let anchor = self.fold.at(position)?.epoch().anchor;
        let place = crate::epoch::InfoPlace {
            conversation: if position == 0 { ConversationId::ZERO } else { self.id() },
            position,
            prev: position
                .checked_sub(1)
                .and_then(|before| self.hash_at(before))
                .unwrap_or(EntryHash::ZERO),
        };
        Some(self.epoch(anchor)?.open_info(&place, &sealed))
    }
}
