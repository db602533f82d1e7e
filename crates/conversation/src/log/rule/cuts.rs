use std::collections::BTreeMap;

use crate::format::{AccountId, DeviceId, EntryBody, Pin, limit};
use crate::log::{Accounts, AppendError, Lookup, Refused, View};

/// Rule 6: cuts name devices that end here and no others. Gives those that end with their
/// account rather than by a revocation.
///
/// A device that ends and has no cut has none of its messages before it; so an account
/// whose statements nobody has can still be removed.
pub(super) fn check(
    before: &View<'_>,
    body: &EntryBody,
    gone: &[AccountId],
    revoked: &[(AccountId, DeviceId)],
    accounts: &dyn Accounts,
) -> Result<Vec<(AccountId, DeviceId)>, AppendError> {
    let mut ended: BTreeMap<DeviceId, AccountId> = BTreeMap::new();
    let revoked: BTreeMap<DeviceId, ()> = revoked.iter().map(|(_, device)| (*device, ())).collect();
    let open = body.cuts.iter().filter(|cut| !revoked.contains_key(&cut.device));
    let open: Vec<DeviceId> = open.map(|cut| cut.device).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    for account in gone {
        let Some(pin) = pin_after(before, body, account) else { continue };
        match accounts.devices(&pin) {
            Lookup::Known(devices) => ended.extend(devices.iter().map(|d| (*d, *account))),
            Lookup::Missing => missing.push(pin),
        }
    }
    let named = open.iter().map(|device| Some((*ended.get(device)?, *device)));
    match named.collect::<Option<Vec<_>>>() {
        Some(named) => Ok(named),
        None if missing.is_empty() => Err(Refused::CutOfOther.into()),
        None => Err(AppendError::Missing(missing)),
    }
}

/// A fold keeps the heads of cuts for ever, and whoever leaves and comes back can name any: a few
/// thousand for each account. A cut may always be left out.
pub(super) fn check_heads<'a>(
    before: &View<'_>,
    body: &EntryBody,
    ended: impl Iterator<Item = &'a (AccountId, DeviceId)>,
) -> Result<(), Refused> {
    let mut kept: BTreeMap<AccountId, usize> = BTreeMap::new();
    for (account, device) in ended {
        let Ok(index) = body.cuts.binary_search_by_key(device, |cut| cut.device) else { continue };
        let named = body.cuts.get(index).map_or(0, |cut| cut.heads.len());
        *kept.entry(*account).or_insert_with(|| before.heads_kept(account)) += named;
    }
    if kept.values().any(|heads| *heads > limit::ACCOUNT_HEADS) {
        return Err(Refused::TooManyHeads);
    }
    Ok(())
}

fn pin_after(before: &View<'_>, body: &EntryBody, account: &AccountId) -> Option<Pin> {
    let index = body.pins.binary_search_by_key(account, |pin| pin.account).ok();
    index.and_then(|index| body.pins.get(index)).copied().or_else(|| before.pin(account))
}
