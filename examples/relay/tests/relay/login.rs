use std::time::Duration;

use privity::Codec;
use privity::account::{Directory, RecoveryAuthority};
use privity::format::{RelayErrorCode, Statement};

use crate::person::{Person, Place, code};

async fn try_login(person: &Person, origin: &str, place: &Place) -> RelayErrorCode {
    let mut client = place.client();
    let nonce = client.challenge().await.unwrap();
    code(client.login(&person.login(origin, nonce)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_enters_with_its_signature() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    assert!(alice.device.relay.inbox().await.unwrap().0.is_empty());
    assert_eq!(code(place.client().inbox().await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_signature_origin_device_or_account_is_refused() {
    let place = Place::new().await;
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let origin = place.relay.origin();
    let mut client = place.client();
    let nonce = client.challenge().await.unwrap();
    let mut request = alice.login(origin, nonce);
    request.signature[0] ^= 1;
    assert_eq!(code(client.login(&request).await), RelayErrorCode::LoginNeeded);

    assert_eq!(try_login(&alice, "http://elsewhere", &place).await, RelayErrorCode::LoginNeeded);

    let nonce = client.challenge().await.unwrap();
    let mut request = alice.login(origin, nonce);
    request.account = bob.account();
    assert_eq!(code(client.login(&request).await), RelayErrorCode::LoginNeeded);

    let nonce = client.challenge().await.unwrap();
    let mut request = alice.login(origin, nonce);
    request.device = bob.device.client.device();
    assert_eq!(code(client.login(&request).await), RelayErrorCode::LoginNeeded);

    let (stranger, _) = place.stranger("stranger");
    assert_eq!(try_login(&stranger, origin, &place).await, RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_used_once_and_must_be_the_relays() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let mut client = place.client();
    let nonce = client.challenge().await.unwrap();
    let request = alice.login(place.relay.origin(), nonce);
    client.login(&request).await.unwrap();
    assert_eq!(code(client.login(&request).await), RelayErrorCode::LoginNeeded);
    let invented = alice.login(place.relay.origin(), [7; 32]);
    assert_eq!(code(client.login(&invented).await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_and_tokens_end() {
    let place = Place::with(|limits| limits.challenge = Duration::ZERO).await;
    let (mut alice, changes) = place.stranger("alice");
    alice.perform(changes).await;
    assert_eq!(try_login(&alice, place.relay.origin(), &place).await, RelayErrorCode::LoginNeeded);

    let place = Place::with(|limits| limits.token = Duration::ZERO).await;
    let alice = place.person("alice").await;
    assert_eq!(code(alice.device.relay.inbox().await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_more_ends_the_oldest() {
    let place = Place::with(|limits| limits.tokens = 2).await;
    let mut alice = place.person("alice").await;
    let first = alice.device.relay.clone();
    alice.device.login().await.unwrap();
    let second = alice.device.relay.clone();
    alice.device.login().await.unwrap();
    second.inbox().await.unwrap();
    alice.device.relay.inbox().await.unwrap();
    assert_eq!(code(first.inbox().await), RelayErrorCode::LoginNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_tokens_hash_is_stored() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let token = alice.token().await;
    let stored: i64 = place
        .sql()
        .query_row("SELECT COUNT(*) FROM session WHERE lower(hex(token)) = ?1", [token], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_holder_enters_and_a_revoked_device_is_out() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let mut client = place.client();
    let account = client.recovery(&alice.phrase.signing_public()).await.unwrap();
    assert_eq!(account, alice.account());
    let mut directory = Directory::default();
    for item in client.statements(&account, 0).await.unwrap().items {
        directory.learn(&Statement::from_bytes(&item.bytes.0).unwrap()).unwrap();
    }
    let chain = directory.chain(&account).unwrap();
    let holder = RecoveryAuthority::from_phrase(&alice.phrase, chain).unwrap();
    let nonce = client.challenge().await.unwrap();
    let mut forged = holder.login(place.relay.origin(), nonce).unwrap();
    forged.signature[9] ^= 1;
    assert_eq!(code(client.login(&forged).await), RelayErrorCode::LoginNeeded);
    let nonce = client.challenge().await.unwrap();
    client.login(&holder.login(place.relay.origin(), nonce).unwrap()).await.unwrap();
    assert_eq!(client.generations(&account).await.unwrap().items.len(), 1);

    // one device revokes itself: its own token ends with the statement, the holder's stays
    let device = alice.device.client.device();
    let revocation =
        crate::accounts::revocation(&alice.phrase, chain, &client, device, &mut alice.rng).await;
    client.publish(&revocation).await.unwrap();
    assert_eq!(code(alice.device.relay.inbox().await), RelayErrorCode::LoginNeeded);
    client.inbox().await.unwrap();
    assert_eq!(try_login(&alice, place.relay.origin(), &place).await, RelayErrorCode::LoginNeeded);
}
