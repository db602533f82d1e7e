//! An account whose private key lives elsewhere: a smart card, a platform's key store.

use privity_conversation::Error;
use privity_conversation::account::{NewAccount, NewKey, NewRecovery};
use privity_conversation::format::{ConversationId, Role, WrappedEntry, label};
use privity_conversation::state::{Changes, Client, Context, Event, NewConversation, Request};
use privity_primitives::kdf::extract;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapCiphertext, WrapPrivateKey};
use privity_testkit::{Answer, ChaCha20Rng, SeedableRng};
use privity_wire::Codec;

use crate::people::People;

const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

/// Bob's client, without his key; the wraps of as many epochs as that, and its conversation.
struct Scene {
    client: Client,
    rng: ChaCha20Rng,
    id: ConversationId,
    wraps: Vec<Vec<u8>>,
    /// The first wrap once more, by another wrapper.
    again: Vec<u8>,
}

fn without_the_key(epochs: usize) -> Scene {
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
    let mut people = People::meet(2);
    people.relay.handle(&bob, &published.send[0]);
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    let mallory = people.devices[1].account();
    let mut id = ConversationId::ZERO;
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            let new = NewConversation {
                policy: privity_conversation::format::Policy::default(),
                members: vec![(bob, Role::Member), (mallory, Role::Member)],
                info: privity_conversation::epoch::ConversationInfo::default(),
                predecessor: None,
            };
            let (begun, changes) = client.create_conversation(new, context)?;
            id = begun;
            Ok::<Changes, Error>(changes)
        })
        .unwrap();
    (1..epochs).for_each(|_| people.rotate(0, &id));
    for whom in [people.devices[0].account(), mallory, bob] {
        let fetch = Request::FetchStatements { account: whom, from: 0 };
        let Answer::Items(items) = people.relay.handle(&bob, &fetch) else { panic!() };
        let _ = client.handle_statements(&whom, &items, &mut context).unwrap();
    }
    let entries = people.relay.logs[&id].entries.clone();
    let _ = client.handle_entries(&id, &entries, &mut context).unwrap();
    let wraps = people.relay.wraps(&id, &bob);
    assert_eq!(wraps.len(), epochs);
    let _ = client.accept(&id, &mut context).unwrap();
    let mut wrap = WrappedEntry::from_bytes(&wraps[0]).unwrap();
    let other = people.devices[1].client.own();
    (wrap.wrapper, wrap.device) = (other.account(), other.device());
    let again = wrap.sign(other.signing_key()).unwrap().to_bytes().unwrap();
    Scene { client, rng, id, wraps, again }
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
    let Scene { mut client, mut rng, id, wraps, .. } = without_the_key(70);
    let mut context = Context { now: 2, rng: &mut rng };
    for _ in 0..3 {
        let _ = client.handle_wraps(&id, &wraps[..2], &mut context).unwrap();
    }
    assert_eq!(client.private_key_requests().count(), 2);
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    assert_eq!(client.private_key_requests().count(), 64);
    // Those that there was no room for come next; what failed once asks for nothing more.
    for again in [1, 0] {
        for left in (0..64).rev() {
            let changes = client.answer_private_key(0, None, &mut context).unwrap();
            let asked = if left == 0 { again } else { 0 };
            assert_eq!((client.private_key_requests().count(), changes.send.len()), (left, asked));
        }
        let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    }
}

/// Anybody can invite.
#[test]
fn of_an_invitation_the_newest_epoch_alone_is_asked_for() {
    let Scene { mut client, mut rng, id, wraps, .. } = without_the_key(5);
    let mut context = Context { now: 2, rng: &mut rng };
    let _ = client.decline(&id, &mut context).unwrap();
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    assert_eq!(client.private_key_requests().count(), 1);
    let accepted = client.accept(&id, &mut context).unwrap();
    assert_eq!(accepted.send, [Request::FetchWraps { conversation: id }]);
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    assert_eq!(client.private_key_requests().count(), 5);
}

/// A member can put up garbage for another one, and later than the honest wrap.
#[test]
fn a_wrap_that_does_not_open_makes_room_for_the_other_ones_of_its_epoch() {
    let Scene { mut client, mut rng, id, mut wraps, again } = without_the_key(1);
    let key = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let mut context = Context { now: 2, rng: &mut rng };
    // What is answered makes it garbage.
    wraps.push(again);
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    assert_eq!(client.private_key_requests().count(), 1);
    let changes = client.answer_private_key(0, None, &mut context).unwrap();
    assert_eq!(changes.send, [Request::FetchWraps { conversation: id }]);
    let _ = client.handle_wraps(&id, &wraps, &mut context).unwrap();
    let request = client.private_key_requests().next().unwrap().1;
    let answer = decrypted(&key, request.ciphertext, &wraps);
    let changes = client.answer_private_key(0, Some(&answer), &mut context).unwrap();
    let unlocked = |event: &Event| matches!(event, Event::Unlocked { .. });
    assert!(changes.events.iter().any(unlocked));
}

#[test]
fn what_there_was_no_room_for_is_fetched_again_when_the_others_are_answered() {
    let Scene { mut client, mut rng, id, wraps, .. } = without_the_key(65);
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
