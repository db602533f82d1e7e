use crate::Error;
use crate::epoch::{ConversationInfo, FreshEpoch, InfoPlace, LinkTo, WrapTarget, Wrapper};
use crate::format::{
    AccountId, Action, ConversationId, Cut, DeviceId, Entry, EntryBody, MessageId, Pin, limit,
};
use crate::log::{Applied, Fold, Step};
use crate::state::conversation::{Conversation, Pending};
use crate::state::{Blocked, Changes, Client, Context, Request};
use privity_wire::Codec;

/// What a change wants of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EpochWish {
    /// It goes on.
    Stay,
    /// A new one, linked to it.
    Linked,
    /// A new one that does not lead back.
    Fenced,
}

/// A change before it is an entry.
pub(super) struct Proposal {
    pub(super) action: Action,
    pub(super) epoch: EpochWish,
    pub(super) pins: Vec<Pin>,
    pub(super) also_removed: Vec<AccountId>,
    /// Title and picture, where the change sets them; else the present ones go along.
    pub(super) info: Option<ConversationInfo>,
}

impl Proposal {
    pub(super) const fn of(action: Action, epoch: EpochWish) -> Self {
        Self { action, epoch, pins: Vec::new(), also_removed: Vec::new(), info: None }
    }
}

impl Client {
    /// Signs the entry of a change, wraps what it gives away, and saves both before either
    /// is sent. Every attempt at a head draws its secrets anew.
    pub(super) fn propose(
        &mut self,
        conversation: ConversationId,
        proposal: Proposal,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let (pending, id) = self.draft(conversation, proposal, context)?;
        let request = pending.request(id)?;
        let state = self.conversation_mut(&conversation)?;
        state.pending = Some(pending);
        let mut changes = Changes::default();
        self.save_pending(&conversation, context, &mut changes)?;
        changes.send.push(request);
        self.finish(changes)
    }

    fn draft(
        &mut self,
        id: ConversationId,
        proposal: Proposal,
        context: &mut Context<'_>,
    ) -> Result<(Pending, ConversationId), Error> {
        self.check_may_propose(&id, &proposal.action)?;
        let author = self.own.account();
        let device = self.own.device();
        let state = self.conversation_mut(&id)?;
        let info = match proposal.info {
            Some(info) => info,
            None => state.present_info(),
        };
        let anchor = state.fold.now().epoch().anchor;
        let current = state.epoch(anchor);
        let mut body = EntryBody {
            conversation: id,
            position: state.fold.head() + 1,
            prev: state.fold.head_hash(),
            author,
            device,
            time: context.now,
            pins: proposal.pins,
            action: proposal.action,
            epoch: None,
            info: None,
            also_removed: proposal.also_removed,
            cuts: Vec::new(),
        };
        body.cuts = self.cuts(&id, &body)?;
        let mut proposed = None;
        if proposal.epoch != EpochWish::Stay {
            let fresh = FreshEpoch::draw(&self.local, &device, &body.hash()?, context.rng);
            let place = InfoPlace::of(&body);
            body.info = Some(fresh.seal_info(&place, &info, &self.local, context.rng)?);
            let link = match (&current, proposal.epoch) {
                (Some(epoch), EpochWish::Linked) => LinkTo::Previous(epoch),
                (None, EpochWish::Linked) => return Err(Blocked::SecretMissing.into()),
                _ => LinkTo::Fence,
            };
            proposed = Some(fresh.propose(&mut body, link)?);
        } else if matches!(body.action, Action::SetInfo) {
            let epoch = current.as_ref().ok_or(Blocked::SecretMissing)?;
            let place = InfoPlace::of(&body);
            body.info = Some(epoch.seal_info(&place, &info, &self.local, context.rng)?);
        }
        let entry = Entry::sign(body, self.own.signing_key())?;
        let (after, step) = self.dry_run(&id, &entry)?;
        let epoch = proposed.map(|proposed| proposed.anchor(&entry)).transpose()?;
        let wraps = self.wraps_for(&id, &after, &step, epoch.as_ref())?;
        Ok((Pending { entry, wraps, epoch, after: Some((after, step)) }, id))
    }

    /// What the log would be: a change that the fold refuses is never signed into pending.
    fn dry_run(&self, id: &ConversationId, entry: &Entry) -> Result<(Fold, Step), Error> {
        let mut fold = self.conversation(id)?.fold.clone();
        match fold.append(entry, &self.directory)? {
            Applied::Appended(step) => Ok((fold, step)),
            _ => Err(Error::Misuse("the change does not stand at the head")),
        }
    }

