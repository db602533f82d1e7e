use core::mem;

use privity_primitives::secret::equal;

use crate::context::Context;
use crate::error::Limit;
use crate::event::Event;
use crate::kdf::Fingerprint;
use crate::keyring::check_added;
use crate::{Error, MasterKey, Sender};

/// The master keys that a sender has beside the one in use, each with its own life, and
/// the fingerprints of those that it has no more: none of them ever starts a second life.
/// To forget the oldest would let it; so their number is bounded where keys come in.
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
            return Err(Error::Misuse(
                "there are several master keys: add and select the new one, do not re-key",
            ));
        }
        if in_use.master().derives_as(key.master()) {
            return Err(Error::Misuse("the new master key is the one in use"));
        }
        self.check_new(&key)?;
        self.former.push(mem::replace(in_use, key).fingerprint());
        Ok(())
    }

    /// Adds a key with an MKI of the length that the others have.
    pub(crate) fn add(&mut self, in_use: &Context, key: Context) -> Result<(), Error> {
        check_added(self.keys.iter().chain([in_use]).map(Context::master), key.master())?;
        self.check_new(&key)?;
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

    fn check_new(&self, key: &Context) -> Result<(), Error> {
        let fingerprint = key.fingerprint();
        if self.former.iter().any(|former| equal(former, &fingerprint)) {
            return Err(Error::Misuse("the new master key was in use before"));
        }
        // With the one in use; counted here, a key can always be removed.
        if self.former.len() + self.keys.len() + 1 >= Sender::MAX_KEYS {
            return Err(Error::LimitReached(Limit::MasterKeys));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::prepare;
    use crate::{Options, Profile};

    const GCM: Profile = Profile::AEAD_AES_128_GCM;

    fn key(seed: u8, mki: &[u8]) -> Context {
        let key = MasterKey::new(GCM, &[seed; 16], &[seed; 12]).unwrap();
        let key = if mki.is_empty() { key } else { key.with_mki(mki).unwrap() };
        prepare(key, &Options::new()).unwrap()
    }

    /// A reserve whose sender, beside the key in use, may have `left` more.
    fn worn(left: usize) -> Reserve {
        Reserve { keys: Vec::new(), former: vec![[0; 16]; Sender::MAX_KEYS - 1 - left] }
    }

    #[test]
    fn successors_end_with_the_number_of_keys_that_are_remembered() {
        let (mut reserve, mut in_use) = (worn(2), key(1, &[]));
        let first = in_use.fingerprint();
        assert_eq!(reserve.succeed(&mut in_use, key(2, &[])), Ok(()));
        assert_eq!(reserve.succeed(&mut in_use, key(3, &[])), Ok(()));
        let last = in_use.fingerprint();
        let refused = Err(Error::LimitReached(Limit::MasterKeys));
        assert_eq!(reserve.succeed(&mut in_use, key(4, &[])), refused);
        assert_eq!(in_use.fingerprint(), last, "the key in use stays");
        assert!(reserve.former.contains(&first), "none is forgotten");
        assert!(matches!(reserve.succeed(&mut in_use, key(1, &[])), Err(Error::Misuse(_))));
        assert_eq!(reserve.former.len() + 1, Sender::MAX_KEYS);
    }

    #[test]
    fn keys_side_by_side_are_counted_and_can_still_be_removed() {
        let (mut reserve, in_use) = (worn(1), key(1, &[1]));
        assert_eq!(reserve.add(&in_use, key(2, &[2])), Ok(()));
        let refused = Err(Error::LimitReached(Limit::MasterKeys));
        assert_eq!(reserve.add(&in_use, key(3, &[3])), refused);
        assert_eq!(reserve.remove(in_use.master(), &[2]), Ok(()));
        assert_eq!(reserve.add(&in_use, key(3, &[3])), refused, "one removed counts on");
        assert_eq!(reserve.former.len() + 1, Sender::MAX_KEYS);
    }
}
