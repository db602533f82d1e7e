use privity_conversation::account::{Chain, ChainFault};
use privity_conversation::format::{
    AccountKey, Holder, Seeding, Signer, Statement, StatementBody, StatementKind, limit,
};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;

use crate::world::{
    chain, device, fault, generation, genesis, holder, sign, update, with_device, wrap,
};

fn begin_fault(change: impl FnOnce(&mut StatementBody), introduced: &[u8]) -> ChainFault {
    let mut body = genesis();
    change(&mut body);
    Chain::begin(&sign(body, 1, introduced)).unwrap_err()
}

#[test]
fn a_genesis_has_no_past() {
    for change in [
        |body: &mut StatementBody| body.seq = 1,
        |body: &mut StatementBody| body.account.0 = [1; 32],
        |body: &mut StatementBody| body.prev.0 = [1; 32],
        |body: &mut StatementBody| body.revoke = vec![device(1)],
        |body: &mut StatementBody| body.replace_wrap = Some(wrap(3)),
        |body: &mut StatementBody| body.kind = StatementKind::Update,
    ] {
        assert_eq!(begin_fault(change, &[1, 9]), ChainFault::NotGenesis);
    }
    assert_eq!(begin_fault(|body| body.wrap_key = None, &[1, 9]), ChainFault::Generation);
    let later = |body: &mut StatementBody| body.wrap_key = Some(generation(1));
    assert_eq!(begin_fault(later, &[1, 9]), ChainFault::Generation);
    let stranger = |body: &mut StatementBody| body.signer = Signer::Device(device(2));
    assert_eq!(begin_fault(stranger, &[1, 9]), ChainFault::SignerUnknown);
}

#[test]
fn every_introduced_key_proves_its_possession() {
    assert_eq!(begin_fault(|_| (), &[1, 2]), ChainFault::Possession);
    assert_eq!(begin_fault(|_| (), &[1]), ChainFault::Possession);
    assert_eq!(begin_fault(|_| (), &[1, 9, 9]), ChainFault::Possession);
    let chain = chain();
    let mut body = update(&chain);
    body.add_devices = vec![holder(2)];
    assert_eq!(fault(&chain, body, 1, &[3]), ChainFault::Possession);
}

#[test]
fn a_statement_names_its_account_its_place_and_the_hash_before() {
    let chain = chain();
    for change in [
        |body: &mut StatementBody| body.seq = 2,
        |body: &mut StatementBody| body.account.0 = [1; 32],
        |body: &mut StatementBody| body.prev.0 = [1; 32],
    ] {
        let mut body = update(&chain);
        body.add_devices = vec![holder(2)];
        change(&mut body);
        assert_eq!(fault(&chain, body, 1, &[2]), ChainFault::NotNext);
    }
}

#[test]
fn only_active_devices_and_the_recovery_holder_sign() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.signer = Signer::Device(device(3));
    body.add_devices = vec![holder(4)];
    assert_eq!(fault(&chain, body.clone(), 3, &[4]), ChainFault::SignerUnknown);
    body.signer = Signer::Device(device(2));
    assert_eq!(fault(&chain, body, 1, &[4]), ChainFault::Signature);

    let mut revoke = update(&chain);
    revoke.revoke = vec![device(2)];
    revoke.wrap_key = Some(generation(1));
    chain.append(&sign(revoke, 1, &[])).unwrap();
    let mut body = update(&chain);
    body.signer = Signer::Device(device(2));
    body.add_devices = vec![holder(4)];
    assert_eq!(fault(&chain, body, 2, &[4]), ChainFault::SignerUnknown);
}

#[test]
fn a_key_is_introduced_once() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.revoke = vec![device(2)];
    body.wrap_key = Some(generation(1));
    chain.append(&sign(body, 1, &[])).unwrap();
    for seed in [2, 9] {
        let mut body = update(&chain);
        body.add_devices = vec![holder(seed)];
        assert_eq!(fault(&chain, body, 1, &[seed]), ChainFault::KeyReused);
    }
    let same = |body: &mut StatementBody| body.recovery = Some(holder(1));
    assert_eq!(begin_fault(same, &[1, 1]), ChainFault::KeyReused);
}

