use core::mem;

use privity_primitives::secret::equal;

use crate::context::Context;
use crate::event::Event;
use crate::kdf::Fingerprint;
use crate::keyring::check_added;
use crate::{Error, MasterKey};

/// The master keys that a sender has beside the one in use, each with its own life, and
/// the fingerprints of those that it has no more: none of them ever starts a second life.
pub(crate) struct Reserve {
    keys: Vec<Context>,
    former: Vec<Fingerprint>,
}

impl Reserve {
    pub(crate) const fn new() -> Self {
        Self { keys: Vec::new(), former: Vec::new() }
    }

    /// Puts `key` in the place of the only key.
    pub(crate) fn succeed(&mut self, in_use: &mut Context, key: Context) -> Result<(), Error> {
        if !self.keys.is_empty() {
            return Err(Error::Misuse("one of several master keys is selected, not succeeded"));
        }
        if in_use.master().derives_as(key.master()) {
            return Err(Error::Misuse("the new master key is the one in use"));
        }
        self.check_unused(&key)?;
        self.former.push(mem::replace(in_use, key).fingerprint());
        Ok(())
    }

    /// Adds a key with an MKI of the length that the others have.
    pub(crate) fn add(&mut self, in_use: &Context, key: Context) -> Result<(), Error> {
        check_added(self.keys.iter().chain([in_use]).map(Context::master), key.master())?;
        self.check_unused(&key)?;
        self.keys.push(key);
        Ok(())
    }

    /// Changes places with the key that has this MKI.
    pub(crate) fn select(&mut self, in_use: &mut Context, mki: &[u8]) -> Result<(), Error> {
        if in_use.master().mki() != mki {
            let place = self.place(mki).ok_or(Error::UnknownKey)?;
            let key = self.keys.get_mut(place).ok_or(Error::UnknownKey)?;
            mem::swap(in_use, key);
        }
        Ok(())
    }

    /// Removes the key with this MKI; the one in use stays.
    pub(crate) fn remove(&mut self, in_use: &MasterKey, mki: &[u8]) -> Result<(), Error> {
        if in_use.mki() == mki {
            return Err(Error::Misuse("the master key in use cannot be removed"));
        }
        let place = self.place(mki).ok_or(Error::UnknownKey)?;
        self.former.push(self.keys.remove(place).fingerprint());
        Ok(())
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.keys.iter_mut().find_map(Context::poll_event)
    }

    fn place(&self, mki: &[u8]) -> Option<usize> {
        self.keys.iter().position(|key| key.master().mki() == mki)
    }

    fn check_unused(&self, key: &Context) -> Result<(), Error> {
        let fingerprint = key.fingerprint();
        if self.former.iter().any(|former| equal(former, &fingerprint)) {
            return Err(Error::Misuse("the new master key was in use before"));
        }
        Ok(())
    }
}
