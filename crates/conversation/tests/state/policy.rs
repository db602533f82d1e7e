//! A policy that asks for post-quantum keys holds through whatever else the log says later, for
//! every member and after a restart, until an admin lifts it.

use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{AccountId, ConversationId, Policy, PostQuantumPolicy, Role};
use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, Event, History, Unwrappable};
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Plan, Relay};

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;
const WEAK: usize = 3;

const REQUIRED: PostQuantumPolicy = PostQuantumPolicy::Required;

/// Three accounts with post-quantum keys in a conversation that asks for them; a fourth with
/// X25519 keys is known. Since then the log had a change of every other kind.
fn after_other_changes() -> (People, ConversationId, AccountId) {
    let mut relay = Relay::default();
    let suites = [Suite::XWing, Suite::XWing, Suite::XWing, Suite::X25519];
    let devices = suites
        .iter()
        .zip(0..)
        .map(|(suite, seed)| Device::create(seed, &Plan::Phrase(*suite), &mut relay).unwrap());
    let devices: Vec<Device> = devices.collect();
    let mut people = People { relay, devices };
    let accounts: Vec<_> = people.devices.iter().map(Device::account).collect();
    for device in &mut people.devices {
        accounts.iter().for_each(|account| device.meet(account, &mut people.relay).unwrap());
    }
    let id = people.conversation_under(2, Policy::default());
    let People { relay, devices } = &mut people;
    let (bob, carol) = (devices[BOB].account(), devices[CAROL].account());
    let alice = &mut devices[ALICE];
    let policy = Policy { post_quantum: REQUIRED, ..Policy::default() };
    alice.act(relay, |client, context| client.set_policy(&id, policy, context)).unwrap();
    alice.act(relay, |client, context| client.rotate(&id, context)).unwrap();
    let info = ConversationInfo { title: "another".into(), picture: Vec::new() };
    alice.act(relay, |client, context| client.set_info(&id, info, context)).unwrap();
    alice.act(relay, |client, context| client.set_role(&id, bob, Role::Admin, context)).unwrap();
    people.add(ALICE, &id, CAROL, History::Full);
    people.accept(CAROL, &id);
    people.remove(ALICE, &id, CAROL);
    people.add(ALICE, &id, CAROL, History::FromNow);
    people.accept(CAROL, &id);
    people.sync_all();
    (people, id, carol)
}

fn assert_holds(people: &mut People, id: &ConversationId, carol: AccountId) {
    let weak = people.devices[WEAK].account();
    for who in [ALICE, BOB] {
        let device = &mut people.devices[who];
        assert_eq!(device.client.overview(id).unwrap().policy.post_quantum, REQUIRED);
        for history in [History::Full, History::FromNow] {
            let added = device.call(|client, context| client.add(id, &[weak], history, context));
            assert_eq!(added.err(), Some(Blocked::PostQuantum(vec![weak]).into()));
        }
        let sealed = device.call(|client, context| client.send(id, Draft::text("x"), context));
        assert_eq!(sealed.err(), Some(Blocked::PostQuantum(vec![carol]).into()));
        let repaired = device.client.repair(id, &carol);
        assert_eq!(repaired.err(), Some(Blocked::PostQuantum(vec![carol]).into()));
    }
}

#[test]
fn a_policy_that_asks_for_post_quantum_keys_is_kept_through_later_changes() {
    let (mut people, id, carol) = after_other_changes();
    people.devices[CAROL].pair(78, &mut people.relay).unwrap();
    people.sync_all();
    assert_holds(&mut people, &id, carol);
    for who in [ALICE, BOB] {
        people.devices[who].crash().unwrap();
        people.sync(who);
    }
    assert_holds(&mut people, &id, carol);
    // A change that starts an epoch leaves her out, and the policy stays.
    people.rotate(BOB, &id);
    let why = Unwrappable::NotPostQuantum;
    let left_out = Event::NotWrapped { conversation: id, account: carol, why };
    assert!(people.devices[BOB].events.contains(&left_out));
    people.sync_all();
    assert_holds(&mut people, &id, carol);
    // Only its own kind of change lifts it.
    let People { relay, devices } = &mut people;
    let lifted = |client: &mut privity_conversation::state::Client,
                  context: &mut privity_conversation::state::Context<'_>| {
        client.set_policy(&id, Policy::default(), context)
    };
    devices[BOB].act(relay, lifted).unwrap();
    people.add(BOB, &id, WEAK, History::Full);
    people.say(BOB, &id, "to whoever is here");
    people.accept(WEAK, &id);
    assert_eq!(people.texts(WEAK), ["to whoever is here"]);
}
