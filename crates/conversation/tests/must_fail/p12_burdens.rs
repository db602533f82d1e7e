//! What a relay or a member has a client write: it must neither spoil the store nor cost much more
//! than what was sent.

use privity_conversation::LocalSecret;
use privity_conversation::account::Chain;
use privity_conversation::format::{
    AccountId, AccountKey, ChainId, Content, Holder, MessageId, Seeding, Signer, Statement,
    StatementBody, StatementHash, StatementKind, WrapKey,
};
use privity_conversation::message::seal;
use privity_conversation::sign::SigningKey;
use privity_conversation::state::{Changes, Request};
use privity_primitives::secret::Secret;
use privity_testkit::{ChaCha20Rng, Link, SeedableRng};
use privity_wire::Codec;

use crate::member::{entry, opened_key, secret};
use crate::people::People;

fn written(changes: &Changes) -> usize {
    changes.put.iter().map(|(_, record)| record.len()).sum()
}

/// Of such a log nothing is saved, so its fork must not be either.
#[test]
fn p12_a_fork_of_a_log_that_one_is_not_in_leaves_the_store_as_it_is() {
    let mut people = People::meet(2);
    let id = people.conversation(1);
    let mut two = Vec::new();
    for _ in 0..2 {
        let mallory = &mut people.devices[0];
        mallory.catch_up(&mut people.relay).unwrap();
        let changes = mallory.call(|client, context| client.rotate(&id, context)).unwrap();
        let Some(Request::Append { entry, .. }) = changes.send.first() else { panic!("no append") };
        two.push(entry.clone());
        mallory.crash().unwrap();
    }
    assert_ne!(two[0], two[1]);
    let first = people.relay.logs[&id].entries[0].clone();
    let carol = &mut people.devices[1];
    for page in [vec![first, two[0].clone()], vec![two[1].clone()]] {
        let changes =
            carol.call(|client, context| client.handle_entries(&id, &page, context)).unwrap();
        assert_eq!(written(&changes), 0);
        carol.save(&changes).unwrap();
    }
    carol.crash().unwrap();
}

/// Messages that name statements which never come are tried again and again, and wait on.
#[test]
fn p12_what_waits_in_vain_is_written_once_and_asked_for_once_in_a_round() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let at = entry(&people.relay, &id, 0);
    let position = opened_key(secret(&people.devices[1], &people.relay, &id, 0), &at, &at);
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let local = LocalSecret::generate(&mut rng);
    let [alice, bob] = &mut people.devices[..] else { panic!("two people") };
    let mut author = bob.client.directory().head(&bob.account()).unwrap();
    author.seq = 1_000;
    for counter in 0..60 {
        let content = Content {
            author,
            device: bob.client.device(),
            chain: ChainId([1; 16]),
            counter,
            previous: MessageId::ZERO,
            seen: MessageId::ZERO,
            time: 1,
            content_type: 0,
            target: MessageId::ZERO,
            body: vec![7; 1_500],
        };
        let key = bob.client.own().signing_key();
        let sealed = seal(&position, &content, key, &local, &mut rng).unwrap().bytes;
        let (_, changes) =
            alice.call(|client, context| client.receive(&id, &sealed, context)).unwrap();
        assert!(written(&changes) < sealed.len() + 200);
        alice.save(&changes).unwrap();
    }
    let changes = alice.call(|client, context| client.rotate(&id, context)).unwrap();
    alice.perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    for _ in 0..2 {
        let (mut bytes, mut asked, mut tried) = (0, 0, 0);
        while let Some((_, changes)) =
            alice.call(|client, context| client.receive_held(&id, context)).unwrap()
        {
            (bytes, asked, tried) =
                (bytes + written(&changes), asked + changes.send.len(), tried + 1);
            alice.save(&changes).unwrap();
        }
        assert_eq!((bytes, asked, tried), (0, 1, 60));
    }
    // All of them are there after a restart.
    alice.crash().unwrap();
    let mut tried = 0;
    while alice.call(|client, context| client.receive_held(&id, context)).unwrap().is_some() {
        tried += 1;
    }
    assert_eq!(tried, 60);
}

/// A chain may be long, and is asked for at each synchronisation.
#[test]
fn p12_a_page_of_statements_that_says_nothing_new_is_not_written() {
    let mut people = People::meet(1);
    let key = SigningKey::from_seed(&Secret::copy_from(&[5; 32]));
    let wrap = |number: u32| {
        let mut public = vec![0; 1_536];
        public[..4].copy_from_slice(&number.to_be_bytes());
        WrapKey { suite: 1, public }
    };
    let holder = Holder { sign: *key.verifying_key().as_bytes(), wrap: wrap(0) };
    let mut body = StatementBody {
        kind: StatementKind::Genesis { nonce: [7; 32] },
        account: AccountId::ZERO,
        seq: 0,
        prev: StatementHash::ZERO,
        signer: Signer::Device(holder.id()),
        add_devices: vec![holder],
        revoke: Vec::new(),
        replace_wrap: None,
        wrap_key: Some(AccountKey { generation: 0, key: wrap(0), seeding: Seeding::Seeded }),
        recovery: None,
    };
    let first = Statement::sign(body.clone(), &key, &[&key]).unwrap();
    let mut chain = Chain::begin(&first).unwrap();
    let mut page = vec![first.to_bytes().unwrap()];
    for generation in 1..20 {
        body.kind = StatementKind::Update;
        (body.account, body.add_devices) = (chain.id(), Vec::new());
        (body.seq, body.prev) = (chain.head().seq + 1, chain.head().hash);
        let (key_of, seeding) = (wrap(generation), Seeding::Seeded);
        body.wrap_key = Some(AccountKey { generation, key: key_of, seeding });
        let statement = Statement::sign(body.clone(), &key, &[]).unwrap();
        chain.append(&statement).unwrap();
        page.push(statement.to_bytes().unwrap());
    }
    let (account, alice) = (chain.id(), &mut people.devices[0]);
    for (page, news) in [(&page[..], true), (&page[10..], false), (&[], false)] {
        let changes = alice
            .call(|client, context| client.handle_statements(&account, page, context))
            .unwrap();
        assert_eq!(written(&changes) > 0, news);
        alice.save(&changes).unwrap();
    }
    let own = alice.account();
    let changes =
        alice.call(|client, context| client.handle_statements(&own, &[], context)).unwrap();
    assert_eq!(written(&changes), 0);
}
