//! The relay's answers confirm what they name and nothing else, however late they come.

use privity_conversation::format::{ConversationId, RelayErrorCode};
use privity_conversation::state::{AppendAnswer, Changes, Event, PublishAnswer, Request};
use privity_testkit::{Device, Link};

use crate::people::People;

fn rotate(device: &mut Device, id: &ConversationId) -> Changes {
    let changes = device.call(|client, context| client.rotate(id, context)).unwrap();
    device.save(&changes).unwrap();
    changes
}

fn append(changes: &Changes) -> Request {
    changes.send.iter().find(|it| matches!(it, Request::Append { .. })).cloned().unwrap()
}

/// Alice's rotation loses to Bob's; she knows, and proposes another.
fn lost_then_another() -> (People, ConversationId, Request, Request) {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    let lost = append(&rotate(&mut people.devices[0], &id));
    people.rotate(1, &id);
    people.sync(0);
    assert!(people.devices[0].events.contains(&Event::Lost { conversation: id, position: 1 }));
    let another = append(&rotate(&mut people.devices[0], &id));
    (people, id, lost, another)
}

#[test]
fn a_late_stored_confirms_no_other_change() {
    let (mut people, id, lost, another) = lost_then_another();
    let (Request::Append { hash: lost, .. }, Request::Append { hash, .. }) = (&lost, &another)
    else {
        panic!()
    };
    assert_ne!(lost, hash);
    let device = &mut people.devices[0];
    for answer in [AppendAnswer::Stored, AppendAnswer::Refused(RelayErrorCode::HeadMoved)] {
        let changes = device
            .call(|client, context| client.handle_append(&id, lost, answer, context))
            .unwrap();
        assert!(changes.is_saved_already() && changes.send.is_empty() && changes.events.is_empty());
        assert_eq!(device.client.next_entry(&id), 2, "nothing stands that the relay has not");
        assert!(device.client.pending(&id).is_some());
    }
    let stored = AppendAnswer::Stored;
    let changes =
        device.call(|client, context| client.handle_append(&id, hash, stored, context)).unwrap();
    assert!(changes.events.contains(&Event::Confirmed { conversation: id, position: 2 }));
    assert!(device.client.pending(&id).is_none());
}

#[test]
fn a_late_answer_to_a_statement_settles_no_other() {
    let mut people = People::meet(1);
    let device = &mut people.devices[0];
    let renewed = device.call(|client, context| client.renew_keys(context)).unwrap();
    let Some(Request::Publish { hash: first, .. }) = renewed.send.first().cloned() else {
        panic!()
    };
    device.perform(renewed, &mut people.relay, &mut Link::good()).unwrap();
    let again = device.call(|client, context| client.renew_keys(context)).unwrap();
    device.save(&again).unwrap();
    let head = device.client.directory().head(&device.account());
    for answer in [PublishAnswer::Stored, PublishAnswer::Refused(RelayErrorCode::HeadMoved)] {
        let changes =
            device.call(|client, context| client.handle_publish(&first, answer, context)).unwrap();
        assert!(changes.is_saved_already() && changes.send.is_empty() && changes.events.is_empty());
        assert!(device.client.own().pending().is_some());
        assert_eq!(device.client.directory().head(&device.account()), head);
    }
}

/// A store that lost the deletion of what was pending: the log has the entry, and it is pending.
#[test]
fn an_entry_that_stands_already_settles_the_change_that_it_is() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let rotated = rotate(&mut people.devices[0], &id);
    let pending = rotated.put.clone();
    let People { relay, devices } = &mut people;
    devices[0].perform(Changes { put: Vec::new(), ..rotated }, relay, &mut Link::good()).unwrap();
    assert!(devices[0].client.pending(&id).is_none());
    devices[0].records.extend(pending);
    devices[0].crash().unwrap();
    assert!(devices[0].client.pending(&id).is_some());
    let entries = relay.logs[&id].entries.clone();
    devices[0].events.clear();
    devices[0].act(relay, |client, context| client.handle_entries(&id, &entries, context)).unwrap();
    let confirmed = Event::Confirmed { conversation: id, position: 1 };
    assert!(devices[0].events.contains(&confirmed), "{:?}", devices[0].events);
    assert!(devices[0].client.pending(&id).is_none());
    devices[0].crash().unwrap();
    assert!(devices[0].client.pending(&id).is_none());
    people.say(0, &id, "goes on");
    people.sync(1);
    assert_eq!(people.texts(1), ["goes on"]);
}
