use privity::account::{Chain, RecoveryAuthority, RecoveryPhrase};
use privity::format::{
    AccountId, Blob, DeviceId, GenerationRecord, PageEnd, PublishRequest, RelayErrorCode, Statement,
};
use privity::{
    Changes, Client, Codec, Context, Request, Secret, Suite, System, WrapPrivateKey,
    account::{Directory, NewAccount, NewDevice, NewKey, NewRecovery},
};
use privity_client::RelayClient;

use crate::person::{NOW, Person, Place, code};
use crate::raw;

/// The one publication among requests.
pub(crate) fn publication_of(changes: &Changes) -> PublishRequest {
    let publish = changes.send.iter().find_map(|request| match request {
        Request::Publish { request, .. } => Some(request.clone()),
        _ => None,
    });
    publish.unwrap()
}

/// A new device by the recovery phrase, which revokes another one.
pub(crate) async fn revocation(
    phrase: &RecoveryPhrase,
    chain: &Chain,
    client: &RelayClient,
    device: DeviceId,
    rng: &mut System,
) -> PublishRequest {
    let by = RecoveryAuthority::from_phrase(phrase, chain).unwrap();
    let account = chain.head().account;
    let mut directory = Directory::default();
    for item in client.statements(&account, 0).await.unwrap().items {
        directory.learn(&Statement::from_bytes(&item.bytes.0).unwrap()).unwrap();
    }
    let records = client.generations(&account).await.unwrap().items;
    let records: Vec<_> =
        records.iter().map(|item| GenerationRecord::from_bytes(&item.bytes.0).unwrap()).collect();
    let seeds = by.open_seeds(chain, &records, rng).unwrap();
    let plan = NewDevice { suite: Suite::X25519, revoke: &[device] };
    let key = Secret::generate(rng);
    let mut context = Context { now: NOW, rng };
    let restored = Client::restore(&key, directory, &by, seeds, &plan, &mut context);
    publication_of(&restored.unwrap().1)
}

