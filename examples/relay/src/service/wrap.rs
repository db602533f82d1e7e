use privity_conversation::format::{Recipient, RelayErrorCode, WrappedEntry};
use privity_conversation::log::Fold;

use crate::Failure;
use crate::service::chains::StoredChains;
use crate::storage::Session;

/// Refuses a wrap that no recipient would take: wrong epoch, nobody's grant, no right to
/// wrap, or another's signature.
pub(super) fn check(
    fold: &Fold,
    chains: &StoredChains<'_>,
    caller: &Session,
    wrap: &WrappedEntry,
) -> Result<(), Failure> {
    let context = &wrap.context;
    if (wrap.wrapper, wrap.device) != (caller.account, caller.device) {
        return Err(Failure::not_entitled("a wrap is handed in by its wrapper's device"));
    }
    if context.conversation != fold.conversation() {
        return Err(broken("of another conversation"));
    }
    let Recipient::Account { account, .. } = context.recipient else {
        return Err(broken("for a recipient of no mode that this release has"));
    };
    let now = fold.now();
    now.epoch_at(context.anchor)
        .and_then(|_| fold.at(context.anchor))
        .filter(|view| view.hash() == context.anchor_hash)
        .ok_or_else(|| broken("of no epoch that stands"))?;
    if !now.entitled(&account, context.anchor) {
        return Err(broken("for somebody whom the log does not grant that epoch"));
    }
    if !now.entitled(&caller.account, context.anchor) {
        return Err(Failure::not_entitled("the log does not grant the wrapper that epoch"));
    }
    let entitled =
        fold.at(wrap.entitled).ok_or_else(|| broken("by a right of no position that stands"))?;
    let key = chains.settle(entitled.device_key(chains, &caller.account, &caller.device))?;
    wrap.verify(&key).map_err(|_| broken("whose signature is not its wrapper's"))
}

fn broken(what: &str) -> Failure {
    Failure::new(RelayErrorCode::Refused, format_args!("a wrap {what}"))
}
