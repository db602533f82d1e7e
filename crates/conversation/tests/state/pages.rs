//! Pages of the relay that hold something bad: what came before it counts and is told, and a
//! log stands still for what this release can't read only while the relay shows it.

use privity_conversation::Error;
use privity_conversation::format::{AccountId, ConversationId};
use privity_conversation::state::{Blocked, Changes, Event, Incoming};
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Link, Plan};

use crate::people::People;

const NEWER: u8 = 2;

/// Alice rotates twice; Bob has not looked.
fn behind() -> (People, ConversationId, Vec<Vec<u8>>) {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.rotate(0, &id);
    people.rotate(0, &id);
    let page = people.relay.logs[&id].entries[1..].to_vec();
    (people, id, page)
}

fn entries(device: &mut Device, id: &ConversationId, page: &[Vec<u8>]) -> Result<Changes, Error> {
    device.call(|client, context| client.handle_entries(id, page, context))
}

fn newer(mut entry: Vec<u8>) -> Vec<u8> {
    entry[0] = NEWER;
    entry
}

fn may_seal(device: &Device, id: &ConversationId) -> Result<(), Error> {
    device.client.check_may_seal(id, device.now)
}

const STANDS_STILL: Result<(), Error> = Err(Error::Blocked(Blocked::UpdateNeeded));

/// What a relay shows instead of the unreadable entry, or no longer shows, frees the log.
#[test]
fn a_log_stands_still_only_while_the_relay_shows_what_is_unreadable() {
    let (mut people, id, page) = behind();
    let told = Event::UpdateNeeded { conversation: id };
    for after in [&[][..], &page[1..]] {
        let bob = &mut people.devices[1];
        let shown = [page[0].clone(), newer(page[1].clone())];
        let changes = entries(bob, &id, &shown).unwrap();
        assert!(changes.events.contains(&told), "{:?}", changes.events);
        bob.perform(changes, &mut people.relay, &mut Link::good()).unwrap();
        assert_eq!(bob.client.next_entry(&id), 2, "what came before it counts");
        assert_eq!(may_seal(bob, &id), STANDS_STILL);
        // Told once, and as long as it is shown nothing moves; a restart changes nothing.
        bob.crash().unwrap();
        assert_eq!(may_seal(bob, &id), STANDS_STILL);
        let changes = entries(bob, &id, &shown[1..]).unwrap();
        assert!(!changes.events.contains(&told), "{:?}", changes.events);
        bob.save(&changes).unwrap();
        assert_eq!(may_seal(bob, &id), STANDS_STILL);

        let changes = entries(bob, &id, after).unwrap();
        bob.perform(changes, &mut people.relay, &mut Link::good()).unwrap();
        assert_eq!(may_seal(bob, &id), Ok(()));
        bob.crash().unwrap();
        assert_eq!(may_seal(bob, &id), Ok(()));
    }
    people.sync_all();
    people.say(1, &id, "goes on");
    people.sync(0);
    assert_eq!(people.texts(0), ["goes on"]);
}

#[test]
fn what_came_before_bytes_that_are_no_entry_counts_and_is_told() {
    let (mut people, id, page) = behind();
    let bob = &mut people.devices[1];
    let shown = [page[0].clone(), page[1][..40].to_vec(), page[1].clone()];
    let changes = entries(bob, &id, &shown).unwrap();
    assert!(changes.events.contains(&Event::Advanced { conversation: id, head: 1 }));
    let stopped = changes.events.iter().any(|event| {
        matches!(event, Event::LogStopped { conversation, error: Error::Malformed(_) }
            if *conversation == id)
    });
    assert!(stopped, "{:?}", changes.events);
    bob.save(&changes).unwrap();
    bob.crash().unwrap();
    assert_eq!(bob.client.next_entry(&id), 2);
    // A page that begins so is an error, and changed nothing.
    let error = entries(bob, &id, &shown[1..]).unwrap_err();
    assert!(matches!(error, Error::Malformed(_)), "{error:?}");
    assert_eq!((bob.client.next_entry(&id), bob.client.version()), (2, bob.version));
}

