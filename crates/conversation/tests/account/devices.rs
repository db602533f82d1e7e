//! Devices join, leave and are replaced.

use privity_conversation::Error;
use privity_conversation::account::{ChainFault, DeviceDraft, JoiningDevice, OwnAccount, Settled};
use privity_conversation::format::{AccountId, DeviceId};
use privity_primitives::wrap::Suite;

use crate::people::{NOW, World, read};

/// Adds a device by the three steps, each through bytes.
pub(crate) fn join(world: &mut World, by: &mut OwnAccount) -> OwnAccount {
    let joining = JoiningDevice::new(Suite::X25519, &world.local, &mut world.rng).unwrap();
    let chain = world.chain(by);
    let request = read(&bytes(&joining.request().unwrap()));
    let draft: DeviceDraft = read(&bytes(&by.draft_device(&chain, &request).unwrap()));
    let consent = read(&bytes(&joining.consent(&draft, &by.account()).unwrap()));
    by.add_device(&chain, &draft, &consent).unwrap();
    world.publish(by);
    let joining = JoiningDevice::from_bytes(joining.to_bytes().expose()).unwrap();
    let mut joined = joining.into_account(&world.chain(by), NOW).unwrap();
    let check = joined.take_record(&world.chain(by), &world.newest_record(), &mut world.rng);
    assert!(!check.unwrap().needs_repair());
    joined
}

fn bytes(value: &impl privity_wire::Codec) -> Vec<u8> {
    value.to_bytes().unwrap()
}

fn start() -> (World, OwnAccount) {
    let mut world = World::new(1);
    let phrase = world.phrase();
    let own = world.account(&phrase);
    (world, own)
}

#[test]
fn a_new_device_opens_every_generation() {
    let (mut world, mut own) = start();
    for _ in 0..3 {
        let chain = world.chain(&own);
        own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
        world.publish(&mut own);
    }
    let mut second = join(&mut world, &mut own);
    let chain = world.chain(&own);
    for record in world.records.clone().iter().rev() {
        second.take_record(&chain, record, &mut world.rng).unwrap();
    }
    for generation in 0..=3 {
        let stated = &chain.key_of_generation(generation).unwrap().key.public;
        let seed = second.seeds().get(generation).unwrap();
        assert_eq!(seed.key().unwrap().public_key().as_bytes(), stated);
    }
}

#[test]
fn a_device_consents_to_nothing_but_being_added_where_it_wants() {
    let (world, own) = start();
    let mut rng = world.rng.clone();
    let joining = JoiningDevice::new(Suite::X25519, &world.local, &mut rng).unwrap();
    let chain = world.chain(&own);
    let good = own.draft_device(&chain, &joining.request().unwrap()).unwrap();
    assert!(joining.consent(&good, &own.account()).is_ok());
    assert!(joining.consent(&good, &AccountId([9; 32])).is_err());
    let other = JoiningDevice::new(Suite::X25519, &world.local, &mut rng).unwrap();
    assert!(other.consent(&good, &own.account()).is_err());
    let mut more = good.clone();
    more.0.revoke = vec![DeviceId([1; 32])];
    assert!(joining.consent(&more, &own.account()).is_err());
    let mut more = good.clone();
    more.0.recovery = Some(joining.request().unwrap().0);
    assert!(joining.consent(&more, &own.account()).is_err());
    let mut more = good.clone();
    more.0.wrap_key = chain.key_of_generation(0).cloned();
    assert!(joining.consent(&more, &own.account()).is_err());
    let mut more = good;
    more.0.replace_wrap = Some(joining.request().unwrap().0.wrap);
    assert!(joining.consent(&more, &own.account()).is_err());
}

#[test]
fn a_draft_goes_stale_when_the_chain_moves() {
    let (mut world, mut own) = start();
    let joining = JoiningDevice::new(Suite::X25519, &world.local, &mut world.rng).unwrap();
    let draft = own.draft_device(&world.chain(&own), &joining.request().unwrap()).unwrap();
    let consent = joining.consent(&draft, &own.account()).unwrap();
    join(&mut world, &mut own);
    let chain = world.chain(&own);
    assert!(matches!(own.add_device(&chain, &draft, &consent), Err(Error::Misuse(_))));
    assert!(own.pending().is_none());
}

