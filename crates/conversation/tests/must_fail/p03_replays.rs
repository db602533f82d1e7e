//! Point 3: Wraps and entries with each field swapped in turn: as they were signed, and signed
//! again by a member.

use privity_conversation::Error;
use privity_conversation::epoch::WrapFault;
use privity_conversation::format::{
    AccountId, Action, ConversationId, Cut, DeviceId, Entry, EntryBody, EntryHash, Pin, Policy,
    Recipient, SealedInfo, StatementHash, WrapContext, WrappedEntry,
};
use privity_conversation::log::Refused;
use privity_conversation::message::Draft;
use privity_conversation::sign::Signature;
use privity_conversation::state::{Blocked, Event};
use privity_wire::Codec;

use crate::member::{Seen, entry, news, next, signed, take_wraps, wraps};
use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;

/// Two conversations of the same three; in both, Mallory has rotated twice.
struct Scene {
    people: People,
    id: ConversationId,
    other: ConversationId,
    alice: AccountId,
    alices_device: DeviceId,
    /// The epoch before the newest.
    first: EntryHash,
}

fn scene() -> Scene {
    let mut people = People::meet(3);
    let [id, other] = [(); 2].map(|()| people.conversation(3));
    for conversation in [id, other] {
        people.sync(MALLORY);
        people.rotate(MALLORY, &conversation);
        people.rotate(MALLORY, &conversation);
        let info = privity_conversation::epoch::ConversationInfo::default();
        people.devices[MALLORY]
            .act(&mut people.relay, |client, context| client.set_info(&conversation, info, context))
            .unwrap();
    }
    let (alice, alices_device) =
        (people.devices[ALICE].account(), people.devices[ALICE].client.device());
    let first = entry(&people.relay, &id, 1).hash();
    Scene { people, id, other, alice, alices_device, first }
}

type WrapRow = (&'static str, fn(&Scene, &mut WrappedEntry), WrapFault);

/// Every field of a wrap, what it is swapped for, and the name of the refusal.
const WRAP: &[WrapRow] = &[
    ("suite", |_, wrap| wrap.context.suite = 1, WrapFault::OtherSuite),
    ("conversation", |it, wrap| wrap.context.conversation = it.other, WrapFault::OtherConversation),
    ("anchor", |_, wrap| wrap.context.anchor = 1, WrapFault::OtherEntry),
    ("anchor", |_, wrap| wrap.context.anchor = 3, WrapFault::OtherAnchor),
    ("anchor_hash", |it, wrap| wrap.context.anchor_hash = it.first, WrapFault::OtherEntry),
    (
        "recipient",
        |it, wrap| wrap.context.recipient = Recipient::Account { account: it.alice, generation: 0 },
        WrapFault::OtherRecipient,
    ),
    (
        "recipient",
        |_, wrap| {
            let account = wrap.context.recipient.account();
            wrap.context.recipient = Recipient::Account { account, generation: 1 };
        },
        WrapFault::OtherGeneration,
    ),
    (
        "recipient",
        |_, wrap| {
            let account = wrap.context.recipient.account();
            wrap.context.recipient = Recipient::DeviceKey { account, key: [0; 32] };
        },
        WrapFault::OtherRecipient,
    ),
    ("fingerprint", |_, wrap| wrap.context.fingerprint = [1; 32], WrapFault::OtherKey),
    ("enc", |_, wrap| wrap.enc[0] ^= 1, WrapFault::NotOpened),
    ("ct", |_, wrap| wrap.ct[0] ^= 1, WrapFault::NotOpened),
    ("wrapper", |it, wrap| wrap.wrapper = it.alice, WrapFault::WrapperNotEntitled),
    ("device", |it, wrap| wrap.device = it.alices_device, WrapFault::WrapperNotEntitled),
    (
        "device",
        |it, wrap| (wrap.wrapper, wrap.device) = (it.alice, it.alices_device),
        WrapFault::BadSignature,
    ),
    ("entitled", |_, wrap| wrap.entitled = 4, WrapFault::WrapperNotEntitled),
];

/// One more field does not compile until it stands here, and here not until it has a row.
fn wrap_fields(wrap: &WrappedEntry) -> Vec<&'static str> {
    let WrappedEntry { context, enc: _, ct: _, wrapper: _, device: _, entitled: _, signature: _ } =
        wrap;
    let WrapContext {
        suite: _,
        conversation: _,
        anchor: _,
        anchor_hash: _,
        recipient: _,
        fingerprint: _,
    } = context;
    let context = ["suite", "conversation", "anchor", "anchor_hash", "recipient", "fingerprint"];
    let own = ["enc", "ct", "wrapper", "device", "entitled"];
    [&context[..], &own].concat()
}

