use privity_wire::Codec;

use crate::Error;
use crate::account::{Change, Contacts, Directory, Verification};
use crate::format::{AccountId, ContactCard, Pin};
use crate::state::{Changes, Client, Context, name};

impl Client {
    /// Who the people are whom the app knows by labels, and what was compared of them.
    #[must_use]
    pub const fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// This account's card, to be handed to others; `relay_hint` is a URL or empty.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the hint is longer than a card takes.
    pub fn card(&self, relay_hint: &str) -> Result<ContactCard, Error> {
        if relay_hint.len() > crate::format::limit::RELAY_HINT {
            return Err(Error::Misuse("the relay hint is too long for a card"));
        }
        let head: Pin = self.directory.head(&self.own.account()).ok_or(Error::UNKNOWN)?;
        Ok(ContactCard { head, relay_hint: relay_hint.to_owned() })
    }

    /// Resolves, verifies, accepts or forgets contacts; an error of `change` changes nothing.
    ///
    /// # Errors
    /// What `change` returns.
    pub fn change_contacts(
        &mut self,
        change: impl FnOnce(&mut Contacts, &Directory) -> Result<(), Error>,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut contacts = self.contacts.clone();
        change(&mut contacts, &self.directory)?;
        self.contacts = contacts;
        self.weigh_contacts();
        let mut changes = Changes::default();
        let content = self.contacts.to_bytes()?;
        changes.put.push(self.sealer.seal(name::CONTACTS, &content, context.rng)?);
        self.finish(changes)
    }

    /// Finds the accounts to which nothing may be wrapped until a person has decided: once
    /// for a change of contacts or chains, not for every wrap.
    pub(super) fn weigh_contacts(&mut self) {
        let mut changed: Vec<AccountId> = self.directory.equivocated().copied().collect();
        for (label, account) in self.contacts.iter() {
            match self.contacts.state(label, &self.directory) {
                Some(Verification::Changed(Change::OtherAccount(offered))) => changed.push(offered),
                Some(Verification::Changed(_)) => changed.push(account),
                _ => {}
            }
        }
        // A thief's copy of an own device must not keep the others from healing.
        let own = self.own.account();
        changed.retain(|account| {
            *account != own && self.contacts.change_of(account, &self.directory).is_some()
        });
        self.changed = changed.into_iter().collect();
    }
}
