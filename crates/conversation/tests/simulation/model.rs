//! Who may read what, counted from the entries alone and without the fold.

use std::collections::{BTreeMap, BTreeSet};

use privity_conversation::format::{AccountId, Action, Entry, MessageId};
use privity_wire::Codec;

/// A membership: readable from the epoch anchored at `from`, ended by the entry at `until`.
struct Stay {
    from: u64,
    until: Option<u64>,
}

/// A message as it was sent.
pub(crate) struct Sent {
    pub(crate) author: usize,
    pub(crate) id: MessageId,
    pub(crate) position: u64,
    pub(crate) text: String,
}

/// The log of one conversation as a reader without keys counts it.
#[derive(Default)]
pub(crate) struct Model {
    stays: BTreeMap<AccountId, Vec<Stay>>,
    anchors: Vec<u64>,
    cuts: BTreeMap<(AccountId, u64), Vec<MessageId>>,
}

impl Model {
    pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
        let mut model = Self::default();
        for bytes in entries {
            model.take(&Entry::from_bytes(bytes).unwrap());
        }
        model
    }

    fn take(&mut self, entry: &Entry) {
        let body = entry.body();
        let position = body.position;
        if body.epoch.is_some() {
            self.anchors.push(position);
        }
        match &body.action {
            Action::Create { members, .. } => {
                members.iter().for_each(|member| self.begin(member.account, 0));
            }
            Action::Add { accounts, grant } => {
                accounts.iter().for_each(|account| self.begin(*account, grant.granted_from));
            }
            Action::Remove { accounts } => {
                accounts.iter().for_each(|account| self.end(*account, entry));
            }
            Action::Leave { .. } => self.end(body.author, entry),
            _ => {}
        }
        body.also_removed.iter().for_each(|account| self.end(*account, entry));
    }

    fn begin(&mut self, account: AccountId, from: u64) {
        self.stays.entry(account).or_default().push(Stay { from, until: None });
    }

    fn end(&mut self, account: AccountId, entry: &Entry) {
        let position = entry.body().position;
        self.stays.get_mut(&account).unwrap().last_mut().unwrap().until = Some(position);
        let heads = entry.body().cuts.iter().flat_map(|cut| cut.heads.clone()).collect();
        self.cuts.insert((account, position), heads);
    }

    /// The members at the head.
    pub(crate) fn members(&self) -> BTreeSet<AccountId> {
        let present = |stays: &[Stay]| stays.last().is_some_and(|stay| stay.until.is_none());
        self.stays.iter().filter(|(_, stays)| present(stays)).map(|(account, _)| *account).collect()
    }

    /// Whether an account may read what was sealed at `position`.
    pub(crate) fn may_read(&self, account: &AccountId, position: u64) -> bool {
        let anchor = *self.anchors.iter().rfind(|anchor| **anchor <= position).unwrap();
        let granted =
            |stay: &Stay| stay.from <= anchor && stay.until.is_none_or(|until| anchor < until);
        self.stays.get(account).is_some_and(|stays| stays.iter().any(granted))
    }

    /// The heads of the cut that ended an author's membership first after `position`.
    pub(crate) fn cut_after(&self, author: &AccountId, position: u64) -> Option<&[MessageId]> {
        let mut cuts = self.cuts.range((*author, position + 1)..=(*author, u64::MAX));
        cuts.next().map(|(_, heads)| heads.as_slice())
    }
}
