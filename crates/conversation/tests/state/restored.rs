//! A store that was opened may be an old copy: the device asks what stands before it signs.

use privity_conversation::account::NewKey;
use privity_conversation::format::{ConversationId, Entry};
use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, Request};
use privity_primitives::wrap::Suite;
use privity_testkit::Link;
use privity_wire::Codec;

use crate::people::People;

/// Two people; the store of the second is an old copy, from before a generation and
/// two rotations of its own.
fn restored() -> (People, ConversationId) {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    let (records, version) = (people.devices[1].records.clone(), people.devices[1].version);
    people.devices[1]
        .act(&mut people.relay, |client, context| {
            client.start_generation(NewKey::Seeded(Suite::X25519), context)
        })
        .unwrap();
    people.rotate(1, &id);
    people.rotate(1, &id);
    (people.devices[1].records, people.devices[1].version) = (records, version);
    people.devices[1].crash().unwrap();
    (people, id)
}

fn places(people: &People, id: &ConversationId) -> Vec<u64> {
    let entries = people.relay.logs[id].entries.iter();
    entries.map(|bytes| Entry::from_bytes(bytes).unwrap().body().position).collect()
}

#[test]
fn a_restored_copy_signs_nothing_before_it_has_seen_what_stands() {
    let (mut people, id) = restored();
    let account = people.devices[1].account();
    let bob = &mut people.devices[1];
    let blocked = Some(Blocked::NotSynced.into());
    let rotated = bob.call(|client, context| client.rotate(&id, context));
    assert_eq!(rotated.err(), blocked);
    let left = bob.call(|client, context| client.leave(&id, None, context));
    assert_eq!(left.err(), blocked);
    assert_eq!(bob.call(|client, _| client.repair(&id, &account)).err(), blocked);
    let renewed = bob.call(|client, context| client.renew_keys(context));
    assert_eq!(renewed.err(), blocked);
    let expected = [
        Request::FetchStatements { account, from: 1 },
        Request::FetchEntries { conversation: id, from: 1 },
    ];
    assert_eq!(bob.client.catch_up(), expected);
    // A message is of a chain of its own, whatever the device sealed before.
    let said = bob.call(|client, context| client.send(&id, Draft::text("offline"), context));
    bob.save(&said.unwrap().1).unwrap();

    bob.catch_up(&mut people.relay).unwrap();
    assert!(bob.client.catch_up().is_empty());
    bob.resend(&mut people.relay, &mut Link::good()).unwrap();
    people.rotate(1, &id);
    assert_eq!(places(&people, &id), [0, 1, 2, 3]);
    people.devices[1].act(&mut people.relay, |client, context| client.renew_keys(context)).unwrap();
    assert_eq!(people.relay.accounts[&account].len(), 3);
    people.sync(0);
    assert!(people.devices[0].client.overview(&id).unwrap().fork.is_none());
    assert!(people.devices[0].client.directory().equivocation(&account).is_none());
}

#[test]
fn a_page_with_something_in_it_is_not_the_end() {
    let (mut people, id) = restored();
    let account = people.devices[1].account();
    let statements = people.relay.accounts[&account].clone();
    let entries = people.relay.logs[&id].entries.clone();
    let bob = &mut people.devices[1];
    let changes = bob
        .call(|client, context| client.handle_statements(&account, &statements, context))
        .unwrap();
    assert!(changes.send.contains(&Request::FetchStatements { account, from: 2 }));
    bob.save(&changes).unwrap();
    let changes =
        bob.call(|client, context| client.handle_entries(&id, &entries[1..2], context)).unwrap();
    assert!(changes.send.contains(&Request::FetchEntries { conversation: id, from: 2 }));
    bob.save(&changes).unwrap();
    let rotated = bob.call(|client, context| client.rotate(&id, context));
    assert_eq!(rotated.err(), Some(Blocked::NotSynced.into()));
    // What was seen before is no end either: it moved nothing, and is not asked for again.
    let again =
        bob.call(|client, context| client.handle_entries(&id, &entries[..1], context)).unwrap();
    assert!(!again.send.iter().any(|it| matches!(it, Request::FetchEntries { .. })));
    bob.save(&again).unwrap();
    bob.catch_up(&mut people.relay).unwrap();
    people.rotate(1, &id);
    assert_eq!(places(&people, &id), [0, 1, 2, 3]);
}

/// A log may be lost, or have been dropped before a part of it was: the rest is there all the same.
#[test]
fn a_part_of_a_conversation_without_its_log_keeps_nothing_else_shut() {
    let mut people = People::meet(2);
    let ids = [people.conversation(2), people.conversation(2)];
    people.say(0, &ids[1], "kept");
    let device = &mut people.devices[0];
    let records = device.records.clone();
    let mut without_a_log = 0;
    for place in records.keys() {
        device.records.clone_from(&records);
        device.records.remove(place);
        if device.crash().is_ok() && device.client.conversations().count() == 1 {
            without_a_log += 1;
        }
    }
    assert_eq!(without_a_log, 2);
}
