//! Point 7: Backdating: who was removed, or left, seals at an old position.

use privity_conversation::Error;
use privity_conversation::format::{ConversationId, MessageId};
use privity_conversation::message::{AuthorFault, Draft, Finding};
use privity_conversation::state::{Changes, Incoming, Message};
use privity_testkit::{Device, Link};

use crate::people::People;

const ALICE: usize = 0;
const MALLORY: usize = 1;
const CAROL: usize = 2;
const AFTER: Error = Error::Message(AuthorFault::AfterCut);

/// Mallory seals without looking at the log: its newest entry may be against her.
fn seal(people: &mut People, id: &ConversationId, text: &str) -> (MessageId, Changes) {
    people.devices[MALLORY]
        .call(|client, context| client.send(id, Draft::text(text), context))
        .unwrap()
}

fn post(people: &mut People, id: &ConversationId, text: &str) -> MessageId {
    let (message, changes) = seal(people, id, text);
    people.devices[MALLORY].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    message
}

fn message(people: &People, id: &ConversationId, number: usize) -> Vec<u8> {
    people.relay.logs[id].messages[number].clone()
}

fn receive(device: &mut Device, id: &ConversationId, message: &[u8]) -> Incoming {
    let (incoming, changes) =
        device.call(|client, context| client.receive(id, message, context)).unwrap();
    device.save(&changes).unwrap();
    incoming
}

fn read(
    people: &mut People,
    who: usize,
    id: &ConversationId,
    number: usize,
) -> Result<Message, Error> {
    let bytes = message(people, id, number);
    people.devices[who].client.read(id, &bytes)
}

fn findings(read: Result<Message, Error>) -> Vec<Finding> {
    read.unwrap().findings
}

/// Mallory says three things; Alice, who saw them, removes her.
fn removed() -> (People, ConversationId) {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    for text in ["one", "two", "three"] {
        post(&mut people, &id, text);
    }
    people.sync(ALICE);
    people.remove(ALICE, &id, MALLORY);
    (people, id)
}

#[test]
fn p07_what_a_removed_member_seals_at_an_old_position_is_refused() {
    let (mut people, id) = removed();
    post(&mut people, &id, "backdated");
    people.sync_all();
    assert_eq!(people.texts(ALICE), ["one", "two", "three"]);
    for who in [ALICE, CAROL] {
        assert!(!people.texts(who).contains(&"backdated"));
        assert!(people.devices[who].refused.iter().all(|error| *error == AFTER));
        people.devices[who].crash().unwrap();
        let backdated = message(&people, &id, 3);
        let again = receive(&mut people.devices[who], &id, &backdated);
        assert!(matches!(again, Incoming::Refused(AFTER)), "{again:?}");
    }
}

#[test]
fn p07_what_was_before_the_cut_still_opens_newest_first() {
    let (mut people, id) = removed();
    let log = people.relay.logs[&id].clone();
    let carol = &mut people.devices[CAROL];
    let _ = carol.act(&mut people.relay, |client, context| {
        client.handle_entries(&id, &log.entries, context)
    });
    for number in [2, 1, 0] {
        let taken = receive(carol, &id, &log.messages[number]);
        assert!(matches!(taken, Incoming::Message(_)), "{number}: {taken:?}");
    }
}

#[test]
fn p07_who_was_offline_finds_in_the_archive_what_was_before_the_cut() {
    let (mut people, id) = removed();
    post(&mut people, &id, "backdated");
    people.sync(CAROL);
    people.devices[CAROL].crash().unwrap();
    for number in [2, 1, 0] {
        assert_eq!(findings(read(&mut people, CAROL, &id, number)), []);
    }
    assert_eq!(read(&mut people, CAROL, &id, 3).map(drop), Err(AFTER));
}

#[test]
fn p07_the_archive_marks_only_what_the_cut_may_still_reach() {
    let (mut people, id) = removed();
    post(&mut people, &id, "backdated");
    let log = people.relay.logs[&id].clone();
    let carol = &mut people.devices[CAROL];
    let _ = carol.act(&mut people.relay, |client, context| {
        client.handle_entries(&id, &log.entries, context)
    });
    let unproven = [Finding::BeforeCutUnproven];
    assert_eq!(findings(read(&mut people, CAROL, &id, 0)), unproven);
    // Nothing tells it from one between: a head may lead to it.
    assert_eq!(findings(read(&mut people, CAROL, &id, 3)), unproven);
    assert_eq!(findings(read(&mut people, CAROL, &id, 2)), []);
    assert_eq!(findings(read(&mut people, CAROL, &id, 1)), []);
    assert_eq!(findings(read(&mut people, CAROL, &id, 0)), []);
    // Every head has led to the first message: what is left is after the cut.
    assert_eq!(read(&mut people, CAROL, &id, 3).map(drop), Err(AFTER));
    for number in 0..3 {
        assert_eq!(findings(read(&mut people, CAROL, &id, number)), []);
    }
}

#[test]
fn p07_a_cut_without_heads_leaves_nothing_before_it() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.remove(ALICE, &id, MALLORY);
    post(&mut people, &id, "never seen in time");
    people.sync_all();
    assert!(people.texts(CAROL).is_empty());
    assert_eq!(people.devices[CAROL].refused, [AFTER]);
    assert_eq!(read(&mut people, CAROL, &id, 0).map(drop), Err(AFTER));
}

#[test]
fn p07_a_backdated_message_that_names_a_head_is_not_reached_by_it() {
    let (mut people, id) = removed();
    people.sync(ALICE);
    // "backdated" names "three", the cut's head, as the one before it: links lead back only.
    post(&mut people, &id, "backdated");
    people.devices[MALLORY].crash().unwrap();
    // So does the first message of another chain.
    post(&mut people, &id, "in a new chain");
    people.sync(ALICE);
    assert_eq!(people.texts(ALICE), ["one", "two", "three"]);
    assert_eq!(people.devices[ALICE].refused, [AFTER, AFTER]);
}

#[test]
fn p07_who_left_takes_nothing_back_and_adds_nothing() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    post(&mut people, &id, "one");
    people.sync(ALICE);
    // Said and left in one breath: nothing of it came back from the relay to Mallory.
    post(&mut people, &id, "two");
    let (old, version) = (people.devices[MALLORY].records.clone(), people.devices[MALLORY].version);
    people.devices[MALLORY]
        .act(&mut people.relay, |client, context| client.leave(&id, None, context))
        .unwrap();
    people.sync(ALICE);
    people.rotate(ALICE, &id);
    // An older copy of her device does not know that she left.
    (people.devices[MALLORY].records, people.devices[MALLORY].version) = (old, version);
    people.devices[MALLORY].crash().unwrap();
    post(&mut people, &id, "backdated");
    people.sync_all();
    assert_eq!(people.texts(ALICE), ["one", "two"]);
    assert_eq!(people.devices[ALICE].refused, [AFTER]);
    for who in [ALICE, CAROL] {
        for number in [1, 0] {
            assert_eq!(findings(read(&mut people, who, &id, number)), [], "{who}");
        }
    }
    assert_eq!(read(&mut people, ALICE, &id, 2).map(drop), Err(AFTER));
}

#[test]
fn p07_nobody_seals_where_a_rotation_is_due() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.devices[MALLORY]
        .act(&mut people.relay, |client, context| client.leave(&id, None, context))
        .unwrap();
    people.sync_all();
    for who in [ALICE, MALLORY, CAROL] {
        let sealed = people.devices[who]
            .call(|client, context| client.send(&id, Draft::text("not yet"), context));
        assert!(matches!(sealed.map(drop), Err(Error::Blocked(_))), "{who}");
    }
}