impl Scene {
    /// What Bob says of a wrap that the relay gives him; he stays locked out.
    fn refusal(&mut self, wrap: &WrappedEntry) -> Vec<WrapFault> {
        let before = Seen::by(&mut self.people, BOB, &self.id);
        let (id, bytes) = (self.id, [wrap.to_bytes().unwrap()]);
        let bob = &mut self.people.devices[BOB];
        news(bob);
        bob.act(&mut self.people.relay, |client, context| {
            client.handle_wraps(&id, &bytes, context)
        })
        .unwrap();
        let faults = news(bob).into_iter().map(|event| match event {
            Event::WrapRefused { fault, .. } => fault,
            other => panic!("{other:?}"),
        });
        let faults = faults.collect();
        let sent = bob.call(|client, context| client.send(&id, Draft::text("locked"), context));
        assert_eq!(sent.map(|_| ()), Err(Error::Blocked(Blocked::SecretMissing)));
        assert_eq!(Seen::by(&mut self.people, BOB, &self.id), before);
        faults
    }
}

#[test]
fn p03_a_wrap_is_for_one_conversation_place_recipient_and_generation() {
    let mut scene = scene();
    let bob = scene.people.devices[BOB].account();
    take_wraps(&mut scene.people.relay, &scene.id, &bob, 1);
    let genuine = take_wraps(&mut scene.people.relay, &scene.id, &bob, 2).remove(0);
    scene.people.sync(BOB);
    for field in wrap_fields(&genuine) {
        assert!(WRAP.iter().any(|(name, ..)| *name == field), "{field} is swapped nowhere");
    }
    for (field, swap, fault) in WRAP {
        let mut forged = genuine.clone();
        swap(&scene, &mut forged);
        // As the relay can: the signature covers every field, and most are compared before.
        let [refused] = scene.refusal(&forged)[..] else { panic!("{field}") };
        let due = match fault {
            WrapFault::NotOpened => WrapFault::BadSignature,
            compared => *compared,
        };
        assert_eq!(refused, due, "{field}, as it was signed");
        // As a member can: signed again.
        let key = scene.people.devices[MALLORY].client.own().signing_key();
        let forged = forged.sign(key).unwrap();
        assert_eq!(scene.refusal(&forged), [*fault], "{field}, signed again");
    }
    let mut unsigned = genuine.clone();
    unsigned.signature = Signature([0; 64]);
    assert_eq!(scene.refusal(&unsigned), [WrapFault::BadSignature]);
    let bytes = genuine.to_bytes().unwrap();
    scene.people.relay.logs.get_mut(&scene.id).unwrap().wraps.push(bytes);
    scene.people.sync(BOB);
    let unlocked = Event::Unlocked { conversation: scene.id, anchor: 2 };
    assert!(news(&mut scene.people.devices[BOB]).contains(&unlocked));
}

