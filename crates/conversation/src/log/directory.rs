use privity_primitives::sign::VerifyingKey;

use crate::account::{Chain, Directory};
use crate::format::{DeviceId, Pin};
use crate::log::{Accounts, Generation, Lookup, PinChange};

/// Chains hold only statements that verified: what is not there is missing.
impl Accounts for Directory {
    fn device_key(&self, pin: &Pin, device: &DeviceId) -> Lookup<Option<VerifyingKey>> {
        at(self, pin, |chain| chain.device_key(pin.seq, device))
    }

    fn devices(&self, pin: &Pin) -> Lookup<Vec<DeviceId>> {
        at(self, pin, |chain| ids_at(chain, pin.seq))
    }

    fn change(&self, from: &Pin, to: &Pin) -> Lookup<Option<PinChange>> {
        at(self, to, |chain| {
            let forward = from.seq < to.seq && chain.contains(from);
            forward.then(|| change(chain, from.seq, to.seq))
        })
    }

    fn beyond(&self, pin: &Pin) -> Option<PinChange> {
        let chain = self.chain(&pin.account).filter(|chain| chain.contains(pin))?;
        let head = chain.head();
        (head.seq > pin.seq).then(|| change(chain, pin.seq, head.seq))
    }
}

fn at<T>(directory: &Directory, pin: &Pin, answer: impl FnOnce(&Chain) -> T) -> Lookup<T> {
    match directory.chain(&pin.account) {
        Some(chain) if chain.contains(pin) => Lookup::Known(answer(chain)),
        _ => Lookup::Missing,
    }
}

fn change(chain: &Chain, from: u64, to: u64) -> PinChange {
    let mut revoked: Vec<DeviceId> =
        chain.ended_between(from, to).map(|device| device.id).collect();
    revoked.sort_unstable();
    let generation = |seq| chain.key_at(seq).map(|key| key.generation);
    let generation =
        if generation(from) == generation(to) { Generation::Same } else { Generation::Changed };
    PinChange { revoked, generation }
}

/// Ascending.
fn ids_at(chain: &Chain, seq: u64) -> Vec<DeviceId> {
    let mut devices: Vec<DeviceId> = chain.devices_at(seq).map(|device| device.id).collect();
    devices.sort_unstable();
    devices
}
