//! Point 1: Ghost members, entries in another order, left out, or of another branch, by who
//! is no member or not allowed.

use privity_conversation::Error;
use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, Grant, Permission, Pin, Policy, Role,
};
use privity_conversation::log::{Blame, Refused};
use privity_conversation::message::Draft;
use privity_conversation::sign::Signature;
use privity_conversation::state::{Blocked, Event, History};
use privity_wire::Codec;

use crate::member::{Seen, entry, news, next, signed};
use crate::people::People;

/// Alice, who is admin, and the members Bob and Mallory; Ghost is somebody else.
const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;
const GHOST: usize = 3;

fn group(policy: Policy) -> (People, ConversationId) {
    let mut people = People::meet(4);
    let id = people.conversation_under(3, policy);
    people.sync_all();
    (people, id)
}

/// The relay hands on a forged entry: Alice and Bob refuse it by name, and nothing is else
/// than it was.
fn refuse(people: &mut People, id: &ConversationId, forged: Vec<u8>, rule: Refused) {
    let honest = people.relay.logs[id].entries.clone();
    people.relay.logs.get_mut(id).unwrap().entries.push(forged);
    for who in [ALICE, BOB] {
        let before = Seen::by(people, who, id);
        news(&mut people.devices[who]);
        people.sync(who);
        let events = news(&mut people.devices[who]);
        assert_eq!(events, [Event::EntryRefused { conversation: *id, rule }], "device {who}");
        assert_eq!(Seen::by(people, who, id), before);
    }
    people.relay.logs.get_mut(id).unwrap().entries = honest;
}

/// Alice and Bob go on, and Ghost reads nothing of it.
fn goes_on_without_ghost(people: &mut People, id: &ConversationId) {
    people.say(ALICE, id, "between us");
    people.sync_all();
    assert_eq!(people.texts(BOB), ["between us"]);
    let ghost = people.devices[GHOST].account();
    assert!(people.relay.wraps(id, &ghost).is_empty(), "no wrap left for it");
    let log = people.relay.logs[id].clone();
    let device = &mut people.devices[GHOST];
    let taken = device.call(|client, context| client.handle_entries(id, &log.entries, context));
    assert!(taken.unwrap().is_saved_already());
    let wraps = device.call(|client, context| client.handle_wraps(id, &log.wraps, context));
    assert!(matches!(wraps, Err(Error::Misuse(_))));
    assert!(log.messages.iter().all(|message| device.client.read(id, message).is_err()));
}

fn head(people: &People, who: usize) -> Pin {
    let account = people.devices[who].account();
    people.devices[who].client.directory().head(&account).unwrap()
}

#[test]
fn p01_a_ghost_is_added_by_nobody_who_may_not() {
    let (mut people, id) = group(Policy { add: Permission::Admins, ..Policy::default() });
    let ghost = people.devices[GHOST].account();
    let grant = Grant { granted_from: 0 };
    let add = Action::Add { accounts: vec![ghost], grant };
    let by = |people: &People, who: usize| {
        let mut body = next(&people.devices[who], &people.relay, &id, add.clone());
        body.pins = vec![head(people, GHOST)];
        body
    };
    let own = by(&people, GHOST);
    let forged = signed(own, &people.devices[GHOST]);
    refuse(&mut people, &id, forged, Refused::NotAMember);
    let in_alices_name = signed(by(&people, ALICE), &people.devices[GHOST]);
    refuse(&mut people, &id, in_alices_name, Refused::BadSignature);
    let mut on_ghosts_device = by(&people, ALICE);
    on_ghosts_device.device = people.devices[GHOST].client.device();
    let forged = signed(on_ghosts_device, &people.devices[GHOST]);
    refuse(&mut people, &id, forged, Refused::DeviceNotActive);
    let unsigned = Entry::from_parts(by(&people, ALICE), Signature([0; 64])).unwrap();
    refuse(&mut people, &id, unsigned.to_bytes().unwrap(), Refused::BadSignature);
    let by_a_member = signed(by(&people, MALLORY), &people.devices[MALLORY]);
    refuse(&mut people, &id, by_a_member, Refused::NotAllowed);
    goes_on_without_ghost(&mut people, &id);
}

