//! Keys and statements to make chains of, good ones and bad ones.

use privity_conversation::account::{Chain, ChainFault};
use privity_conversation::format::{
    AccountId, AccountKey, DeviceId, Holder, Seeding, Signer, Statement, StatementBody,
    StatementHash, StatementKind, WrapKey,
};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Secret::copy_from(&[seed; 32]))
}

pub(crate) fn wrap(seed: u8) -> WrapKey {
    WrapKey { suite: 2, public: vec![seed; 32] }
}

pub(crate) fn holder(seed: u8) -> Holder {
    Holder { sign: *key(seed).verifying_key().as_bytes(), wrap: wrap(seed) }
}

pub(crate) fn device(seed: u8) -> DeviceId {
    holder(seed).id()
}

pub(crate) fn generation(generation: u32) -> AccountKey {
    let seed = 100 + u8::try_from(generation).unwrap();
    AccountKey { generation, key: wrap(seed), seeding: Seeding::Seeded }
}

/// A genesis of device 1 and recovery holder 9.
pub(crate) fn genesis() -> StatementBody {
    StatementBody {
        kind: StatementKind::Genesis { nonce: [7; 32] },
        account: AccountId::ZERO,
        seq: 0,
        prev: StatementHash::ZERO,
        signer: Signer::Device(device(1)),
        add_devices: vec![holder(1)],
        revoke: vec![],
        replace_wrap: None,
        wrap_key: Some(generation(0)),
        recovery: Some(holder(9)),
    }
}

pub(crate) fn chain() -> Chain {
    Chain::begin(&sign(genesis(), 1, &[1, 9])).unwrap()
}

/// An empty update at the chain's head, signed for by device 1.
pub(crate) fn update(chain: &Chain) -> StatementBody {
    StatementBody {
        kind: StatementKind::Update,
        account: chain.id(),
        seq: chain.head().seq + 1,
        prev: chain.head().hash,
        signer: Signer::Device(device(1)),
        add_devices: vec![],
        revoke: vec![],
        replace_wrap: None,
        wrap_key: None,
        recovery: None,
    }
}

pub(crate) fn sign(body: StatementBody, signer: u8, introduced: &[u8]) -> Statement {
    let keys: Vec<SigningKey> = introduced.iter().map(|seed| key(*seed)).collect();
    let keys: Vec<&SigningKey> = keys.iter().collect();
    Statement::sign(body, &key(signer), &keys).unwrap()
}

/// The fault of appending `body`; the chain must not have changed.
pub(crate) fn fault(
    chain: &Chain,
    body: StatementBody,
    signer: u8,
    introduced: &[u8],
) -> ChainFault {
    let mut changed = chain.clone();
    let fault = changed.append(&sign(body, signer, introduced)).unwrap_err();
    assert_eq!(changed, *chain);
    fault
}

/// Adds device `seed` by device 1.
pub(crate) fn with_device(chain: &mut Chain, seed: u8, by: u8) {
    let mut body = update(chain);
    body.signer = Signer::Device(device(by));
    body.add_devices = vec![holder(seed)];
    chain.append(&sign(body, by, &[seed])).unwrap();
}
