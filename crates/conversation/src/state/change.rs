use crate::Error;
use crate::epoch::ConversationInfo;
use crate::format::{AccountId, Action, ConversationId, Grant, HistoryPolicy, Pin, Policy, Role};
use crate::state::propose::{EpochWish, Proposal};
use crate::state::{Changes, Client, Context};

/// How far back accounts that are added can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// As far as the log lets this account give away.
    Full,
    /// From the entry that adds them.
    FromNow,
}

impl Client {
    /// Adds accounts: with the history, one wrap each and no rotation; from now on, with a
    /// new epoch behind a fence.
    ///
    /// # Errors
    /// [`Error::Missing`] if an account's statements are not here, [`Error::Blocked`] as of
    /// every change below, [`Error::Entry`] if policy or role do not allow it.
    pub fn add(
        &mut self,
        conversation: &ConversationId,
        accounts: &[AccountId],
        history: History,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let accounts = sorted(accounts);
        let newest = self.newest_pins(&accounts)?;
        let floor = self.oldest_grant(conversation)?;
        let state = self.conversation(conversation)?;
        let view = state.fold.now();
        self.check_post_quantum(view.policy(), &newest)?;
        let next = view.position() + 1;
        let (granted_from, epoch) = match history {
            History::Full if view.policy().history == HistoryPolicy::Full && floor < next => {
                (floor, EpochWish::Stay)
            }
            History::Full | History::FromNow => (next, EpochWish::Fenced),
        };
        let action = Action::Add { accounts, grant: Grant { granted_from } };
        self.propose(
            *conversation,
            Proposal { pins: newest, ..Proposal::of(action, epoch) },
            context,
        )
    }

    /// Ends others' memberships, with a new epoch that they do not get.
    ///
    /// # Errors
    /// As [`Client::add`].
    pub fn remove(
        &mut self,
        conversation: &ConversationId,
        accounts: &[AccountId],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let action = Action::Remove { accounts: sorted(accounts) };
        self.propose(*conversation, Proposal::of(action, EpochWish::Linked), context)
    }

    /// Ends the own membership; a last admin names a successor.
    ///
    /// # Errors
    /// As [`Client::add`].
    pub fn leave(
        &mut self,
        conversation: &ConversationId,
        successor: Option<AccountId>,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let action = Action::Leave { successor };
        self.propose(*conversation, Proposal::of(action, EpochWish::Stay), context)
    }

    /// Replaces the conversation's key, and follows members whose keys have changed.
    ///
    /// # Errors
    /// As [`Client::add`].
    pub fn rotate(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        self.propose(*conversation, Proposal::of(Action::Rotate, EpochWish::Linked), context)
    }

    /// As [`Client::rotate`], and removes those of [`Client::added_by_revoked`] whom the caller
    /// names: every member may, whatever its role.
    ///
    /// # Errors
    /// As [`Client::add`]; [`Error::Entry`] for an account that did not come that way.
    pub fn rotate_without(
        &mut self,
        conversation: &ConversationId,
        accounts: &[AccountId],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let also_removed = sorted(accounts);
        let proposal = Proposal::of(Action::Rotate, EpochWish::Linked);
        self.propose(*conversation, Proposal { also_removed, ..proposal }, context)
    }

    /// Sets title and picture.
    ///
    /// # Errors
    /// As [`Client::add`].
    pub fn set_info(
        &mut self,
        conversation: &ConversationId,
        info: ConversationInfo,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let proposal = Proposal::of(Action::SetInfo, EpochWish::Stay);
        self.propose(*conversation, Proposal { info: Some(info), ..proposal }, context)
    }

    /// Sets the rules; other rules on history start a fenced epoch.
    ///
    /// # Errors
    /// As [`Client::add`]; [`Error::Blocked`] names the members that keep the rules from
    /// asking for post-quantum keys.
    pub fn set_policy(
        &mut self,
        conversation: &ConversationId,
        policy: Policy,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let view = self.conversation(conversation)?.fold.now();
        let pins: Vec<Pin> = view.members().filter_map(|(it, _)| view.pin(&it)).collect();
        self.check_post_quantum(&policy, &pins)?;
        let present = view.policy().history;
        let epoch = if present == policy.history { EpochWish::Stay } else { EpochWish::Fenced };
        self.propose(*conversation, Proposal::of(Action::SetPolicy { policy }, epoch), context)
    }

    /// Sets a member's role.
    ///
    /// # Errors
    /// As [`Client::add`].
    pub fn set_role(
        &mut self,
        conversation: &ConversationId,
        account: AccountId,
        role: Role,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let action = Action::SetRole { account, role };
        self.propose(*conversation, Proposal::of(action, EpochWish::Stay), context)
    }

    /// The oldest anchor that this account may give away: the first of a segment, at or
    /// after its own floor and the policy's, whose every segment since it can open.
    fn oldest_grant(&mut self, conversation: &ConversationId) -> Result<u64, Error> {
        let own = self.own.account();
        let state = self.conversation_mut(conversation)?;
        let view = state.fold.now();
        // What stood under a narrower policy than the present one is not given away.
        let floor = view.granted_from(&own).max(view.full_since()).unwrap_or(0);
        let mut oldest = view.position() + 1;
        let epochs: Vec<_> = view.epochs().map(|epoch| (epoch.segment, epoch.anchor)).collect();
        for (segment, anchor) in epochs.into_iter().rev() {
            if segment < floor || state.epoch(anchor).is_none() {
                break;
            }
            // All of it opens, over its links or past those that are broken.
            if segment == anchor {
                oldest = segment;
            }
        }
        Ok(oldest)
    }
}

fn sorted(accounts: &[AccountId]) -> Vec<AccountId> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}
