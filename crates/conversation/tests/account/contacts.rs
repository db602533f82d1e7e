//! Unverified, verified, changed: for each label and account.

use privity_conversation::Error;
use privity_conversation::account::{
    Change, Contacts, Directory, Learned, NewDevice, OwnAccount, RecoveryAuthority, RecoveryPhrase,
    Verification,
};
use privity_conversation::format::{AccountId, Pin, StatementHash, limit};
use privity_primitives::wrap::Suite;
use privity_wire::Codec;

use crate::people::{NOW, World};

const BOB: &str = "Bob";

/// Bob's account and the contacts of somebody who knows it by his name.
struct Scene {
    world: World,
    bob: OwnAccount,
    phrase: RecoveryPhrase,
    contacts: Contacts,
}

fn scene(seed: u8) -> Scene {
    let mut world = World::new(seed);
    let phrase = world.phrase();
    let bob = world.account(&phrase);
    let mut contacts = Contacts::default();
    contacts.resolve(BOB, &bob.account()).unwrap();
    Scene { world, bob, phrase, contacts }
}

impl Scene {
    fn directory(&self) -> &Directory {
        &self.world.directory
    }

    fn head(&self) -> Pin {
        self.directory().head(&self.bob.account()).unwrap()
    }

    fn verify(&mut self) {
        let head = self.head();
        self.contacts.verify(BOB, &head, &self.world.directory).unwrap();
    }

    fn state(&self) -> Verification {
        self.contacts.state(BOB, self.directory()).unwrap()
    }

    fn change_of(&self, account: &AccountId) -> Option<Change> {
        self.contacts.change_of(account, self.directory())
    }

    /// A thief's copy of Bob's device and Bob himself sign at one place.
    fn equivocate(&mut self) {
        let chain = self.world.chain(&self.bob);
        let mut copy = OwnAccount::from_bytes(self.bob.to_bytes().unwrap().expose()).unwrap();
        let (local, rng) = (&self.world.local, &mut self.world.rng);
        copy.replace_wrap_key(&chain, Suite::X25519, local, rng).unwrap();
        self.bob.replace_wrap_key(&chain, Suite::X25519, local, rng).unwrap();
        self.world.publish(&mut self.bob);
        let learned = self.world.directory.learn(copy.pending().unwrap().statement());
        assert_eq!(learned, Ok(Learned::Equivocates));
    }

    /// Bob comes back by his words and revokes every device he had.
    fn reset(&mut self) {
        let chain = self.world.chain(&self.bob);
        let authority = RecoveryAuthority::from_phrase(&self.phrase, &chain).unwrap();
        let records = self.world.records.clone();
        let seeds = authority.open_seeds(&chain, &records, &mut self.world.rng).unwrap();
        let lost = [self.bob.device()];
        let plan = NewDevice { suite: Suite::X25519, revoke: &lost };
        let draw = (&self.world.local, &mut self.world.rng as _);
        self.bob = OwnAccount::restore(&chain, (&authority, seeds), &plan, NOW, draw).unwrap();
        self.world.publish(&mut self.bob);
    }
}

#[test]
fn a_contact_is_unverified_until_somebody_compares() {
    let mut scene = scene(40);
    assert_eq!(scene.state(), Verification::Unverified);
    scene.verify();
    assert_eq!(scene.state(), Verification::Verified);
    assert_eq!(scene.contacts.state("Carol", scene.directory()), None);
    assert_eq!(scene.contacts.account(BOB), Some(scene.bob.account()));
}

#[test]
fn a_new_wrap_key_changes_nothing() {
    let mut scene = scene(41);
    scene.verify();
    let chain = scene.world.chain(&scene.bob);
    let World { local, rng, .. } = &mut scene.world;
    scene.bob.replace_wrap_key(&chain, Suite::X25519, local, rng).unwrap();
    scene.world.publish(&mut scene.bob);
    assert_eq!(scene.state(), Verification::Verified);
}

#[test]
fn a_label_that_stands_for_another_account_is_changed() {
    let mut scene = scene(42);
    scene.verify();
    let other = scene.world.phrase();
    let other = scene.world.account(&other).account();
    scene.contacts.resolve(BOB, &other).unwrap();
    let change = Change::OtherAccount(other);
    assert_eq!(scene.state(), Verification::Changed(change));
    // Nothing goes to the new account; the one that was compared stays what it was.
    assert_eq!(scene.change_of(&other), Some(change));
    assert_eq!(scene.change_of(&scene.bob.account()), None);
    let mut kept = scene.contacts.clone();
    kept.keep(BOB).unwrap();
    assert_eq!(kept.state(BOB, scene.directory()), Some(Verification::Verified));
    let mut back = scene.contacts.clone();
    back.resolve(BOB, &scene.bob.account()).unwrap();
    assert_eq!(back, kept);
    scene.contacts.accept(BOB, &scene.world.directory).unwrap();
    assert_eq!(scene.state(), Verification::Unverified);
    assert_eq!(scene.contacts.account(BOB), Some(other));
    assert_eq!(scene.change_of(&other), None);
}

