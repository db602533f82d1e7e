//! Point 6: a ciphertext opens under one key, whole, or not at all.

use privity_conversation::Error;
use privity_conversation::format::MessageOutside;
use privity_conversation::message::OpenBlame;
use privity_conversation::state::{Event, Incoming};
use privity_primitives::secret::Secret;
use privity_wire::Codec;

use crate::member::{Seen, entry, message_key, position_key, refused, secret, take_wraps};
use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;

/// Every bit flipped by itself, every length that is too short, a byte more, and each four bytes
/// as the largest length.
fn spoilt(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        all.push(flipped);
    }
    for at in 0..bytes.len() - 3 {
        let mut huge = bytes.to_vec();
        huge[at..at + 4].fill(0xff);
        all.push(huge);
    }
    all.extend((0..bytes.len()).map(|length| bytes[..length].to_vec()));
    all.push([bytes, &[0]].concat());
    all.retain(|one| one != bytes);
    all
}

#[test]
fn p06_a_message_opens_under_the_key_that_it_commits_to() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    people.say(ALICE, &id, "one key");
    let message = people.relay.logs[&id].messages[0].clone();
    let outside = MessageOutside::from_bytes(&message).unwrap();
    let before = Seen::by(&mut people, BOB, &id);

    // The commitment of any other key: of another salt's, and of another secret's.
    let here = entry(&people.relay, &id, 0);
    let known = secret(&people.devices[BOB], &people.relay, &id, 0);
    let others = [
        message_key(&position_key(&known, &here), &[7; 32]),
        message_key(&position_key(&Secret::copy_from(&[7; 32]), &here), &outside.salt),
    ];
    for key in others {
        let mut forged = outside.clone();
        forged.commitment = *key.commitment();
        let forged = forged.to_bytes().unwrap();
        let bob = &mut people.devices[BOB];
        assert_eq!(refused(bob, &id, &forged), Error::Decrypt);
        let (_, changes) =
            bob.call(|client, context| client.receive(&id, &forged, context)).unwrap();
        let told = Event::Unopened { conversation: id, blame: OpenBlame::Relay };
        assert_eq!(changes.events, [told]);
    }
    assert_eq!(Seen::by(&mut people, BOB, &id), before);
}

#[test]
fn p06_a_message_that_is_changed_anywhere_says_nothing() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    people.say(ALICE, &id, "whole");
    let message = people.relay.logs[&id].messages[0].clone();
    let bob = &mut people.devices[BOB];
    for forged in spoilt(&message) {
        let taken = bob.call(|client, context| client.receive(&id, &forged, context));
        if let Ok((incoming, changes)) = taken {
            assert!(!matches!(incoming, Incoming::Message(_)), "{incoming:?}");
            bob.save(&changes).unwrap();
        }
    }
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["whole"]);
}

#[test]
fn p06_a_wrap_that_is_changed_anywhere_opens_nothing() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.rotate(ALICE, &id);
    let own = people.devices[BOB].account();
    let wrap = take_wraps(&mut people.relay, &id, &own, 1).remove(0).to_bytes().unwrap();
    people.sync(BOB);
    let People { relay, devices } = &mut people;
    let bob = &mut devices[BOB];
    for forged in spoilt(&wrap) {
        let offered = [forged];
        let taken = bob.act(relay, |client, context| client.handle_wraps(&id, &offered, context));
        assert!(matches!(taken, Ok(()) | Err(Error::Malformed(_) | Error::UpdateNeeded(_))));
    }
    // Had any of them opened, Bob could read now.
    people.say(ALICE, &id, "locked");
    people.sync(BOB);
    assert!(people.texts(BOB).is_empty());
    let bob = &mut people.devices[BOB];
    bob.act(&mut people.relay, |client, context| client.handle_wraps(&id, &[wrap], context))
        .unwrap();
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["locked"]);
}
