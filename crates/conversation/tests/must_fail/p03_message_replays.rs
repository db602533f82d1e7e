//! Point 3, for messages: each field swapped in turn, outside by the relay and inside by a
//! member who seals again what another signed.

use privity_conversation::Error;
use privity_conversation::LocalSecret;
use privity_conversation::format::{
    AccountId, ChainId, Content, ConversationId, DeviceId, MessageId, MessageInside,
    MessageOutside, Pin,
};
use privity_conversation::message::{AuthorFault, Draft, seal};
use privity_conversation::sign::Signature;
use privity_conversation::state::{Blocked, Incoming};
use privity_testkit::{ChaCha20Rng, SeedableRng};
use privity_wire::{Codec, DecodeError};

use crate::member::{Seen, entry, opened_key, position_key, refused, reseal, secret, unseal};
use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;

/// Alice's genuine message at position 1 of a conversation with Bob and Mallory, which Bob
/// has not got yet, and another conversation of the three.
struct Scene {
    people: People,
    id: ConversationId,
    other: ConversationId,
    genuine: Vec<u8>,
    mallory: Pin,
    mallorys_device: DeviceId,
}

fn scene() -> Scene {
    let mut people = People::meet(3);
    let [id, other] = [(); 2].map(|()| people.conversation(3));
    people.rotate(ALICE, &id);
    people.sync_all();
    people.say(ALICE, &id, "by Alice");
    let genuine = people.relay.logs.get_mut(&id).unwrap().messages.remove(0);
    let device = &people.devices[MALLORY];
    let mallory = device.client.directory().head(&device.account()).unwrap();
    let mallorys_device = device.client.device();
    Scene { people, id, other, genuine, mallory, mallorys_device }
}

impl Scene {
    /// Bob refuses it, and has everything as it was.
    fn refusal(&mut self, message: &[u8]) -> Error {
        let before = Seen::by(&mut self.people, BOB, &self.id);
        let error = refused(&mut self.people.devices[BOB], &self.id, message);
        assert_eq!(Seen::by(&mut self.people, BOB, &self.id), before);
        error
    }

    fn assert_genuine_opens(&mut self) {
        let (id, genuine) = (self.id, self.genuine.clone());
        let bob = &mut self.people.devices[BOB];
        let (incoming, _changes) =
            bob.call(|client, context| client.receive(&id, &genuine, context)).unwrap();
        let Incoming::Message(message) = incoming else { panic!("{incoming:?}") };
        assert_eq!((message.opened.content.body, message.findings), (b"by Alice".to_vec(), vec![]));
    }
}

