//! Point 9: A rebase that reuses a secret, a rotation that races with a removal: what was
//! wrapped to somebody who went in time opens nothing that stands.

use privity_conversation::format::ConversationId;
use privity_conversation::state::{Changes, Event};
use privity_testkit::{Device, Link};

use crate::people::People;
use crate::secrets::{append, opens, unwrap_all};

/// Alice, Bob and Mallory in one conversation, all at its head.
const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;

fn together() -> (People, ConversationId) {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.say(ALICE, &id, "before");
    people.sync_all();
    (people, id)
}

fn rotation(people: &mut People, who: usize, id: &ConversationId) -> Changes {
    people.devices[who].call(|client, context| client.rotate(id, context)).unwrap()
}

fn removal(people: &mut People, who: usize, id: &ConversationId) -> Changes {
    let gone = people.devices[MALLORY].account();
    people.devices[who].call(|client, context| client.remove(id, &[gone], context)).unwrap()
}

fn perform(people: &mut People, who: usize, changes: Changes) {
    people.devices[who].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
}

fn lost(device: &Device) -> bool {
    device.events.iter().any(|event| matches!(event, Event::Lost { .. }))
}

/// Mallory is given the whole log, every wrap of it and these besides; what she can read.
fn read_by_mallory(people: &mut People, id: &ConversationId, besides: &[Vec<u8>]) -> Vec<String> {
    let log = people.relay.logs[id].clone();
    let mallory = &mut people.devices[MALLORY];
    let wraps = [besides, &log.wraps].concat();
    let taken = [
        mallory.call(|client, context| client.handle_entries(id, &log.entries, context)),
        mallory.call(|client, context| client.handle_wraps(id, &wraps, context)),
    ];
    taken.into_iter().for_each(|changes| mallory.save(&changes.unwrap()).unwrap());
    let mut texts = Vec::new();
    for message in &log.messages {
        if let Ok(read) = mallory.client.read(id, message) {
            texts.push(String::from_utf8(read.opened.content.body).unwrap());
        }
    }
    texts
}

#[test]
fn p09_a_rotation_that_lost_to_a_removal_is_not_tried_again_with_its_secret() {
    let (mut people, id) = together();
    let first = rotation(&mut people, BOB, &id);
    let (_, wraps) = append(&first);
    let removed = removal(&mut people, ALICE, &id);
    perform(&mut people, ALICE, removed);
    perform(&mut people, BOB, first);
    assert!(lost(&people.devices[BOB]));
    let again = rotation(&mut people, BOB, &id);
    let (entry, wrapped_again) = append(&again);
    perform(&mut people, BOB, again);
    people.say(BOB, &id, "after");
    people.sync(ALICE);
    people.say(ALICE, &id, "after, too");
    // The lost attempt was wrapped to Mallory, who opens it: she was a member then.
    let [secret] = unwrap_all(&mut people.devices[MALLORY], &wraps)[..] else { panic!() };
    let [of_bob] = unwrap_all(&mut people.devices[BOB], &wrapped_again)[..] else { panic!() };
    assert!(opens(&of_bob, &entry));
    assert_ne!(secret, of_bob);
    assert!(unwrap_all(&mut people.devices[MALLORY], &wrapped_again).is_empty());
    for entry in &people.relay.logs[&id].entries {
        assert!(!opens(&secret, entry));
    }
    assert_eq!(read_by_mallory(&mut people, &id, &wraps), ["before"]);
    assert_eq!(people.texts(ALICE).len(), 2, "her own last word is still to come");
}

#[test]
fn p09_a_removal_that_lost_to_a_rotation_is_decided_again_with_another_secret() {
    let (mut people, id) = together();
    let first = removal(&mut people, ALICE, &id);
    let (_, wraps) = append(&first);
    people.rotate(BOB, &id);
    perform(&mut people, ALICE, first);
    assert!(lost(&people.devices[ALICE]));
    // The rotation stands, and Mallory is in: what is sealed here is hers to read.
    people.say(BOB, &id, "between");
    let again = removal(&mut people, ALICE, &id);
    let (_, wrapped_again) = append(&again);
    perform(&mut people, ALICE, again);
    people.say(ALICE, &id, "after");
    assert!(unwrap_all(&mut people.devices[MALLORY], &wraps).is_empty());
    assert!(unwrap_all(&mut people.devices[MALLORY], &wrapped_again).is_empty());
    let lost = unwrap_all(&mut people.devices[ALICE], &wraps);
    assert_ne!(lost, unwrap_all(&mut people.devices[ALICE], &wrapped_again));
    assert_eq!(read_by_mallory(&mut people, &id, &wraps), ["before", "between"]);
    people.sync_all();
    assert_eq!(people.texts(BOB), ["before", "between", "after"]);
}

#[test]
fn p09_a_sender_seals_nothing_while_its_own_change_is_under_way() {
    let (mut people, id) = together();
    let pending = rotation(&mut people, BOB, &id);
    let (entry, wraps) = append(&pending);
    people.devices[BOB].save(&pending).unwrap();
    // Bob speaks: at the confirmed head, never at his own entry.
    people.say(BOB, &id, "at the old head");
    let message = people.relay.logs[&id].messages.last().unwrap().clone();
    let position = privity_conversation::message::Received::read(&message).unwrap().position();
    assert_eq!(position, 0);
    let [secret] = unwrap_all(&mut people.devices[BOB], &wraps)[..] else { panic!() };
    assert!(opens(&secret, &entry));
    let removed = removal(&mut people, ALICE, &id);
    perform(&mut people, ALICE, removed);
    people.sync(BOB);
    assert!(lost(&people.devices[BOB]));
    for entry in &people.relay.logs[&id].entries {
        assert!(!opens(&secret, entry));
    }
}

#[test]
fn p09_wraps_of_a_lost_epoch_unlock_nothing_for_those_who_stay() {
    let (mut people, id) = together();
    let first = rotation(&mut people, BOB, &id);
    let (_, wraps) = append(&first);
    let removed = removal(&mut people, ALICE, &id);
    perform(&mut people, ALICE, removed);
    perform(&mut people, BOB, first);
    // A relay that shows Bob his own lost wraps instead of Alice's.
    let changes = people.devices[BOB]
        .call(|client, context| client.handle_wraps(&id, &wraps, context))
        .unwrap();
    people.devices[BOB].save(&changes).unwrap();
    let unlocked = |event: &Event| matches!(event, Event::Unlocked { .. });
    assert!(!changes.events.iter().any(unlocked), "{:?}", changes.events);
    people.say(ALICE, &id, "after");
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["before", "after"]);
}

/// Two clones of Bob's machine, whose generators repeat each other: what the one wraps to
/// Mallory must not be what the other removes her with.
#[test]
fn p09_a_clone_that_rotates_and_one_that_removes_draw_different_secrets() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    let rng = people.devices[ALICE].rng.clone();
    let rotated = rotation(&mut people, ALICE, &id);
    people.devices[ALICE].crash().unwrap();
    people.devices[ALICE].is_told_nothing().unwrap();
    people.devices[ALICE].rng = rng;
    let removed = removal(&mut people, ALICE, &id);
    let (_, wraps) = append(&rotated);
    let (entry, _) = append(&removed);
    perform(&mut people, ALICE, removed);
    people.say(ALICE, &id, "after");
    let [secret] = unwrap_all(&mut people.devices[MALLORY], &wraps)[..] else { panic!() };
    assert!(!opens(&secret, &entry), "the clone gave Mallory the key that removes her");
    assert!(read_by_mallory(&mut people, &id, &wraps).is_empty());
}