#[test]
fn p03_a_genuine_wrap_of_elsewhere_or_for_somebody_else_is_refused() {
    let mut scene = scene();
    let [alice, bob] = [ALICE, BOB].map(|who| scene.people.devices[who].account());
    take_wraps(&mut scene.people.relay, &scene.id, &bob, 1);
    take_wraps(&mut scene.people.relay, &scene.id, &bob, 2);
    scene.people.sync(BOB);
    let elsewhere = wraps(&scene.people.relay, &scene.other, &bob, 2).remove(0);
    assert_eq!(scene.refusal(&elsewhere), [WrapFault::OtherConversation]);
    for anchor in [1, 2] {
        let hers = wraps(&scene.people.relay, &scene.id, &alice, anchor).remove(0);
        assert_eq!(scene.refusal(&hers), [WrapFault::OtherRecipient]);
    }
}

/// What is said of an entry that was changed and signed again.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Outcome {
    Refused(Refused),
    /// It seems to come later than the next one.
    Withheld,
    /// Its author may say so.
    Hers,
}

type EntryRow = (&'static str, fn(&Scene, &mut EntryBody), Outcome);

/// Every field of an entry, what it is swapped for, and what comes of it.
const ENTRY: &[EntryRow] = &[
    (
        "conversation",
        |it, body| body.conversation = it.other,
        Outcome::Refused(Refused::OtherConversation),
    ),
    ("position", |_, body| body.position += 1, Outcome::Withheld),
    ("position", |_, body| body.position -= 1, Outcome::Refused(Refused::OtherBranch)),
    ("position", |_, body| body.position = 0, Outcome::Refused(Refused::MisplacedCreate)),
    ("prev", |it, body| body.prev = it.first, Outcome::Refused(Refused::OtherBranch)),
    ("author", |it, body| body.author = it.alice, Outcome::Refused(Refused::DeviceNotActive)),
    ("author", |_, body| body.author = AccountId([1; 32]), Outcome::Refused(Refused::NotAMember)),
    (
        "device",
        |it, body| body.device = it.alices_device,
        Outcome::Refused(Refused::DeviceNotActive),
    ),
    (
        "device",
        |it, body| (body.author, body.device) = (it.alice, it.alices_device),
        Outcome::Refused(Refused::BadSignature),
    ),
    ("time", |_, body| body.time += 1, Outcome::Hers),
    (
        "pins",
        |_, body| {
            body.pins =
                vec![Pin { account: AccountId([1; 32]), seq: 0, hash: StatementHash([1; 32]) }]
        },
        Outcome::Refused(Refused::PinOfStranger),
    ),
    (
        "action",
        |_, body| body.action = Action::SetPolicy { policy: Policy::default() },
        Outcome::Refused(Refused::NotAllowed),
    ),
    (
        "epoch",
        |it, body| body.epoch = entry(&it.people.relay, &it.id, 1).body().epoch.clone(),
        Outcome::Hers,
    ),
    (
        "info",
        |it, body| body.info = entry(&it.people.relay, &it.id, 1).body().info.clone(),
        Outcome::Hers,
    ),
    ("info", |_, body| body.info = None, Outcome::Refused(Refused::InfoMissing)),
    (
        "also_removed",
        |it, body| body.also_removed = vec![it.alice],
        Outcome::Refused(Refused::NotAddedByRevoked),
    ),
    (
        "cuts",
        |it, body| body.cuts = vec![Cut { device: it.alices_device, heads: vec![] }],
        Outcome::Refused(Refused::CutOfOther),
    ),
];

fn entry_fields(body: &EntryBody) -> [&'static str; 12] {
    let EntryBody {
        conversation: _,
        position: _,
        prev: _,
        author: _,
        device: _,
        time: _,
        pins: _,
        action: _,
        epoch: _,
        info: _,
        also_removed: _,
        cuts: _,
    } = body;
    [
        "conversation",
        "position",
        "prev",
        "author",
        "device",
        "time",
        "pins",
        "action",
        "epoch",
        "info",
        "also_removed",
        "cuts",
    ]
}

impl Scene {
    /// What Bob says of an entry that the relay appends; the log stays as it was for him.
    fn outcome(&mut self, forged: Vec<u8>) -> Vec<Event> {
        let before = Seen::by(&mut self.people, BOB, &self.id);
        let entries = &mut self.people.relay.logs.get_mut(&self.id).unwrap().entries;
        let honest = entries.clone();
        entries.push(forged);
        news(&mut self.people.devices[BOB]);
        self.people.sync(BOB);
        self.people.relay.logs.get_mut(&self.id).unwrap().entries = honest;
        assert_eq!(Seen::by(&mut self.people, BOB, &self.id), before);
        news(&mut self.people.devices[BOB])
    }

    fn assert_refused(&mut self, forged: Vec<u8>, outcome: Outcome, what: &str) {
        let conversation = self.id;
        let due = match outcome {
            Outcome::Refused(rule) => Event::EntryRefused { conversation, rule },
            _ => Event::Withheld { conversation },
        };
        let events = self.outcome(forged);
        assert!(!events.is_empty() && events.iter().all(|it| *it == due), "{what}: {events:?}");
    }
}

#[test]
fn p03_an_entry_stands_in_one_conversation_at_one_place_by_one_author() {
    let mut scene = scene();
    scene.people.sync_all();
    let (id, other) = (scene.id, scene.other);
    let mut genuine =
        next(&scene.people.devices[MALLORY], &scene.people.relay, &id, Action::SetInfo);
    genuine.info = Some(SealedInfo { salt: [1; 32], sealed: vec![1; 48] });
    for field in entry_fields(&genuine) {
        assert!(ENTRY.iter().any(|(name, ..)| *name == field), "{field} is swapped nowhere");
    }
    let key = scene.people.devices[MALLORY].client.own().signing_key();
    let signature = *Entry::sign(genuine.clone(), key).unwrap().signature();
    for (field, swap, outcome) in ENTRY {
        let mut body = genuine.clone();
        swap(&scene, &mut body);
        if *outcome != Outcome::Hers {
            let forged = signed(body.clone(), &scene.people.devices[MALLORY]);
            scene.assert_refused(forged, *outcome, field);
        }
        // The relay alone: what is not compared before it breaks the signature.
        let first = [
            Outcome::Refused(Refused::OtherConversation),
            Outcome::Refused(Refused::OtherBranch),
            Outcome::Refused(Refused::MisplacedCreate),
            Outcome::Refused(Refused::PinOfStranger),
            Outcome::Refused(Refused::NotAMember),
            Outcome::Refused(Refused::DeviceNotActive),
            Outcome::Withheld,
        ];
        let bad = Outcome::Refused(Refused::BadSignature);
        let due = if first.contains(outcome) { *outcome } else { bad };
        let forged = Entry::from_parts(body, signature).unwrap().to_bytes().unwrap();
        scene.assert_refused(forged, due, field);
    }
    for position in 0..4 {
        let again = scene.people.relay.logs[&id].entries[position].clone();
        assert_eq!(scene.outcome(again), [], "it is there already");
        let elsewhere = scene.people.relay.logs[&other].entries[position].clone();
        let due = Outcome::Refused(Refused::OtherConversation);
        scene.assert_refused(elsewhere, due, "of another conversation");
    }
}

#[test]
fn p03_a_signature_of_one_role_is_none_in_another() {
    let mut scene = scene();
    let (id, bob) = (scene.id, scene.people.devices[BOB].account());
    take_wraps(&mut scene.people.relay, &id, &bob, 1);
    let mut wrap = take_wraps(&mut scene.people.relay, &id, &bob, 2).remove(0);
    scene.people.sync(BOB);
    let mut body = next(&scene.people.devices[MALLORY], &scene.people.relay, &id, Action::SetInfo);
    body.info = Some(SealedInfo { salt: [1; 32], sealed: vec![1; 48] });
    let as_entry = Entry::from_parts(body, wrap.signature).unwrap().to_bytes().unwrap();
    scene.assert_refused(as_entry, Outcome::Refused(Refused::BadSignature), "a wrap's");
    for position in 1..4 {
        wrap.signature = *entry(&scene.people.relay, &id, position).signature();
        assert_eq!(scene.refusal(&wrap), [WrapFault::BadSignature]);
    }
}
