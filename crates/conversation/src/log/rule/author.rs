use crate::format::{Entry, EntryBody, Member, Pin, Role};
use crate::log::view::active_key;
use crate::log::{Accounts, AppendError, Refused, View};

/// An entry's author as it stands after the entry's own pins.
pub(super) struct Author {
    pub(super) role: Role,
    pub(super) pin: Pin,
}

/// Step 4, first half: the author is a member before the entry.
pub(super) fn find(before: &View<'_>, body: &EntryBody) -> Result<Author, Refused> {
    let role = before.role(&body.author).ok_or(Refused::NotAMember)?;
    let pin = own_pin(body).or_else(|| before.pin(&body.author));
    Ok(Author { role, pin: pin.ok_or(Refused::NotAMember)? })
}

/// As [`find`], in a `create`: the author is in its member list.
pub(super) fn find_founder(members: &[Member], body: &EntryBody) -> Result<Pin, Refused> {
    members
        .binary_search_by_key(&body.author, |member| member.account)
        .map_err(|_| Refused::NotAMember)?;
    own_pin(body).ok_or(Refused::JoinWithoutPin)
}

/// Steps 4 and 5: the author's device is active at `pin`, and the signature is its own.
///
/// Statements that `missing` names already are asked for in the same answer.
pub(super) fn verify(
    pin: &Pin,
    entry: &Entry,
    accounts: &dyn Accounts,
    mut missing: Vec<Pin>,
) -> Result<(), AppendError> {
    let key = match active_key(accounts, pin, &entry.body().device) {
        Err(AppendError::Missing(pins)) => {
            missing.extend(pins);
            missing.sort_unstable_by_key(|pin| pin.account);
            missing.dedup();
            return Err(AppendError::Missing(missing));
        }
        key => key?,
    };
    if missing.is_empty() {
        entry.verify(&key).map_err(|_| Refused::BadSignature.into())
    } else {
        Err(AppendError::Missing(missing))
    }
}

fn own_pin(body: &EntryBody) -> Option<Pin> {
    let index = body.pins.binary_search_by_key(&body.author, |pin| pin.account).ok()?;
    body.pins.get(index).copied()
}