/// The next statement of a device: its own wrap key anew.
pub(crate) fn renewal(person: &mut Person) -> PublishRequest {
    let changes = person.change(|client, context| {
        client.change_account(
            |tools| tools.own.replace_wrap_key(tools.chain, Suite::X25519, tools.local, tools.rng),
            context,
        )
    });
    publication_of(&changes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_published_once_and_a_repeat_succeeds() {
    let place = Place::new().await;
    let (alice, changes) = place.stranger("alice");
    let client = place.client();
    let request = publication_of(&changes);
    assert_eq!(code(client.statements(&alice.account(), 0).await), RelayErrorCode::NotFound);
    client.publish(&request).await.unwrap();
    client.publish(&request).await.unwrap();
    let page = client.statements(&alice.account(), 0).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].bytes, request.statement);
    assert!(client.statements(&alice.account(), 1).await.unwrap().items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_statements_at_one_place_are_told_apart() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let client = place.client();
    let chain = alice.device.client.directory().chain(&alice.account()).unwrap().clone();
    let lost = alice.device.client.device();
    let other = revocation(&alice.phrase, &chain, &alice.device.relay, lost, &mut alice.rng).await;
    let ours = renewal(&mut alice);
    client.publish(&ours).await.unwrap();
    assert_eq!(code(client.publish(&other).await), RelayErrorCode::HeadMoved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_beyond_a_gap_is_incomplete() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let renewal = renewal(&mut alice);
    let elsewhere = Place::new().await;
    assert_eq!(code(elsewhere.client().publish(&renewal).await), RelayErrorCode::Incomplete);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_its_chain_refuses_is_refused() {
    let place = Place::new().await;
    let (_, changes) = place.stranger("alice");
    let mut request = publication_of(&changes);
    let last = request.statement.0.len() - 1;
    request.statement.0[last] ^= 1;
    assert_eq!(code(place.client().publish(&request).await), RelayErrorCode::Refused);
    request.statement.0.pop();
    assert_eq!(code(place.client().publish(&request).await), RelayErrorCode::Malformed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_along_must_be_the_accounts_own() {
    let place = Place::new().await;
    let (_, changes) = place.stranger("alice");
    let (_, others) = place.stranger("bob");
    let mut request = publication_of(&changes);
    request.generation = publication_of(&others).generation;
    assert_eq!(code(place.client().publish(&request).await), RelayErrorCode::NotEntitled);
    request.generation = Some(Blob(vec![1, 2, 3]));
    assert_eq!(code(place.client().publish(&request).await), RelayErrorCode::Malformed);
    // nothing of a refused request is stored
    let statements: i64 =
        place.sql().query_row("SELECT COUNT(*) FROM statement", [], |row| row.get(0)).unwrap();
    assert_eq!(statements, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn generation_records_are_for_the_account_alone() {
    let place = Place::with(|limits| limits.page = 1).await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let account = alice.account();
    assert_eq!(code(bob.device.relay.generations(&account).await), RelayErrorCode::NotEntitled);
    assert_eq!(code(place.client().generations(&account).await), RelayErrorCode::LoginNeeded);
    let request = renewal(&mut alice);
    let record = request.generation.clone().unwrap().0;
    let put = |client: RelayClient, record: Vec<u8>| async move {
        client.put_generation(&account, record).await
    };
    // its generation is not stated yet
    assert_eq!(
        code(put(alice.device.relay.clone(), record.clone()).await),
        RelayErrorCode::NotFound
    );
    alice.device.relay.publish(&request).await.unwrap();
    put(alice.device.relay.clone(), record.clone()).await.unwrap();
    assert_eq!(
        code(put(bob.device.relay.clone(), record.clone()).await),
        RelayErrorCode::NotEntitled
    );
    let own = bob.account();
    assert_eq!(
        code(bob.device.relay.put_generation(&own, record).await),
        RelayErrorCode::NotEntitled
    );
    // two records on pages of one: the client asks on
    let page = alice.device.relay.generations(&account).await.unwrap();
    assert_eq!((page.items.len(), page.end), (2, PageEnd::Last));
    assert_eq!(place.client().statements(&account, 0).await.unwrap().items.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_accounts_seed_is_handed_out() {
    let place = Place::new().await;
    let mut rng = System::new().unwrap();
    let pem = include_str!("../../../data/registered-rsa-3072.pem");
    let key = WrapPrivateKey::from_pkcs8_pem(pem).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(key.public_key()),
    };
    let storage = Secret::generate(&mut rng);
    let mut context = Context { now: NOW, rng: &mut rng };
    let (client, changes) = Client::create(&storage, &plan, &mut context).unwrap();
    let request = publication_of(&changes);
    let relay = place.client();
    assert_eq!(code(relay.registered(&client.account()).await), RelayErrorCode::NotFound);
    relay.publish(&request).await.unwrap();
    let seed = relay.registered(&client.account()).await.unwrap();
    assert_eq!(seed, request.registered.unwrap().0);

    let (_, others) = place.stranger("alice");
    let mut foreign = publication_of(&others);
    foreign.registered = Some(Blob(seed));
    assert_eq!(code(relay.publish(&foreign).await), RelayErrorCode::NotEntitled);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_broken_names_are_told_apart() {
    let place = Place::new().await;
    let client = place.client();
    let nobody = AccountId([7; 32]);
    assert_eq!(code(client.registered(&nobody).await), RelayErrorCode::NotFound);
    assert_eq!(code(client.recovery(&[7; 32]).await), RelayErrorCode::NotFound);
    let origin = place.relay.origin();
    let ask = |path: String| async move { raw::call(origin, "GET", &path, None, b"").await.code() };
    let id = nobody.to_string();
    assert_eq!(ask("/v1/accounts/me/statements".into()).await, RelayErrorCode::Malformed);
    assert_eq!(ask("/v1/accounts/%ff/statements".into()).await, RelayErrorCode::Malformed);
    assert_eq!(ask(format!("/v1/accounts/{id}/statements?from=7")).await, RelayErrorCode::NotFound);
    let upper = id.to_uppercase();
    assert_eq!(ask(format!("/v1/accounts/{upper}/statements")).await, RelayErrorCode::Malformed);
    assert_eq!(ask(format!("/v1/accounts/{id}/statements/")).await, RelayErrorCode::NotFound);
    assert_eq!(ask(format!("//v1/accounts/{id}/statements")).await, RelayErrorCode::NotFound);
    let dots = format!("/v1/conversations/../accounts/{id}/statements");
    assert_eq!(ask(dots).await, RelayErrorCode::NotFound, "no path is tidied up");
    assert_eq!(ask("/v1/recovery/xyz".into()).await, RelayErrorCode::NotFound);
    assert_eq!(ask("/v2/health".into()).await, RelayErrorCode::NotFound);
    assert_eq!(
        raw::call(origin, "DELETE", "/v1/health", None, b"").await.code(),
        RelayErrorCode::NotFound
    );
}
