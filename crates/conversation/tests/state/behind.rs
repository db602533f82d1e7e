//! Whom a log lags behind is found once and kept: a statement that comes, and a newcomer whose
//! head is older than the one known, are noticed all the same.

use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, History};
use privity_testkit::Link;

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;

fn renew(people: &mut People, who: usize) {
    let People { relay, devices } = people;
    devices[who].act(relay, |client, context| client.renew_keys(context)).unwrap();
}

#[test]
fn a_statement_that_comes_between_two_messages_stops_the_second() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(ALICE, &id, "to the key that Bob has");
    renew(&mut people, BOB);
    people.sync(ALICE);
    let bob = people.devices[BOB].account();
    let alice = &mut people.devices[ALICE];
    let sealed = alice.call(|client, context| client.send(&id, Draft::text("x"), context));
    assert_eq!(sealed.err(), Some(Blocked::Suspended(vec![bob]).into()));
}

#[test]
fn a_newcomer_whose_head_in_the_log_is_older_than_the_one_known_is_behind() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    renew(&mut people, CAROL);
    let carol = people.devices[CAROL].account();
    let People { relay, devices } = &mut people;
    devices[ALICE].meet(&carol, relay).unwrap();
    people.say(ALICE, &id, "Carol is not here yet");
    // Bob does not know of it.
    people.add(BOB, &id, CAROL, History::Full);
    let alice = &mut people.devices[ALICE];
    alice.follow(&id, &mut people.relay, &mut Link::good()).unwrap();
    let sealed = alice.call(|client, context| client.send(&id, Draft::text("x"), context));
    assert_eq!(sealed.err(), Some(Blocked::Suspended(vec![carol]).into()));
}