#[test]
fn p01_a_ghost_that_a_member_may_add_is_shown_to_everybody() {
    let (mut people, id) = group(Policy::default());
    people.add(MALLORY, &id, GHOST, History::FromNow);
    let ghost = people.devices[GHOST].account();
    for who in [ALICE, BOB] {
        news(&mut people.devices[who]);
        people.sync(who);
        let joined = vec![ghost];
        let shown = Event::Membership { conversation: id, joined, gone: vec![] };
        assert!(news(&mut people.devices[who]).contains(&shown));
    }
    people.remove(ALICE, &id, GHOST);
    people.say(ALICE, &id, "without it");
    people.sync_all();
    assert_eq!(people.texts(BOB), ["without it"]);
    assert!(people.texts(GHOST).is_empty());
}

#[test]
fn p01_what_a_members_role_does_not_allow_is_refused() {
    let policy = Policy {
        add: Permission::Admins,
        rotate: Permission::Admins,
        set_info: Permission::Admins,
        ..Policy::default()
    };
    let (mut people, id) = group(policy);
    let account = |people: &People, who: usize| people.devices[who].account();
    let (alice, bob) = (account(&people, ALICE), account(&people, BOB));
    let mallory = account(&people, MALLORY);
    let actions = [
        Action::Rotate,
        Action::SetInfo,
        Action::SetPolicy { policy: Policy::default() },
        Action::SetRole { account: mallory, role: Role::Admin },
        Action::SetRole { account: alice, role: Role::Member },
        Action::Remove { accounts: vec![bob] },
    ];
    for action in actions {
        let body = next(&people.devices[MALLORY], &people.relay, &id, action);
        let forged = signed(body, &people.devices[MALLORY]);
        refuse(&mut people, &id, forged, Refused::NotAllowed);
    }
    goes_on_without_ghost(&mut people, &id);
}

#[test]
fn p01_a_removed_member_writes_no_entry() {
    let (mut people, id) = group(Policy::default());
    people.remove(ALICE, &id, MALLORY);
    people.sync_all();
    let account = |people: &People, who: usize| people.devices[who].account();
    let (bob, mallory) = (account(&people, BOB), account(&people, MALLORY));
    let again: Vec<AccountId> = vec![mallory];
    let actions = [
        Action::Rotate,
        Action::SetInfo,
        Action::Remove { accounts: vec![bob] },
        Action::Leave { successor: None },
    ];
    for action in actions {
        let body = next(&people.devices[MALLORY], &people.relay, &id, action);
        let forged = signed(body, &people.devices[MALLORY]);
        refuse(&mut people, &id, forged, Refused::NotAMember);
    }
    let grant = Grant { granted_from: 0 };
    let add = Action::Add { accounts: again, grant };
    let mut body = next(&people.devices[MALLORY], &people.relay, &id, add);
    body.pins = vec![head(&people, MALLORY)];
    let forged = signed(body, &people.devices[MALLORY]);
    refuse(&mut people, &id, forged, Refused::NotAMember);
    people.say(ALICE, &id, "without her");
    people.sync_all();
    assert_eq!(people.texts(BOB), ["without her"]);
    assert!(people.texts(MALLORY).is_empty());
}

#[test]
fn p01_a_log_with_an_entry_left_out_or_moved_stands_still_and_is_shown() {
    let (mut people, id) = group(Policy::default());
    let before = Seen::by(&mut people, BOB, &id);
    for _ in 0..3 {
        people.rotate(ALICE, &id);
    }
    people.say(ALICE, &id, "at the head");
    let honest = people.relay.logs[&id].entries.clone();
    let orders: [&[usize]; 4] = [&[0, 2, 3], &[0, 3], &[0, 2, 1, 3], &[0, 3, 2, 1]];
    for order in orders {
        let page: Vec<Vec<u8>> = order.iter().map(|place| honest[*place].clone()).collect();
        people.relay.logs.get_mut(&id).unwrap().entries = page;
        news(&mut people.devices[BOB]);
        people.sync(BOB);
        let events = news(&mut people.devices[BOB]);
        assert!(events.contains(&Event::Withheld { conversation: id }), "{order:?}: {events:?}");
        let after = Seen::by(&mut people, BOB, &id);
        assert_eq!((after.place(), after.texts()), (before.place(), before.texts()));
    }
    people.relay.logs.get_mut(&id).unwrap().entries = honest;
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["at the head"]);
}