#[test]
fn a_revoked_device_gets_no_wrap_and_signs_nothing_more() {
    let (mut world, mut own) = start();
    let mut second = join(&mut world, &mut own);
    let chain = world.chain(&own);
    own.revoke(&chain, &[second.device()], &world.local, &mut world.rng).unwrap();
    world.publish(&mut own);
    let (chain, record) = (world.chain(&own), world.newest_record());
    assert_eq!(record.generation, 1);
    assert!(record.wraps.iter().all(|wrap| wrap.holder != second.device()));
    assert_eq!(second.take_record(&chain, &record, &mut world.rng), Err(Error::Decrypt));
    let refused = second.close(&chain);
    assert_eq!(refused, Err(Error::Chain(own.account(), ChainFault::SignerUnknown)));
}

#[test]
fn a_lost_race_drops_the_statement_and_its_secrets() {
    let (mut world, mut own) = start();
    let mut second = join(&mut world, &mut own);
    let chain = world.chain(&own);
    own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
    assert_eq!(own.settle(&chain, NOW), Settled::Waiting);
    second.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
    world.publish(&mut second);
    let chain = world.chain(&own);
    assert_eq!(own.settle(&chain, NOW), Settled::Lost);
    assert_eq!(own.seeds().newest(), Some(0));
    // The old wrap key still opens what the winner made for it.
    let record = world.newest_record();
    assert!(!own.take_record(&chain, &record, &mut world.rng).unwrap().needs_repair());
    assert_eq!(own.seeds().newest(), Some(1));
}

#[test]
fn one_statement_is_pending_at_a_time() {
    let (mut world, mut own) = start();
    let chain = world.chain(&own);
    own.close(&chain).unwrap();
    let again = own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng);
    assert!(matches!(again, Err(Error::Misuse(_))));
}

#[test]
fn a_device_signs_once_at_each_place() {
    let (mut world, mut own) = start();
    let before = world.chain(&own);
    join(&mut world, &mut own);
    // The relay shows the chain as it was: nothing is signed there again.
    assert!(matches!(own.close(&before), Err(Error::Misuse(_))));
}

#[test]
fn the_own_wrap_key_is_due_after_thirty_days_by_either_clock() {
    let (mut world, mut own) = start();
    let month = 30 * 24 * 60 * 60 * 1_000;
    assert!(!own.is_renewal_due(NOW + month - 1));
    assert!(own.is_renewal_due(NOW + month));
    assert!(own.is_renewal_due(NOW - month));
    let chain = world.chain(&own);
    own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
    assert!(world.directory.learn(own.pending().unwrap().statement()).is_ok());
    assert_eq!(own.settle(&world.chain(&own), NOW + month), Settled::Confirmed);
    assert!(!own.is_renewal_due(NOW + month));
}

#[test]
fn a_spoiled_record_is_found_and_repaired_by_any_device() {
    let (mut world, mut own) = start();
    let mut second = join(&mut world, &mut own);
    let chain = world.chain(&own);
    own.start_generation(
        &chain,
        privity_conversation::account::NewKey::Seeded(Suite::X25519),
        &world.local,
        &mut world.rng,
    )
    .unwrap();
    world.publish(&mut own);
    let chain = world.chain(&own);
    let honest = world.newest_record();
    assert_eq!(honest, own.seeds().record(&chain).unwrap());
    second.take_record(&chain, &honest, &mut world.rng).unwrap();
    let recovery = chain.recovery_at(chain.head().seq).unwrap().id();
    let mut spoiled = honest.clone();
    spoiled.wraps.iter_mut().find(|wrap| wrap.holder == recovery).unwrap().ct[0] ^= 1;
    spoiled.older = None;
    let check = second.take_record(&chain, &spoiled, &mut world.rng).unwrap();
    assert_eq!(check.cheated, [recovery]);
    assert!(check.needs_repair());
    assert_eq!(second.seeds().record(&chain).unwrap(), honest);
}
