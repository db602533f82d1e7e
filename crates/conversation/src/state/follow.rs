use crate::Error;
use crate::account::{Chain, Directory};
use crate::format::{AccountId, Action, ConversationId, Pin};
use crate::log::{Accounts, PinChange};
use crate::state::conversation::Conversation;
use crate::state::propose::{EpochWish, Proposal};
use crate::state::{Blocked, Client};

impl Client {
    /// Heads of members that moved past what the log pins, by account, and what happened.
    fn lagging(&self, conversation: &ConversationId) -> Result<Vec<(Pin, PinChange)>, Error> {
        let state = self.conversation(conversation)?;
        let view = state.fold.now();
        let chains = self.directory.chains_of(state.maybe_behind().into_iter());
        let moved =
            chains.filter(|(pin, chain)| chain.newest() > pin.seq && view.is_member(&pin.account));
        let change = |(pin, chain): (Pin, &Chain)| {
            let change = self.directory.beyond(&pin)?;
            Some((chain.head(), change))
        };
        Ok(moved.filter_map(change).collect())
    }

    /// Looks at every member's account once, for all calls until a statement comes.
    pub(super) fn look_for_lagging(&mut self, conversation: &ConversationId) -> Result<(), Error> {
        if self.conversation(conversation)?.behind.is_none() {
            let lagging = self.lagging(conversation)?;
            let accounts = lagging.into_iter().map(|(head, _)| head.account).collect();
            self.conversation_mut(conversation)?.behind = Some(accounts);
        }
        Ok(())
    }

    /// Members of whom a revocation or another wrap key is known beyond their pin.
    pub(super) fn suspended(&self, conversation: &ConversationId) -> Result<Vec<AccountId>, Error> {
        let lagging = self.lagging(conversation)?.into_iter();
        let asking = lagging.filter(|(_, change)| change.requires_epoch());
        Ok(asking.map(|(head, _)| head.account).collect())
    }

    /// Heads of members that moved past what the log pins.
    pub(super) fn moved_pins(&self, conversation: &ConversationId) -> Result<Vec<Pin>, Error> {
        Ok(self.lagging(conversation)?.into_iter().map(|(head, _)| head).collect())
    }

    /// Members that a device added which is known to be revoked since, and whose revocation
    /// the log does not have yet: a thief's ghosts, or friends. A person decides;
    /// [`Client::rotate_without`] removes them with the revocation.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn added_by_revoked(&self, conversation: &ConversationId) -> Result<Vec<AccountId>, Error> {
        let own = self.own.account();
        let view = self.conversation(conversation)?.fold.now();
        let came = |account: &AccountId| {
            let (adder, device) = view.added_by(account)?;
            let change = self.directory.beyond(&view.pin(&adder)?)?;
            let since = view.joined(account) >= view.pinned_at(&adder);
            (since && view.is_member(&adder) && change.revoked.contains(&device)).then_some(())
        };
        let members = view.members().map(|(account, _)| account);
        Ok(members.filter(|account| *account != own && came(account).is_some()).collect())
    }

    /// Lets a change follow the members' accounts: every one that starts an epoch moves each
    /// pin that lags, so that it wraps to no key that is known to be revoked; one that seals
    /// or wraps starts an epoch where a pin asks for it.
    ///
    /// Who goes keeps its pin: a removal needs none of its statements.
    pub(super) fn follow_members(
        &self,
        conversation: &ConversationId,
        mut proposal: Proposal,
    ) -> Result<Proposal, Error> {
        let own = self.own.account();
        let state = self.conversation(conversation)?;
        let going: &[AccountId] = match &proposal.action {
            Action::Remove { accounts } => accounts,
            _ => &[],
        };
        let stays = |account: &AccountId| {
            !going.contains(account) && !proposal.also_removed.contains(account)
        };
        let mut lagging = self.lagging(conversation)?;
        lagging.retain(|(head, _)| stays(&head.account));
        let asking = lagging.iter().filter(|(_, change)| change.requires_epoch());
        let suspended: Vec<AccountId> = asking.map(|(head, _)| head.account).collect();
        let mut moved: Vec<Pin> = lagging.into_iter().map(|(head, _)| head).collect();
        let behind = !self.is_pinned(state);
        let leaves = matches!(proposal.action, Action::Leave { .. });
        let seals = matches!(proposal.action, Action::Add { .. } | Action::SetInfo);
        let asked = (seals && !suspended.is_empty()) || (behind && suspended.contains(&own));
        if leaves && asked {
            return Err(Blocked::Suspended(suspended).into());
        }
        if asked && proposal.epoch == EpochWish::Stay {
            proposal.epoch = EpochWish::Linked;
        }
        if proposal.epoch == EpochWish::Stay {
            moved.retain(|pin| behind && pin.account == own);
        }
        let known: Vec<AccountId> = proposal.pins.iter().map(|pin| pin.account).collect();
        moved.retain(|pin| !known.contains(&pin.account));
        proposal.pins.append(&mut moved);
        proposal.pins.sort_unstable_by_key(|pin| pin.account);
        if matches!(proposal.action, Action::SetInfo) && proposal.epoch == EpochWish::Stay {
            let view = state.fold.now();
            let pins: Vec<Pin> = view.members().filter_map(|(it, _)| view.pin(&it)).collect();
            self.check_post_quantum(view.policy(), &pins)?;
        }
        Ok(proposal)
    }

    /// Whether the log lets this very device write and wrap: it may be newer than the pin.
    pub(super) fn check_device_pinned(&self, conversation: &ConversationId) -> Result<(), Error> {
        if self.is_pinned(self.conversation(conversation)?) {
            Ok(())
        } else {
            Err(Blocked::Suspended(vec![self.own.account()]).into())
        }
    }

    fn is_pinned(&self, state: &Conversation) -> bool {
        let own = self.own.account();
        let chain = self.directory.chain(&own);
        let pin = state.fold.now().pin(&own);
        let device = chain.zip(pin).and_then(|(chain, pin)| {
            chain.contains(&pin).then(|| chain.device_at(pin.seq, &self.own.device()))?
        });
        device.is_some()
    }
}

impl Conversation {
    /// Newcomers may be behind from the start.
    pub(super) fn note_newcomers(&mut self, joined: &[AccountId], directory: &Directory) {
        let view = self.fold.now();
        let lags = |account: &&AccountId| directory.head(account) != view.pin(account);
        if let Some(behind) = &mut self.behind {
            behind.extend(joined.iter().filter(lags));
        }
    }

    /// The pins of all whom the log may lag behind: of everybody, unless it is known of whom.
    fn maybe_behind(&self) -> Vec<Pin> {
        let view = self.fold.now();
        match &self.behind {
            Some(accounts) => accounts.iter().filter_map(|account| view.pin(account)).collect(),
            None => view.pins().collect(),
        }
    }
}
