use crate::format::{AccountId, Action, DeviceId, EntryBody, Member, Role, limit};
use crate::log::{AppendError, Refused, View};

/// Rules 2, 6 and 23: who joins, who goes, and that an admin stays. Gives who goes.
pub(super) fn check(
    before: &View<'_>,
    body: &EntryBody,
    revoked: &[(AccountId, DeviceId)],
) -> Result<Vec<AccountId>, Refused> {
    match &body.action {
        Action::Add { accounts, .. } => check_joining(before, accounts)?,
        Action::SetRole { account, .. } if !before.is_member(account) => {
            return Err(Refused::NoSuchMember);
        }
        _ => {}
    }
    let gone = going(before, body)?;
    if let Action::SetRole { account, .. } = &body.action
        && gone.binary_search(account).is_ok()
    {
        return Err(Refused::NoSuchMember);
    }
    for account in &body.also_removed {
        if !came_through(before, account, revoked) {
            return Err(Refused::NotAddedByRevoked);
        }
    }
    check_admins(before, body, &gone)?;
    Ok(gone)
}

/// A conversation begins with an admin.
pub(super) fn check_create(members: &[Member]) -> Result<(), AppendError> {
    if members.iter().any(|member| member.role == Role::Admin) {
        Ok(())
    } else {
        Err(Refused::NoAdminLeft.into())
    }
}

fn check_joining(before: &View<'_>, joining: &[AccountId]) -> Result<(), Refused> {
    if joining.is_empty() {
        return Err(Refused::Nobody);
    }
    if joining.iter().any(|account| before.is_member(account)) {
        return Err(Refused::AlreadyMember);
    }
    if before.member_count() + joining.len() > limit::MEMBERS {
        return Err(Refused::TooManyMembers);
    }
    Ok(())
}

fn going(before: &View<'_>, body: &EntryBody) -> Result<Vec<AccountId>, Refused> {
    let mut gone = match &body.action {
        Action::Remove { accounts } if accounts.is_empty() => return Err(Refused::Nobody),
        Action::Remove { accounts } => accounts.clone(),
        _ => Vec::new(),
    };
    gone.extend(&body.also_removed);
    if gone.contains(&body.author) {
        return Err(Refused::RemovesItself);
    }
    if let Action::Leave { .. } = &body.action {
        gone.push(body.author);
    }
    gone.sort_unstable();
    if gone.windows(2).any(|pair| matches!(pair, [left, right] if left == right)) {
        return Err(Refused::NotCanonical);
    }
    if gone.iter().all(|account| before.is_member(account)) {
        Ok(gone)
    } else {
        Err(Refused::NoSuchMember)
    }
}

/// Whether a device that is revoked here added `account`, under the pin that is replaced.
fn came_through(before: &View<'_>, account: &AccountId, revoked: &[(AccountId, DeviceId)]) -> bool {
    let Some(adder) = before.added_by(account) else { return false };
    revoked.contains(&adder) && before.joined(account) >= before.pinned_at(&adder.0)
}

fn check_admins(before: &View<'_>, body: &EntryBody, gone: &[AccountId]) -> Result<(), Refused> {
    let is_admin = |account: &AccountId| before.role(account) == Some(Role::Admin);
    let members = before.member_count().saturating_sub(gone.len());
    let lost = gone.iter().filter(|account| is_admin(account)).count();
    let mut admins = before.admin_count().saturating_sub(lost);
    match &body.action {
        Action::SetRole { account, role } => match (is_admin(account), role) {
            (false, Role::Admin) => admins += 1,
            (true, Role::Member) => admins = admins.saturating_sub(1),
            _ => {}
        },
        Action::Leave { successor: Some(successor) } => {
            let stays = before.is_member(successor) && gone.binary_search(successor).is_err();
            if admins > 0 || !stays {
                return Err(Refused::SuccessorNotDue);
            }
            admins = 1;
        }
        _ => {}
    }
    if members > 0 && admins == 0 { Err(Refused::NoAdminLeft) } else { Ok(()) }
}
