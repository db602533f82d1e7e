use crate::format::{AccountId, DeviceId, MessageId, Pin, Role, StatementHash};

/// All that the log said of one account, in the order of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) account: AccountId,
    pub(super) periods: Vec<Period>,
    pub(super) roles: Vec<RoleFrom>,
    pub(super) pins: Vec<PinFrom>,
    pub(super) ends: Vec<EndRow>,
    /// Devices that wrote entries.
    pub(super) authors: Vec<DeviceId>,
}

/// One membership, from its entry to the entry that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) joined: u64,
    pub(super) granted_from: u64,
    pub(super) ended: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RoleFrom {
    pub(super) position: u64,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PinFrom {
    pub(super) position: u64,
    pub(super) seq: u64,
    pub(super) hash: StatementHash,
}

/// A device that ended: by its revocation, or with messages named when its account went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndRow {
    pub(super) position: u64,
    pub(super) device: DeviceId,
    pub(super) heads: Vec<MessageId>,
}

impl Record {
    pub(super) const fn new(account: AccountId) -> Self {
        Self {
            account,
            periods: Vec::new(),
            roles: Vec::new(),
            pins: Vec::new(),
            ends: Vec::new(),
            authors: Vec::new(),
        }
    }

    /// The membership that holds at `n`.
    pub(super) fn period(&self, n: u64) -> Option<&Period> {
        let index = self.periods.partition_point(|period| period.joined <= n);
        let period = self.periods.get(index.checked_sub(1)?)?;
        period.ended.is_none_or(|ended| ended > n).then_some(period)
    }

    pub(super) fn role(&self, n: u64) -> Option<Role> {
        self.period(n)?;
        let index = self.roles.partition_point(|from| from.position <= n);
        Some(self.roles.get(index.checked_sub(1)?)?.role)
    }

    pub(super) fn pin_from(&self, n: u64) -> Option<&PinFrom> {
        let index = self.pins.partition_point(|from| from.position <= n);
        self.pins.get(index.checked_sub(1)?)
    }

    pub(super) fn pin(&self, n: u64) -> Option<Pin> {
        let from = self.pin_from(n)?;
        Some(Pin { account: self.account, seq: from.seq, hash: from.hash })
    }
}

/// Appends without the spare room of a doubling vector: most of these lists stay at one.
pub(super) fn push_exact<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
}
