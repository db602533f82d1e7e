use privity_wire::Codec;

use crate::Error;
use crate::account::Chain;
use crate::format::{AccountId, ConversationId, KnownHeads, LogHead, Pin, limit};
use crate::state::{Blocked, Changes, Client, Context, name};

impl Client {
    /// The heads that this device knows, to be handed to a new device together with its
    /// joining: over the same way as the draft, not through the relay.
    #[must_use]
    pub fn known_heads(&self) -> KnownHeads {
        let head = |id: ConversationId| {
            let state = self.conversation(&id).ok()?;
            let (position, hash) = (state.fold.head(), state.fold.head_hash());
            Some(LogHead { conversation: id, position, hash })
        };
        KnownHeads {
            accounts: self.directory.chains().map(Chain::head).take(limit::HEADS).collect(),
            logs: self.conversations().filter_map(head).take(limit::INBOX).collect(),
        }
    }

    /// Takes the heads that another device of this account knows. Until the relay shows at
    /// least as much, nothing is sealed or signed in a log that is behind, nothing is wrapped
    /// to an account that is behind, and no statement is made on a chain that is. Heads that
    /// were taken before are replaced.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the heads are not in order, as those that were read are.
    pub fn take_known_heads(
        &mut self,
        heads: KnownHeads,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let content = heads.to_bytes()?;
        self.expected = KnownHeads::from_bytes(&content)?;
        let mut changes = Changes::default();
        changes.put.push(self.sealer.seal(name::HEADS, &content, context.rng)?);
        self.finish(changes)
    }

    /// Of the heads that were handed over, those that the relay does not show: it is behind,
    /// or it shows another chain or log than the other device was shown.
    #[must_use]
    pub fn unmet_heads(&self) -> KnownHeads {
        let accounts = self.expected.accounts.iter().filter(|pin| !self.shows(pin));
        let logs = self.expected.logs.iter().filter(|head| !self.shows_log(head));
        KnownHeads { accounts: accounts.copied().collect(), logs: logs.copied().collect() }
    }

    /// # Errors
    /// [`Blocked::NotSynced`] if the log does not have what was handed over of it.
    pub(super) fn check_log_met(&self, conversation: &ConversationId) -> Result<(), Error> {
        let handed = self.expected.logs.iter().find(|head| head.conversation == *conversation);
        if handed.is_none_or(|head| self.shows_log(head)) {
            Ok(())
        } else {
            Err(Blocked::NotSynced.into())
        }
    }

    pub(super) fn is_account_met(&self, account: &AccountId) -> bool {
        let handed = self.expected.accounts.binary_search_by_key(account, |pin| pin.account);
        let pin = handed.ok().and_then(|place| self.expected.accounts.get(place));
        pin.is_none_or(|pin| self.shows(pin))
    }

    fn shows(&self, pin: &Pin) -> bool {
        self.directory.chain(&pin.account).is_some_and(|chain| chain.contains(pin))
    }

    fn shows_log(&self, head: &LogHead) -> bool {
        let state = self.conversations.get(&head.conversation);
        state.and_then(|state| state.hash_at(head.position)) == Some(head.hash)
    }
}
