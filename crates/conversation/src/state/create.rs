use privity_primitives::secret::Secret;
use privity_wire::Codec;

use crate::Error;
use crate::epoch::{ConversationInfo, EpochFacts, FreshEpoch, InfoPlace, LinkTo, WrapTarget};
use crate::format::{
    AccountId, Action, ConversationId, Entry, EntryBody, EntryHash, Member, Pin, Policy,
    Predecessor, Role,
};
use crate::log::Fold;
use crate::state::conversation::{Conversation, Pending, Standing};
use crate::state::{Changes, Client, Context};

/// A conversation to begin.
#[derive(Clone, Debug)]
pub struct NewConversation {
    /// Its rules.
    pub policy: Policy,
    /// Its members beside the creator, who is an admin.
    pub members: Vec<(AccountId, Role)>,
    /// Title and picture.
    pub info: ConversationInfo,
    /// The conversation that it goes on from, after a fork that a person decided.
    pub predecessor: Option<Predecessor>,
}

impl Client {
    /// Begins a conversation; it can be used once the relay has confirmed it.
    ///
    /// # Errors
    /// [`Error::Missing`] if a member's statements are not here, [`Error::Blocked`] if the
    /// policy asks for keys that a member does not have, [`Error::Crypto`] for a member's
    /// key that is refused.
    pub fn create_conversation(
        &mut self,
        new: NewConversation,
        context: &mut Context<'_>,
    ) -> Result<(ConversationId, Changes), Error> {
        let mut members: Vec<Member> = new
            .members
            .iter()
            .map(|(account, role)| Member { account: *account, role: *role })
            .collect();
        members.push(Member { account: self.own.account(), role: Role::Admin });
        members.sort_unstable_by_key(|member| member.account);
        if members.windows(2).any(|pair| matches!(pair, [a, b] if a.account == b.account)) {
            return Err(Error::Misuse("a member is named twice"));
        }
        let accounts: Vec<AccountId> = members.iter().map(|member| member.account).collect();
        let pins = self.newest_pins(&accounts)?;
        self.check_post_quantum(&new.policy, &pins)?;
        let body = EntryBody {
            conversation: ConversationId::ZERO,
            position: 0,
            prev: EntryHash::ZERO,
            author: self.own.account(),
            device: self.own.device(),
            time: context.now,
            pins,
            action: Action::Create {
                nonce: *Secret::<32>::generate(context.rng).expose(),
                policy: new.policy,
                members,
                predecessor: new.predecessor,
            },
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        };
        self.begin(body, &new.info, context)
    }

    fn begin(
        &mut self,
        mut body: EntryBody,
        info: &ConversationInfo,
        context: &mut Context<'_>,
    ) -> Result<(ConversationId, Changes), Error> {
        let fresh = FreshEpoch::draw(&self.local, &body.device, &body.hash()?, context.rng);
        let place = InfoPlace::of(&body);
        body.info = Some(fresh.seal_info(&place, info, &self.local, context.rng)?);
        let proposed = fresh.propose(&mut body, LinkTo::Fence)?;
        let entry = Entry::sign(body, self.own.signing_key())?;
        let id = entry.conversation();
        let fold = Fold::begin(id, &entry, &self.directory)?;
        let epoch = proposed.anchor(&entry)?;
        let targets = fold
            .now()
            .members()
            .map(|(account, _)| self.target_or_refuse(&fold, &account))
            .collect::<Result<Vec<WrapTarget>, _>>()?;
        let wrapper = self.wrapper(0);
        let wraps = epoch
            .wrap_all(targets.iter(), &wrapper)
            .map(|wrap| Ok(wrap?.to_bytes()?))
            .collect::<Result<Vec<_>, Error>>()?;
        let pending = Pending { entry, wraps, epoch: Some(epoch), after: None };
        let mut changes = Changes::default();
        changes.send.push(pending.request(id)?);
        self.creating.insert(id, pending);
        self.save_creating(&id, context, &mut changes)?;
        Ok((id, self.finish(changes)?))
    }

    /// The relay holds the conversation now: it stands.
    pub(super) fn created(
        &mut self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(pending) = self.creating.remove(id) else { return Ok(()) };
        let fold = Fold::begin(*id, &pending.entry, &self.directory)?;
        let first = EpochFacts::of(&pending.entry)?.ok_or(Error::UNKNOWN)?;
        let mut state = Conversation::begin(fold, first, Standing::Accepted, context.now);
        state.info = pending.entry.body().info.clone().map(|info| (0, info));
        if let Some(epoch) = pending.epoch {
            state.epochs.keep(&epoch.confirm(&pending.entry.hash())?);
        }
        self.conversations.insert(*id, state);
        changes.delete.push(self.sealer.place(&super::name::creating(id)));
        self.save_conversation(id, context, changes)?;
        self.save_epochs(id, context, changes)
    }

    /// The newest known heads of accounts, in their order.
    pub(super) fn newest_pins(&self, accounts: &[AccountId]) -> Result<Vec<Pin>, Error> {
        let missing: Vec<Pin> = accounts
            .iter()
            .filter(|account| self.directory.chain(account).is_none())
            .map(|account| Pin::first(*account))
            .collect();
        if !missing.is_empty() {
            return Err(Error::Missing(crate::Missing::Statements(missing)));
        }
        Ok(accounts.iter().filter_map(|account| self.directory.head(account)).collect())
    }
}
