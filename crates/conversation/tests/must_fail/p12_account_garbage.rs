//! Point 12: No panic on any input: what a relay says of accounts.

use privity_testkit::{ChaCha20Rng, Device, Rng, SeedableRng};

use crate::people::People;

/// Gives a device bytes as statements and as generation records.
fn feed(
    device: &mut Device,
    account: usize,
    bytes: &[u8],
    accounts: &[privity_conversation::format::AccountId],
) {
    let account = accounts[account % accounts.len()];
    let bytes = [bytes.to_vec()];
    let _ = device.call(|client, context| client.handle_statements(&account, &bytes, context));
    let _ = device.call(|client, context| client.handle_generations(&bytes, context));
}

#[test]
fn p12_broken_statements_and_records_only_fail() {
    let mut people = People::meet(2);
    let accounts: Vec<_> = people.devices.iter().map(Device::account).collect();
    let heads = |device: &Device| -> Vec<_> {
        accounts.iter().map(|it| device.client.directory().head(it)).collect()
    };
    let before = heads(&people.devices[0]);
    let mut good: Vec<Vec<u8>> = people.relay.accounts.values().flatten().cloned().collect();
    good.extend(people.relay.generations.values().flat_map(|it| it.values().cloned()));
    let device = &mut people.devices[0];
    for (number, bytes) in good.iter().enumerate() {
        for length in 0..bytes.len() {
            feed(device, number, &bytes[..length], &accounts);
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            feed(device, number, &flipped, &accounts);
        }
    }
    assert_eq!(heads(device), before);
}

#[test]
fn p12_noise_only_fails() {
    let mut people = People::meet(1);
    let accounts = [people.devices[0].account()];
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    for length in 0..2_000 {
        let mut noise = vec![0; length % 300];
        rng.fill_bytes(&mut noise);
        if let Some(version) = noise.first_mut() {
            *version = 1;
        }
        feed(&mut people.devices[0], length, &noise, &accounts);
    }
    assert!(people.devices[0].client.directory().head(&accounts[0]).is_some());
}