/// An account of three statements, and somebody who knows only the first.
fn renewed() -> (People, AccountId, Vec<Vec<u8>>) {
    let mut people = People::meet(2);
    let alice = people.devices[0].account();
    for _ in 0..2 {
        people.devices[0]
            .act(&mut people.relay, |client, context| client.renew_keys(context))
            .unwrap();
    }
    let page = people.relay.accounts[&alice][1..].to_vec();
    (people, alice, page)
}

#[test]
fn statements_before_one_that_is_refused_are_saved_and_told() {
    let (mut people, alice, page) = renewed();
    let mut forged = page[1].clone();
    *forged.last_mut().unwrap() ^= 1;
    let bad = [page[1][..40].to_vec(), newer(page[1].clone()), forged, vec![]];
    for bad in bad {
        let mut bob = Device::create(77, &Plan::Phrase(Suite::X25519), &mut people.relay).unwrap();
        let first = people.relay.accounts[&alice][0].clone();
        let shown = [first, page[0].clone(), bad.clone(), page[1].clone()];
        let changes =
            bob.call(|client, context| client.handle_statements(&alice, &shown, context)).unwrap();
        let moved = Event::AccountMoved { account: alice };
        assert_eq!(changes.events.iter().filter(|event| **event == moved).count(), 2);
        let Some(Event::StatementRefused { account, .. }) = changes.events.last() else {
            panic!("{:?}", changes.events)
        };
        assert_eq!(*account, alice);
        bob.save(&changes).unwrap();
        bob.crash().unwrap();
        assert_eq!(bob.client.directory().head(&alice).unwrap().seq, 1);
        // Where nothing was taken before it, it is an error and changed nothing.
        let shown = [shown[0].clone(), bad];
        let refused = bob.call(|client, context| client.handle_statements(&alice, &shown, context));
        assert!(refused.is_err());
        assert_eq!(bob.client.version(), bob.version);
    }
}

#[test]
fn a_generation_record_that_is_none_keeps_no_other_out() {
    let (mut people, alice, _) = renewed();
    let good: Vec<Vec<u8>> = people.relay.generations[&alice].values().cloned().collect();
    let alice = &mut people.devices[0];
    let bad = vec![1, 2, 3];
    let page = [vec![bad.clone()], good].concat();
    let changes = alice.call(|client, context| client.handle_generations(&page, context)).unwrap();
    let refused = changes.events.iter().filter(|it| matches!(it, Event::GenerationRefused { .. }));
    assert_eq!(refused.count(), 1);
    assert!(!changes.put.is_empty());
    let error =
        alice.call(|client, context| client.handle_generations(&[bad], context)).unwrap_err();
    assert!(matches!(error, Error::Malformed(_)), "{error:?}");
}

#[test]
fn statements_that_come_later_wake_the_messages_that_waited_for_them() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    let alice = people.devices[0].account();
    let People { relay, devices } = &mut people;
    devices[0].act(relay, |client, context| client.renew_keys(context)).unwrap();
    people.rotate(0, &id);
    people.say(0, &id, "under a new head");
    let log = people.relay.logs[&id].clone();
    let bob = &mut people.devices[1];
    // Position 1 pins the new head: the entry needs the statement. Bob gets the message first.
    let (incoming, changes) =
        bob.call(|client, context| client.receive(&id, &log.messages[0], context)).unwrap();
    assert!(matches!(incoming, Incoming::Held), "{incoming:?}");
    bob.save(&changes).unwrap();
    let statements = people.relay.accounts[&alice].clone();
    let changes =
        bob.call(|client, context| client.handle_statements(&alice, &statements, context)).unwrap();
    assert!(changes.events.contains(&Event::HeldReady { conversation: id }));
    let again =
        bob.call(|client, context| client.handle_statements(&alice, &statements, context)).unwrap();
    assert!(!again.events.contains(&Event::HeldReady { conversation: id }), "nothing is new");
}
