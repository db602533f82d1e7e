//! Point 3: messages that are left out, doubled, late or told differently to different members
//! are shown with what is wrong of them, one finding for each, also after a restart.

use privity_conversation::LocalSecret;
use privity_conversation::epoch::PositionKey;
use privity_conversation::format::{ChainId, Content, ConversationId, MessageId};
use privity_conversation::message::{Finding, SealedMessage, seal};
use privity_conversation::state::Incoming;
use privity_testkit::{ChaCha20Rng, SeedableRng};

use crate::member::{entry, opened_key, secret};
use crate::people::People;

const BOB: usize = 1;
const MALLORY: usize = 2;

/// Mallory, who seals for Bob what her software would not.
struct Scene {
    people: People,
    id: ConversationId,
    key: PositionKey,
    local: LocalSecret,
    rng: ChaCha20Rng,
}

/// What a message says of its place.
#[derive(Clone, Copy)]
struct Says {
    chain: u8,
    counter: u64,
    previous: MessageId,
    seen: MessageId,
    time: u64,
}

const FIRST: Says =
    Says { chain: 1, counter: 0, previous: MessageId::ZERO, seen: MessageId::ZERO, time: 1 };
const UNKNOWN: MessageId = MessageId([7; 32]);

impl Scene {
    fn new() -> Self {
        let mut people = People::meet(3);
        let id = people.conversation(3);
        people.sync_all();
        let first = entry(&people.relay, &id, 0);
        let key =
            opened_key(secret(&people.devices[MALLORY], &people.relay, &id, 0), &first, &first);
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let local = LocalSecret::generate(&mut rng);
        Self { people, id, key, local, rng }
    }

    /// Two calls that say the same give two messages: each has a salt of its own.
    fn seal(&mut self, says: Says) -> SealedMessage {
        let mallory = &self.people.devices[MALLORY];
        let content = Content {
            author: mallory.client.directory().head(&mallory.account()).unwrap(),
            device: mallory.client.device(),
            chain: ChainId([says.chain; 16]),
            counter: says.counter,
            previous: says.previous,
            seen: says.seen,
            time: says.time,
            content_type: 0,
            target: MessageId::ZERO,
            body: b"text".to_vec(),
        };
        let signing = mallory.client.own().signing_key();
        seal(&self.key, &content, signing, &self.local, &mut self.rng).unwrap()
    }

    fn receive(&mut self, message: &SealedMessage) -> Vec<Finding> {
        let (id, bob) = (self.id, &mut self.people.devices[BOB]);
        let (incoming, changes) =
            bob.call(|client, context| client.receive(&id, &message.bytes, context)).unwrap();
        bob.save(&changes).unwrap();
        let Incoming::Message(shown) = incoming else { panic!("{incoming:?}") };
        shown.findings
    }

    fn receive_new(&mut self, says: Says) -> (MessageId, Vec<Finding>) {
        let message = self.seal(says);
        (message.id, self.receive(&message))
    }

    fn restart(&mut self) {
        self.people.devices[BOB].crash().unwrap();
    }

    fn conflict(&self, counter: u64) -> Finding {
        let device = self.people.devices[MALLORY].client.device();
        Finding::Conflict { device, chain: ChainId([1; 16]), counter }
    }

    fn gap(&self, first: u64, last: u64) -> Finding {
        let device = self.people.devices[MALLORY].client.device();
        Finding::Gap { device, chain: ChainId([1; 16]), first, last }
    }
}

#[test]
fn p03_of_two_messages_at_one_place_the_second_is_a_conflict() {
    let mut scene = Scene::new();
    assert_eq!(scene.receive_new(FIRST).1, []);
    for _ in 0..2 {
        assert_eq!(scene.receive_new(FIRST).1, [scene.conflict(0)]);
        scene.restart();
    }
}

#[test]
fn p03_a_message_that_names_another_one_before_it_than_came_is_a_conflict() {
    let mut scene = Scene::new();
    let (first, _) = scene.receive_new(FIRST);
    scene.restart();
    let (second, findings) = scene.receive_new(Says { counter: 1, previous: UNKNOWN, ..FIRST });
    assert_eq!(findings, [scene.conflict(0)]);
    assert_ne!(first, second);
    let honest = Says { counter: 2, previous: second, ..FIRST };
    assert_eq!(scene.receive_new(honest).1, []);
}

#[test]
fn p03_messages_that_are_left_out_are_a_gap_until_they_come() {
    let mut scene = Scene::new();
    let (previous, findings) = scene.receive_new(Says { counter: 2, ..FIRST });
    assert_eq!(findings, [scene.gap(0, 1)]);
    let left_out = scene.seal(Says { counter: 3, previous, ..FIRST });
    scene.restart();
    let after = Says { counter: 4, previous: left_out.id, ..FIRST };
    assert_eq!(scene.receive_new(after).1, [scene.gap(3, 3)]);
    assert_eq!(scene.receive(&left_out), []);
}

#[test]
fn p03_a_message_below_the_memory_of_its_chain_is_late() {
    const WINDOW: u64 = 1_024;
    let mut scene = Scene::new();
    scene.receive_new(Says { counter: 2_000, ..FIRST });
    scene.restart();
    assert_eq!(scene.receive_new(Says { counter: 2_000 - WINDOW, ..FIRST }).1, [Finding::Late]);
    assert_eq!(scene.receive_new(Says { counter: 2_001 - WINDOW, ..FIRST }).1, []);
}

#[test]
fn p03_a_message_of_a_chain_that_was_forgotten_is_late() {
    const CHAINS: u8 = 64;
    let mut scene = Scene::new();
    for chain in 1..=CHAINS + 1 {
        let time = u64::from(chain);
        assert_eq!(scene.receive_new(Says { chain, time, ..FIRST }).1, [], "{chain}");
    }
    scene.restart();
    assert_eq!(scene.receive_new(FIRST).1, [Finding::Late]);
    // A chain that began after the forgotten ones is a new one.
    assert_eq!(scene.receive_new(Says { chain: 200, time: 9, ..FIRST }).1, []);
}

#[test]
fn p03_a_message_that_its_author_had_opened_is_missed_until_it_comes() {
    let mut scene = Scene::new();
    scene.people.say(0, &scene.id, "by Alice");
    let bytes = scene.people.relay.logs[&scene.id].messages[0].clone();
    let seen = scene.people.devices[MALLORY].client.read(&scene.id, &bytes).unwrap().opened.id;
    let (previous, findings) = scene.receive_new(Says { seen, ..FIRST });
    assert_eq!(findings, [Finding::SeenMissing { seen }]);
    scene.restart();
    assert_eq!(scene.receive(&SealedMessage { id: seen, bytes }), []);
    assert_eq!(scene.receive_new(Says { counter: 1, previous, seen, ..FIRST }).1, []);
}

#[test]
fn p03_a_message_that_a_new_chain_goes_on_from_is_missed() {
    let mut scene = Scene::new();
    let device = scene.people.devices[MALLORY].client.device();
    let (first, _) = scene.receive_new(FIRST);
    scene.restart();
    assert_eq!(scene.receive_new(Says { chain: 2, previous: first, ..FIRST }).1, []);
    let findings = scene.receive_new(Says { chain: 3, previous: UNKNOWN, ..FIRST }).1;
    assert_eq!(findings, [Finding::PreviousMissing { device, previous: UNKNOWN }]);
}
