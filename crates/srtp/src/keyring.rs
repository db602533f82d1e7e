use crate::context::Context;
use crate::event::{Event, Protocol};
use crate::profile::Encryption;
use crate::{Error, HeaderProtection, MAX_PACKET_LENGTH, MasterKey, Options};

/// The master keys of a receiver: with MKIs any few, one of which each packet names;
/// without, the one in use and for a while its predecessor.
pub(crate) struct Keyring {
    keys: Vec<Context>,
    /// Until when the predecessor, second in the list, is accepted.
    overlap: Option<u64>,
    /// A packet on its way to a second try; holds bytes during an overlap only.
    spare: Vec<u8>,
}

impl Keyring {
    pub(crate) fn new(key: Context) -> Self {
        Self { keys: vec![key], overlap: None, spare: Vec::new() }
    }

    /// Puts `key` in the place of the only one, at once.
    pub(crate) fn replace(&mut self, key: Context) -> Result<(), Error> {
        if self.overlap.is_none() && self.keys.len() > 1 {
            return Err(Error::Misuse(
                "there are several master keys: add the new one, do not re-key",
            ));
        }
        check_other(self.keys.iter().map(Context::master), key.master())?;
        self.end_overlap();
        self.keys = vec![key];
        Ok(())
    }

    /// Makes `key` the one tried first; the present one stays until `until`.
    pub(crate) fn succeed(&mut self, key: Context, until: u64) -> Result<(), Error> {
        if self.mki_length() != 0 || !key.master().mki().is_empty() {
            return Err(Error::Misuse("keys with an MKI have no overlap: add the new one"));
        }
        check_new(self.keys.iter().map(Context::master), key.master())?;
        self.keys.truncate(1);
        self.keys.insert(0, key);
        self.overlap = Some(until);
        self.spare.clear();
        self.spare.reserve_exact(MAX_PACKET_LENGTH);
        Ok(())
    }

    /// Adds a key with an MKI of the length that the others have.
    pub(crate) fn add(&mut self, key: Context) -> Result<(), Error> {
        check_added(self.keys.iter().map(Context::master), key.master())?;
        self.keys.push(key);
        Ok(())
    }

    /// Removes the key with this MKI; the last one stays.
    pub(crate) fn remove(&mut self, mki: &[u8]) -> Result<(), Error> {
        let place = self.keys.iter().position(|key| key.master().mki() == mki);
        match place {
            Some(_) if mki.is_empty() => {
                Err(Error::Misuse("a master key without an MKI is replaced, not removed"))
            }
            Some(place) if self.keys.len() > 1 => {
                self.keys.remove(place);
                Ok(())
            }
            Some(_) => Err(Error::Misuse("the last master key cannot be removed")),
            None => Err(Error::UnknownKey),
        }
    }

    pub(crate) const fn overlap(&self) -> Option<u64> {
        self.overlap
    }

    /// Ends the overlap.
    pub(crate) fn end_overlap(&mut self) {
        self.keys.truncate(1);
        self.overlap = None;
        self.spare = Vec::new();
    }

    /// The key that new packets come under: the newest.
    pub(crate) fn newest(&self) -> Result<&Context, Error> {
        if self.overlap.is_some() { self.keys.first() } else { self.keys.last() }.ok_or(NO_KEY)
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        // A predecessor is to end: its warning would ask for what has been done.
        let heard = if self.overlap.is_some() { 1 } else { self.keys.len() };
        self.keys.iter_mut().take(heard).find_map(Context::poll_event)
    }

    /// Opens `packet` under the key that it names or, in an overlap, under either, and
    /// spends one use of that key.
    pub(crate) fn open(
        &mut self,
        protocol: Protocol,
        packet: &mut [u8],
        mut attempt: impl FnMut(&mut Context, &mut [u8]) -> Result<usize, Error>,
    ) -> Result<usize, Error> {
        if self.overlap.is_none() {
            let key = self.select(protocol, packet)?;
            key.usage.check()?;
            let length = attempt(key, packet)?;
            key.usage.spend(protocol);
            return Ok(length);
        }
        self.spare.clear();
        self.spare.extend_from_slice(packet);
        let [newer, older, ..] = self.keys.as_mut_slice() else { return Err(NO_KEY) };
        for key in [newer, older] {
            // Whether a spent key is to blame shows only when the packet is found genuine, and
            // AES-GCM finds that only in opening it: the caller gets the copy back.
            match attempt(key, packet).and_then(|length| key.usage.check().map(|()| length)) {
                Ok(length) => {
                    key.usage.spend(protocol);
                    return Ok(length);
                }
                Err(Error::NotAuthentic) => packet.copy_from_slice(&self.spare),
                Err(error) => {
                    packet.copy_from_slice(&self.spare);
                    return Err(error);
                }
            }
        }
        Err(Error::NotAuthentic)
    }

    fn select(&mut self, protocol: Protocol, packet: &[u8]) -> Result<&mut Context, Error> {
        if self.mki_length() == 0 {
            return self.keys.first_mut().ok_or(NO_KEY);
        }
        let trailer = self.keys.first().ok_or(NO_KEY)?.trailer(protocol);
        let mki = trailer.mki_of(packet)?;
        self.keys.iter_mut().find(|key| key.master().mki() == mki).ok_or(Error::UnknownKey)
    }

    fn mki_length(&self) -> usize {
        self.keys.first().map_or(0, |key| key.master().mki().len())
    }
}

/// Whether a key with an MKI can stand beside those that are installed.
pub(crate) fn check_added<'a>(
    installed: impl Iterator<Item = &'a MasterKey> + Clone,
    new: &MasterKey,
) -> Result<(), Error> {
    let mki = new.mki();
    if installed.clone().any(|key| key.mki().is_empty()) {
        return Err(Error::Misuse("this session's key has no MKI: re-key instead of adding one"));
    }
    if mki.is_empty() || installed.clone().any(|key| key.mki().len() != mki.len()) {
        return Err(Error::Misuse("all keys of a session have MKIs of one length"));
    }
    if installed.clone().any(|key| key.mki() == mki) {
        return Err(Error::Misuse("a key with this MKI is installed"));
    }
    if installed.clone().count() >= MAX_KEYS {
        return Err(Error::Misuse("a session holds at most 64 master keys"));
    }
    check_new(installed, new)
}

fn check_new<'a>(
    installed: impl Iterator<Item = &'a MasterKey> + Clone,
    new: &MasterKey,
) -> Result<(), Error> {
    check_other(installed.clone(), new)?;
    if installed.clone().any(|key| key.profile() != new.profile()) {
        return Err(Error::Misuse("all keys installed at once have one profile"));
    }
    Ok(())
}

fn check_other<'a>(
    mut installed: impl Iterator<Item = &'a MasterKey>,
    new: &MasterKey,
) -> Result<(), Error> {
    if installed.any(|key| key.derives_as(new)) {
        return Err(Error::Misuse("the new master key is installed already"));
    }
    Ok(())
}

/// A key at work under the options of its session, if they fit it.
pub(crate) fn prepare(key: MasterKey, options: &Options) -> Result<Context, Error> {
    let encrypts = key.profile().encryption() == Encryption::Encrypts;
    if !encrypts && options.headers != HeaderProtection::none() {
        return Err(Error::Misuse("a profile without encryption cannot encrypt headers"));
    }
    Context::new(key, options)
}

/// Master keys of a session at most, so that a list from signalling is bounded.
const MAX_KEYS: usize = 64;
const NO_KEY: Error = Error::Misuse("the receiver has no master key");