#[test]
fn p01_what_the_relay_puts_after_an_entry_loses_nothing_of_it() {
    let (mut people, id) = group(Policy::default());
    let other = people.conversation(2);
    people.rotate(ALICE, &id);
    let foreign = people.relay.logs[&other].entries[0].clone();
    for junk in [foreign, vec![1, 2, 3]] {
        let honest = people.relay.logs[&id].entries.clone();
        people.relay.logs.get_mut(&id).unwrap().entries.push(junk);
        for who in [BOB, MALLORY] {
            let log = people.relay.logs[&id].entries.clone();
            people.devices[who]
                .act(&mut people.relay, |client, context| {
                    client.handle_entries(&id, &log[1..], context)
                })
                .unwrap();
        }
        people.devices[BOB].crash().unwrap();
        assert_eq!(people.devices[BOB].client.next_entry(&id), honest.len() as u64);
        people.relay.logs.get_mut(&id).unwrap().entries = honest;
        people.say(BOB, &id, "goes on");
        people.rotate(ALICE, &id);
    }
}

/// Two branches from one head: Alice's relay is `people.relay`, Bob's the one given back.
fn branches(people: &mut People, id: &ConversationId, length: usize) -> privity_testkit::Relay {
    let mut other = people.relay.clone();
    for _ in 0..length {
        people.rotate(ALICE, id);
    }
    std::mem::swap(&mut people.relay, &mut other);
    for _ in 0..length {
        people.rotate(BOB, id);
    }
    std::mem::swap(&mut people.relay, &mut other);
    other
}

fn assert_stopped(people: &mut People, who: usize, id: &ConversationId) {
    let before = Seen::by(people, who, id);
    let account = people.devices[GHOST].account();
    let member = people.devices[BOB].account();
    let blocked = Err(Error::Blocked(Blocked::Forked));
    let device = &mut people.devices[who];
    device.call(|client, context| {
        let sent = client.send(id, Draft::text("into one branch"), context);
        assert_eq!(sent.map(|_| ()), blocked);
        assert_eq!(client.rotate(id, context).map(|_| ()), blocked);
        let added = client.add(id, &[account], History::Full, context);
        assert_eq!(added.map(|_| ()), blocked);
        assert_eq!(client.repair(id, &member).map(|_| ()), blocked, "no wrap leaves");
    });
    assert_eq!(Seen::by(people, who, id), before);
}

#[test]
fn p01_a_fork_is_shown_with_its_evidence_and_nothing_is_sealed_since() {
    let (mut people, id) = group(Policy::default());
    let other = branches(&mut people, &id, 1);
    let (ours, theirs) = (entry(&people.relay, &id, 1), entry(&other, &id, 1));
    people.relay.logs.get_mut(&id).unwrap().entries.push(other.logs[&id].entries[1].clone());
    people.sync(ALICE);
    let events = news(&mut people.devices[ALICE]);
    let fork = events.iter().find_map(|event| match event {
        Event::Forked { fork, .. } => Some(*fork),
        _ => None,
    });
    let fork = fork.unwrap();
    assert_eq!((fork.position, fork.blame), (1, Blame::Relay));
    assert_eq!((fork.ours, fork.theirs), (ours.hash(), theirs.hash()));
    assert_stopped(&mut people, ALICE, &id);
    people.devices[ALICE].crash().unwrap();
    assert_stopped(&mut people, ALICE, &id);
}

