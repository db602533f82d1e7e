use std::collections::BTreeMap;
use std::sync::Arc;

use privity_wire::Codec;

use crate::format::{
    AccountId, Action, ConversationId, DeviceId, Entry, EntryHash, Policy, Predecessor,
};
use crate::log::non_empty::NonEmpty;
use crate::log::record::Record;
use crate::log::rule::{self, Checked};
use crate::log::{
    Accounts, AppendError, Applied, Blame, Epoch, Fork, Refused, Started, Step, View,
};

/// A conversation's membership log, folded: who is in, with which role and which devices,
/// under which rules, and which epochs there were.
///
/// The same log gives the same fold, whoever folds it and in whichever portions. Nothing
/// in it is secret: a relay keeps the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    pub(super) conversation: ConversationId,
    pub(super) predecessor: Option<Predecessor>,
    pub(super) rows: NonEmpty<Row>,
    /// Accounts that ever were members, in the order of joining; a copy of the fold, to try an
    /// entry on, shares those that the entry does not touch.
    pub(super) records: Vec<Arc<Record>>,
    /// Their places in `records`.
    pub(super) index: BTreeMap<AccountId, u32>,
    pub(super) counts: NonEmpty<Count>,
    pub(super) policies: NonEmpty<PolicyFrom>,
    pub(super) epochs: NonEmpty<Epoch>,
    pub(super) infos: NonEmpty<u64>,
    pub(super) leaves: Vec<u64>,
}

/// An entry: its hash, its author's place among the records and the device's within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) hash: EntryHash,
    pub(super) author: u32,
    pub(super) device: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) position: u64,
    pub(super) members: u32,
    pub(super) admins: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicyFrom {
    pub(super) position: u64,
    pub(super) policy: Policy,
}

impl Fold {
    /// Begins with a log's first entry, which must be the `create` of `conversation`.
    ///
    /// # Errors
    /// [`AppendError`]; the author's statements must be known.
    pub fn begin(
        conversation: ConversationId,
        create: &Entry,
        accounts: &dyn Accounts,
    ) -> Result<Self, AppendError> {
        if create.conversation() != conversation {
            return Err(Refused::OtherConversation.into());
        }
        rule::check_create(create, accounts)?;
        Self::from_create(create)
    }

    /// Checks an entry and makes it the head (PROTOCOL.md, "Receiving an entry", steps 2 to
    /// 6). Step 7 is [`View::suspended`] and [`View::rotation_due`], once a batch is in.
    ///
    /// # Errors
    /// [`AppendError`]; the fold is unchanged then.
    pub fn append(
        &mut self,
        entry: &Entry,
        accounts: &dyn Accounts,
    ) -> Result<Applied, AppendError> {
        Ok(match self.judge(entry, accounts)? {
            Judged::Next(checked) => Applied::Appended(self.apply(entry, &checked)),
            Judged::Other(applied) => applied,
        })
    }

    /// As [`Fold::append`], from bytes: step 1 too.
    ///
    /// # Errors
    /// As [`Fold::append`]; [`AppendError::UpdateNeeded`] for a version or kind that this
    /// release does not know, [`AppendError::Malformed`] for what is no entry at all.
    pub fn append_bytes(
        &mut self,
        bytes: &[u8],
        accounts: &dyn Accounts,
    ) -> Result<Applied, AppendError> {
        self.append(&Entry::from_bytes(bytes)?, accounts)
    }

    /// What [`Fold::append`] would say, changing nothing: for an author before it sends and
    /// for a relay before it stores.
    ///
    /// # Errors
    /// As [`Fold::append`].
    pub fn check(&self, entry: &Entry, accounts: &dyn Accounts) -> Result<Applied, AppendError> {
        Ok(match self.judge(entry, accounts)? {
            Judged::Next(checked) => Applied::Appended(step_of(entry, &checked)),
            Judged::Other(applied) => applied,
        })
    }

    /// The conversation: the hash of its `create`.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// Position of the newest entry.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.rows.len() as u64 - 1
    }

    /// Hash of the newest entry.
    #[must_use]
    pub fn head_hash(&self) -> EntryHash {
        self.rows.last().hash
    }

    /// The conversation that this one goes on from.
    #[must_use]
    pub const fn predecessor(&self) -> Option<&Predecessor> {
        self.predecessor.as_ref()
    }

    /// The conversation at its head.
    #[must_use]
    pub const fn now(&self) -> View<'_> {
        View { fold: self, position: self.head() }
    }

    /// The conversation after the entry at `n`; `None` beyond the head.
    #[must_use]
    pub fn at(&self, n: u64) -> Option<View<'_>> {
        (n <= self.head()).then_some(View { fold: self, position: n })
    }

    pub(super) fn row(&self, position: u64) -> &Row {
        self.rows.at(usize::try_from(position).unwrap_or(0))
    }

    pub(super) fn author_of(&self, row: &Row) -> (AccountId, DeviceId) {
        let author = self.records.get(row.author as usize);
        let device = author.and_then(|record| record.authors.get(row.device as usize));
        (
            author.map_or(AccountId::ZERO, |record| record.account),
            device.copied().unwrap_or(DeviceId::ZERO),
        )
    }

    pub(super) fn record(&self, account: &AccountId) -> Option<&Record> {
        self.records.get(*self.index.get(account)? as usize).map(Arc::as_ref)
    }

    fn judge(&self, entry: &Entry, accounts: &dyn Accounts) -> Result<Judged, AppendError> {
        let body = entry.body();
        if entry.conversation() != self.conversation {
            return Err(Refused::OtherConversation.into());
        }
        let next = self.head() + 1;
        if body.position > next {
            return Ok(Judged::Other(Applied::Ahead { next }));
        }
        if let Some(ours) = self.at(body.position)
            && ours.hash() == entry.hash()
        {
            return Ok(Judged::Other(Applied::Duplicate));
        }
        let before = body.position.checked_sub(1).and_then(|position| self.at(position));
        let before = before.ok_or(Refused::MisplacedCreate)?;
        if body.prev != before.hash() {
            return Err(Refused::OtherBranch.into());
        }
        let checked = rule::check(&before, entry, accounts)?;
        Ok(match self.at(body.position) {
            None => Judged::Next(checked),
            Some(ours) => Judged::Other(Applied::Forked(fork(&ours, entry))),
        })
    }
}

enum Judged {
    Next(Checked),
    Other(Applied),
}

fn fork(ours: &View<'_>, theirs: &Entry) -> Fork {
    let author = (theirs.body().author, theirs.body().device);
    Fork {
        position: ours.position(),
        ours: ours.hash(),
        theirs: theirs.hash(),
        blame: if ours.author() == author { Blame::Author } else { Blame::Relay },
    }
}

pub(super) fn step_of(entry: &Entry, checked: &Checked) -> Step {
    let body = entry.body();
    let joined = match &body.action {
        Action::Add { accounts, .. } => accounts.clone(),
        _ => Vec::new(),
    };
    let pins = body.pins.iter().map(|pin| pin.account);
    Step {
        position: body.position,
        epoch: if body.epoch.is_some() { Started::Epoch } else { Started::Nothing },
        moved: pins.filter(|account| joined.binary_search(account).is_err()).collect(),
        joined,
        gone: checked.gone.clone(),
    }
}
