//! What whoever holds an account's keys gets out of a wrap, without asking the log.

use privity_conversation::epoch::{Epoch, EpochFacts};
use privity_conversation::format::{Entry, Recipient, WrappedEntry, label};
use privity_conversation::state::{Changes, Request};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::WrapCiphertext;
use privity_testkit::Device;
use privity_wire::Codec;

/// The secret in a wrap for the device's account; none for a wrap that is somebody else's.
pub(crate) fn unwrap(device: &mut Device, wrap: &[u8]) -> Option<Secret<32>> {
    let record = WrappedEntry::from_bytes(wrap).unwrap();
    let Recipient::Account { account, generation } = record.context.recipient else { panic!() };
    if account != device.account() {
        return None;
    }
    let key = device.client.own().seeds().get(generation)?.key().unwrap();
    let info = [label::WRAP, &record.context.to_bytes().unwrap()].concat();
    let sealed = WrapCiphertext::new(&record.enc, &record.ct).unwrap();
    Some(key.unwrap(&info, &sealed, &mut device.rng).unwrap())
}

/// The secrets that the device's account gets from wraps, each as often as it is wrapped.
pub(crate) fn unwrap_all(device: &mut Device, wraps: &[Vec<u8>]) -> Vec<[u8; 32]> {
    wraps.iter().filter_map(|wrap| unwrap(device, wrap)).map(|it| *it.expose()).collect()
}

/// Whether a secret is the one of the epoch that an entry starts.
pub(crate) fn opens(secret: &[u8; 32], entry: &[u8]) -> bool {
    let facts = EpochFacts::of(&Entry::from_bytes(entry).unwrap()).unwrap();
    facts.is_some_and(|facts| Epoch::open(Secret::copy_from(secret), facts).is_ok())
}

/// Entry and wraps that a change wants appended.
pub(crate) fn append(changes: &Changes) -> (Vec<u8>, Vec<Vec<u8>>) {
    let found = changes.send.iter().find_map(|request| match request {
        Request::Append { entry, wraps, .. } => Some((entry.clone(), wraps.clone())),
        _ => None,
    });
    found.unwrap()
}
