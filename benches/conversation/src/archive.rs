//! History: an archive read by whoever was added with all of it, and the walk over links.

use std::hint::black_box;

use bench_harness::{Sample, measure, measure_once};
use privity_conversation::LocalSecret;
use privity_conversation::epoch::{Epoch, EpochFacts, FreshEpoch, LinkTo};
use privity_conversation::format::{
    AccountId, Action, ConversationId, DeviceId, Entry, EntryBody, EntryHash,
};
use privity_conversation::state::History;
use privity_primitives::random::System;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::Suite;

use crate::message::{messages, pair};
use crate::people::{NOW, Person};

/// Messages of the archive.
pub(crate) const MESSAGES: u32 = 10_000;
/// Epochs that they were sealed under.
pub(crate) const EPOCHS: u32 = 100;
/// Links of the walk.
const LINKS: u32 = 1_000;

/// `Client::read` of every message, oldest first, by a newcomer who holds one wrap.
pub(crate) fn read() -> Sample {
    let (mut alice, _, begun) = pair();
    let id = begun.conversation;
    let mut log = vec![begun];
    let mut archive = Vec::new();
    for epoch in 0..EPOCHS {
        if epoch > 0 {
            log.push(alice.change(|client, context| client.rotate(&id, context)));
        }
        archive.extend(messages(&mut alice, &id, MESSAGES / EPOCHS));
    }
    let mut carol = Person::new(Suite::XWing);
    alice.learn([&carol.card]);
    let newcomer = [carol.card.account];
    log.push(alice.change(|client, context| client.add(&id, &newcomer, History::Full, context)));
    carol.learn([&alice.card]);
    let entries: Vec<Vec<u8>> = log.iter().map(|appended| appended.entry.clone()).collect();
    let taken = carol.call(|client, context| client.handle_entries(&id, &entries, context));
    drop(taken.expect("the log"));
    carol.unwrap_from(log.last().expect("the entry that adds"));
    let ((), sample) = measure_once(|| {
        for message in &archive {
            drop(black_box(carol.client.read(&id, message).expect("read")));
        }
    });
    crate::each(sample, MESSAGES)
}

/// From the newest epoch over a thousand links to the oldest, each checked.
pub(crate) fn walk() -> Sample {
    let (newest, older) = chain();
    measure(15, 4, || {
        let mut seen = 0;
        newest.walk(older.iter().cloned(), |_| seen += 1).expect("a walk to the end");
        assert_eq!(seen, LINKS);
    })
}

/// The newest epoch of a long chain, and what the log says of those before, newest first.
fn chain() -> (Epoch, Vec<EpochFacts>) {
    let mut rng = System::new().expect("the system's generator");
    let key = SigningKey::generate(&mut rng);
    let local = LocalSecret::generate(&mut rng);
    let (conversation, device) = (ConversationId([9; 32]), DeviceId([8; 32]));
    let mut prev = EntryHash([7; 32]);
    let mut newest: Option<Epoch> = None;
    let mut older = Vec::new();
    for position in 1..=u64::from(LINKS) + 1 {
        let mut body = EntryBody {
            conversation,
            position,
            prev,
            author: AccountId([6; 32]),
            device,
            time: NOW,
            pins: Vec::new(),
            action: Action::Rotate,
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        };
        let link = newest.as_ref().map_or(LinkTo::Fence, LinkTo::Previous);
        let fresh = FreshEpoch::draw(&local, &device, &prev, &mut rng);
        let proposed = fresh.propose(&mut body, link).expect("proposed");
        let entry = Entry::sign(body, &key).expect("signed");
        prev = entry.hash();
        let epoch = proposed.anchor(&entry).expect("anchored").confirm(&prev).expect("confirmed");
        if let Some(before) = newest.replace(epoch) {
            older.push(before.facts().clone());
        }
    }
    older.reverse();
    (newest.expect("a chain"), older)
}
