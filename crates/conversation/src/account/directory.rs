use std::collections::BTreeMap;

use crate::account::{Chain, ChainFault};
use crate::format::{AccountId, Pin, Statement};

/// The chains that this client, or relay, knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    pub(super) chains: BTreeMap<AccountId, Chain>,
    pub(super) equivocations: BTreeMap<AccountId, Equivocation>,
}

/// Two statements with one place in one chain: the account's owner, or a copy of a device,
/// tells different people different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivocation {
    /// The statement that this client holds to.
    pub ours: Pin,
    /// The other one; its signatures verify.
    pub theirs: Statement,
}

/// What came of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Learned {
    /// It is the account's newest now.
    Extended,
    /// It was known.
    Known,
    /// It is further on: fetch from this place first.
    Ahead(u64),
    /// Another one stands there; both verify, and the first stays.
    Equivocates,
}

impl Directory {
    /// Verifies a statement and takes it over.
    ///
    /// # Errors
    /// The rule that it breaks; nothing changes then.
    pub fn learn(&mut self, statement: &Statement) -> Result<Learned, ChainFault> {
        let account = statement.body.account_id().map_err(|_| ChainFault::TooLong)?;
        let hash = statement.body.hash().map_err(|_| ChainFault::TooLong)?;
        let seq = statement.body.seq;
        let Some(chain) = self.chains.get_mut(&account) else {
            if seq != 0 {
                return Ok(Learned::Ahead(0));
            }
            self.chains.insert(account, Chain::begin(statement)?);
            return Ok(Learned::Extended);
        };
        match chain.hash_at(seq) {
            Some(known) if known == hash => Ok(Learned::Known),
            Some(ours) => {
                chain.upto(seq).append(statement)?;
                let ours = Pin { account, seq, hash: ours };
                let theirs = statement.clone();
                self.equivocations.entry(account).or_insert(Equivocation { ours, theirs });
                Ok(Learned::Equivocates)
            }
            None if seq > chain.head().seq + 1 => Ok(Learned::Ahead(chain.head().seq + 1)),
            None => chain.append(statement).map(|()| Learned::Extended),
        }
    }

    /// An account's chain, as far as it is known.
    #[must_use]
    pub fn chain(&self, account: &AccountId) -> Option<&Chain> {
        self.chains.get(account)
    }

    /// Whether the chain that is known does not come as far as `pin`.
    pub(crate) fn lacks(&self, pin: &Pin) -> bool {
        self.head(&pin.account).is_none_or(|head| head.seq < pin.seq)
    }

    /// An account's newest known statement.
    #[must_use]
    pub fn head(&self, account: &AccountId) -> Option<Pin> {
        self.chains.get(account).map(Chain::head)
    }

    /// Evidence that an account told different people different things; the first is kept.
    #[must_use]
    pub fn equivocation(&self, account: &AccountId) -> Option<&Equivocation> {
        self.equivocations.get(account)
    }

    /// Accounts that told two stories.
    pub fn equivocated(&self) -> impl Iterator<Item = &AccountId> {
        self.equivocations.keys()
    }

    /// Every chain known, by account.
    pub fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.chains.values()
    }

    /// The chains that are known of the accounts of `pins`. These come in the order of their
    /// accounts, as a log has them, so that one walk finds many.
    pub fn chains_of(
        &self,
        pins: impl Iterator<Item = Pin>,
    ) -> impl Iterator<Item = (Pin, &Chain)> {
        /// Steps that are cheaper than to look up.
        const STEPS: usize = 4;
        let mut walk = self.chains.range(AccountId::ZERO..).peekable();
        pins.filter_map(move |pin| {
            let before = |found: &(&AccountId, &Chain)| *found.0 < pin.account;
            let steps = (0..STEPS).take_while(|_| walk.next_if(before).is_some()).count();
            if steps == STEPS && walk.peek().is_some_and(before) {
                walk = self.chains.range(pin.account..).peekable();
            }
            let (account, chain) = walk.peek()?;
            (**account == pin.account).then_some((pin, *chain))
        })
    }

    /// What is known of one account alone: a record of its own in a store.
    #[must_use]
    pub fn only(&self, account: &AccountId) -> Self {
        let chain = self.chains.get(account).map(|chain| (*account, chain.clone()));
        let evidence = self.equivocations.get(account).map(|it| (*account, it.clone()));
        Self { chains: chain.into_iter().collect(), equivocations: evidence.into_iter().collect() }
    }

    /// Takes over what was stored of other accounts.
    pub fn absorb(&mut self, stored: Self) {
        self.chains.extend(stored.chains);
        self.equivocations.extend(stored.equivocations);
    }

    /// Forgets an account that nothing refers to any more.
    pub fn forget(&mut self, account: &AccountId) {
        self.chains.remove(account);
        self.equivocations.remove(account);
    }
}
