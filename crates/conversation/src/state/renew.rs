use privity_primitives::wrap::Suite;

use crate::Error;
use crate::account::NewKey;
use crate::format::{AccountId, ConversationId};
use crate::state::{Changes, Client, Context};

impl Client {
    /// Whether this device's own wrap key is older than 30 days, by its own clock.
    #[must_use]
    pub const fn is_renewal_due(&self, now: u64) -> bool {
        self.own.is_renewal_due(now)
    }

    /// Replaces this device's own wrap key, by one of the same suite, and starts a generation:
    /// every 30 days, and whenever a copy of this device may exist.
    ///
    /// # Security
    /// It heals once each conversation has rotated, too: those of
    /// [`Client::behind_own_account`] seal nothing before.
    ///
    /// # Errors
    /// [`Error::Misuse`] while another statement is pending; [`Error::Chain`] if this device
    /// was revoked.
    pub fn renew_keys(&mut self, context: &mut Context<'_>) -> Result<Changes, Error> {
        self.change_account(
            |tools| {
                let (head, device) = (tools.chain.head().seq, tools.own.device());
                let holders = tools.chain.holders_at(head);
                let own = holders.iter().find(|holder| holder.id() == device);
                let suite = own.and_then(|holder| Suite::from_id(holder.wrap.suite));
                let suite = suite.ok_or(Error::Misuse("this device is not active"))?;
                tools.own.replace_wrap_key(tools.chain, suite, tools.local, tools.rng)
            },
            context,
        )
    }

    /// Starts a generation without touching the device's key: to change the suite of the
    /// account's wrap key, or to leave a registered key for a seeded one.
    ///
    /// # Errors
    /// As [`Client::renew_keys`].
    pub fn start_generation(
        &mut self,
        key: NewKey,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.change_account(
            |tools| tools.own.start_generation(tools.chain, key, tools.local, tools.rng),
            context,
        )
    }

    /// Conversations whose log holds to an older head of the own account: rotate each.
    #[must_use]
    pub fn behind_own_account(&self) -> Vec<ConversationId> {
        let own: AccountId = self.own.account();
        let head = self.directory.head(&own);
        let behind = |id: &ConversationId| {
            let pin = self.conversation(id).ok().and_then(|state| state.fold.now().pin(&own));
            pin.is_some() && pin != head
        };
        self.conversations().filter(behind).collect()
    }

    /// Ends the own account: nobody wraps to it any more, and it speaks no more. What was
    /// read stays readable here.
    ///
    /// # Errors
    /// As [`Client::renew_keys`].
    pub fn close_account(&mut self, context: &mut Context<'_>) -> Result<Changes, Error> {
        self.change_account(|tools| tools.own.close(tools.chain), context)
    }
}
