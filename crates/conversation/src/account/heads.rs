use crate::account::Directory;
use crate::format::Pin;

/// How a head that somebody names stands to the chain that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadComparison {
    /// It is on the chain: both were shown the same.
    Same,
    /// The chain does not reach so far here: fetch statements from this place on, then
    /// compare again. A relay that does not have them shows one of the two an old chain.
    Behind(u64),
    /// Another statement stands there: the account, or a copy of one of its devices, told
    /// two stories, or the head was forged.
    Differs(Pin),
}

impl Directory {
    /// Holds a head that came another way (by a card, a scan, a message) against the chain.
    #[must_use]
    pub fn compare(&self, head: &Pin) -> HeadComparison {
        let Some(chain) = self.chain(&head.account) else {
            return HeadComparison::Behind(0);
        };
        match chain.hash_at(head.seq) {
            Some(hash) if hash == head.hash => HeadComparison::Same,
            Some(hash) => HeadComparison::Differs(Pin { hash, ..*head }),
            None => HeadComparison::Behind(chain.head().seq.saturating_add(1)),
        }
    }
}
