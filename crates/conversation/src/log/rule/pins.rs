use crate::format::{AccountId, Action, DeviceId, EntryBody, Member, Pin};
use crate::log::{Accounts, AppendError, Lookup, PinChange, Refused, View};

/// What the pins of an entry do to the accounts that are members already.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) revoked: Vec<(AccountId, DeviceId)>,
    pub(super) requires_epoch: bool,
    /// Statements without which this cannot be said.
    pub(super) missing: Vec<Pin>,
}

/// Step 3: a pin is of a member or of a newcomer, each newcomer has one, and one that was
/// set before moves forward along its chain.
pub(super) fn check(
    before: &View<'_>,
    body: &EntryBody,
    accounts: &dyn Accounts,
) -> Result<Moved, AppendError> {
    let joining: &[AccountId] = match &body.action {
        Action::Add { accounts, .. } => accounts,
        _ => &[],
    };
    for newcomer in joining {
        body.pins
            .binary_search_by_key(newcomer, |pin| pin.account)
            .map_err(|_| Refused::JoinWithoutPin)?;
    }
    let mut moved = Moved::default();
    for pin in &body.pins {
        let joins = joining.binary_search(&pin.account).is_ok();
        let member = before.is_member(&pin.account);
        match before.pin(&pin.account) {
            None if joins => check_first(pin)?,
            Some(old) if joins && !member && old == *pin => {}
            Some(old) if member || joins => {
                let change = follow(&old, pin, accounts, &mut moved.missing)?;
                if member && let Some(change) = change {
                    moved.requires_epoch |= change.requires_epoch();
                    moved.revoked.extend(change.revoked.iter().map(|d| (pin.account, *d)));
                }
            }
            _ => return Err(Refused::PinOfStranger.into()),
        }
    }
    Ok(moved)
}

/// In a `create` the pins are exactly those of the members.
pub(super) fn check_create(members: &[Member], pins: &[Pin]) -> Result<(), Refused> {
    let mut listed = members.iter().map(|member| member.account);
    for pin in pins {
        match listed.next() {
            Some(account) if account == pin.account => check_first(pin)?,
            Some(account) if account < pin.account => return Err(Refused::JoinWithoutPin),
            _ => return Err(Refused::PinOfStranger),
        }
    }
    if listed.next().is_some() { Err(Refused::JoinWithoutPin) } else { Ok(()) }
}

/// The first pin of an account needs none of its statements: nobody is bound by a chain
/// that turns out invalid, its owner just cannot act. Its first statement is its name.
fn check_first(pin: &Pin) -> Result<(), Refused> {
    let genesis = AccountId::from(pin.hash) == pin.account;
    if genesis == (pin.seq == 0) { Ok(()) } else { Err(Refused::PinNotOfAccount) }
}

fn follow(
    from: &Pin,
    to: &Pin,
    accounts: &dyn Accounts,
    missing: &mut Vec<Pin>,
) -> Result<Option<PinChange>, Refused> {
    if to.seq <= from.seq {
        return Err(Refused::PinNotForward);
    }
    match accounts.change(from, to) {
        Lookup::Known(Some(change)) => Ok(Some(change)),
        Lookup::Known(None) => Err(Refused::PinNotForward),
        Lookup::Missing => {
            missing.push(*to);
            Ok(None)
        }
    }
}
