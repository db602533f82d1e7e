//! A wrap that is wrong, or that does not come: the others hear of it, judge it alone, and
//! one of them repairs it. And what else is told of a conversation that does not go well.

use privity_conversation::epoch::{Verdict, WrapFault};
use privity_conversation::format::{Complaint, ConversationId, Ground, Recipient, WrappedEntry};
use privity_conversation::log::STARVED;
use privity_conversation::message::{Finding, OpenBlame};
use privity_conversation::state::{Changes, Event, History, Request};
use privity_conversation::{Error, Missing};
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Link, Plan};
use privity_wire::Codec;

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;
const EMIL: usize = 3;
const WEEK: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Alice's software has wrapped garbage for Carol, in a new epoch in which she speaks.
fn cheated() -> (People, ConversationId) {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    let carol = people.devices[CAROL].account();
    let alice = &mut people.devices[ALICE];
    let mut changes = alice.call(|client, context| client.rotate(&id, context)).unwrap();
    let Some(Request::Append { wraps, .. }) = changes.send.first_mut() else { panic!() };
    for bytes in wraps {
        let mut wrap = WrappedEntry::from_bytes(bytes).unwrap();
        if wrap.context.recipient.account() == carol {
            wrap.ct[0] ^= 1;
            let signed = wrap.sign(alice.client.own().signing_key()).unwrap();
            *bytes = signed.to_bytes().unwrap();
        }
    }
    alice.perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    people.say(ALICE, &id, "for all of us");
    (people, id)
}

#[test]
fn a_bad_wrap_convicts_its_maker_and_is_repaired_by_another_member() {
    let (mut people, id) = cheated();
    people.sync(CAROL);
    people.sync(CAROL);
    let fault = WrapFault::NotOpened;
    let refused = Event::WrapRefused { conversation: id, anchor: 1, fault };
    assert!(people.devices[CAROL].events.contains(&refused));
    let [complaint] = &people.relay.logs[&id].complaints[..] else { panic!("once") };
    let complaint = complaint.clone();
    assert!(people.texts(CAROL).is_empty());

    people.sync(BOB);
    let bob = &mut people.devices[BOB];
    let changes = bob.client.handle_complaint(&id, &complaint).unwrap();
    let alice = people.devices[ALICE].account();
    let device = people.devices[ALICE].client.device();
    let proven = Event::Complained {
        conversation: id,
        account: people.devices[CAROL].account(),
        anchor: 1,
        verdict: Verdict::Proven { wrapper: alice, device },
    };
    assert_eq!(changes.events, [proven]);
    assert_eq!(changes.events[0].code(), Some("epoch/complaint-proven"));
    people.devices[BOB].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    people.sync(CAROL);
    assert_eq!(people.texts(CAROL), ["for all of us"]);

    // Whoever complains again and again costs a verdict each time, and no more wraps.
    let again = people.devices[BOB].client.handle_complaint(&id, &complaint).unwrap();
    assert!(again.send.is_empty());
}

#[test]
fn an_honest_wrap_convicts_nobody_and_a_stranger_gets_nothing() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    let (alice, carol) = (people.devices[ALICE].account(), people.devices[CAROL].account());
    let honest = people.relay.wraps(&id, &alice).remove(0);
    let complain =
        |account, ground| Complaint { conversation: id, account, ground }.to_bytes().unwrap();
    people.sync(BOB);
    let bob = &mut people.devices[BOB].client;
    let changes =
        bob.handle_complaint(&id, &complain(alice, Ground::WrongWrap(honest.clone()))).unwrap();
    let verdict = Verdict::False;
    let told = Event::Complained { conversation: id, account: alice, anchor: 0, verdict };
    assert_eq!((changes.events, changes.send), (vec![told], vec![]));

    let stranger = bob.handle_complaint(&id, &complain(carol, Ground::NothingCame)).unwrap();
    assert_eq!((stranger.events, stranger.send), (vec![], vec![]));

    let good = complain(alice, Ground::WrongWrap(honest));
    for cut in 0..good.len() {
        assert!(matches!(bob.handle_complaint(&id, &good[..cut]), Err(Error::Malformed(_))));
    }
    assert!(bob.handle_complaint(&id, &vec![1; 1 << 20]).is_err());
}

#[test]
fn a_member_whose_wraps_do_not_come_asks_for_them() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    assert!(people.devices[BOB].client.ask_for_repair(&id).is_err());
    people.rotate(ALICE, &id);
    people.say(ALICE, &id, "behind a lost wrap");
    people.relay.logs.get_mut(&id).unwrap().wraps.truncate(2);
    people.sync(BOB);
    let now = people.devices[BOB].now;
    let findings = people.devices[BOB].client.findings(&id, now).unwrap();
    assert_eq!(findings, [Finding::EpochWithheld { anchor: 1 }]);
    people.devices[BOB].act(&mut people.relay, |client, _| client.ask_for_repair(&id)).unwrap();
    let complaint = people.relay.logs[&id].complaints[0].clone();
    people.devices[ALICE]
        .act(&mut people.relay, |client, _| client.handle_complaint(&id, &complaint))
        .unwrap();
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["behind a lost wrap"]);
}

