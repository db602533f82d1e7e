//! Point 8: Restored snapshots, two tabs, cloned machines, crashes between any two steps, lost
//! answers: no key twice, no two entries for one place, nothing acknowledged is lost.

use std::collections::BTreeMap;

use privity_conversation::Error;
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{ConversationId, Policy, Role, Statement};
use privity_conversation::message::Draft;
use privity_conversation::state::{
    Changes, Client, Event, History, NewConversation, RecordKey, Request, Standing,
};
use privity_testkit::{ChaCha20Rng, Device, Link};
use privity_wire::Codec;

use crate::people::People;
use crate::secrets::append;
use crate::stage::{Stage, Step, Wire};

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;

/// All that a machine is: its store, and its generator.
struct Copy {
    records: BTreeMap<RecordKey, Vec<u8>>,
    version: u64,
    rng: ChaCha20Rng,
}

fn copy(device: &Device) -> Copy {
    Copy { records: device.records.clone(), version: device.version, rng: device.rng.clone() }
}

fn restore(device: &mut Device, copy: &Copy) {
    (device.records, device.version) = (copy.records.clone(), copy.version);
    device.rng = copy.rng.clone();
    device.crash().unwrap();
    // The worst case: the relay helps the copy to sign where its owner has signed.
    device.is_told_nothing().unwrap();
}

fn say(device: &mut Device, id: &ConversationId, text: &str) -> Changes {
    device.call(|client, context| client.send(id, Draft::text(text), context)).unwrap().1
}

/// Saves and sends a change, and notes what leaves.
fn perform(people: &mut People, who: usize, changes: Changes, wire: &mut Wire) {
    changes.send.iter().for_each(|request| wire.note(request));
    people.devices[who].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
}

#[test]
fn p08_a_restored_snapshot_speaks_on_and_loses_nothing() {
    let (mut people, mut wire) = (People::meet(2), Wire::default());
    let id = people.conversation(2);
    people.sync_all();
    let old = copy(&people.devices[BOB]);
    for text in ["one", "two"] {
        let changes = say(&mut people.devices[BOB], &id, text);
        perform(&mut people, BOB, changes, &mut wire);
    }
    restore(&mut people.devices[BOB], &old);
    for text in ["three", "one"] {
        let changes = say(&mut people.devices[BOB], &id, text);
        perform(&mut people, BOB, changes, &mut wire);
    }
    people.sync_all();
    assert_eq!(people.texts(ALICE)[..3], ["one", "two", "three"]);
    for text in ["one", "two", "three"] {
        assert!(people.texts(BOB).contains(&text), "{text}");
    }
    wire.check_keys(&mut people.devices);
}

#[test]
fn p08_a_restored_snapshot_that_changes_the_log_finds_what_stands() {
    let (mut people, mut wire) = (People::meet(3), Wire::default());
    let id = people.conversation(3);
    people.sync_all();
    let old = copy(&people.devices[BOB]);
    let changes = people.devices[BOB].call(|client, context| client.rotate(&id, context)).unwrap();
    perform(&mut people, BOB, changes, &mut wire);
    people.say(BOB, &id, "in the new epoch");
    let stands = people.relay.logs[&id].entries.clone();
    restore(&mut people.devices[BOB], &old);
    people.devices[BOB].now += 1;
    let info = ConversationInfo { title: "again".into(), picture: vec![] };
    let changes =
        people.devices[BOB].call(|client, context| client.set_info(&id, info, context)).unwrap();
    perform(&mut people, BOB, changes, &mut wire);
    assert_eq!(people.relay.logs[&id].entries, stands);
    assert!(people.devices[BOB].events.contains(&Event::Lost { conversation: id, position: 1 }));
    people.sync_all();
    people.say(BOB, &id, "and on");
    people.sync_all();
    for who in [ALICE, BOB, CAROL] {
        assert_eq!(people.texts(who), ["in the new epoch", "and on"]);
        assert!(people.devices[who].client.overview(&id).unwrap().fork.is_none());
    }
}