#[test]
fn the_other_account_can_be_verified_at_once() {
    let mut scene = scene(43);
    let other = scene.world.phrase();
    let other = scene.world.account(&other).account();
    scene.contacts.resolve(BOB, &other).unwrap();
    let head = scene.directory().head(&other).unwrap();
    scene.contacts.verify(BOB, &head, &scene.world.directory).unwrap();
    assert_eq!(scene.state(), Verification::Verified);
    assert_eq!(scene.contacts.account(BOB), Some(other));
}

#[test]
fn a_head_of_a_third_account_verifies_nobody() {
    let mut scene = scene(44);
    let third = Pin { account: AccountId([3; 32]), seq: 0, hash: StatementHash([3; 32]) };
    let refused = scene.contacts.verify(BOB, &third, &scene.world.directory);
    assert!(matches!(refused, Err(Error::Misuse(_))));
    assert_eq!(scene.state(), Verification::Unverified);
}

#[test]
fn two_stories_make_a_contact_changed_until_a_person_lets_them_pass() {
    let mut scene = scene(45);
    scene.verify();
    scene.equivocate();
    let account = scene.bob.account();
    assert_eq!(scene.state(), Verification::Changed(Change::Equivocation));
    assert_eq!(scene.change_of(&account), Some(Change::Equivocation));
    scene.contacts.accept(BOB, &scene.world.directory).unwrap();
    assert_eq!(scene.state(), Verification::Unverified);
    assert_eq!(scene.change_of(&account), None);
    // Somebody without a label is blocked and let pass alike.
    let mut nobody = Contacts::default();
    assert_eq!(nobody.change_of(&account, scene.directory()), Some(Change::Equivocation));
    nobody.let_pass(&account, scene.directory()).unwrap();
    assert_eq!(nobody.change_of(&account, scene.directory()), None);
    // Another story than the one that was let pass counts again.
    let mut bytes = nobody.to_bytes().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let other = Contacts::from_bytes(&bytes).unwrap();
    assert_eq!(other.change_of(&account, scene.directory()), Some(Change::Equivocation));
}

#[test]
fn a_recovery_reset_changes_a_verified_contact_and_no_other() {
    let mut verified = scene(46);
    verified.verify();
    verified.reset();
    let change = Change::RecoveryReset(1);
    assert_eq!(verified.state(), Verification::Changed(change));
    assert_eq!(verified.change_of(&verified.bob.account()), Some(change));
    verified.verify();
    assert_eq!(verified.state(), Verification::Verified);
    let mut unverified = scene(46);
    unverified.reset();
    assert_eq!(unverified.state(), Verification::Unverified);
}

#[test]
fn an_older_chain_than_the_verified_one_is_changed() {
    let mut scene = scene(47);
    let old = scene.world.directory.clone();
    let chain = scene.world.chain(&scene.bob);
    let World { local, rng, .. } = &mut scene.world;
    scene.bob.replace_wrap_key(&chain, Suite::X25519, local, rng).unwrap();
    scene.world.publish(&mut scene.bob);
    scene.verify();
    scene.world.directory = old;
    assert_eq!(scene.state(), Verification::Changed(Change::RolledBack(0)));
    let other = Pin { hash: StatementHash([1; 32]), ..scene.head() };
    scene.contacts.verify(BOB, &other, &scene.world.directory).unwrap();
    assert_eq!(scene.state(), Verification::Changed(Change::Equivocation));
}

#[test]
fn labels_are_bounded() {
    let mut contacts = Contacts::default();
    let account = AccountId([1; 32]);
    assert!(contacts.resolve("", &account).is_err());
    assert!(contacts.resolve(&"x".repeat(limit::LABEL + 1), &account).is_err());
    assert!(contacts.resolve(&"x".repeat(limit::LABEL), &account).is_ok());
    for number in 1..limit::CONTACTS {
        contacts.resolve(&number.to_string(), &account).unwrap();
    }
    assert!(contacts.resolve("one too many", &account).is_err());
    assert!(contacts.resolve("1", &AccountId([2; 32])).is_ok());
    contacts.forget("1");
    assert!(contacts.resolve("the last", &account).is_ok());
    assert_eq!(contacts.labels(&account).count(), limit::CONTACTS);
}

#[test]
fn contacts_are_stored_whole_and_only_whole() {
    let mut scene = scene(48);
    scene.verify();
    scene.equivocate();
    scene.contacts.accept(BOB, &scene.world.directory).unwrap();
    scene.verify();
    scene.contacts.resolve("Carol", &AccountId([1; 32])).unwrap();
    scene.contacts.resolve("Carol", &AccountId([2; 32])).unwrap();
    let bytes = scene.contacts.to_bytes().unwrap();
    assert_eq!(Contacts::from_bytes(&bytes), Ok(scene.contacts.clone()));
    for length in 0..bytes.len() {
        assert!(Contacts::from_bytes(&bytes[..length]).is_err());
    }
    for index in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[index / 8] ^= 1 << (index % 8);
        assert_ne!(Contacts::from_bytes(&flipped), Ok(scene.contacts.clone()));
    }
}

#[test]
fn a_stored_contact_is_verified_for_its_own_account_only() {
    let mut scene = scene(49);
    scene.verify();
    let mut bytes = scene.contacts.to_bytes().unwrap();
    // version 1, count 4, label length 2, "Bob" 3, account 32, offered 1, verified 1, pin
    bytes[44] ^= 1;
    assert!(Contacts::from_bytes(&bytes).is_err());
}