#[test]
fn a_device_that_is_never_first_waits_longer_each_time_and_says_so_in_the_end() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let starved = Event::Starved { conversation: id };
    let mut waits = Vec::new();
    for _ in 0..STARVED {
        assert!(!people.devices[BOB].events.contains(&starved));
        people.sync(BOB);
        let late = people.devices[BOB].call(|client, context| client.rotate(&id, context)).unwrap();
        people.rotate(ALICE, &id);
        people.devices[BOB].perform(late, &mut people.relay, &mut Link::good()).unwrap();
        waits.push(people.devices[BOB].client.wait_after_loss(&id).unwrap().unwrap());
    }
    assert!(people.devices[BOB].events.contains(&starved));
    for (lost, wait) in waits.into_iter().enumerate() {
        let base = (2_000_u64 << lost).min(600_000);
        assert!((base..2 * base).contains(&wait), "{lost}: {wait}");
    }
    people.rotate(BOB, &id);
    assert_eq!(people.devices[BOB].client.wait_after_loss(&id), Ok(None));
}

#[test]
fn a_conversation_tells_what_is_overdue_and_who_moved() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let now = people.devices[ALICE].now;
    assert_eq!(people.devices[ALICE].client.findings(&id, now), Ok(vec![]));
    people.devices[BOB]
        .act(&mut people.relay, |client, context| client.renew_keys(context))
        .unwrap();
    people.sync(ALICE);
    let account = people.devices[BOB].account();
    let findings = people.devices[ALICE].client.findings(&id, now + 2 * WEEK);
    assert_eq!(findings, Ok(vec![Finding::Suspended { account }, Finding::RotationOverdue]));
}

#[test]
fn a_message_that_does_not_open_is_counted_against_whoever_could_have_made_it() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(ALICE, &id, "text");
    let whole = people.relay.logs[&id].messages[0].clone();
    let last = whole.len() - 1;
    for (place, blame) in [(105, OpenBlame::Relay), (last, OpenBlame::SomeMember)] {
        let mut spoiled = whole.clone();
        spoiled[place] ^= 1;
        let (_, changes) = people.devices[BOB]
            .call(|client, context| client.receive(&id, &spoiled, context))
            .unwrap();
        assert_eq!(changes.events, [Event::Unopened { conversation: id, blame }]);
    }
}

/// Takes a log without asking for more statements than it needs: those of its authors.
fn follow_log(people: &mut People, who: usize, id: &ConversationId) {
    let People { relay, devices } = people;
    let device = &mut devices[who];
    let from = device.client.next_entry(id);
    let version = device.client.version();
    let send = vec![Request::FetchEntries { conversation: *id, from }];
    let ask = Changes { expected_version: version, version, send, ..Changes::default() };
    device.perform(ask, relay, &mut Link::good()).unwrap();
}

#[test]
fn what_is_missing_to_judge_is_named_by_account_and_head() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    for seed in [50, 51] {
        let plan = Plan::Phrase(Suite::X25519);
        people.devices.push(Device::create(seed, &plan, &mut people.relay).unwrap());
    }
    let accounts: Vec<_> = people.devices.iter().map(Device::account).collect();
    let People { relay, devices } = &mut people;
    devices[ALICE].meet(&accounts[CAROL], relay).unwrap();
    devices[BOB].meet(&accounts[CAROL], relay).unwrap();
    people.add(ALICE, &id, CAROL, History::Full);
    people.sync(BOB);
    follow_log(&mut people, CAROL, &id);
    let pin = |people: &People, who: usize| {
        people.devices[who].client.directory().head(&accounts[who]).unwrap()
    };
    let missing = |pin| Err(Error::Missing(Missing::Statements(vec![pin])));
    let judge = |people: &mut People, wrap: &[u8]| people.devices[CAROL].client.judge(&id, wrap);

    // Of whoever complains; of whoever made the wrap.
    let for_bob = people.relay.wraps(&id, &accounts[BOB]).remove(0);
    assert_eq!(judge(&mut people, &for_bob), missing(pin(&people, BOB)));
    let made = people.devices[BOB].client.repair(&id, &accounts[ALICE]).unwrap();
    let [Request::PutWraps { wraps, .. }] = &made.send[..] else { panic!() };
    assert_eq!(judge(&mut people, &wraps[0]), missing(pin(&people, BOB)));
    let People { relay, devices } = &mut people;
    devices[CAROL].meet(&accounts[BOB], relay).unwrap();
    assert_eq!(judge(&mut people, &for_bob), Ok(Verdict::False));
    assert_eq!(judge(&mut people, &wraps[0]), Ok(Verdict::False));

    // Of a newcomer whose older head is known: by the head that the log pins.
    let People { relay, devices } = &mut people;
    devices[CAROL].meet(&accounts[EMIL], relay).unwrap();
    devices[EMIL].act(relay, |client, context| client.renew_keys(context)).unwrap();
    devices[ALICE].meet(&accounts[EMIL], relay).unwrap();
    people.add(ALICE, &id, EMIL, History::Full);
    follow_log(&mut people, CAROL, &id);
    let for_emil = people.relay.wraps(&id, &accounts[EMIL]).remove(0);
    assert_eq!(judge(&mut people, &for_emil), missing(pin(&people, EMIL)));
    let People { relay, devices } = &mut people;
    devices[CAROL].meet(&accounts[EMIL], relay).unwrap();
    assert_eq!(judge(&mut people, &for_emil), Ok(Verdict::False));

    // Of a key that nothing speaks of nothing is fetched.
    let mut made_up = WrappedEntry::from_bytes(&for_emil).unwrap();
    made_up.context.recipient = Recipient::Account { account: accounts[EMIL], generation: 9 };
    let verdict = judge(&mut people, &made_up.to_bytes().unwrap());
    assert_eq!(verdict, Ok(Verdict::NoEvidence(WrapFault::OtherGeneration)));
}
