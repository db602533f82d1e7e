//! An account with as many devices as its recovery holder cares to add.

use privity_conversation::account::Chain;
use privity_conversation::format::{
    AccountId, AccountKey, Holder, Seeding, Signer, Statement, StatementBody, StatementHash,
    StatementKind, WrapKey,
};
use privity_conversation::sign::SigningKey;
use privity_primitives::secret::Secret;
use privity_wire::Codec;

/// The number of the recovery holder.
const RECOVERY: u32 = 1_000_000;

pub(crate) struct ManyDevices {
    pub(crate) chain: Chain,
    pub(crate) statements: Vec<Vec<u8>>,
    /// Their numbers are 0 to this one, excluded.
    pub(crate) devices: u32,
}

pub(crate) fn key(number: u32) -> SigningKey {
    let mut seed = [9; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_seed(&Secret::copy_from(&seed))
}

pub(crate) fn holder(number: u32) -> Holder {
    let mut public = vec![0; 32];
    public[0] = 9;
    public[1..5].copy_from_slice(&number.to_be_bytes());
    Holder { sign: *key(number).verifying_key().as_bytes(), wrap: WrapKey { suite: 2, public } }
}

impl ManyDevices {
    /// One device, and batches of 64.
    pub(crate) fn new(batches: u32) -> Self {
        let first = holder(0);
        let genesis = StatementBody {
            kind: StatementKind::Genesis { nonce: [7; 32] },
            account: AccountId::ZERO,
            seq: 0,
            prev: StatementHash::ZERO,
            signer: Signer::Device(first.id()),
            add_devices: vec![first],
            revoke: Vec::new(),
            replace_wrap: None,
            wrap_key: Some(AccountKey {
                generation: 0,
                key: holder(0).wrap,
                seeding: Seeding::Seeded,
            }),
            recovery: Some(holder(RECOVERY)),
        };
        let first = Statement::sign(genesis, &key(0), &[&key(0), &key(RECOVERY)]).unwrap();
        let chain = Chain::begin(&first).unwrap();
        let mut many = Self { chain, statements: vec![first.to_bytes().unwrap()], devices: 1 };
        for _ in 0..batches {
            let mut numbers: Vec<u32> = (many.devices..many.devices + 64).collect();
            numbers.sort_by_key(|number| holder(*number).id());
            many.devices += 64;
            many.state(StatementKind::Update, &numbers);
        }
        many
    }

    /// Ends all devices at once.
    pub(crate) fn close(&mut self) {
        self.state(StatementKind::Close, &[]);
    }

    fn state(&mut self, kind: StatementKind, added: &[u32]) {
        let head = self.chain.head();
        let body = StatementBody {
            kind,
            account: self.chain.id(),
            seq: head.seq + 1,
            prev: head.hash,
            signer: Signer::Recovery,
            add_devices: added.iter().map(|number| holder(*number)).collect(),
            revoke: Vec::new(),
            replace_wrap: None,
            wrap_key: None,
            recovery: None,
        };
        let keys: Vec<_> = added.iter().map(|number| key(*number)).collect();
        let keys: Vec<_> = keys.iter().collect();
        let statement = Statement::sign(body, &key(RECOVERY), &keys).unwrap();
        self.chain.append(&statement).unwrap();
        self.statements.push(statement.to_bytes().unwrap());
    }
}