#[test]
fn p08_of_two_tabs_the_second_that_saves_is_told_and_sends_nothing() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    let device = &mut people.devices[BOB];
    let mut tab = People::meet(1).devices.remove(0).client;
    device.crash().unwrap();
    std::mem::swap(&mut device.client, &mut tab);
    device.crash().unwrap();
    let rng = device.rng.clone();
    let mut wire = Wire::default();
    let mut sealed = Vec::new();
    for text in ["first tab", "second tab"] {
        // The worst case: both draw from one generator's state.
        device.rng = rng.clone();
        std::mem::swap(&mut device.client, &mut tab);
        sealed.push(say(device, &id, text));
    }
    sealed.iter().flat_map(|it| &it.send).for_each(|request| wire.note(request));
    assert_eq!(device.save(&sealed[0]), Ok(()));
    assert_eq!(device.save(&sealed[1]), Err(Error::Misuse("another process wrote")));
    // The one that was told opens again, and has what the other saved.
    device.crash().unwrap();
    let unsent = device.client.unsent().unwrap();
    assert_eq!(unsent, sealed[0].send);
    people.sync(BOB);
    people.say(BOB, &id, "second tab, again");
    people.sync_all();
    for who in [ALICE, BOB] {
        assert_eq!(people.texts(who), ["first tab", "second tab, again"]);
    }
    wire.check_keys(&mut people.devices);
}

#[test]
fn p08_clones_with_one_generator_use_no_key_twice() {
    let (mut people, mut wire) = (People::meet(3), Wire::default());
    let id = people.conversation(3);
    people.sync_all();
    let clone = copy(&people.devices[ALICE]);
    let gone = people.devices[CAROL].account();
    for text in ["by the first", "by the second"] {
        restore(&mut people.devices[ALICE], &clone);
        let changes = say(&mut people.devices[ALICE], &id, text);
        perform(&mut people, ALICE, changes, &mut wire);
    }
    // Each of the two changes the log, differently, at the same head.
    restore(&mut people.devices[ALICE], &clone);
    let device = &mut people.devices[ALICE];
    let rotated = device.call(|client, context| client.rotate(&id, context)).unwrap();
    perform(&mut people, ALICE, rotated, &mut wire);
    restore(&mut people.devices[ALICE], &clone);
    let device = &mut people.devices[ALICE];
    let removed = device.call(|client, context| client.remove(&id, &[gone], context)).unwrap();
    perform(&mut people, ALICE, removed, &mut wire);
    // Each of the two begins a conversation, with somebody else.
    for whom in [BOB, CAROL] {
        restore(&mut people.devices[ALICE], &clone);
        let changes = begin(&mut people, vec![whom]);
        perform(&mut people, ALICE, changes, &mut wire);
    }
    wire.check_keys(&mut people.devices);
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["by the first", "by the second"]);
}

#[test]
fn p08_clones_that_state_different_things_draw_different_seeds() {
    let mut people = People::meet(1);
    let second = people.devices[0].pair(77, &mut people.relay).unwrap().client.device();
    let clone = copy(&people.devices[0]);
    let device = &mut people.devices[0];
    let renewed = device.call(|client, context| client.renew_keys(context)).unwrap();
    restore(device, &clone);
    let revoked = device.call(|client, context| client.revoke_devices(&[second], context)).unwrap();
    let key = |changes: &Changes| {
        let Some(Request::Publish { request, .. }) = changes.send.first() else { panic!() };
        Statement::from_bytes(&request.statement.0).unwrap().body.wrap_key.unwrap().key
    };
    assert_ne!(key(&renewed), key(&revoked), "the revoked device holds the other's seed");
}

/// Where both put a record, it is the same one, or they sealed under two salts.
fn check_salts(one: &Changes, other: &Changes) -> usize {
    let other: BTreeMap<_, _> = other.put.iter().cloned().collect();
    let both = one.put.iter().filter_map(|(place, record)| Some((record, other.get(place)?)));
    let differ: Vec<_> = both.filter(|(one, other)| one != other).collect();
    assert!(differ.iter().all(|(one, other)| one[1..33] != other[1..33]));
    differ.len()
}