#[test]
fn a_revocation_names_active_devices_and_comes_with_a_generation() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.revoke = vec![device(3)];
    body.wrap_key = Some(generation(1));
    assert_eq!(fault(&chain, body.clone(), 1, &[]), ChainFault::RevokeUnknown);
    body.revoke = vec![device(2)];
    body.wrap_key = None;
    assert_eq!(fault(&chain, body.clone(), 1, &[]), ChainFault::GenerationDue);
    body.wrap_key = Some(generation(2));
    assert_eq!(fault(&chain, body.clone(), 1, &[]), ChainFault::Generation);
    body.wrap_key = Some(AccountKey { generation: 1, ..generation(0) });
    assert_eq!(fault(&chain, body, 1, &[]), ChainFault::Generation);
}

#[test]
fn the_recovery_holder_outranks_devices() {
    let mut chain = chain();
    let mut body = update(&chain);
    body.recovery = Some(holder(8));
    assert_eq!(fault(&chain, body.clone(), 1, &[8]), ChainFault::RecoveryOutranks);
    body.signer = Signer::Recovery;
    assert_eq!(fault(&chain, body.clone(), 1, &[8]), ChainFault::Signature);
    chain.append(&sign(body, 9, &[8])).unwrap();
    assert_eq!(chain.recovery_at(0), Some(&holder(9)));
    assert_eq!(chain.recovery_at(1), Some(&holder(8)));
}

#[test]
fn a_device_sets_the_first_recovery_holder() {
    let mut body = genesis();
    body.recovery = None;
    let mut chain = Chain::begin(&sign(body, 1, &[1])).unwrap();
    let mut body = update(&chain);
    body.recovery = Some(holder(8));
    chain.append(&sign(body, 1, &[8])).unwrap();
    assert_eq!(chain.recovery_at(1), Some(&holder(8)));
}

#[test]
fn a_device_replaces_its_own_wrap_key_by_a_new_one() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.replace_wrap = Some(wrap(50));
    assert_eq!(fault(&chain, body.clone(), 1, &[]), ChainFault::GenerationDue);
    body.wrap_key = Some(generation(1));
    let mut own = body.clone();
    own.replace_wrap = Some(wrap(1));
    assert_eq!(fault(&chain, own, 1, &[]), ChainFault::ReplaceWrap);
    let mut gone = body.clone();
    gone.revoke = vec![device(1)];
    assert_eq!(fault(&chain, gone, 1, &[]), ChainFault::ReplaceWrap);
    let mut recovery = body.clone();
    recovery.signer = Signer::Recovery;
    assert_eq!(fault(&chain, recovery, 9, &[]), ChainFault::ReplaceWrap);
    chain.append(&sign(body, 1, &[])).unwrap();
    assert_eq!(chain.holders_at(1)[0].wrap, wrap(1));
    assert_eq!(chain.holders_at(2)[0].wrap, wrap(50));
}

#[test]
fn a_direct_key_is_the_recovery_holders_own() {
    let direct = |body: &mut StatementBody| {
        body.wrap_key = Some(AccountKey { seeding: Seeding::Direct, ..generation(0) });
    };
    assert_eq!(begin_fault(direct, &[1, 9]), ChainFault::Direct);
    let mut body = genesis();
    body.wrap_key =
        Some(AccountKey { generation: 0, key: holder(9).wrap, seeding: Seeding::Direct });
    let mut chain = Chain::begin(&sign(body, 1, &[1, 9])).unwrap();
    // Another recovery key without another account key would leave wraps to the old one.
    let mut body = update(&chain);
    body.signer = Signer::Recovery;
    body.recovery = Some(holder(8));
    assert_eq!(fault(&chain, body.clone(), 9, &[8]), ChainFault::Direct);
    body.wrap_key =
        Some(AccountKey { generation: 1, key: holder(8).wrap, seeding: Seeding::Direct });
    chain.append(&sign(body, 9, &[8])).unwrap();
}

#[test]
fn somebody_holds_the_account() {
    let mut body = genesis();
    body.recovery = None;
    let chain = Chain::begin(&sign(body, 1, &[1])).unwrap();
    let mut body = update(&chain);
    body.revoke = vec![device(1)];
    body.wrap_key = Some(generation(1));
    assert_eq!(fault(&chain, body, 1, &[]), ChainFault::Nobody);
}

