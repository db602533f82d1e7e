//! Point 10: A revoked device, a removed member and a newcomer read what they should and no more,
//! whatever the relay gives them.

use privity_conversation::Error;
use privity_conversation::format::ConversationId;
use privity_conversation::state::{Event, History};
use privity_testkit::{Device, Relay};

use crate::p01_accounts::steal;
use crate::people::People;

/// Everything of a conversation that the relay has, wraps for others included; its messages.
fn give_all(relay: &Relay, id: &ConversationId, to: &mut Device) -> Vec<Vec<u8>> {
    let log = relay.logs[id].clone();
    let _ = to.call(|client, context| client.handle_entries(id, &log.entries, context));
    let _ = to.call(|client, context| client.handle_wraps(id, &log.wraps, context));
    log.messages
}

#[test]
fn p10_a_newcomer_behind_a_fence_opens_nothing_older() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    people.say(0, &id, "early");
    people.add(0, &id, 2, History::FromNow);
    people.accept(2, &id);
    people.sync_all();
    people.say(1, &id, "later");
    let messages = give_all(&people.relay, &id, &mut people.devices[2]);
    let [early, later] = &messages[..] else { panic!() };
    assert!(people.devices[2].client.read(&id, early).is_err());
    assert!(people.devices[2].client.read(&id, later).is_ok());
}

#[test]
fn p10_a_removed_member_opens_nothing_that_was_sealed_since() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.say(0, &id, "before");
    people.sync_all();
    people.remove(0, &id, 1);
    people.say(0, &id, "since");
    let messages = give_all(&people.relay, &id, &mut people.devices[1]);
    let [before, since] = &messages[..] else { panic!() };
    assert!(people.devices[1].client.read(&id, before).is_ok());
    assert!(people.devices[1].client.read(&id, since).is_err());
}

#[test]
fn p10_a_revoked_device_opens_nothing_that_was_sealed_since() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "before");
    people.sync_all();
    let mut thief = steal(&mut people);
    people.sync_all();
    people.rotate(0, &id);
    people.say(0, &id, "since");
    people.sync_all();
    assert_eq!(people.texts(1), ["before", "since"]);
    // A relay that gives the thief everything there is: chain, records, log, wraps.
    let bob = thief.account();
    thief.meet(&bob, &mut people.relay).unwrap();
    let records: Vec<Vec<u8>> = people.relay.generations[&bob].values().cloned().collect();
    for record in records {
        let _ = thief.call(|client, context| {
            client.handle_generations(std::slice::from_ref(&record), context)
        });
    }
    let log = give_all(&people.relay, &id, &mut thief);
    assert!(thief.events.contains(&Event::DeviceRevoked));
    assert_eq!(thief.client.own().seeds().newest(), Some(0));
    let [before, since] = &log[..] else { panic!() };
    assert!(thief.client.read(&id, before).is_ok());
    assert!(matches!(thief.client.read(&id, since), Err(Error::Missing(_))));
}
