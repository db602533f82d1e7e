//! The own account's keys: renewed, changed in kind, closed.

use privity_conversation::account::NewKey;
use privity_conversation::format::{Recipient, Seeding, WrappedEntry};
use privity_conversation::state::History;
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Plan};
use privity_wire::Codec;

use crate::people::People;

const MONTH: u64 = 30 * 24 * 60 * 60 * 1_000;
const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

#[test]
fn keys_are_renewed_after_a_month_and_each_conversation_follows() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "before");
    people.sync_all();
    let device = &mut people.devices[1];
    assert!(!device.client.is_renewal_due(device.now));
    device.now += MONTH;
    assert!(device.client.is_renewal_due(device.now));
    device.act(&mut people.relay, |client, context| client.renew_keys(context)).unwrap();
    assert!(!device.client.is_renewal_due(device.now));
    assert_eq!(device.client.own().seeds().newest(), Some(1));
    assert_eq!(device.client.behind_own_account(), [id]);
    assert!(device.client.check_may_seal(&id, device.now).is_err());
    people.rotate(1, &id);
    assert!(people.devices[1].client.behind_own_account().is_empty());
    people.say(1, &id, "healed");
    people.sync_all();
    assert_eq!(people.texts(0), ["before", "healed"]);
    assert_eq!(people.texts(1), ["before", "healed"]);
}

#[test]
fn a_registered_key_is_left_for_a_seeded_one_with_every_segment() {
    let mut people = People::meet(2);
    let bob = Device::create(50, &Plan::Direct(RSA), &mut people.relay).unwrap();
    people.devices[1] = bob;
    let account = people.devices[1].account();
    let carol = people.devices[0].account();
    people.devices[1].meet(&carol, &mut people.relay).unwrap();
    people.devices.swap(0, 1);
    // Bob begins; a fence divides his log in two segments.
    let id = people.conversation(1);
    people.say(0, &id, "one");
    people.add(0, &id, 1, History::FromNow);
    people.accept(1, &id);
    let seeded = NewKey::Seeded(Suite::X25519);
    people.devices[0]
        .act(&mut people.relay, |client, context| client.start_generation(seeded, context))
        .unwrap();
    let chain = people.devices[0].client.directory().chain(&account).unwrap();
    assert_eq!(chain.key_at(1).unwrap().seeding, Seeding::Seeded);
    people.rotate(0, &id);
    people.devices[0].act(&mut people.relay, |client, _| client.repair(&id, &account)).unwrap();
    let wraps = people.relay.wraps(&id, &account).into_iter();
    let mut anchors: Vec<u64> = wraps
        .map(|bytes| WrappedEntry::from_bytes(&bytes).unwrap().context)
        .filter(|it| matches!(it.recipient, Recipient::Account { generation: 1, .. }))
        .map(|it| it.anchor)
        .collect();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors, [0, 2], "the last epoch of each segment is wrapped to the new key");
}

#[test]
fn a_closed_account_speaks_no_more_and_gets_no_wrap() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.devices[1]
        .act(&mut people.relay, |client, context| client.close_account(context))
        .unwrap();
    let bob = people.devices[1].account();
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    let spoken = people.devices[1].call(|client, context| client.rotate(&id, context));
    assert!(spoken.is_err());
    people.remove(0, &id, 1);
    people.say(0, &id, "alone");
    people.sync_all();
    assert_eq!(people.texts(0), ["alone"]);
    assert!(people.texts(1).is_empty());
}
