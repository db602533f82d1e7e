use crate::format::{AccountId, DeviceId, HistoryPolicy, Link, MessageId};
use crate::log::{Fold, View};

impl View<'_> {
    /// Whether the log entitles `account` to the epoch anchored at `anchor`, in any of its
    /// memberships up to here: what a wrap or a repair needs of its recipient and of its
    /// maker (rule 8).
    #[must_use]
    pub fn entitled(&self, account: &AccountId, anchor: u64) -> bool {
        let Some(record) = self.record(account).filter(|_| self.epoch_at(anchor).is_some()) else {
            return false;
        };
        record
            .periods
            .iter()
            .take_while(|period| period.joined <= self.position)
            .filter(|period| period.granted_from <= anchor)
            .any(|period| {
                let ended = period.ended.filter(|ended| *ended <= self.position);
                ended.is_none_or(|ended| anchor < ended)
            })
    }

    /// Anchors whose secrets a member needs to read all that its present membership grants:
    /// the last one of each segment from its floor on. A walk along the links gives the rest.
    ///
    /// Asked right after an `add`, these are the wraps that a newcomer is owed. Takes time
    /// linear in the epochs granted.
    #[must_use]
    pub fn owed(&self, account: &AccountId) -> Vec<u64> {
        self.granted_from(account).map(|floor| self.segment_ends(floor)).unwrap_or_default()
    }

    /// The last anchor of each segment that begins at `floor` or later.
    #[must_use]
    pub fn segment_ends(&self, floor: u64) -> Vec<u64> {
        let mut ends = Vec::new();
        let mut after = None;
        for epoch in self.epochs().rev().take_while(|epoch| epoch.anchor >= floor) {
            if after != Some(epoch.segment) {
                ends.push(epoch.anchor);
                after = Some(epoch.segment);
            }
        }
        ends.reverse();
        ends
    }

    /// The oldest anchor from which on the policy let newcomers read everything; `None`
    /// while newcomers read from their joining on.
    pub(crate) fn full_since(&self) -> Option<u64> {
        let mut since = None;
        let policies = self.fold.policies.iter_to(self.position, |from| from.position);
        for from in policies.rev().take_while(|from| from.policy.history == HistoryPolicy::Full) {
            since = Some(from.position);
        }
        since
    }

    /// Whether a segment begins at `anchor`.
    pub(super) fn begins_segment(&self, anchor: u64) -> bool {
        self.epoch_at(anchor).is_some_and(|epoch| epoch.link == Link::Fence)
    }
}

impl Fold {
    /// Where the right of `device` to speak ended that it had at `n`, if it did; messages
    /// sealed at `n` are refused unless one of the heads reaches them (rule 6).
    #[must_use]
    pub fn end_of_speech(&self, account: &AccountId, device: &DeviceId, n: u64) -> Option<End<'_>> {
        let record = self.record(account)?;
        let ended = record.period(n)?.ended;
        let from = record.ends.partition_point(|row| row.position <= n);
        let row = record.ends.iter().skip(from).find(|row| row.device == *device);
        match (row, ended) {
            (Some(row), ended) if ended.is_none_or(|ended| row.position <= ended) => {
                Some(End { position: row.position, heads: &row.heads })
            }
            (_, ended) => ended.map(|position| End { position, heads: &[] }),
        }
    }
}

impl Fold {
    /// The heads of the cut that ended `device` at `position`; none if nothing did.
    pub(crate) fn heads_of_cut(&self, device: &DeviceId, position: u64) -> &[MessageId] {
        let mut ends = self.records.iter().flat_map(|record| &record.ends);
        let end = ends.find(|end| end.position == position && end.device == *device);
        end.map_or(&[], |end| &end.heads)
    }
}

/// Where a device's right to speak ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End<'a> {
    /// Position of the entry that ended it.
    pub position: u64,
    /// Its newest messages that the entry's author knew; empty if none.
    pub heads: &'a [MessageId],
}
