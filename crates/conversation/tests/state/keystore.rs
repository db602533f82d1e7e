//! An account whose private key lives elsewhere: a smart card, a platform's key store.

use privity_conversation::Error;
use privity_conversation::account::{NewAccount, NewKey, NewRecovery};
use privity_conversation::format::{ConversationId, Role, WrappedEntry, label};
use privity_conversation::state::{Changes, Client, Context, NewConversation, Request};
use privity_primitives::kdf::extract;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapCiphertext, WrapPrivateKey};
use privity_testkit::{Answer, ChaCha20Rng, SeedableRng};
use privity_wire::Codec;

use crate::people::People;

const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

/// Bob's client, without his key; the wraps of as many epochs as that, and its conversation.
fn without_the_key(epochs: usize) -> (Client, ChaCha20Rng, ConversationId, Vec<Vec<u8>>) {
    let mut rng = ChaCha20Rng::seed_from_u64(40);
    let key = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(key.public_key()),
    };
    let mut context = Context { now: 1, rng: &mut rng };
    let storage = Secret::copy_from(&[1; 32]);
    let (mut client, published) = Client::create(&storage, &plan, &mut context).unwrap();
    let bob = client.account();
    let mut people = People::meet(1);
    people.relay.handle(&bob, &published.send[0]);
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    let mut id = ConversationId::ZERO;
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            let new = NewConversation {
                policy: privity_conversation::format::Policy::default(),
                members: vec![(bob, Role::Member)],
                info: privity_conversation::epoch::ConversationInfo::default(),
                predecessor: None,
            };
            let (begun, changes) = client.create_conversation(new, context)?;
            id = begun;
            Ok::<Changes, Error>(changes)
        })
        .unwrap();
    (1..epochs).for_each(|_| people.rotate(0, &id));
    for whom in [people.devices[0].account(), bob] {
        let fetch = Request::FetchStatements { account: whom, from: 0 };
        let Answer::Items(items) = people.relay.handle(&bob, &fetch) else { panic!() };
        let _ = client.handle_statements(&whom, &items, &mut context).unwrap();
    }
    let entries = people.relay.logs[&id].entries.clone();
    let _ = client.handle_entries(&id, &entries, &mut context).unwrap();
    let wraps = people.relay.wraps(&id, &bob);
    assert_eq!(wraps.len(), epochs);
    (client, rng, id, wraps)
}

/// What the key's owner gets out of one wrap's block.
fn decrypted(key: &WrapPrivateKey, block: &[u8], wraps: &[Vec<u8>]) -> Vec<u8> {
    let mut wraps = wraps.iter().map(|bytes| WrappedEntry::from_bytes(bytes).unwrap());
    let wrap = wraps.find(|wrap| wrap.enc == block).unwrap();
    let context = wrap.context.to_bytes().unwrap();
    let (info, mut rng) = ([label::WRAP, &context].concat(), ChaCha20Rng::seed_from_u64(1));
    let sealed = WrapCiphertext::new(&wrap.enc, &wrap.ct).unwrap();
    let secret = key.unwrap(&info, &sealed, &mut rng).unwrap();
    let coins: Secret<64> =
        extract(label::EPOCH, secret.expose()).expand(&[label::COINS, &context]);
    coins.expose()[..32].to_vec()
}

#[test]
fn an_operation_is_asked_for_once_and_no_more_of_them_than_there_is_room_for() {
    let (mut client, mut rng, id, wraps) = without_the_key(70);
    let mut context = Context { now: 2, rng: &mut rng };
    for _ in 0..3 {
        let _ = client.handle_wraps(&id, &wraps[..2], &mut context).unwrap();
    }
    assert_eq!(client.private_key_requests().count(), 2);
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    assert_eq!(client.private_key_requests().count(), 64);
    // Answers that fail ask for nothing more; the relay is asked by whoever wants to go on.
    for left in (0..64).rev() {
        let changes = client.answer_private_key(0, None, &mut context).unwrap();
        assert_eq!((client.private_key_requests().count(), changes.send.len()), (left, 0));
    }
}

#[test]
fn what_there_was_no_room_for_is_fetched_again_when_the_others_are_answered() {
    let (mut client, mut rng, id, wraps) = without_the_key(65);
    let key = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let mut context = Context { now: 2, rng: &mut rng };
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    let mut fetched = Vec::new();
    while client.private_key_requests().next().is_some() {
        let number = client.private_key_requests().count() - 1;
        let request = client.private_key_requests().last().unwrap().1;
        let answer = decrypted(&key, request.ciphertext, &wraps);
        let changes = client.answer_private_key(number, Some(&answer), &mut context).unwrap();
        fetched.extend(changes.send);
    }
    assert_eq!(fetched, [Request::FetchWraps { conversation: id }]);
}