type OutsideRow = (&'static str, fn(&Scene, &mut MessageOutside), Error);

const FORKED: Error = Error::Blocked(Blocked::Forked);

/// Every field outside, what it is swapped for, and the refusal.
const OUTSIDE: &[OutsideRow] = &[
    (
        "conversation",
        |it, outside| outside.conversation = it.other,
        Error::Malformed(DecodeError::Invalid("conversation")),
    ),
    ("position", |_, outside| outside.position = 0, FORKED),
    ("hash", |it, outside| outside.hash = entry(&it.people.relay, &it.id, 0).hash(), FORKED),
    (
        "hash",
        |it, outside| {
            (outside.position, outside.hash) = (0, entry(&it.people.relay, &it.id, 0).hash())
        },
        Error::Decrypt,
    ),
    ("salt", |_, outside| outside.salt[31] ^= 1, Error::Decrypt),
    ("commitment", |_, outside| outside.commitment[0] ^= 1, Error::Decrypt),
    ("sealed", |_, outside| outside.sealed[0] ^= 1, Error::Decrypt),
];

fn outside_fields(outside: &MessageOutside) -> [&'static str; 6] {
    let MessageOutside { conversation: _, position: _, hash: _, salt: _, commitment: _, sealed: _ } =
        outside;
    ["conversation", "position", "hash", "salt", "commitment", "sealed"]
}

#[test]
fn p03_a_message_opens_in_one_conversation_at_one_place() {
    let mut scene = scene();
    let genuine = MessageOutside::from_bytes(&scene.genuine).unwrap();
    for field in outside_fields(&genuine) {
        assert!(OUTSIDE.iter().any(|(name, ..)| *name == field), "{field} is swapped nowhere");
    }
    for (field, swap, error) in OUTSIDE {
        let mut forged = genuine.clone();
        swap(&scene, &mut forged);
        assert_eq!(scene.refusal(&forged.to_bytes().unwrap()), *error, "{field}");
    }
    let mut newer = scene.genuine.clone();
    newer[0] = 2;
    assert_eq!(scene.refusal(&newer), Error::UpdateNeeded("version"));
    let (other, bytes) = (scene.other, scene.genuine.clone());
    let elsewhere = refused(&mut scene.people.devices[BOB], &other, &bytes);
    assert_eq!(elsewhere, Error::Malformed(DecodeError::Invalid("conversation")));
    scene.assert_genuine_opens();
}

type InsideRow = (&'static str, fn(&Scene, &mut Content), AuthorFault);

/// Every field inside, what it is swapped for, and the refusal.
const INSIDE: &[InsideRow] = &[
    ("author", |_, inside| inside.author.account = AccountId([1; 32]), AuthorFault::NotMember),
    ("author", |_, inside| inside.author.hash.0[0] ^= 1, AuthorFault::HeadNotOnChain),
    ("author", |it, inside| inside.author = it.mallory, AuthorFault::NotActive),
    ("device", |it, inside| inside.device = it.mallorys_device, AuthorFault::NotActive),
    (
        "device",
        |it, inside| (inside.author, inside.device) = (it.mallory, it.mallorys_device),
        AuthorFault::BadSignature,
    ),
    ("chain", |_, inside| inside.chain = ChainId([1; 16]), AuthorFault::BadSignature),
    ("counter", |_, inside| inside.counter += 1, AuthorFault::BadSignature),
    ("previous", |_, inside| inside.previous = MessageId([1; 32]), AuthorFault::BadSignature),
    ("seen", |_, inside| inside.seen = MessageId([1; 32]), AuthorFault::BadSignature),
    ("time", |_, inside| inside.time += 1, AuthorFault::BadSignature),
    ("content_type", |_, inside| inside.content_type += 1, AuthorFault::BadSignature),
    ("target", |_, inside| inside.target = MessageId([1; 32]), AuthorFault::BadSignature),
    ("body", |_, inside| inside.body = b"by Mallory".to_vec(), AuthorFault::BadSignature),
];

fn inside_fields(inside: &Content) -> [&'static str; 10] {
    let Content {
        author: _,
        device: _,
        chain: _,
        counter: _,
        previous: _,
        seen: _,
        time: _,
        content_type: _,
        target: _,
        body: _,
    } = inside;
    [
        "author",
        "device",
        "chain",
        "counter",
        "previous",
        "seen",
        "time",
        "content_type",
        "target",
        "body",
    ]
}

#[test]
fn p03_a_member_changes_nothing_of_what_another_signed() {
    let mut scene = scene();
    let at = entry(&scene.people.relay, &scene.id, 1);
    let key = secret(&scene.people.devices[MALLORY], &scene.people.relay, &scene.id, 1);
    let key = position_key(&key, &at);
    let genuine = unseal(&key, &scene.genuine);
    let salt = MessageOutside::from_bytes(&scene.genuine).unwrap().salt;
    assert_eq!(reseal(&key, &at, salt, &genuine), scene.genuine, "Mallory seals as Alice does");
    for field in inside_fields(&genuine.content) {
        assert!(INSIDE.iter().any(|(name, ..)| *name == field), "{field} is swapped nowhere");
    }
    for (field, swap, fault) in INSIDE {
        let mut forged = genuine.clone();
        swap(&scene, &mut forged.content);
        let forged = reseal(&key, &at, salt, &forged);
        assert_eq!(scene.refusal(&forged), Error::Message(*fault), "{field}");
    }
    let signature = Signature([0; 64]);
    let unsigned = MessageInside { content: genuine.content.clone(), signature };
    let bad = Error::Message(AuthorFault::BadSignature);
    assert_eq!(scene.refusal(&reseal(&key, &at, salt, &unsigned)), bad);
    scene.assert_genuine_opens();
}

#[test]
fn p03_a_member_speaks_in_nobody_elses_name() {
    let mut scene = scene();
    let at = entry(&scene.people.relay, &scene.id, 1);
    let by_hand = secret(&scene.people.devices[MALLORY], &scene.people.relay, &scene.id, 1);
    let content = unseal(&position_key(&by_hand, &at), &scene.genuine).content;
    let key = opened_key(by_hand, &at, &at);
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let local = LocalSecret::generate(&mut rng);
    let signing_key = scene.people.devices[MALLORY].client.own().signing_key();
    let forged = seal(&key, &content, signing_key, &local, &mut rng).unwrap();
    let bad = Error::Message(AuthorFault::BadSignature);
    assert_eq!(scene.refusal(&forged.bytes), bad);
    // A head that nobody has yet is waited for, and shown only if it comes.
    let mut later = content;
    later.author.seq += 1;
    let signing_key = scene.people.devices[MALLORY].client.own().signing_key();
    let forged = seal(&key, &later, signing_key, &local, &mut rng).unwrap().bytes;
    let id = scene.id;
    let bob = &mut scene.people.devices[BOB];
    let (incoming, changes) =
        bob.call(|client, context| client.receive(&id, &forged, context)).unwrap();
    assert!(matches!(incoming, Incoming::Held), "{incoming:?}");
    bob.save(&changes).unwrap();
    scene.people.sync(BOB);
    assert!(scene.people.texts(BOB).is_empty());
    let sent = scene.people.devices[BOB].call(|client, context| {
        client.send(&id, Draft::text("not held up by it"), context).map(|_| ())
    });
    assert_eq!(sent, Ok(()));
}
