use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::{
    AccountId, Action, DeviceId, Entry, EntryBody, Link, MessageId, Pin, Policy, Role,
};
use crate::log::fold::{Count, PolicyFrom, Row, step_of};
use crate::log::non_empty::NonEmpty;
use crate::log::record::{EndRow, Period, PinFrom, Record, RoleFrom, push_exact};
use crate::log::rule::Checked;
use crate::log::{AppendError, Epoch, Fold, Refused, Step};

impl Fold {
    /// The fold of a `create` that was checked.
    pub(super) fn from_create(entry: &Entry) -> Result<Self, AppendError> {
        let body = entry.body();
        let Action::Create { policy, members, predecessor, .. } = &body.action else {
            return Err(Refused::MisplacedCreate.into());
        };
        let author = members.binary_search_by_key(&body.author, |member| member.account);
        let epoch = body.epoch.as_ref().ok_or(Refused::EpochMissing)?;
        let mut fold = Self {
            conversation: entry.conversation(),
            predecessor: *predecessor,
            rows: NonEmpty::new(Row {
                hash: entry.hash(),
                author: narrow(author.map_err(|_| Refused::NotAMember)?),
                device: 0,
            }),
            records: Vec::with_capacity(members.len()),
            index: BTreeMap::new(),
            counts: NonEmpty::new(Count { position: 0, members: 0, admins: 0 }),
            policies: NonEmpty::new(PolicyFrom { position: 0, policy: *policy }),
            epochs: NonEmpty::new(Epoch {
                anchor: 0,
                segment: 0,
                commitment: epoch.commitment,
                link: Link::Fence,
            }),
            infos: NonEmpty::new(0),
            leaves: Vec::new(),
        };
        let mut count = Count { position: 0, members: 0, admins: 0 };
        for (member, pin) in members.iter().zip(&body.pins) {
            fold.join(member.account, 0, 0, member.role);
            fold.pin(pin, 0);
            count = count.joined(member.role);
        }
        fold.counts = NonEmpty::new(count);
        let slots = fold.records.iter().zip(0..);
        fold.index = slots.map(|(record, slot)| (record.account, slot)).collect();
        fold.intern(&body.author, &body.device);
        Ok(fold)
    }

    /// Makes an entry that was checked the head.
    pub(super) fn apply(&mut self, entry: &Entry, checked: &Checked) -> Step {
        let body = entry.body();
        let position = body.position;
        let (author, device) = self.intern(&body.author, &body.device);
        let mut count = *self.counts.last();
        count.position = position;
        self.apply_ends(body, checked, &mut count);
        self.apply_action(body, &mut count);
        for pin in &body.pins {
            self.pin(pin, position);
        }
        if let Some(start) = &body.epoch {
            let segment = match start.link {
                Link::Fence => position,
                Link::Sealed(_) => self.epochs.last().segment,
            };
            let commitment = start.commitment;
            let link = start.link;
            self.epochs.push(Epoch { anchor: position, segment, commitment, link });
        }
        if body.info.is_some() {
            self.infos.push(position);
        }
        let last = self.counts.last();
        if (last.members, last.admins) != (count.members, count.admins) {
            self.counts.push(count);
        }
        self.rows.push(Row { hash: entry.hash(), author, device });
        step_of(entry, checked)
    }

    fn apply_ends(&mut self, body: &EntryBody, checked: &Checked, count: &mut Count) {
        let position = body.position;
        for (account, device) in &checked.revoked {
            self.end_device(account, *device, position, heads_of(body, device));
        }
        for (account, device) in &checked.named {
            self.end_device(account, *device, position, heads_of(body, device));
        }
        for account in &checked.gone {
            let Some(record) = self.record_mut(account) else { continue };
            let role = record.role(position);
            if let Some(period) = record.periods.last_mut() {
                period.ended = Some(position);
            }
            *count = count.gone(role);
        }
    }

