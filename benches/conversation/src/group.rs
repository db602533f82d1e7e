//! Members by the thousand: conversations begun, joined, extended and rotated.

use std::hint::black_box;

use bench_harness::measure_once;
use privity_conversation::format::AccountId;
use privity_conversation::state::History;
use privity_primitives::wrap::Suite;

use crate::Measured;
use crate::people::{Appended, Card, Person, cards, own_wraps};

/// How often a case that changes the group is repeated; the median counts.
pub(crate) const ROUNDS: usize = 7;

/// The same for what takes seconds.
const CREATIONS: usize = 3;

fn accounts(cards: &[Card]) -> Vec<AccountId> {
    cards.iter().map(|card| card.account).collect()
}

/// An admin who knows so many others and has verified their statements.
fn admin(others: usize, suite: Suite) -> (Person, Vec<Card>) {
    let others = cards(others, suite);
    let mut admin = Person::new(suite);
    admin.learn(&others);
    (admin, others)
}

/// Begins a conversation of `members` and has it confirmed.
pub(crate) fn create(members: usize, suite: Suite) -> Measured {
    let (mut alice, others) = admin(members - 1, suite);
    let others = accounts(&others);
    Measured::median((0..CREATIONS).map(|_| {
        let (appended, sample) = measure_once(|| alice.create(&others));
        Measured { sample, bytes: appended.bytes() }
    }))
}

/// Adds a member with the history to a conversation of `members`: one wrap, no rotation.
pub(crate) fn add(members: usize) -> Measured {
    let (mut alice, others) = admin(members - 1 + ROUNDS, Suite::XWing);
    let others = accounts(&others);
    let (newcomers, members) = others.split_at(ROUNDS);
    let id = alice.create(members).conversation;
    Measured::median(newcomers.iter().map(|newcomer| {
        let (appended, sample) = measure_once(|| {
            alice.change(|client, context| client.add(&id, &[*newcomer], History::Full, context))
        });
        Measured { sample, bytes: appended.bytes() }
    }))
}

/// Replaces the key of a conversation of `members`.
pub(crate) fn rotate(members: usize, suite: Suite) -> Measured {
    let (mut alice, others) = admin(members - 1, suite);
    let id = alice.create(&accounts(&others)).conversation;
    Measured::median((0..ROUNDS).map(|_| {
        let (appended, sample) =
            measure_once(|| alice.change(|client, context| client.rotate(&id, context)));
        Measured { sample, bytes: appended.bytes() }
    }))
}

/// Joins a conversation of `members`: its first entry, the own wrap, the members listed.
///
/// The creator's statements are known; the other members' are verified before the first act
/// by them or the first wrap to them, as the protocol has it.
pub(crate) fn join(members: usize) -> Measured {
    let (mut alice, others) = admin(members - 1, Suite::X25519);
    let mut invited: Vec<Person> = (0..ROUNDS).map(|_| Person::new(Suite::X25519)).collect();
    alice.learn(invited.iter().map(|person| &person.card));
    let mut all = accounts(&others);
    all.truncate(members - 1 - ROUNDS);
    all.extend(invited.iter().map(|person| person.card.account));
    let appended = alice.create(&all);
    Measured::median(invited.iter_mut().map(|person| {
        person.learn([&alice.card]);
        let wraps = own_wraps(&appended, &person.card.account);
        let mine = Appended { entry: appended.entry.clone(), wraps, ..appended };
        let ((), sample) = measure_once(|| {
            person.join(&mine);
            let listed = person.client.members(&mine.conversation).expect("a member");
            assert_eq!(black_box(listed).len(), members);
        });
        Measured { sample, bytes: mine.bytes() }
    }))
}
