//! The checks of an entry, in their order: one file for each question.

mod author;
mod canonical;
mod cuts;
mod epoch;
mod grant;
mod members;
mod permission;
mod pins;

use crate::format::{AccountId, Action, DeviceId, Entry};
use crate::log::{Accounts, AppendError, Refused, View};

/// What the checks found out that applying an entry needs.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Accounts whose membership ends, ascending.
    pub(super) gone: Vec<AccountId>,
    /// Devices that the pins revoke.
    pub(super) revoked: Vec<(AccountId, DeviceId)>,
    /// Devices of the accounts that go which a cut names.
    pub(super) named: Vec<(AccountId, DeviceId)>,
}

/// Steps 3 to 6 for an entry that follows the last one of `before`.
pub(super) fn check(
    before: &View<'_>,
    entry: &Entry,
    accounts: &dyn Accounts,
) -> Result<Checked, AppendError> {
    let body = entry.body();
    canonical::check(body)?;
    if matches!(body.action, Action::Create { .. }) {
        return Err(Refused::MisplacedCreate.into());
    }
    let moved = pins::check(before, body, accounts)?;
    let author = author::find(before, body)?;
    author::verify(&author.pin, entry, accounts, moved.missing)?;

    let required = epoch::requirement(before, body, moved.requires_epoch);
    permission::check(before, body, author.role, required)?;
    epoch::check(body, required)?;
    grant::check(before, body)?;
    let gone = members::check(before, body, &moved.revoked)?;
    let named = cuts::check(before, body, &gone, &moved.revoked, accounts)?;
    cuts::check_heads(before, body, moved.revoked.iter().chain(&named))?;
    Ok(Checked { gone, revoked: moved.revoked, named })
}

/// Steps 3 to 6 for an entry that begins a log.
pub(super) fn check_create(entry: &Entry, accounts: &dyn Accounts) -> Result<(), AppendError> {
    let body = entry.body();
    canonical::check(body)?;
    canonical::check_create(body)?;
    let Action::Create { members, .. } = &body.action else {
        return Err(Refused::MisplacedCreate.into());
    };
    pins::check_create(members, &body.pins)?;
    let pin = author::find_founder(members, body)?;
    author::verify(&pin, entry, accounts, Vec::new())?;

    epoch::check(body, epoch::Requirement::CREATE)?;
    members::check_create(members)
}
