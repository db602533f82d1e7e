//! Point 2: Substituted public keys and statements, foreign keys listed as one's own, keys that no
//! honest party has.

use privity_conversation::Error;
use privity_conversation::account::{Chain, ChainFault};
use privity_conversation::format::{Signer, Statement, WrapKey};
use privity_conversation::state::History;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_testkit::{Device, Plan};

use crate::mallory::{enrol, genesis, holder, key, update};
use crate::people::People;

const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

#[test]
fn p02_another_chain_under_a_known_id_is_refused() {
    let mut people = People::meet(2);
    let bob = people.devices[1].account();
    let foreign = people.relay.accounts[&people.devices[0].account()].clone();
    people.relay.accounts.insert(bob, foreign);
    let plan = Plan::Phrase(Suite::X25519);
    let mut stranger = Device::create(77, &plan, &mut people.relay).unwrap();
    assert!(stranger.meet(&bob, &mut people.relay).is_err());
    assert!(stranger.client.directory().chain(&bob).is_none());
}

#[test]
fn p02_a_foreign_key_is_listed_as_nobodys_own() {
    let people = People::meet(2);
    let bob = people.devices[1].account();
    let chain = people.devices[1].client.directory().chain(&bob).unwrap();
    let (device, recovery) = (&chain.holders_at(0)[0], chain.recovery_at(0).unwrap());
    for foreign in [device, recovery] {
        // Mallory signs the possession, as nobody but its owner could.
        let mut body = genesis(holder(1).wrap);
        body.recovery = Some(foreign.clone());
        let listed = Statement::sign(body, &key(1), &[&key(1), &key(2)]).unwrap();
        assert_eq!(Chain::begin(&listed).err(), Some(ChainFault::Possession));
        let own = Statement::sign(genesis(holder(1).wrap), &key(1), &[&key(1)]).unwrap();
        let own = Chain::begin(&own).unwrap();
        let mut body = update(&own, Signer::Device(holder(1).id()));
        body.add_devices = vec![foreign.clone()];
        let listed = Statement::sign(body, &key(1), &[&key(1)]).unwrap();
        assert_eq!(own.clone().append(&listed), Err(ChainFault::Possession));
    }
}

#[test]
fn p02_a_low_order_signing_key_signs_nothing() {
    let mut body = genesis(holder(1).wrap);
    let mut weak = holder(2);
    weak.sign = [0; 32];
    weak.sign[0] = 1;
    body.recovery = Some(weak);
    let statement = Statement::sign(body, &key(1), &[&key(1), &key(2)]).unwrap();
    assert_eq!(Chain::begin(&statement).err(), Some(ChainFault::SigningKey));
}

/// Wrap keys that nothing may be wrapped to.
fn refused_keys() -> Vec<WrapKey> {
    let x25519 = |public: [u8; 32]| WrapKey { suite: 2, public: public.to_vec() };
    let mut one = [0; 32];
    one[0] = 1;
    let rsa = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let spki = rsa.public_key().as_bytes().to_vec();
    let exponent = spki.len() - 3;
    let rsa = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut public = spki.clone();
        change(&mut public);
        WrapKey { suite: 3, public }
    };
    vec![
        x25519([0; 32]),
        x25519(one),
        x25519([0xff; 32]),
        WrapKey { suite: 2, public: vec![9; 31] },
        // The X25519 half is of low order; the lattice half is fine.
        WrapKey { suite: 1, public: vec![0; 1_216] },
        WrapKey { suite: 1, public: vec![0xff; 1_216] },
        // Even, another exponent, the beginning of a key, bytes behind it.
        rsa(&|key| key[exponent - 3] &= 0xfe),
        rsa(&|key| key[exponent..].copy_from_slice(&[0, 0, 1])),
        rsa(&|key| key[exponent + 2] = 3),
        rsa(&|key| key.truncate(300)),
        rsa(&|key| key.push(0)),
        WrapKey { suite: 9, public: vec![9; 32] },
    ]
}

#[test]
fn p02_nothing_is_wrapped_to_a_key_that_its_suite_refuses() {
    let mut people = People::meet(1);
    let id = people.conversation(1);
    for bad in refused_keys() {
        let statement = Statement::sign(genesis(bad.clone()), &key(1), &[&key(1)]).unwrap();
        let mallory = enrol(&mut people.relay, &statement);
        people.devices[0].meet(&mallory, &mut people.relay).unwrap();
        let before = people.relay.logs[&id].clone();
        let added = people.devices[0].act(&mut people.relay, |client, context| {
            client.add(&id, &[mallory], History::Full, context)
        });
        let refused = matches!(added, Err(Error::Crypto(_) | Error::UpdateNeeded(_)));
        assert!(refused, "{bad:?}: {added:?}");
        assert_eq!(people.relay.logs[&id].wraps, before.wraps);
        assert_eq!(people.relay.logs[&id].entries, before.entries);
    }
    people.say(0, &id, "alone");
    people.sync_all();
    assert_eq!(people.texts(0), ["alone"]);
}