    fn apply_action(&mut self, body: &EntryBody, count: &mut Count) {
        let position = body.position;
        match &body.action {
            Action::Add { accounts, grant } => {
                for account in accounts {
                    self.join(*account, position, grant.granted_from, Role::Member);
                    *count = count.joined(Role::Member);
                }
            }
            Action::Leave { successor } => {
                self.leaves.push(position);
                if let Some(successor) = successor {
                    self.set_role(successor, position, Role::Admin, count);
                }
            }
            Action::SetRole { account, role } => self.set_role(account, position, *role, count),
            Action::SetPolicy { policy } => self.set_policy(position, *policy),
            Action::Create { .. } | Action::Remove { .. } | Action::Rotate | Action::SetInfo => {}
        }
    }

    fn set_policy(&mut self, position: u64, policy: Policy) {
        self.policies.push(PolicyFrom { position, policy });
    }

    fn set_role(&mut self, account: &AccountId, position: u64, role: Role, count: &mut Count) {
        let Some(record) = self.record_mut(account) else { return };
        let before = record.role(position);
        push_exact(&mut record.roles, RoleFrom { position, role });
        *count = count.gone(before).joined(role);
    }

    fn join(&mut self, account: AccountId, joined: u64, granted_from: u64, role: Role) {
        let slot = match self.index.get(&account) {
            Some(slot) => *slot as usize,
            None => {
                let slot = self.records.len();
                self.records.push(Arc::new(Record::new(account)));
                if joined > 0 {
                    self.index.insert(account, narrow(slot));
                }
                slot
            }
        };
        if let Some(record) = self.records.get_mut(slot).map(Arc::make_mut) {
            push_exact(&mut record.periods, Period { joined, granted_from, ended: None });
            push_exact(&mut record.roles, RoleFrom { position: joined, role });
        }
    }

    fn pin(&mut self, pin: &Pin, position: u64) {
        let record = match self.index.get(&pin.account) {
            Some(slot) => self.records.get_mut(*slot as usize).map(Arc::make_mut),
            // While a `create` is applied, pins follow their members one by one.
            None => self.records.last_mut().map(Arc::make_mut),
        };
        let Some(record) = record else { return };
        if record.pins.last().is_none_or(|last| last.seq != pin.seq) {
            push_exact(&mut record.pins, PinFrom { position, seq: pin.seq, hash: pin.hash });
        }
    }

    fn end_device(
        &mut self,
        account: &AccountId,
        device: DeviceId,
        position: u64,
        heads: Vec<MessageId>,
    ) {
        if let Some(record) = self.record_mut(account) {
            push_exact(&mut record.ends, EndRow { position, device, heads });
        }
    }

    fn intern(&mut self, account: &AccountId, device: &DeviceId) -> (u32, u32) {
        let slot = self.index.get(account).copied().unwrap_or(0);
        let record = self.records.get_mut(slot as usize).map(Arc::make_mut);
        let Some(record) = record else { return (slot, 0) };
        let known = record.authors.iter().position(|known| known == device);
        let place = known.unwrap_or_else(|| {
            push_exact(&mut record.authors, *device);
            record.authors.len() - 1
        });
        (slot, narrow(place))
    }

    fn record_mut(&mut self, account: &AccountId) -> Option<&mut Record> {
        let slot = *self.index.get(account)? as usize;
        self.records.get_mut(slot).map(Arc::make_mut)
    }
}

impl Count {
    const fn joined(mut self, role: Role) -> Self {
        self.members = self.members.saturating_add(1);
        if matches!(role, Role::Admin) {
            self.admins = self.admins.saturating_add(1);
        }
        self
    }

    const fn gone(mut self, role: Option<Role>) -> Self {
        self.members = self.members.saturating_sub(1);
        if matches!(role, Some(Role::Admin)) {
            self.admins = self.admins.saturating_sub(1);
        }
        self
    }
}

fn heads_of(body: &EntryBody, device: &DeviceId) -> Vec<MessageId> {
    let cut = body.cuts.binary_search_by_key(device, |cut| cut.device).ok();
    cut.and_then(|index| body.cuts.get(index)).map(|cut| cut.heads.clone()).unwrap_or_default()
}

/// Places are counted in 32 bits: a log has fewer accounts than that by the size of an entry.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