    /// For a new epoch a wrap for every member; for newcomers one for each segment granted.
    fn wraps_for(
        &mut self,
        id: &ConversationId,
        after: &Fold,
        step: &Step,
        fresh: Option<&crate::epoch::AnchoredEpoch>,
    ) -> Result<Vec<Vec<u8>>, Error> {
        let view = after.now();
        let mut wraps = Vec::new();
        if let Some(epoch) = fresh {
            let targets = view
                .members()
                .map(|(account, _)| self.target(after, &account))
                .collect::<Result<Vec<_>, _>>()?;
            let wrapper = self.wrapper(step.position);
            for wrap in epoch.wrap_all(targets.iter(), &wrapper) {
                wraps.push(wrap?.to_bytes()?);
            }
        }
        for account in &step.joined {
            let target = self.target(after, account)?;
            for anchor in view.owed(account) {
                if anchor == step.position {
                    continue;
                }
                let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
                let epoch = state.epoch(anchor).ok_or(Blocked::SecretMissing)?;
                let wrapper = self.wrapper(step.position);
                wraps.push(epoch.wrap(&target, &wrapper)?.to_bytes()?);
            }
        }
        Ok(wraps)
    }

    /// Where a member's wraps go: its account's key at the head that the log pins.
    pub(super) fn target(&self, fold: &Fold, account: &AccountId) -> Result<WrapTarget, Error> {
        if self.changed.contains(account) {
            return Err(Blocked::ContactChanged(vec![*account]).into());
        }
        let missing = || Error::Missing(crate::Missing::Statements(Vec::new()));
        let pin = fold.now().pin(account).ok_or_else(missing)?;
        let chain = self.directory.chain(account).filter(|chain| chain.contains(&pin));
        let chain = chain.ok_or_else(|| Error::Missing(crate::Missing::Statements(vec![pin])))?;
        let key = chain.key_at(pin.seq).ok_or(Error::Misuse("the account is closed"))?;
        Ok(WrapTarget { account: *account, generation: key.generation, key: key.key.parse()? })
    }

    pub(super) fn wrapper(&self, entitled: u64) -> Wrapper<'_> {
        Wrapper {
            account: self.own.account(),
            device: self.own.device(),
            entitled,
            key: self.own.signing_key(),
        }
    }

    /// For each device whose right to speak ends with `body`: the newest of its messages
    /// that this client has seen, held ones too, and the newest that it sealed itself:
    /// whoever leaves has not seen that one come back yet.
    fn cuts(&mut self, id: &ConversationId, body: &EntryBody) -> Result<Vec<Cut>, Error> {
        let ended = self.ended_devices(self.conversation(id)?, body);
        let mut cuts = Vec::new();
        for device in ended {
            let held = self.held_of(id, &device);
            let named: Vec<MessageId> = held.iter().map(|(_, previous)| *previous).collect();
            let mut heads = self.conversation(id)?.windows.heads_of(&device);
            heads.extend(held.into_iter().map(|(id, _)| id));
            if device == self.own.device() {
                let sealed = self.conversation(id)?.last_own;
                heads.extend((sealed != MessageId::ZERO).then_some(sealed));
            }
            heads.retain(|id| !named.contains(id));
            heads.sort_unstable();
            heads.dedup();
            heads.truncate(limit::CUT_HEADS);
            if !heads.is_empty() {
                cuts.push(Cut { device, heads });
            }
        }
        cuts.sort_unstable_by_key(|cut| cut.device);
        Ok(cuts)
    }

    fn ended_devices(&self, state: &Conversation, body: &EntryBody) -> Vec<DeviceId> {
        let view = state.fold.now();
        let own = match &body.action {
            Action::Leave { .. } => std::slice::from_ref(&body.author),
            Action::Remove { accounts } => accounts.as_slice(),
            _ => &[],
        };
        let gone = own.iter().chain(&body.also_removed).filter_map(|account| view.pin(account));
        let mut ended: Vec<DeviceId> = gone
            .filter_map(|pin| Some((self.directory.chain(&pin.account)?, pin)))
            .flat_map(|(chain, pin)| chain.devices_at(pin.seq).map(|device| device.id))
            .collect();
        for next in &body.pins {
            let Some(chain) = self.directory.chain(&next.account) else { continue };
            let Some(pin) = view.pin(&next.account) else { continue };
            let before = chain.devices_at(pin.seq).map(|device| device.id);
            ended.extend(before.filter(|id| chain.device_at(next.seq, id).is_none()));
        }
        ended.sort_unstable();
        ended.dedup();
        ended
    }
}

impl Pending {
    /// The append as it is sent, and sent again: identical bytes.
    pub(super) fn request(&self, conversation: ConversationId) -> Result<Request, Error> {
        Ok(Request::Append {
            conversation,
            hash: self.entry.hash(),
            entry: self.entry.to_bytes()?,
            wraps: self.wraps.clone(),
        })
    }
}
