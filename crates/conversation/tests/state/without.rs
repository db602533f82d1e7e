//! Whom a revoked device added can go with the revocation, in the entry of any member: it goes
//! like anybody who is removed.

use privity_conversation::format::{ConversationId, Entry, EntryBody, WrappedEntry};
use privity_conversation::message::Draft;
use privity_conversation::state::{Changes, History, Incoming, Request};
use privity_testkit::Link;
use privity_wire::Codec;

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;
const GHOST: usize = 3;
const OTHER: usize = 4;
const BOBS_SECOND: usize = 5;

/// Bob's stolen device has added two, who have spoken, and is revoked by his second one.
fn haunted() -> (People, ConversationId) {
    let mut people = People::meet(5);
    let id = people.conversation(3);
    let second = people.devices[BOB].pair(77, &mut people.relay).unwrap();
    people.devices.push(second);
    people.sync_all();
    people.add(BOB, &id, GHOST, History::Full);
    people.add(BOB, &id, OTHER, History::Full);
    people.accept(GHOST, &id);
    people.accept(OTHER, &id);
    people.say(GHOST, &id, "by the ghost");
    people.sync_all();
    let stolen = people.devices[BOB].client.device();
    people.devices[BOBS_SECOND]
        .act(&mut people.relay, |client, context| client.revoke_devices(&[stolen], context))
        .unwrap();
    (people, id)
}

fn without(people: &mut People, id: &ConversationId, whom: &[usize]) -> Changes {
    let whom: Vec<_> = whom.iter().map(|who| people.devices[*who].account()).collect();
    people.devices[CAROL].call(|client, context| client.rotate_without(id, &whom, context)).unwrap()
}

fn appended(changes: &Changes) -> (EntryBody, Vec<WrappedEntry>) {
    let Some(Request::Append { entry, wraps, .. }) = changes.send.first() else { panic!() };
    let wraps = wraps.iter().map(|bytes| WrappedEntry::from_bytes(bytes).unwrap());
    (Entry::from_bytes(entry).unwrap().body().clone(), wraps.collect())
}

#[test]
fn who_goes_with_a_revocation_is_named_once_and_in_order_and_gets_no_wrap() {
    let (mut people, id) = haunted();
    people.sync(CAROL);
    let mut gone = [GHOST, OTHER].map(|who| people.devices[who].account());
    gone.sort_unstable();
    let (body, wraps) = appended(&without(&mut people, &id, &[OTHER, GHOST, GHOST, OTHER]));
    assert_eq!(body.also_removed, gone);
    let wrapped: Vec<_> = wraps.iter().map(|wrap| wrap.context.recipient.account()).collect();
    assert_eq!(wrapped.len(), 3);
    assert!(gone.iter().all(|account| !wrapped.contains(account)));
}

#[test]
fn who_goes_with_a_revocation_keeps_its_pin() {
    let (mut people, id) = haunted();
    people.devices[GHOST]
        .act(&mut people.relay, |client, context| client.renew_keys(context))
        .unwrap();
    people.sync(CAROL);
    let (bob, ghost) = (people.devices[BOB].account(), people.devices[GHOST].account());
    let (body, _) = appended(&without(&mut people, &id, &[GHOST]));
    let pinned: Vec<_> = body.pins.iter().map(|pin| pin.account).collect();
    assert_eq!((pinned, body.also_removed), (vec![bob], vec![ghost]));
}

#[test]
fn who_goes_with_a_revocation_is_cut_off_behind_what_was_seen_of_it() {
    let (mut people, id) = haunted();
    let before = people.relay.logs[&id].messages[0].clone();
    people.sync(CAROL);
    // Sealed before the ghost hears of it, and seen by nobody.
    let late = people.devices[GHOST]
        .call(|client, context| client.send(&id, Draft::text("too late"), context))
        .unwrap();
    let Some(Request::Post { message: late, .. }) = late.1.send.first() else { panic!() };
    let changes = without(&mut people, &id, &[GHOST]);
    let device = people.devices[GHOST].client.device();
    let (body, _) = appended(&changes);
    let cut = body.cuts.iter().find(|cut| cut.device == device).expect("a cut of the ghost");
    let seen = people.devices[CAROL].shown.iter().find(|it| it.text == "by the ghost").unwrap();
    assert_eq!(cut.heads, [seen.id]);

    people.devices[CAROL].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    people.devices[ALICE].follow(&id, &mut people.relay, &mut Link::good()).unwrap();
    let alice = &mut people.devices[ALICE];
    assert!(alice.client.read(&id, &before).is_ok());
    let taken = alice.call(|client, context| client.receive(&id, late, context)).unwrap();
    assert!(matches!(taken.0, Incoming::Refused(_)), "{:?}", taken.0);
}
