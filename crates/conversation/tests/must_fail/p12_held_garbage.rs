//! Point 12: No panic on any input: what a relay or a member makes up to fill the room for
//! messages that wait costs a bounded amount and keeps nothing out that may be read.

use privity_conversation::format::{Content, ConversationId, EntryHash, MessageOutside};
use privity_conversation::message::{Draft, seal};
use privity_conversation::state::{Event, History, Incoming};
use privity_conversation::{Error, LocalSecret, Missing};
use privity_testkit::{ChaCha20Rng, Device, SeedableRng};
use privity_wire::Codec;

use crate::member::{entry, opened_key, position_key, secret, take_wraps, unseal};
use crate::people::People;

const ALICE: usize = 0;
const DORA: usize = 1;
/// As many as wait for one conversation.
const ROOM: usize = 256;

/// Dora is in from position 1 on; Alice has said something there of whose key Dora has no wrap.
struct Scene {
    people: People,
    id: ConversationId,
    granted: Vec<u8>,
}

fn scene() -> Scene {
    let mut people = People::meet(2);
    let id = people.conversation(1);
    people.add(ALICE, &id, DORA, History::FromNow);
    people.accept(DORA, &id);
    people.sync(ALICE);
    people.rotate(ALICE, &id);
    let dora = people.devices[DORA].account();
    people.say(ALICE, &id, "for Dora");
    let granted = people.relay.logs.get_mut(&id).unwrap().messages.pop().unwrap();
    let wraps = take_wraps(&mut people.relay, &id, &dora, 2);
    people.sync(DORA);
    let wraps = wraps.iter().map(|wrap| wrap.to_bytes().unwrap());
    people.relay.logs.get_mut(&id).unwrap().wraps.extend(wraps);
    Scene { people, id, granted }
}

/// What anybody can make: no key is needed.
fn garbage(id: &ConversationId, number: usize, position: u64, hash: EntryHash) -> Vec<u8> {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&number.to_be_bytes());
    let outside = MessageOutside {
        conversation: *id,
        position,
        hash,
        salt,
        commitment: [0; 32],
        sealed: vec![0; 300],
    };
    outside.to_bytes().unwrap()
}

fn receive(device: &mut Device, id: &ConversationId, message: &[u8]) -> (Incoming, Vec<Event>) {
    let (incoming, changes) =
        device.call(|client, context| client.receive(id, message, context)).unwrap();
    device.save(&changes).unwrap();
    (incoming, changes.events)
}

impl Scene {
    fn receive(&mut self, message: &[u8]) -> (Incoming, Vec<Event>) {
        receive(&mut self.people.devices[DORA], &self.id, message)
    }

    /// There is room for the message that the log grants; once its key is here it is shown.
    fn granted_is_held_and_shown(&mut self) {
        let (id, granted) = (self.id, self.granted.clone());
        let (incoming, events) = self.receive(&granted);
        assert!(matches!(incoming, Incoming::Held), "{incoming:?}");
        assert_eq!(events, [Event::HeldLetGo { conversation: id, count: 1 }]);
        let client = &self.people.devices[DORA].client;
        assert_eq!(client.held_messages(&id), Ok(ROOM), "what waits is bounded");
        self.people.devices[DORA].crash().unwrap();
        self.people.sync(DORA);
        assert_eq!(self.people.texts(DORA), ["for Dora"]);
    }
}

#[test]
fn p12_what_the_log_does_not_grant_keeps_nothing_out_that_it_does() {
    let mut scene = scene();
    let first = entry(&scene.people.relay, &scene.id, 0).hash();
    for number in 0..ROOM + 50 {
        let message = garbage(&scene.id, number, 0, first);
        let (incoming, _) = scene.receive(&message);
        if number < ROOM {
            assert!(matches!(incoming, Incoming::Held), "{number}: {incoming:?}");
        } else {
            let refused = matches!(incoming, Incoming::Refused(Error::NotGranted));
            assert!(refused, "{number}: {incoming:?}");
        }
        let archived = scene.people.devices[DORA].client.read(&scene.id, &message);
        assert_eq!(archived.map(drop), Err(Error::NotGranted));
    }
    let archived = scene.people.devices[DORA].client.read(&scene.id, &scene.granted);
    assert_eq!(archived.map(drop), Err(Error::Missing(Missing::EpochSecret(2))));
    scene.granted_is_held_and_shown();
}

#[test]
fn p12_positions_that_do_not_come_keep_nothing_out_that_is_granted() {
    let mut scene = scene();
    for number in 0..ROOM + 50 {
        let message = garbage(&scene.id, number, u64::MAX - number as u64, EntryHash([7; 32]));
        let (incoming, _) = scene.receive(&message);
        let due = if number < ROOM {
            matches!(incoming, Incoming::Held)
        } else {
            matches!(incoming, Incoming::NotNow)
        };
        assert!(due, "{number}: {incoming:?}");
    }
    scene.granted_is_held_and_shown();
}

#[test]
fn p12_a_member_who_names_statements_that_there_are_not_keeps_nothing_out() {
    let mut scene = scene();
    let (id, people) = (scene.id, &mut scene.people);
    // Alice, who breaks the rules here, seals at the position that Dora reads.
    let at = entry(&people.relay, &id, 1);
    let of = secret(&people.devices[DORA], &people.relay, &id, 1);
    let genuine = {
        let key = position_key(&secret(&people.devices[ALICE], &people.relay, &id, 2), &{
            entry(&people.relay, &id, 2)
        });
        unseal(&key, &scene.granted).content
    };
    let key = opened_key(of, &at, &at);
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let local = LocalSecret::generate(&mut rng);
    for number in 0..ROOM as u64 + 50 {
        let mut content = Content { counter: number, ..genuine.clone() };
        content.author.seq = 1_000 + number;
        let signing = scene.people.devices[ALICE].client.own().signing_key();
        let message = seal(&key, &content, signing, &local, &mut rng).unwrap().bytes;
        let (incoming, events) = scene.receive(&message);
        assert!(matches!(incoming, Incoming::Held), "{number}: {incoming:?}");
        let let_go = usize::from(number >= ROOM as u64);
        assert_eq!(events.len(), let_go, "{number}");
        assert!(scene.people.devices[DORA].client.held_messages(&id).unwrap() <= ROOM);
    }
    scene.granted_is_held_and_shown();
    let sent = scene.people.devices[DORA]
        .call(|client, context| client.send(&id, Draft::text("not held up"), context).map(drop));
    assert_eq!(sent, Ok(()));
}