#[test]
fn p01_a_device_that_signs_two_entries_at_one_place_is_blamed() {
    let (mut people, id) = group(Policy::default());
    let body =
        next(&people.devices[MALLORY], &people.relay, &id, Action::Leave { successor: None });
    let mut twice = body.clone();
    twice.time += 1;
    let entries = [body, twice].map(|body| signed(body, &people.devices[MALLORY]));
    people.relay.logs.get_mut(&id).unwrap().entries.extend(entries);
    people.sync(ALICE);
    let events = news(&mut people.devices[ALICE]);
    let blamed = events
        .iter()
        .any(|event| matches!(event, Event::Forked { fork, .. } if fork.blame == Blame::Author));
    assert!(blamed, "{events:?}");
    assert_stopped(&mut people, ALICE, &id);
}

#[test]
fn p01_a_head_that_was_rolled_back_is_a_fork_as_soon_as_somebody_goes_on_from_it() {
    for length in [1, 3] {
        let (mut people, id) = group(Policy::default());
        people.relay = branches(&mut people, &id, length);
        let before = Seen::by(&mut people, ALICE, &id);
        // The relay falls back to what it was before Alice's entries: she stays where she is.
        let going_on = people.relay.logs.get_mut(&id).unwrap().entries.split_off(1);
        people.sync(ALICE);
        assert_eq!(Seen::by(&mut people, ALICE, &id).place(), before.place());
        assert_eq!(people.devices[ALICE].client.overview(&id).unwrap().fork, None);
        // Bob went on from there: his message names his branch, and Alice asks for the
        // entries that show it.
        people.relay.logs.get_mut(&id).unwrap().entries.extend(going_on);
        people.say(BOB, &id, "in the other branch");
        news(&mut people.devices[ALICE]);
        people.sync(ALICE);
        let events = news(&mut people.devices[ALICE]);
        let forked =
            |event: &Event| matches!(event, Event::Forked { fork, .. } if fork.position == 1);
        assert!(events.iter().any(forked), "{length}: {events:?}");
        assert_eq!(people.devices[ALICE].refused, [Error::Blocked(Blocked::Forked)]);
        assert!(people.texts(ALICE).is_empty());
        assert_stopped(&mut people, ALICE, &id);
    }
}

#[test]
fn p01_an_entry_that_follows_another_branch_makes_the_client_look_back_but_not_for_ever() {
    let (mut people, id) = group(Policy::default());
    let mut other = branches(&mut people, &id, 2);
    std::mem::swap(&mut people.relay, &mut other);
    people.rotate(BOB, &id);
    // The relay hides what shows the fork, however often it is asked.
    let honest = people.relay.logs[&id].entries.clone();
    people.relay.logs.get_mut(&id).unwrap().entries = vec![honest[3].clone(); 4];
    let before = Seen::by(&mut people, ALICE, &id);
    people.sync(ALICE);
    let rule = Refused::OtherBranch;
    let events = news(&mut people.devices[ALICE]);
    assert!(events.contains(&Event::EntryRefused { conversation: id, rule }), "{events:?}");
    assert_eq!(Seen::by(&mut people, ALICE, &id), before);
    people.devices[ALICE].crash().unwrap();
    people.relay.logs.get_mut(&id).unwrap().entries = honest;
    people.sync(ALICE);
    assert_stopped(&mut people, ALICE, &id);
}

#[test]
fn p01_statements_that_never_come_are_asked_for_once() {
    let (mut people, id) = group(Policy::default());
    let mut body = next(&people.devices[MALLORY], &people.relay, &id, Action::SetInfo);
    let mut pin = head(&people, MALLORY);
    (pin.seq, pin.hash.0) = (pin.seq + 1, [1; 32]);
    body.pins = vec![pin];
    let forged = signed(body, &people.devices[MALLORY]);
    people.relay.logs.get_mut(&id).unwrap().entries.push(forged);
    for _ in 0..3 {
        let before = Seen::by(&mut people, ALICE, &id);
        news(&mut people.devices[ALICE]);
        people.sync(ALICE);
        let events = news(&mut people.devices[ALICE]);
        assert_eq!(events, [Event::Withheld { conversation: id }]);
        assert_eq!(Seen::by(&mut people, ALICE, &id), before);
    }
}
