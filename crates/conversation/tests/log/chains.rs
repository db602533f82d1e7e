//! The fold's questions, answered by real chains in a directory.

use privity_conversation::account::Directory;
use privity_conversation::format::{
    AccountId, AccountKey, DeviceId, Holder, Pin, Seeding, Signer, Statement, StatementBody,
    StatementHash, StatementKind, WrapKey,
};
use privity_conversation::log::{Accounts, Generation, Lookup, PinChange};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Secret::copy_from(&[seed; 32]))
}

fn holder(seed: u8) -> Holder {
    let sign = *key(seed).verifying_key().as_bytes();
    Holder { sign, wrap: WrapKey { suite: 2, public: vec![seed; 32] } }
}

fn wrap_key(generation: u32) -> Option<AccountKey> {
    let seed = 100 + u8::try_from(generation).unwrap();
    let key = WrapKey { suite: 2, public: vec![seed; 32] };
    Some(AccountKey { generation, key, seeding: Seeding::Seeded })
}

/// A chain that grows by statements of device 1.
struct Owner {
    directory: Directory,
    head: Pin,
    generation: u32,
}

impl Owner {
    fn new() -> Self {
        let body = StatementBody {
            kind: StatementKind::Genesis { nonce: [7; 32] },
            account: AccountId::ZERO,
            seq: 0,
            prev: StatementHash::ZERO,
            signer: Signer::Device(holder(1).id()),
            add_devices: vec![holder(1)],
            revoke: vec![],
            replace_wrap: None,
            wrap_key: wrap_key(0),
            recovery: None,
        };
        let statement = Statement::sign(body, &key(1), &[&key(1)]).unwrap();
        let hash = statement.body.hash().unwrap();
        let mut directory = Directory::default();
        directory.learn(&statement).unwrap();
        Self { directory, head: Pin { account: hash.into(), seq: 0, hash }, generation: 0 }
    }

    fn says(&mut self, introduced: &[u8], change: impl FnOnce(&mut StatementBody)) -> Pin {
        let mut body = StatementBody {
            kind: StatementKind::Update,
            account: self.head.account,
            seq: self.head.seq + 1,
            prev: self.head.hash,
            signer: Signer::Device(holder(1).id()),
            add_devices: introduced.iter().map(|seed| holder(*seed)).collect(),
            revoke: vec![],
            replace_wrap: None,
            wrap_key: None,
            recovery: None,
        };
        body.add_devices.sort_by_key(Holder::id);
        change(&mut body);
        let keys: Vec<SigningKey> = introduced.iter().map(|seed| key(*seed)).collect();
        let statement = Statement::sign(body, &key(1), &keys.iter().collect::<Vec<_>>()).unwrap();
        self.directory.learn(&statement).unwrap();
        let hash = statement.body.hash().unwrap();
        self.head = Pin { account: self.head.account, seq: self.head.seq + 1, hash };
        self.head
    }

    fn adds(&mut self, device: u8) -> Pin {
        self.says(&[device], |_| {})
    }

    fn revokes(&mut self, device: u8) -> Pin {
        self.generation += 1;
        let next = wrap_key(self.generation);
        self.says(&[], |body| {
            body.revoke = vec![holder(device).id()];
            body.wrap_key = next;
        })
    }

    fn change(&self, from: &Pin, to: &Pin) -> PinChange {
        match self.directory.change(from, to) {
            Lookup::Known(Some(change)) => change,
            other => panic!("{other:?}"),
        }
    }
}

fn ids(seeds: &[u8]) -> Vec<DeviceId> {
    let mut ids: Vec<DeviceId> = seeds.iter().map(|seed| holder(*seed).id()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_device_has_a_key_from_the_pin_that_adds_it_to_the_one_that_revokes_it() {
    let mut owner = Owner::new();
    let first = owner.head;
    let added = owner.adds(2);
    let revoked = owner.revokes(2);
    let phone = holder(2).id();
    let active =
        [first, added, revoked].map(|pin| match owner.directory.device_key(&pin, &phone) {
            Lookup::Known(key) => key.is_some(),
            Lookup::Missing => panic!(),
        });
    assert_eq!(active, [false, true, false]);
    assert_eq!(owner.directory.devices(&first), Lookup::Known(ids(&[1])));
    assert_eq!(owner.directory.devices(&added), Lookup::Known(ids(&[1, 2])));
    assert_eq!(owner.directory.devices(&revoked), Lookup::Known(ids(&[1])));
}

#[test]
fn what_a_pin_moves_over_is_all_that_ended_on_the_way() {
    let mut owner = Owner::new();
    let first = owner.head;
    let two = owner.adds(2);
    let same = PinChange { revoked: vec![], generation: Generation::Same };
    assert_eq!(owner.change(&first, &two), same);
    assert!(!same.requires_epoch());
    owner.adds(3);
    let ended_two = owner.revokes(2);
    let ended_three = owner.revokes(3);
    // Device 3 came and went after `two`, and could speak in between.
    let both = owner.change(&two, &ended_three);
    assert_eq!((both.revoked.clone(), both.generation), (ids(&[2, 3]), Generation::Changed));
    assert!(both.requires_epoch());
    assert_eq!(owner.change(&ended_two, &ended_three).revoked, ids(&[3]));
    assert_eq!(owner.change(&first, &two).revoked, []);
}

#[test]
fn a_new_wrap_key_and_a_close_are_changes() {
    let mut owner = Owner::new();
    let first = owner.head;
    let rekeyed = owner.says(&[], |body| body.wrap_key = wrap_key(1));
    let change = owner.change(&first, &rekeyed);
    assert_eq!((change.revoked, change.generation), (vec![], Generation::Changed));
    owner.adds(2);
    let closed = owner.says(&[], |body| body.kind = StatementKind::Close);
    let change = owner.change(&rekeyed, &closed);
    assert_eq!((change.revoked, change.generation), (ids(&[1, 2]), Generation::Changed));
    assert_eq!(owner.directory.devices(&closed), Lookup::Known(vec![]));
}

#[test]
fn what_is_not_here_is_missing_and_what_is_elsewhere_is_not_before() {
    let mut owner = Owner::new();
    let first = owner.head;
    let known = owner.adds(2);
    let mut other = known;
    other.hash = StatementHash([1; 32]);
    assert_eq!(owner.directory.change(&first, &other), Lookup::Missing);
    assert_eq!(owner.directory.devices(&other), Lookup::Missing);
    assert_eq!(owner.directory.change(&other, &known), Lookup::Known(None));
    assert_eq!(owner.directory.change(&known, &first), Lookup::Known(None));
    let nobody = Directory::default();
    assert_eq!(nobody.change(&first, &known), Lookup::Missing);
    assert_eq!(nobody.beyond(&first), None);
}

#[test]
fn beyond_a_pin_lies_what_the_newest_head_changed() {
    let mut owner = Owner::new();
    let first = owner.adds(2);
    assert!(owner.directory.beyond(&first).is_none_or(|change| !change.requires_epoch()));
    owner.adds(3);
    assert!(!owner.directory.beyond(&first).unwrap().requires_epoch());
    owner.revokes(2);
    assert_eq!(owner.directory.beyond(&first).unwrap().revoked, ids(&[2]));
}
