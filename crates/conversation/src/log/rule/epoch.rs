use crate::format::{Action, EntryBody, HistoryPolicy, Link};
use crate::log::{Refused, View};

/// What an entry's epoch must be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requirement {
    /// A pin of the entry revokes a device or changes a wrap generation.
    pub(super) by_pins: bool,
    /// The entry must start an epoch, whatever asks for it.
    must_start: bool,
    /// If it starts one, then behind a fence.
    fence: bool,
}

impl Requirement {
    pub(super) const CREATE: Self = Self { by_pins: false, must_start: true, fence: true };
}

/// Rules 6 and 7: which entries start an epoch, and which of them behind a fence.
pub(super) fn requirement(before: &View<'_>, body: &EntryBody, by_pins: bool) -> Requirement {
    let history = before.policy().history;
    let (must_start, fence) = match &body.action {
        Action::Add { grant, .. } => {
            let from_join = history == HistoryPolicy::FromJoin;
            (from_join, from_join || grant.granted_from == body.position)
        }
        Action::SetPolicy { policy } => {
            let changes = policy.history != history;
            (changes, changes)
        }
        Action::Create { .. } => (true, true),
        Action::Remove { .. } | Action::Rotate => (true, false),
        Action::Leave { .. } | Action::SetInfo | Action::SetRole { .. } => (false, false),
    };
    Requirement { by_pins, must_start: must_start || by_pins, fence }
}

/// Rules 6, 7 and 23b, checked.
pub(super) fn check(body: &EntryBody, required: Requirement) -> Result<(), Refused> {
    let leaves = matches!(body.action, Action::Leave { .. });
    match &body.epoch {
        Some(_) if leaves => return Err(Refused::EpochForbidden),
        None if required.must_start => return Err(Refused::EpochMissing),
        Some(start) if required.fence && start.link != Link::Fence => {
            return Err(Refused::LinkAtFence);
        }
        _ => {}
    }
    let carries = body.epoch.is_some() || matches!(body.action, Action::SetInfo);
    if carries && body.info.is_none() { Err(Refused::InfoMissing) } else { Ok(()) }
}