#[test]
fn p08_clones_with_one_generator_seal_no_two_logs_under_one_key() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.sync_all();
    let clone = copy(&people.devices[ALICE]);
    let mut entries = vec![];
    for who in [BOB, CAROL] {
        let left = people.devices[who].call(|client, context| client.leave(&id, None, context));
        entries.push(append(&left.unwrap()).0);
    }
    let mut taken = entries.into_iter().map(|entry| {
        restore(&mut people.devices[ALICE], &clone);
        let device = &mut people.devices[ALICE];
        device.call(|client, context| client.handle_entries(&id, &[entry], context)).unwrap()
    });
    assert!(check_salts(&taken.next().unwrap(), &taken.next().unwrap()) > 0);
    // One log, and two answers to the invitation.
    let mut answered = [Client::accept, Client::decline].into_iter().map(|answer| {
        restore(&mut people.devices[ALICE], &clone);
        people.devices[ALICE].call(|client, context| answer(client, &id, context)).unwrap()
    });
    assert!(check_salts(&answered.next().unwrap(), &answered.next().unwrap()) > 0);
}

#[test]
fn p08_a_lost_answer_of_an_append_is_asked_for_with_the_same_bytes() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let device = &mut people.devices[ALICE];
    let changes = device.call(|client, context| client.rotate(&id, context)).unwrap();
    device.save(&changes).unwrap();
    people.relay.handle(&device.account(), &changes.send[0]);
    for _ in 0..3 {
        device.crash().unwrap();
        assert_eq!(device.client.unsent().unwrap(), changes.send);
    }
    let again = device.call(|client, context| client.rotate(&id, context));
    assert!(again.is_err(), "its place is taken until the relay has answered");
    people.sync(ALICE);
    assert_eq!(people.relay.logs[&id].entries[1..], [append(&changes).0]);
    assert_eq!(people.devices[ALICE].client.unsent(), Ok(vec![]));
    people.say(ALICE, &id, "in the new epoch");
    people.sync_all();
    assert_eq!(people.texts(BOB), ["in the new epoch"]);
}

fn begin(people: &mut People, with: Vec<usize>) -> Changes {
    let account = |who: usize| (people.devices[who].account(), Role::Member);
    let members = with.into_iter().map(account).collect();
    let info = ConversationInfo { title: "title".into(), picture: Vec::new() };
    let new = NewConversation { policy: Policy::default(), members, info, predecessor: None };
    people.devices[ALICE]
        .call(|client, context| client.create_conversation(new, context))
        .unwrap()
        .1
}

fn accept(stage: &mut Stage, who: usize, id: &ConversationId) -> Step {
    stage.sync(who)?;
    let standing = stage.people.devices[who].client.overview(id).unwrap().standing;
    if standing == Standing::Accepted {
        return Ok(());
    }
    stage.act(who, |client, context| client.accept(id, context))
}

/// Rotates if there are as many epochs as that, no more.
fn rotate(stage: &mut Stage, who: usize, id: &ConversationId, epochs: usize) -> Step {
    stage.sync(who)?;
    if stage.people.devices[who].client.overview(id).unwrap().epochs > epochs {
        return Ok(());
    }
    stage.act(who, |client, context| client.rotate(id, context))
}

fn is_in(stage: &Stage, whom: usize, id: &ConversationId) -> bool {
    let account = stage.people.devices[whom].account();
    let members = stage.people.devices[ALICE].client.members(id).unwrap();
    members.iter().any(|(member, _)| *member == account)
}

fn first_half(stage: &mut Stage) -> ConversationId {
    stage.insist(|stage| {
        stage.sync(ALICE)?;
        if stage.people.devices[ALICE].client.conversations().next().is_some() {
            return Ok(());
        }
        let changes = begin(&mut stage.people, vec![BOB]);
        stage.perform(ALICE, changes)
    });
    let id = stage.people.devices[ALICE].client.conversations().next().unwrap();
    let carol = stage.people.devices[CAROL].account();
    stage.insist(|stage| stage.say(ALICE, &id, "alice 1"));
    stage.insist(|stage| accept(stage, BOB, &id));
    stage.insist(|stage| stage.say(BOB, &id, "bob 1"));
    stage.insist(|stage| {
        stage.sync(ALICE)?;
        if is_in(stage, CAROL, &id) {
            return Ok(());
        }
        stage.act(ALICE, |client, context| client.add(&id, &[carol], History::Full, context))
    });
    stage.insist(|stage| accept(stage, CAROL, &id));
    stage.insist(|stage| stage.say(CAROL, &id, "carol 1"));
    stage.insist(|stage| rotate(stage, BOB, &id, 1));
    id
}

