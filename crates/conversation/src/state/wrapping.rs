use privity_wire::Codec;

use crate::Error;
use crate::epoch::{AnchoredEpoch, WrapTarget, Wrapper};
use crate::format::{AccountId, ConversationId, Pin, Policy, PostQuantumPolicy};
use crate::log::{Fold, Step};
use crate::state::{Blocked, Client, Event, Unwrappable};

/// What goes up with an entry, and who is left out of it.
pub(super) struct Wrapped {
    pub(super) wraps: Vec<Vec<u8>>,
    pub(super) events: Vec<Event>,
}

impl Client {
    /// For a new epoch a wrap for every member; for newcomers one for each segment granted.
    ///
    /// A member that nobody can wrap to is left out and named: it hinders no rotation and no
    /// removal. A newcomer like that is refused, since somebody asks for it.
    pub(super) fn wraps_for(
        &mut self,
        id: &ConversationId,
        after: &Fold,
        step: &Step,
        fresh: Option<&AnchoredEpoch>,
    ) -> Result<Wrapped, Error> {
        let view = after.now();
        let (mut wraps, mut events) = (Vec::new(), Vec::new());
        let newcomer = |account: &AccountId| self.target_or_refuse(after, account);
        let newcomers: Vec<WrapTarget> =
            step.joined.iter().map(newcomer).collect::<Result<_, _>>()?;
        if let Some(epoch) = fresh {
            let wrapper = self.wrapper(step.position);
            for (account, _) in view.members() {
                let wrap = self.target(after, &account).and_then(|target| {
                    epoch.wrap(&target, &wrapper).map_err(|_| Unwrappable::KeyRefused)
                });
                match wrap {
                    Ok(wrap) => wraps.push(wrap.to_bytes()?),
                    Err(why) => {
                        events.push(Event::NotWrapped { conversation: *id, account, why });
                    }
                }
            }
        }
        for target in &newcomers {
            let floor = view.granted_from(&target.account).unwrap_or(step.position);
            let state = self.conversation(id)?;
            for anchor in state.broken.ends(&view, |anchor| anchor >= floor) {
                if anchor == step.position {
                    continue;
                }
                let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
                let epoch = state.epoch(anchor).ok_or(Blocked::SecretMissing)?;
                let wrapper = self.wrapper(step.position);
                wraps.push(epoch.wrap(target, &wrapper)?.to_bytes()?);
            }
        }
        Ok(Wrapped { wraps, events })
    }

    /// Where a member's wraps go: its account's key at the head that the log pins.
    pub(super) fn target(
        &self,
        fold: &Fold,
        account: &AccountId,
    ) -> Result<WrapTarget, Unwrappable> {
        if self.changed.contains(account) {
            return Err(Unwrappable::ContactChanged);
        }
        if !self.is_account_met(account) {
            return Err(Unwrappable::StatementsMissing);
        }
        let view = fold.now();
        let pin = view.pin(account).ok_or(Unwrappable::StatementsMissing)?;
        let chain = self.directory.chain(account).filter(|chain| chain.contains(&pin));
        let chain = chain.ok_or(Unwrappable::StatementsMissing)?;
        let key = chain.key_at(pin.seq).ok_or(Unwrappable::Closed)?;
        if self.is_too_weak(view.policy(), &pin) {
            return Err(Unwrappable::NotPostQuantum);
        }
        let parsed = key.key.parse().map_err(|_| Unwrappable::KeyRefused)?;
        Ok(WrapTarget { account: *account, generation: key.generation, key: parsed })
    }

    /// As [`Client::target`], where nothing goes on without this one.
    pub(super) fn target_or_refuse(
        &self,
        fold: &Fold,
        account: &AccountId,
    ) -> Result<WrapTarget, Error> {
        self.target(fold, account).map_err(|why| refusal(fold, account, why))
    }

    pub(super) fn wrapper(&self, entitled: u64) -> Wrapper<'_> {
        Wrapper {
            account: self.own.account(),
            device: self.own.device(),
            entitled,
            key: self.own.signing_key(),
        }
    }

    /// Refuses members whose keys are not post-quantum where the policy asks for it.
    pub(super) fn check_post_quantum(&self, policy: &Policy, pins: &[Pin]) -> Result<(), Error> {
        let weak: Vec<AccountId> = pins
            .iter()
            .filter(|pin| self.is_too_weak(policy, pin))
            .map(|pin| pin.account)
            .collect();
        if weak.is_empty() { Ok(()) } else { Err(Blocked::PostQuantum(weak).into()) }
    }

    /// Whether the policy keeps an account out: by what it was at the pin, or by what it is
    /// known to be since (a holder of another suite opens the same wraps).
    fn is_too_weak(&self, policy: &Policy, pin: &Pin) -> bool {
        let withstands = || {
            let chain = self.directory.chain(&pin.account)?;
            let now = chain.head().seq;
            Some(chain.is_post_quantum_at(pin.seq) && chain.is_post_quantum_at(now))
        };
        policy.post_quantum == PostQuantumPolicy::Required && withstands() != Some(true)
    }
}

/// What a call says that can't do without an account to which nobody can wrap.
fn refusal(fold: &Fold, account: &AccountId, why: Unwrappable) -> Error {
    match why {
        Unwrappable::ContactChanged => Blocked::ContactChanged(vec![*account]).into(),
        Unwrappable::NotPostQuantum => Blocked::PostQuantum(vec![*account]).into(),
        Unwrappable::Closed => Error::Misuse("the account is closed"),
        Unwrappable::KeyRefused => {
            privity_primitives::Error::BadKey("the account's wrap key").into()
        }
        Unwrappable::StatementsMissing => {
            let pins = fold.now().pin(account).into_iter().collect();
            Error::Missing(crate::Missing::Statements(pins))
        }
    }
}
