use std::collections::BTreeMap;

use crate::Error;
use crate::account::{Change, Directory, Verification};
use crate::format::{AccountId, Pin, StatementHash, limit};

/// Who the people are whom an app knows by a label (a name, a number, an address).
///
/// ```text
///                     verify                 other account, two stories, recovery reset
///   unverified ───────────────────> verified ──────────────────────────> changed
///        ^ └──────────── other account, two stories ───────────────────────^  │ │
///        └────────────────────────────────── accept ──────────────────────────┘ │
///                                   verified <──────────────── verify again ────┘
/// ```
///
/// An account's id is self-certifying; that a label is that account's is not. So what was
/// compared is kept for each label, together with the account it was compared for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    pub(super) by_label: BTreeMap<String, Contact>,
    /// Stories of accounts that a person has looked at and let pass.
    pub(super) accepted: BTreeMap<AccountId, StatementHash>,
}

/// What is kept of one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) account: AccountId,
    /// Another account that the label was said to be since.
    pub(super) offered: Option<AccountId>,
    /// The head at which a person compared.
    pub(super) verified: Option<Pin>,
}

impl Contacts {
    /// Takes what a label is said to be: by a card, by the app's own address book. The
    /// first word counts; another account later makes the contact *changed*.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a label of 0 or more than 255 bytes, or one too many.
    pub fn resolve(&mut self, label: &str, account: &AccountId) -> Result<(), Error> {
        if label.is_empty() || label.len() > limit::LABEL {
            return Err(Error::Misuse("a label has 1 to 255 bytes"));
        }
        if let Some(contact) = self.by_label.get_mut(label) {
            contact.offered = (contact.account != *account).then_some(*account);
            return Ok(());
        }
        if self.by_label.len() >= limit::CONTACTS {
            return Err(Error::Misuse("too many contacts: forget some"));
        }
        let contact = Contact { account: *account, offered: None, verified: None };
        self.by_label.insert(label.to_owned(), contact);
        Ok(())
    }

    /// A person has compared the safety number, or scanned a code, at this head.
    ///
    /// # Security
    /// For a code, `head` is what [`crate::format::QrPayload::check`] gives.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a label that is not known or stands for other accounts.
    pub fn verify(&mut self, label: &str, head: &Pin, directory: &Directory) -> Result<(), Error> {
        let contact = self.by_label.get_mut(label).ok_or(UNKNOWN)?;
        if contact.account != head.account && contact.offered != Some(head.account) {
            return Err(Error::Misuse("the head is of another account"));
        }
        *contact = Contact { account: head.account, offered: None, verified: Some(*head) };
        self.let_pass(&head.account, directory)
    }

    /// A person takes a contact as it is now; it is *unverified* then.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a label that is not known.
    pub fn accept(&mut self, label: &str, directory: &Directory) -> Result<(), Error> {
        let contact = self.by_label.get_mut(label).ok_or(UNKNOWN)?;
        let account = contact.offered.unwrap_or(contact.account);
        *contact = Contact { account, offered: None, verified: None };
        self.let_pass(&account, directory)
    }

    /// A person keeps the account that the label stood for before.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a label that is not known.
    pub fn keep(&mut self, label: &str) -> Result<(), Error> {
        self.by_label.get_mut(label).ok_or(UNKNOWN)?.offered = None;
        Ok(())
    }

    /// Lets the stories of an account that has no label pass.
    ///
    /// # Errors
    /// [`Error::Misuse`] if too many were let pass.
    pub fn let_pass(&mut self, account: &AccountId, directory: &Directory) -> Result<(), Error> {
        let Some(evidence) = directory.equivocation(account) else { return Ok(()) };
        if self.accepted.len() >= limit::CONTACTS && !self.accepted.contains_key(account) {
            return Err(Error::Misuse("too many accounts were let pass"));
        }
        self.accepted.insert(*account, evidence.theirs.body.hash()?);
        Ok(())
    }

    /// Forgets a label and what was compared for it.
    pub fn forget(&mut self, label: &str) {
        self.by_label.remove(label);
    }

    /// The account that a label stands for.
    #[must_use]
    pub fn account(&self, label: &str) -> Option<AccountId> {
        self.by_label.get(label).map(|contact| contact.account)
    }

    /// How a contact stands, by the chains that are known now.
    #[must_use]
    pub fn state(&self, label: &str, directory: &Directory) -> Option<Verification> {
        let contact = self.by_label.get(label)?;
        let changed = contact
            .offered
            .map(Change::OtherAccount)
            .or_else(|| self.told_two_stories(&contact.account, directory))
            .or_else(|| contact.change_since_verified(directory));
        Some(match changed {
            Some(change) => Verification::Changed(change),
            None if contact.verified.is_some() => Verification::Verified,
            None => Verification::Unverified,
        })
    }

    /// Why nothing may be wrapped to an account until a person has decided: by any label
    /// that stands for it, or is said to stand for it now.
    #[must_use]
    pub fn change_of(&self, account: &AccountId, directory: &Directory) -> Option<Change> {
        self.told_two_stories(account, directory).or_else(|| {
            self.by_label.values().find_map(|contact| match contact.offered {
                Some(offered) if offered == *account => Some(Change::OtherAccount(offered)),
                _ if contact.account == *account => contact.change_since_verified(directory),
                _ => None,
            })
        })
    }

    /// Labels and the accounts that they stand for, by label.
    pub fn iter(&self) -> impl Iterator<Item = (&str, AccountId)> {
        self.by_label.iter().map(|(label, contact)| (label.as_str(), contact.account))
    }

    /// Labels that stand for an account.
    pub fn labels(&self, account: &AccountId) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(_, known)| known == account).map(|(label, _)| label)
    }

    fn told_two_stories(&self, account: &AccountId, directory: &Directory) -> Option<Change> {
        let evidence = directory.equivocation(account)?;
        let passed = self.accepted.get(account).copied();
        let story = evidence.theirs.body.hash().ok();
        (passed.is_none() || passed != story).then_some(Change::Equivocation)
    }
}

impl Contact {
    fn change_since_verified(&self, directory: &Directory) -> Option<Change> {
        let verified = self.verified?;
        let chain = directory.chain(&self.account)?;
        if chain.head().seq < verified.seq {
            return Some(Change::RolledBack(chain.head().seq));
        }
        if !chain.contains(&verified) {
            return Some(Change::Equivocation);
        }
        let reset = chain.resets().iter().find(|reset| **reset > verified.seq);
        reset.copied().map(Change::RecoveryReset)
    }
}

const UNKNOWN: Error = Error::Misuse("the label is not known");
