use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::epoch::{ConversationInfo, FreshEpoch, InfoPlace, LinkTo};
use crate::format::{
    AccountId, Action, ConversationId, Cut, DeviceId, Entry, EntryBody, MessageId, Pin, limit,
};
use crate::log::{Applied, Fold, Step};
use crate::state::conversation::{Conversation, Pending};
use crate::state::{Blocked, Changes, Client, Context, Event, Request};
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
        self.check_may_propose(&conversation, &proposal.action)?;
        self.look_for_lagging(&conversation)?;
        let proposal = self.follow_members(&conversation, proposal)?;
        let (pending, events) = self.draft(conversation, proposal, context)?;
        let request = pending.request(conversation)?;
        let state = self.conversation_mut(&conversation)?;
        state.pending = Some(pending);
        let mut changes = Changes { events, ..Changes::default() };
        self.save_pending(&conversation, context, &mut changes)?;
        changes.send.push(request);
        self.finish(changes)
    }

    fn draft(
        &mut self,
        id: ConversationId,
        proposal: Proposal,
        context: &mut Context<'_>,
    ) -> Result<(Pending, Vec<Event>), Error> {
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
                // Whoever gave this device no key must not stay in for want of it.
                (None, EpochWish::Linked) if matches!(body.action, Action::Remove { .. }) => {
                    LinkTo::Fence
                }
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
        let wrapped = self.wraps_for(&id, &after, &step, epoch.as_ref())?;
        let pending = Pending { entry, wraps: wrapped.wraps, epoch, after: Some((after, step)) };
        Ok((pending, wrapped.events))
    }

    /// What the log would be: a change that the fold refuses is never signed into pending.
    fn dry_run(&self, id: &ConversationId, entry: &Entry) -> Result<(Fold, Step), Error> {
        let mut fold = self.conversation(id)?.fold.clone();
        match fold.append(entry, &self.directory)? {
            Applied::Appended(step) => Ok((fold, step)),
            _ => Err(Error::Misuse("the change does not stand at the head")),
        }
    }

    /// For each device whose right to speak ends with `body`: the newest of its messages
    /// that this client has seen, held ones too, and the newest that it sealed itself:
    /// whoever leaves has not seen that one come back yet. Accounts with few devices come first,
    /// so that nobody with many takes the room of the others.
    fn cuts(&mut self, id: &ConversationId, body: &EntryBody) -> Result<Vec<Cut>, Error> {
        let ended = self.ended_devices(self.conversation(id)?, body);
        let mut cuts = Vec::new();
        let mut room = BTreeMap::new();
        for (account, device) in ended {
            if cuts.len() >= limit::CUTS {
                break;
            }
            let kept = self.conversation(id)?.fold.now().heads_kept(&account);
            let left = room.entry(account).or_insert(limit::ACCOUNT_HEADS.saturating_sub(kept));
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
            heads.truncate(limit::CUT_HEADS.min(*left));
            *left -= heads.len();
            if !heads.is_empty() {
                cuts.push(Cut { device, heads });
            }
        }
        cuts.sort_unstable_by_key(|cut| cut.device);
        Ok(cuts)
    }

    fn ended_devices(&self, state: &Conversation, body: &EntryBody) -> Vec<(AccountId, DeviceId)> {
        let view = state.fold.now();
        let own = match &body.action {
            Action::Leave { .. } => std::slice::from_ref(&body.author),
            Action::Remove { accounts } => accounts.as_slice(),
            _ => &[],
        };
        let gone = own.iter().chain(&body.also_removed).filter_map(|account| view.pin(account));
        let mut ended: BTreeMap<AccountId, BTreeSet<DeviceId>> = BTreeMap::new();
        for pin in gone {
            let Some(chain) = self.directory.chain(&pin.account) else { continue };
            let devices = chain.devices_at(pin.seq).map(|device| device.id);
            ended.entry(pin.account).or_default().extend(devices);
        }
        for next in &body.pins {
            let Some(chain) = self.directory.chain(&next.account) else { continue };
            let Some(pin) = view.pin(&next.account) else { continue };
            let before = chain.devices_at(pin.seq).map(|device| device.id);
            let revoked = before.filter(|id| chain.device_at(next.seq, id).is_none());
            ended.entry(next.account).or_default().extend(revoked);
        }
        let mut ended: Vec<_> = ended.into_iter().collect();
        ended.sort_by_key(|(_, devices)| devices.len());
        let each = |(account, devices): (AccountId, BTreeSet<DeviceId>)| {
            devices.into_iter().map(move |device| (account, device))
        };
        ended.into_iter().flat_map(each).collect()
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
