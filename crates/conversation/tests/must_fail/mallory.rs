//! What an attacker makes accounts and statements of.

use privity_conversation::account::Chain;
use privity_conversation::format::{
    AccountId, AccountKey, Holder, Seeding, Signer, Statement, StatementBody, StatementHash,
    StatementKind, WrapKey,
};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_testkit::Relay;
use privity_wire::Codec;

/// Mallory's signing key of that number.
pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&Secret::copy_from(&[number; 32]))
}

/// A holder of Mallory's with a wrap key that is one.
pub(crate) fn holder(number: u8) -> Holder {
    let mut public = vec![0; 32];
    public[0] = 9;
    public[1] = number;
    Holder { sign: *key(number).verifying_key().as_bytes(), wrap: WrapKey { suite: 2, public } }
}

/// A genesis of device 1, whose account has that wrap key.
pub(crate) fn genesis(key: WrapKey) -> StatementBody {
    StatementBody {
        kind: StatementKind::Genesis { nonce: [7; 32] },
        account: AccountId::ZERO,
        seq: 0,
        prev: StatementHash::ZERO,
        signer: Signer::Device(holder(1).id()),
        add_devices: vec![holder(1)],
        revoke: vec![],
        replace_wrap: None,
        wrap_key: Some(AccountKey { generation: 0, key, seeding: Seeding::Seeded }),
        recovery: None,
    }
}

/// An update at a chain's head that says nothing yet.
pub(crate) fn update(chain: &Chain, signer: Signer) -> StatementBody {
    StatementBody {
        kind: StatementKind::Update,
        account: chain.id(),
        seq: chain.head().seq + 1,
        prev: chain.head().hash,
        signer,
        add_devices: vec![],
        revoke: vec![],
        replace_wrap: None,
        wrap_key: None,
        recovery: None,
    }
}

/// Puts an account of Mallory's on the relay.
pub(crate) fn enrol(relay: &mut Relay, genesis: &Statement) -> AccountId {
    let account = genesis.body.account_id().unwrap();
    relay.accounts.insert(account, vec![genesis.to_bytes().unwrap()]);
    account
}