#[test]
fn nothing_follows_a_close_and_it_says_nothing_else() {
    let mut chain = chain();
    let mut body = update(&chain);
    assert_eq!(fault(&chain, body.clone(), 1, &[]), ChainFault::Empty);
    body.kind = StatementKind::Close;
    let mut more = body.clone();
    more.add_devices = vec![holder(2)];
    assert_eq!(fault(&chain, more, 1, &[2]), ChainFault::Closed);
    chain.append(&sign(body, 1, &[])).unwrap();
    assert!(chain.key_at(1).is_none() && chain.devices_at(1).next().is_none());
    assert!(chain.key_at(0).is_some() && chain.devices_at(0).next().is_some());
    let mut body = update(&chain);
    body.signer = Signer::Recovery;
    body.recovery = Some(holder(8));
    assert_eq!(fault(&chain, body, 9, &[8]), ChainFault::Closed);
}

#[test]
fn a_recovery_that_revokes_every_device_is_a_reset() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.signer = Signer::Recovery;
    body.revoke = vec![device(1), device(2)];
    body.revoke.sort_unstable();
    body.wrap_key = Some(generation(1));
    body.add_devices = vec![holder(3)];
    chain.append(&sign(body, 9, &[3])).unwrap();
    assert_eq!(chain.resets(), [2]);
}

#[test]
fn what_a_revoked_device_added_goes_with_it_by_default() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    with_device(&mut chain, 3, 2);
    with_device(&mut chain, 4, 3);
    let mut expected = vec![device(2), device(3), device(4)];
    expected.sort_unstable();
    assert_eq!(chain.added_through(&[device(2)]), expected);
    assert_eq!(chain.added_through(&[device(4)]), vec![device(4)]);
}

#[test]
fn every_place_of_the_chain_keeps_its_answer() {
    let mut chain = chain();
    with_device(&mut chain, 2, 1);
    let mut body = update(&chain);
    body.revoke = vec![device(1)];
    body.wrap_key = Some(generation(1));
    chain.append(&sign(body, 1, &[])).unwrap();
    let active = |seq| chain.devices_at(seq).map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(active(0), vec![device(1)]);
    assert_eq!(active(1), vec![device(1), device(2)]);
    assert_eq!(active(2), vec![device(2)]);
    assert_eq!(chain.key_at(1).map(|key| key.generation), Some(0));
    assert_eq!(chain.key_at(2).map(|key| key.generation), Some(1));
    assert_eq!(chain.start_of_generation(1), Some(2));
    assert!(chain.device_key(1, &device(1)).is_some() && chain.device_key(2, &device(1)).is_none());
}

#[test]
fn devices_that_an_account_ever_had_are_bounded_and_the_recovery_holder_has_room_of_its_own() {
    let key = |number: usize| {
        let mut seed = [200; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        SigningKey::from_seed(&Secret::copy_from(&seed))
    };
    let adding = |chain: &Chain, from: usize, count: usize, signer: Signer| {
        let keys: Vec<SigningKey> = (from..from + count).map(key).collect();
        let holders =
            keys.iter().map(|key| Holder { sign: *key.verifying_key().as_bytes(), wrap: wrap(3) });
        let mut body = update(chain);
        body.add_devices = holders.collect();
        body.add_devices.sort_unstable_by_key(Holder::id);
        body.signer = signer;
        let introduced: Vec<&SigningKey> = body
            .add_devices
            .iter()
            .filter_map(|it| keys.iter().find(|key| *key.verifying_key().as_bytes() == it.sign))
            .collect();
        let by = if signer == Signer::Recovery { 9 } else { 1 };
        Statement::sign(body.clone(), &crate::world::key(by), &introduced).unwrap()
    };
    let mut chain = chain();
    let by_device = Signer::Device(device(1));
    for round in 0..15 {
        chain.append(&adding(&chain, round * 64, 64, by_device)).unwrap();
    }
    let full = adding(&chain, 960, 64, by_device);
    assert_eq!(chain.append(&full), Err(ChainFault::TooManyDevices));
    chain.append(&adding(&chain, 960, 63, by_device)).unwrap();
    let thief = adding(&chain, 1_023, 1, by_device);
    assert_eq!(chain.append(&thief), Err(ChainFault::TooManyDevices));
    chain.append(&adding(&chain, 1_023, 1, Signer::Recovery)).unwrap();
    assert_eq!(chain.devices_at(chain.head().seq).count(), limit::DEVICES_EVER + 1);
}
