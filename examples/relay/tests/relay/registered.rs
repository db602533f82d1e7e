//! The wrapped signing seed of an account with a registered key: the relay's copy may be the
//! only one.

use privity::account::{Directory, NewDevice, PendingAuthority, PendingSeed, Seeds};
use privity::format::{
    Blob, GenerationRecord, PublishRequest, RegisteredSeed, RelayErrorCode, Statement,
};
use privity::{Changes, Client, Codec, Context, Secret, Suite, WrapPrivateKey};

use crate::accounts::{publication_of, renewal};
use crate::person::{NOW, Person, Place, code};

fn key() -> WrapPrivateKey {
    WrapPrivateKey::from_pkcs8_pem(include_str!("../../../data/registered-rsa-3072.pem")).unwrap()
}

fn registered(place: &Place) -> (Person, Changes) {
    place.stranger_with("alice", Some(key().public_key()))
}

/// A record that reads like the true one and opens to nothing.
fn spoilt(record: &Blob) -> Blob {
    let mut seed = RegisteredSeed::from_bytes(&record.0).unwrap();
    *seed.wrap.ct.last_mut().unwrap() ^= 1;
    Blob(seed.to_bytes().unwrap())
}

/// A new device by the registered key.
async fn recovery(alice: &mut Person) -> PublishRequest {
    let (relay, account) = (alice.device.relay.clone(), alice.account());
    let mut directory = Directory::default();
    for item in relay.statements(&account, 0).await.unwrap().items {
        directory.learn(&Statement::from_bytes(&item.bytes.0).unwrap()).unwrap();
    }
    let record = RegisteredSeed::from_bytes(&relay.registered(&account).await.unwrap()).unwrap();
    let chain = directory.chain(&account).unwrap().clone();
    let pending = PendingAuthority::new(&chain, &record).unwrap();
    let by = pending.unwrap_with(&key(), &mut alice.rng).unwrap();
    let records = relay.generations(&account).await.unwrap().items;
    let records: Vec<_> =
        records.iter().map(|item| GenerationRecord::from_bytes(&item.bytes.0).unwrap()).collect();
    let pending = PendingSeed::new(&chain, &records[0], by.holder()).unwrap();
    let mut seeds = Seeds::empty(account);
    seeds.insert(pending.unwrap_with(&chain, &key(), &mut alice.rng).unwrap());
    let plan = NewDevice { suite: Suite::X25519, revoke: &[] };
    let storage = Secret::generate(&mut alice.rng);
    let mut context = Context { now: NOW, rng: &mut alice.rng };
    publication_of(
        &Client::restore(&storage, directory, &by, seeds, &plan, &mut context).unwrap().1,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_does_not_replace_the_registered_seed_and_the_recovery_holder_does() {
    let place = Place::new().await;
    let (mut alice, changes) = registered(&place);
    let seed = publication_of(&changes).registered.unwrap();
    alice.perform(changes).await;
    alice.device.login().await.unwrap();
    let (relay, account) = (place.client(), alice.account());
    let recovery = recovery(&mut alice).await;

    let mut theft = renewal(&mut alice);
    theft.registered = Some(spoilt(&seed));
    assert_eq!(code(relay.publish(&theft).await), RelayErrorCode::NotEntitled);
    assert_eq!(relay.registered(&account).await.unwrap(), seed.0);
    assert_eq!(relay.statements(&account, 0).await.unwrap().items.len(), 1);

    let mut new = recovery.clone();
    new.registered = Some(spoilt(&seed));
    relay.publish(&new).await.unwrap();
    assert_eq!(relay.registered(&account).await.unwrap(), spoilt(&seed).0);
    // the statement is public by now: whoever repeats it replaces nothing
    let again = PublishRequest { registered: Some(seed.clone()), ..new };
    assert_eq!(code(relay.publish(&again).await), RelayErrorCode::NotEntitled);
    assert_eq!(relay.registered(&account).await.unwrap(), spoilt(&seed).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_may_send_the_registered_seed_that_stands() {
    let place = Place::new().await;
    let (mut alice, changes) = registered(&place);
    let seed = publication_of(&changes).registered;
    alice.perform(changes).await;
    let request = PublishRequest { registered: seed, ..renewal(&mut alice) };
    place.client().publish(&request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn records_come_with_a_repeat_where_there_are_none() {
    let place = Place::new().await;
    let (alice, changes) = registered(&place);
    let request = publication_of(&changes);
    let (relay, account) = (place.client(), alice.account());
    let copied = PublishRequest { generation: None, registered: None, ..request.clone() };
    relay.publish(&copied).await.unwrap();
    assert_eq!(code(relay.registered(&account).await), RelayErrorCode::NotFound);
    // nobody puts records of generations there that are not stated
    let mut record = GenerationRecord::from_bytes(&request.generation.clone().unwrap().0).unwrap();
    record.generation = 7;
    let invented = Some(Blob(record.to_bytes().unwrap()));
    let invented = PublishRequest { generation: invented, ..copied };
    assert_eq!(code(relay.publish(&invented).await), RelayErrorCode::NotFound);
    // nor a seed for somebody other than the recovery holder, or for another key of its
    let seed = RegisteredSeed::from_bytes(&request.registered.clone().unwrap().0).unwrap();
    let (mut device, mut key) = (seed.clone(), seed);
    device.wrap.holder = alice.device.client.device();
    key.wrap.fingerprint[0] ^= 1;
    for other in [device, key] {
        let registered = Some(Blob(other.to_bytes().unwrap()));
        let other = PublishRequest { generation: None, registered, ..request.clone() };
        assert_eq!(code(relay.publish(&other).await), RelayErrorCode::NotEntitled);
    }

    relay.publish(&request).await.unwrap();
    relay.publish(&request).await.unwrap();
    let seed = request.registered.clone().unwrap();
    assert_eq!(relay.registered(&account).await.unwrap(), seed.0);
    let stored: Vec<u8> =
        place.sql().query_row("SELECT bytes FROM generation", [], |row| row.get(0)).unwrap();
    assert_eq!(stored, request.generation.clone().unwrap().0);
    let other = PublishRequest { registered: Some(spoilt(&seed)), ..request };
    assert_eq!(code(relay.publish(&other).await), RelayErrorCode::NotEntitled);
    assert_eq!(relay.registered(&account).await.unwrap(), seed.0);
}
