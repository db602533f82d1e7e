//! Coming back with 24 words or a registered key and nothing else.

use privity_conversation::Error;
use privity_conversation::account::{
    ChainFault, NewAccount, NewDevice, NewKey, NewRecovery, OwnAccount, PendingAuthority,
    PendingSeed, RecoveryAuthority, RecoveryPhrase, Seeds,
};
use privity_conversation::format::Seeding;
use privity_primitives::wrap::{Suite, WrapPrivateKey};

use crate::people::{NOW, World};

const NEW: NewDevice<'_> = NewDevice { suite: Suite::X25519, revoke: &[] };

fn restore(
    world: &mut World,
    authority: &RecoveryAuthority,
    seeds: Seeds,
    plan: &NewDevice<'_>,
) -> OwnAccount {
    let chain = world.directory.chain(&authority.account()).unwrap().clone();
    let draw = (&world.local, &mut world.rng as &mut dyn privity_primitives::random::CryptoRng);
    let mut own = OwnAccount::restore(&chain, (authority, seeds), plan, NOW, draw).unwrap();
    world.publish(&mut own);
    own
}

#[test]
fn the_words_alone_open_every_generation_on_a_new_device() {
    let mut world = World::new(2);
    let phrase = world.phrase();
    let mut own = world.account(&phrase);
    for _ in 0..2 {
        let chain = world.chain(&own);
        own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
        world.publish(&mut own);
    }
    let words = String::from_utf8(phrase.words().expose().to_vec()).unwrap();
    let phrase = RecoveryPhrase::from_words(&words).unwrap();
    let chain = world.chain(&own);
    let found = chain.recovery_at(chain.head().seq).unwrap().sign;
    assert_eq!(found, phrase.signing_public());
    let authority = RecoveryAuthority::from_phrase(&phrase, &chain).unwrap();
    let records = world.records.clone();
    let seeds = authority.open_seeds(&chain, &records, &mut world.rng).unwrap();
    assert_eq!(seeds.iter().count(), 3);
    let lost = [own.device()];
    let plan = NewDevice { suite: Suite::XWing, revoke: &lost };
    let new = restore(&mut world, &authority, seeds, &plan);
    let chain = world.chain(&new);
    assert_eq!(chain.resets(), [3]);
    assert_eq!(new.seeds().iter().count(), 4);
    assert!(chain.device_at(3, &new.device()).is_some());
}

#[test]
fn a_spoiled_generation_is_left_behind() {
    let mut world = World::new(3);
    let phrase = world.phrase();
    let own = world.account(&phrase);
    let chain = world.chain(&own);
    let authority = RecoveryAuthority::from_phrase(&phrase, &chain).unwrap();
    let new = restore(&mut world, &authority, Seeds::empty(own.account()), &NEW);
    assert_eq!(new.seeds().newest(), Some(1));
    assert_eq!(world.chain(&new).key_at(1).unwrap().generation, 1);
}

#[test]
fn other_words_have_no_authority() {
    let mut world = World::new(4);
    let (phrase, other) = (world.phrase(), world.phrase());
    let own = world.account(&phrase);
    let refused = RecoveryAuthority::from_phrase(&other, &world.chain(&own));
    assert!(matches!(refused, Err(Error::Misuse(_))));
}

#[test]
fn a_replaced_phrase_has_no_authority_and_gets_no_wrap() {
    let mut world = World::new(5);
    let (phrase, next) = (world.phrase(), world.phrase());
    let mut own = world.account(&phrase);
    let chain = world.chain(&own);
    let to = NewRecovery::Phrase(&next, Suite::X25519);
    let outranked = own.set_recovery(&chain, &to, &world.local, &mut world.rng);
    assert_eq!(outranked, Err(Error::Chain(own.account(), ChainFault::RecoveryOutranks)));
    let authority = RecoveryAuthority::from_phrase(&phrase, &chain).unwrap();
    own.replace_recovery(&chain, &authority, &to, (&world.local, &mut world.rng)).unwrap();
    world.publish(&mut own);
    let chain = world.chain(&own);
    assert!(RecoveryAuthority::from_phrase(&phrase, &chain).is_err());
    let record = world.newest_record();
    assert_eq!(record.generation, 1);
    let old = PendingSeed::new(&chain, &record, authority.holder());
    assert!(matches!(old, Err(Error::Decrypt)));
    let authority = RecoveryAuthority::from_phrase(&next, &chain).unwrap();
    let seeds = authority.open_seeds(&chain, &[record], &mut world.rng).unwrap();
    assert_eq!(seeds.iter().count(), 2);
}

