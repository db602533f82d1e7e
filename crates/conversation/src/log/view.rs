use privity_primitives::sign::VerifyingKey;

use crate::format::{AccountId, DeviceId, EntryHash, Pin, Policy, Role};
use crate::log::record::Record;
use crate::log::{Accounts, AppendError, Epoch, Fold, Lookup, Refused};

/// The conversation as it stood after the entry at one position.
///
/// Old positions stay as cheap to ask as the head: messages are opened where they were
/// sealed. Unless said otherwise an answer takes a logarithm of the log's length.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub(super) fold: &'a Fold,
    pub(super) position: u64,
}

impl<'a> View<'a> {
    /// The position `n` that every answer is as of.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// `h_n`.
    #[must_use]
    pub fn hash(&self) -> EntryHash {
        self.fold.row(self.position).hash
    }

    /// Who wrote entry `n`, and on which device.
    #[must_use]
    pub fn author(&self) -> (AccountId, DeviceId) {
        self.fold.author_of(self.fold.row(self.position))
    }

    /// The epoch in force.
    #[must_use]
    pub fn epoch(&self) -> &'a Epoch {
        self.fold.epochs.up_to(self.position, |epoch| epoch.anchor)
    }

    /// The epoch anchored at `anchor`, if there is one up to here.
    #[must_use]
    pub fn epoch_at(&self, anchor: u64) -> Option<&'a Epoch> {
        if anchor > self.position {
            return None;
        }
        let epoch = self.fold.epochs.up_to(anchor, |epoch| epoch.anchor);
        (epoch.anchor == anchor).then_some(epoch)
    }

    /// The epoch in force before the one anchored at `anchor`.
    #[must_use]
    pub fn previous_epoch(&self, anchor: u64) -> Option<&'a Epoch> {
        let before = self.epoch_at(anchor)?.anchor.checked_sub(1)?;
        Some(self.fold.epochs.up_to(before, |epoch| epoch.anchor))
    }

    /// All epochs so far, by anchor ascending.
    pub fn epochs(&self) -> impl DoubleEndedIterator<Item = &'a Epoch> + use<'a> {
        self.fold.epochs.iter_to(self.position, |epoch| epoch.anchor)
    }

    /// The rules in force.
    #[must_use]
    pub fn policy(&self) -> &'a Policy {
        &self.fold.policies.up_to(self.position, |from| from.position).policy
    }

    /// Position of the entry that set the rules in force.
    #[must_use]
    pub fn policy_since(&self) -> u64 {
        self.fold.policies.up_to(self.position, |from| from.position).position
    }

    /// Whether somebody left since the epoch began: nobody seals before a new one (rule 6).
    #[must_use]
    pub fn rotation_due(&self) -> bool {
        let index = self.fold.leaves.partition_point(|leave| *leave <= self.position);
        let last = index.checked_sub(1).and_then(|index| self.fold.leaves.get(index));
        last.is_some_and(|leave| *leave > self.epoch().anchor)
    }

    /// Position of the newest sealed title and picture.
    #[must_use]
    pub fn info(&self) -> u64 {
        *self.fold.infos.up_to(self.position, |position| *position)
    }

    /// Whether `account` is a member.
    #[must_use]
    pub fn is_member(&self, account: &AccountId) -> bool {
        self.joined(account).is_some()
    }

    /// The role of `account`, if it is a member.
    #[must_use]
    pub fn role(&self, account: &AccountId) -> Option<Role> {
        self.record(account)?.role(self.position)
    }

    /// Members by account ascending. Takes time linear in all accounts that ever were.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, Role)> + use<'a> {
        let (fold, position) = (self.fold, self.position);
        fold.index.values().filter_map(move |slot| {
            let record = fold.records.get(*slot as usize)?;
            Some((record.account, record.role(position)?))
        })
    }

    /// The pins of all who are members or were, in the order of their accounts.
    pub fn pins(&self) -> impl Iterator<Item = Pin> + use<'a> {
        let (fold, position) = (self.fold, self.position);
        fold.index.values().filter_map(move |slot| fold.records.get(*slot as usize)?.pin(position))
    }

    /// How many members there are.
    #[must_use]
    pub fn member_count(&self) -> usize {
        self.fold.counts.up_to(self.position, |count| count.position).members as usize
    }

    /// How many of them are admins.
    #[must_use]
    pub fn admin_count(&self) -> usize {
        self.fold.counts.up_to(self.position, |count| count.position).admins as usize
    }

    /// The account head that the log holds to, for members and for former members.
    #[must_use]
    pub fn pin(&self, account: &AccountId) -> Option<Pin> {
        self.record(account)?.pin(self.position)
    }

    /// Position at which the account's pin was set.
    #[must_use]
    pub fn pinned_at(&self, account: &AccountId) -> Option<u64> {
        Some(self.record(account)?.pin_from(self.position)?.position)
    }

    /// Position at which a member joined, this time.
    #[must_use]
    pub fn joined(&self, account: &AccountId) -> Option<u64> {
        Some(self.record(account)?.period(self.position)?.joined)
    }

    /// The oldest anchor that a member was granted when it joined, this time.
    #[must_use]
    pub fn granted_from(&self, account: &AccountId) -> Option<u64> {
        Some(self.record(account)?.period(self.position)?.granted_from)
    }

    /// Who added a member, this time, on which device; `None` for founders.
    #[must_use]
    pub fn added_by(&self, account: &AccountId) -> Option<(AccountId, DeviceId)> {
        let joined = self.joined(account)?;
        (joined > 0).then(|| self.fold.author_of(self.fold.row(joined)))
    }

    /// The key of a member's device that is active at the member's pin: of one who may
    /// write entries, messages and wraps here.
    ///
    /// # Errors
    /// [`AppendError::Missing`] if statements are to be fetched, else
    /// [`AppendError::Refused`] with what is wrong.
    pub fn device_key(
        &self,
        accounts: &dyn Accounts,
        account: &AccountId,
        device: &DeviceId,
    ) -> Result<VerifyingKey, AppendError> {
        let pin = self.pin(account).filter(|_| self.is_member(account));
        active_key(accounts, &pin.ok_or(Refused::NotAMember)?, device)
    }

    /// Heads of all cuts of an account's devices, in the whole log.
    pub(crate) fn heads_kept(&self, account: &AccountId) -> usize {
        let ends = self.record(account).map_or(&[][..], |record| &record.ends);
        ends.iter().map(|end| end.heads.len()).sum()
    }

    pub(super) fn record(&self, account: &AccountId) -> Option<&'a Record> {
        self.fold.record(account)
    }
}

/// The key of a device that is active at a pin.
pub(super) fn active_key(
    accounts: &dyn Accounts,
    pin: &Pin,
    device: &DeviceId,
) -> Result<VerifyingKey, AppendError> {
    match accounts.device_key(pin, device) {
        Lookup::Known(Some(key)) => Ok(key),
        Lookup::Known(None) => Err(Refused::DeviceNotActive.into()),
        Lookup::Missing => Err(AppendError::Missing(vec![*pin])),
    }
}
