use crate::format::{Action, EntryBody, Permission, Role};
use crate::log::rule::epoch::Requirement;
use crate::log::{Refused, View};

/// Rule 23: who may write which entry.
pub(super) fn check(
    before: &View<'_>,
    body: &EntryBody,
    role: Role,
    required: Requirement,
) -> Result<(), Refused> {
    let policy = before.policy();
    let may = |permission| role == Role::Admin || permission == Permission::AnyMember;
    // A rotation that is due, or that a pin asks for, is every member's.
    let may_rotate = may(policy.rotate) || required.by_pins || before.rotation_due();
    let epoch = body.epoch.is_some();
    let allowed = match &body.action {
        Action::Add { .. } => may(policy.add),
        Action::Rotate => may_rotate,
        Action::SetInfo => may(policy.set_info) && (may_rotate || !epoch),
        Action::Remove { .. } | Action::SetPolicy { .. } | Action::SetRole { .. } => {
            role == Role::Admin
        }
        Action::Leave { .. } | Action::Create { .. } => true,
    };
    // Info beside another action is the price of an epoch, or else a change of the info.
    let info = body.info.is_none() || epoch || may(policy.set_info);
    if allowed && info { Ok(()) } else { Err(Refused::NotAllowed) }
}