#[test]
fn an_account_without_recovery_sets_its_first_by_a_device() {
    let mut world = World::new(6);
    let mut own = world.create(&NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::XWing),
        recovery: NewRecovery::Nobody,
    });
    let phrase = world.phrase();
    let chain = world.chain(&own);
    let to = NewRecovery::Phrase(&phrase, Suite::X25519);
    own.set_recovery(&chain, &to, &world.local, &mut world.rng).unwrap();
    world.publish(&mut own);
    let chain = world.chain(&own);
    let authority = RecoveryAuthority::from_phrase(&phrase, &chain).unwrap();
    let records = world.records.clone();
    let seeds = authority.open_seeds(&chain, &records, &mut world.rng).unwrap();
    assert_eq!(seeds.newest(), Some(0));
}

#[test]
fn a_registered_rsa_key_opens_its_account_from_outside() {
    let mut world = World::new(7);
    let rsa = WrapPrivateKey::generate(Suite::RsaOaep, &mut world.rng).unwrap();
    let own = world.create(&NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::X25519),
        recovery: NewRecovery::Registered(rsa.public_key()),
    });
    let chain = world.chain(&own);
    let registered = world.registered.clone().unwrap();
    let pending = PendingAuthority::new(&chain, &registered).unwrap();
    let request = pending.request().unwrap();
    assert_eq!(request.key, rsa.public_key());
    assert_eq!(request.ciphertext.len(), 384);
    assert!(matches!(pending.resume(None), Err(Error::Decrypt)));
    let pending = PendingAuthority::new(&chain, &registered).unwrap();
    let authority = pending.unwrap_with(&rsa, &mut world.rng).unwrap();
    let holder = authority.holder().clone();
    let pending = PendingSeed::new(&chain, &world.newest_record(), &holder).unwrap();
    assert!(pending.request().is_some());
    let seed = pending.unwrap_with(&chain, &rsa, &mut world.rng).unwrap();
    let mut seeds = Seeds::empty(chain.id());
    seeds.insert(seed);
    let new = restore(&mut world, &authority, seeds, &NEW);
    assert_eq!(new.seeds().newest(), Some(0));
    // The signing seed goes to the registered key only, in this account only.
    let other = WrapPrivateKey::generate(Suite::X25519, &mut world.rng).unwrap();
    let pending = PendingAuthority::new(&chain, &registered).unwrap();
    assert!(matches!(pending.unwrap_with(&other, &mut world.rng), Err(Error::Misuse(_))));
    let mut moved = registered;
    moved.account.0[0] ^= 1;
    assert!(PendingAuthority::new(&chain, &moved).is_err());
}

#[test]
fn a_direct_key_has_no_seed_and_stays_when_a_device_is_revoked() {
    let mut world = World::new(8);
    let key = WrapPrivateKey::generate(Suite::X25519, &mut world.rng).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(key.public_key()),
    };
    let own = world.create(&plan);
    let chain = world.chain(&own);
    assert!(world.records.is_empty());
    let registered = world.registered.clone().unwrap();
    let pending = PendingAuthority::new(&chain, &registered).unwrap();
    assert!(pending.request().is_none());
    let authority = pending.unwrap_with(&key, &mut world.rng).unwrap();
    let lost = [own.device()];
    let plan = NewDevice { suite: Suite::X25519, revoke: &lost };
    let mut new = restore(&mut world, &authority, Seeds::empty(chain.id()), &plan);
    let chain = world.chain(&new);
    let stays = chain.key_at(chain.head().seq).unwrap();
    assert_eq!((stays.generation, stays.seeding), (1, Seeding::Direct));
    assert_eq!(stays.key.public, key.public_key().as_bytes());
    // It may be left for a seeded one, and the registered key opens that seed.
    let seeded = NewKey::Seeded(Suite::X25519);
    new.start_generation(&chain, seeded, &world.local, &mut world.rng).unwrap();
    world.publish(&mut new);
    let (chain, record) = (world.chain(&new), world.newest_record());
    let pending = PendingSeed::new(&chain, &record, authority.holder()).unwrap();
    assert_eq!(pending.unwrap_with(&chain, &key, &mut world.rng).unwrap().generation(), 2);
}

#[test]
fn a_direct_key_needs_a_registered_one() {
    let world = World::new(9);
    let plan =
        NewAccount { device: Suite::X25519, key: NewKey::Direct, recovery: NewRecovery::Nobody };
    let refused = OwnAccount::create(&plan, NOW, &world.local, &mut world.rng.clone());
    assert!(matches!(refused, Err(Error::Misuse(_))));
}

#[test]
fn a_device_key_has_a_seed() {
    let world = World::new(9);
    let plan = NewAccount {
        device: Suite::RsaOaep,
        key: NewKey::Seeded(Suite::X25519),
        recovery: NewRecovery::Nobody,
    };
    let refused = OwnAccount::create(&plan, NOW, &world.local, &mut world.rng.clone());
    assert!(matches!(refused, Err(Error::Misuse(_))));
}
