use crate::format::{Action, ConversationId, EntryBody, EntryHash, limit};
use crate::log::Refused;

/// What reading from bytes ensures, for entries that were built in memory: an author must
/// not accept what nobody else could read.
pub(super) fn check(body: &EntryBody) -> Result<(), Refused> {
    let lists = match &body.action {
        Action::Create { members, .. } => ascends(members, limit::MEMBERS, |m| m.account),
        Action::Add { accounts, .. } | Action::Remove { accounts } => {
            ascends(accounts, limit::MEMBERS, |account| *account)
        }
        _ => true,
    };
    let parts = ascends(&body.pins, limit::MEMBERS, |pin| pin.account)
        && ascends(&body.also_removed, limit::MEMBERS, |account| *account)
        && ascends(&body.cuts, limit::CUTS, |cut| cut.device)
        && body.cuts.iter().all(|cut| ascends(&cut.heads, limit::CUT_HEADS, |head| *head))
        && body.info.as_ref().is_none_or(|info| info.sealed.len() <= limit::INFO);
    if lists && parts { Ok(()) } else { Err(Refused::NotCanonical) }
}

/// A `create` stands first, names no conversation and no entry before, and ends nobody.
pub(super) fn check_create(body: &EntryBody) -> Result<(), Refused> {
    let first = body.conversation == ConversationId::ZERO
        && body.position == 0
        && body.prev == EntryHash::ZERO;
    if first && body.also_removed.is_empty() && body.cuts.is_empty() {
        Ok(())
    } else {
        Err(Refused::MisplacedCreate)
    }
}

fn ascends<T, K: Ord>(items: &[T], limit: usize, key: impl Fn(&T) -> K) -> bool {
    items.len() <= limit && items.is_sorted_by(|left, right| key(left) < key(right))
}
