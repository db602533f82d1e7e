//! Messages of 1,024 bytes, one at a time.
//!
//! `seal` and `open` are what Megolm's `encrypt` and `decrypt` are: bytes in, bytes out,
//! nothing saved. `send` and `receive` are what an app calls, with the sealed records that
//! it has to save.

use std::hint::black_box;

use bench_harness::{Sample, measure_once};
use privity_conversation::LocalSecret;
use privity_conversation::epoch::{ConversationInfo, FreshEpoch, InfoPlace, LinkTo, PositionKey};
use privity_conversation::format::{
    Action, ConversationId, Entry, EntryBody, EntryHash, Member, MessageId, Policy, Role,
};
use privity_conversation::message::{
    Author, AuthorAt, ContentType, Draft, LogPoint, OutgoingChain, Received, Speech, seal,
};
use privity_conversation::state::{Incoming, Request};
use privity_primitives::random::System;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::Suite;

use crate::people::{Appended, NOW, Person};

/// Bytes of a message's body.
pub(crate) const BODY: usize = 1_024;

/// A text as long as the cases say.
pub(crate) fn draft() -> Draft {
    Draft { content_type: ContentType::TEXT, target: MessageId::ZERO, body: vec![b'x'; BODY] }
}

/// A device that stands at a position, without a client around it.
struct Speaker {
    key: SigningKey,
    local: LocalSecret,
    author: Author,
    chain: OutgoingChain,
    at: PositionKey,
    rng: System,
}

impl Speaker {
    fn new() -> Self {
        let person = Person::new(Suite::X25519);
        let mut rng = System::new().expect("the system's generator");
        let key = SigningKey::generate(&mut rng);
        let local = LocalSecret::generate(&mut rng);
        let (account, device) = (person.card.account, person.client.device());
        let head = person.client.directory().head(&account).expect("an account");
        let mut body = EntryBody {
            conversation: ConversationId::ZERO,
            position: 0,
            prev: EntryHash::ZERO,
            author: account,
            device,
            time: NOW,
            pins: vec![head],
            action: Action::Create {
                nonce: [7; 32],
                policy: Policy::default(),
                members: vec![Member { account, role: Role::Admin }],
                predecessor: None,
            },
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        };
        let fresh = FreshEpoch::draw(&local, &device, &body.prev, &mut rng);
        let place = InfoPlace::of(&body);
        let info = fresh.seal_info(&place, &ConversationInfo::default(), &local, &mut rng);
        body.info = Some(info.expect("sealed"));
        let proposed = fresh.propose(&mut body, LinkTo::Fence).expect("proposed");
        let entry = Entry::sign(body, &key).expect("signed");
        let epoch = proposed.anchor(&entry).expect("anchored");
        let at = epoch.confirm(&entry.hash()).expect("confirmed").position_key(0, &entry.hash());
        let chain = OutgoingChain::start(&local, MessageId::ZERO, NOW, &mut rng);
        Self { key, local, author: Author { head, device }, chain, at, rng }
    }

    fn seal(&mut self) -> Vec<u8> {
        let content = self.chain.content(self.author, MessageId::ZERO, NOW, draft());
        let sealed = seal(&self.at, &content, &self.key, &self.local, &mut self.rng);
        let sealed = sealed.expect("sealed");
        self.chain.advance(sealed.id);
        sealed.bytes
    }
}

/// Sealing alone: salt, signature, commitment, padding, AES-256-GCM.
pub(crate) fn seal_alone(count: u32) -> Sample {
    let mut speaker = Speaker::new();
    (0..count).for_each(|_| drop(black_box(speaker.seal())));
    let ((), sample) = measure_once(|| (0..count).for_each(|_| drop(black_box(speaker.seal()))));
    crate::each(sample, count)
}

/// Opening alone: commitment, AES-256-GCM, padding, strict signature.
pub(crate) fn open_alone(count: u32) -> Sample {
    let mut speaker = Speaker::new();
    let messages: Vec<Vec<u8>> = (0..count).map(|_| speaker.seal()).collect();
    let key = speaker.key.verifying_key();
    let point = LogPoint {
        conversation: speaker.at.conversation(),
        hash: Some(speaker.at.hash()),
        speech: Speech::Open,
    };
    let open = |message: &Vec<u8>| {
        let placed = Received::read(message).expect("read").place(&point).expect("placed");
        let decrypted = placed.open(&speaker.at).expect("opened");
        drop(black_box(decrypted.verify(AuthorAt::Active(key)).expect("verified")));
    };
    messages.iter().for_each(open);
    let ((), sample) = measure_once(|| messages.iter().for_each(open));
    crate::each(sample, count)
}

/// Two who talk, and the entry that began it.
pub(crate) fn pair() -> (Person, Person, Appended) {
    let (mut alice, mut bob) = (Person::new(Suite::XWing), Person::new(Suite::XWing));
    alice.learn([&bob.card]);
    bob.learn([&alice.card]);
    let appended = alice.create(&[bob.card.account]);
    bob.join(&appended);
    (alice, bob, appended)
}

/// Seals `count` messages, which the relay stores.
pub(crate) fn messages(by: &mut Person, id: &ConversationId, count: u32) -> Vec<Vec<u8>> {
    (0..count)
        .map(|_| {
            let sent = by.call(|client, context| client.send(id, draft(), context));
            let (message, changes) = sent.expect("sealed");
            drop(black_box(by.client.handle_posted(id, &message).expect("posted")));
            let post = changes.send.into_iter().find_map(|request| match request {
                Request::Post { message, .. } => Some(message),
                _ => None,
            });
            post.expect("a message to post")
        })
        .collect()
}

/// `Client::send` and the relay's answer.
pub(crate) fn send(count: u32) -> Sample {
    let (mut alice, _, begun) = pair();
    let id = begun.conversation;
    messages(&mut alice, &id, count);
    let (sent, sample) = measure_once(|| messages(&mut alice, &id, count));
    drop(black_box(sent));
    crate::each(sample, count)
}

/// `Client::receive`.
pub(crate) fn receive(count: u32) -> Sample {
    let (mut alice, mut bob, begun) = pair();
    let id = begun.conversation;
    let sent = messages(&mut alice, &id, 2 * count);
    let (warm, measured) = sent.split_at(count as usize);
    take(&mut bob, &id, warm);
    let ((), sample) = measure_once(|| take(&mut bob, &id, measured));
    crate::each(sample, count)
}

fn take(by: &mut Person, id: &ConversationId, messages: &[Vec<u8>]) {
    for message in messages {
        let (incoming, changes) =
            by.call(|client, context| client.receive(id, message, context)).expect("received");
        assert!(matches!(incoming, Incoming::Message(_)), "{incoming:?}");
        drop(black_box(changes));
    }
}
