//! Reading far back takes nothing away from what a device needs to go on.

use privity_conversation::format::ConversationId;
use privity_conversation::state::History;

use crate::people::People;

/// More than a client holds open at once.
const EPOCHS: usize = 40;

fn read_all(people: &mut People, who: usize, id: &ConversationId) -> Vec<String> {
    let messages = people.relay.logs[id].messages.clone();
    let client = &mut people.devices[who].client;
    let text = |message: &Vec<u8>| {
        String::from_utf8(client.read(id, message).unwrap().opened.content.body).unwrap()
    };
    messages.iter().map(text).collect()
}

#[test]
fn a_device_that_read_far_back_still_sends_and_reads_the_newest() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let mut said = Vec::new();
    for epoch in 0..EPOCHS {
        said.push(format!("epoch {epoch}"));
        people.say(0, &id, &said[epoch]);
        people.rotate(0, &id);
    }
    people.sync_all();
    assert_eq!(read_all(&mut people, 1, &id), said);
    people.say(1, &id, "still here");
    people.devices[1].crash().unwrap();
    people.say(1, &id, "and after a restart");
    said.extend(["still here".to_owned(), "and after a restart".to_owned()]);
    assert_eq!(read_all(&mut people, 1, &id), said);
    people.sync_all();
    assert_eq!(people.texts(0).len(), said.len());
}

#[test]
fn every_segment_stays_readable_however_many_there_are() {
    let mut people = People::meet(EPOCHS);
    let id = people.conversation(1);
    let mut said = Vec::new();
    for newcomer in 1..EPOCHS {
        said.push(format!("before {newcomer}"));
        people.say(0, &id, &said[newcomer - 1]);
        people.add(0, &id, newcomer, History::FromNow);
    }
    assert_eq!(read_all(&mut people, 0, &id), said);
    people.devices[0].crash().unwrap();
    assert_eq!(read_all(&mut people, 0, &id), said, "after a restart");
}