fn second_half(stage: &mut Stage, id: &ConversationId) {
    stage.insist(|stage| {
        stage.sync(ALICE)?;
        let account = stage.people.devices[ALICE].account();
        if stage.people.relay.accounts[&account].len() > 1 {
            return Ok(());
        }
        stage.act(ALICE, |client, context| client.renew_keys(context))
    });
    stage.insist(|stage| rotate(stage, ALICE, id, 2));
    stage.insist(|stage| stage.say(ALICE, id, "alice 2"));
    let carol = stage.people.devices[CAROL].account();
    stage.insist(|stage| stage.sync(CAROL));
    stage.insist(|stage| {
        stage.sync(ALICE)?;
        if !is_in(stage, CAROL, id) {
            return Ok(());
        }
        stage.act(ALICE, |client, context| client.remove(id, &[carol], context))
    });
    stage.insist(|stage| stage.say(BOB, id, "bob 2"));
    stage.insist(|stage| stage.sync(ALICE));
    let People { relay, devices } = &mut stage.people;
    let (bob, lost) = (devices[BOB].account(), devices[BOB].client.device());
    let phrase = devices[BOB].phrase.take().unwrap();
    let back = Device::recover(9, phrase, &bob, &[lost], relay).unwrap();
    let lost = std::mem::replace(&mut devices[BOB], back);
    devices.push(lost);
    stage.insist(|stage| rotate(stage, ALICE, id, 4));
    stage.insist(|stage| accept(stage, BOB, id));
    stage.insist(|stage| stage.say(BOB, id, "bob 3"));
    stage.insist(|stage| stage.say(ALICE, id, "alice 3"));
    for who in [ALICE, BOB, CAROL] {
        stage.insist(|stage| stage.sync(who));
    }
}

fn check(stage: &mut Stage, id: &ConversationId, strikes: &[usize]) {
    stage.wire.check_keys(&mut stage.people.devices);
    stage.wire.check_places();
    let all = ["alice 1", "bob 1", "carol 1", "alice 2", "bob 2", "bob 3", "alice 3"];
    let log = stage.people.relay.logs[id].clone();
    assert_eq!((log.entries.len(), log.messages.len()), (6, all.len()), "{strikes:?}");
    assert_eq!(stage.people.texts(ALICE), all, "{strikes:?}");
    assert_eq!(stage.people.texts(CAROL), all[..4], "{strikes:?}");
    let head = stage.people.devices[ALICE].client.overview(id).unwrap();
    let bob = &mut stage.people.devices[BOB];
    let overview = bob.client.overview(id).unwrap();
    assert_eq!((overview.head_hash, overview.fork), (head.head_hash, None), "{strikes:?}");
    // What Bob's lost device and Carol said has a cut: the archive leads to all of it.
    for (text, message) in all.iter().zip(&log.messages).rev() {
        let read = bob.client.read(id, message).unwrap();
        assert_eq!((read.opened.content.body, read.findings), (text.as_bytes().to_vec(), vec![]));
    }
    for who in [ALICE, BOB, CAROL] {
        assert_eq!(stage.people.devices[who].client.unsent(), Ok(vec![]), "{strikes:?}");
    }
}

/// The whole story with crashes at those points; how many points there were.
fn run(strikes: &[usize]) -> usize {
    let mut stage = Stage::new(People::meet(3), strikes.iter().copied());
    let id = first_half(&mut stage);
    second_half(&mut stage, &id);
    check(&mut stage, &id, strikes);
    stage.points
}

#[test]
fn p08_a_crash_between_any_two_steps_loses_nothing() {
    for at in 1..=run(&[]) {
        run(&[at]);
    }
}

#[test]
fn p08_crashes_while_coming_back_from_a_crash_lose_nothing() {
    for at in (1..=run(&[])).step_by(3) {
        run(&[at, at + 1, at + 3, at + 8]);
    }
}
