use crate::format::{Action, EntryBody, HistoryPolicy};
use crate::log::{Refused, View};

/// Rule 7: a newcomer is granted whole segments, none that stood under a narrower policy,
/// and none that its adder was not granted.
pub(super) fn check(before: &View<'_>, body: &EntryBody) -> Result<(), Refused> {
    let Action::Add { grant, .. } = &body.action else { return Ok(()) };
    let from = grant.granted_from;
    if from == body.position {
        // Nothing older; the epoch rule sees to the fence.
        return if body.epoch.is_some() { Ok(()) } else { Err(Refused::GrantNotASegment) };
    }
    if before.policy().history != HistoryPolicy::Full {
        return Err(Refused::GrantTooWide);
    }
    if !before.begins_segment(from) {
        return Err(Refused::GrantNotASegment);
    }
    let policy = before.full_since().is_none_or(|since| from < since);
    let author = before.granted_from(&body.author).is_none_or(|floor| from < floor);
    if policy || author { Err(Refused::GrantTooWide) } else { Ok(()) }
}
