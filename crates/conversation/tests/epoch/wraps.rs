use privity_conversation::epoch::{
    EpochFacts, ReceivedWrap, Verdict, WrapFault, WrapTarget, judge_complaint,
};
use privity_conversation::format::{
    AccountId, ConversationId, EntryHash, Recipient, WrapContext, WrappedEntry,
};
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_wire::Codec;

use crate::world::{ALICE, World};

struct Case {
    world: World,
    facts: EpochFacts,
    epoch: privity_conversation::epoch::Epoch,
    key: WrapPrivateKey,
    me: WrapTarget,
    record: WrappedEntry,
}

fn case(suite: Suite) -> Case {
    let mut world = World::new(11);
    let (entry, anchored) = world.create();
    let (key, me) = world.recipient(suite);
    let record = anchored.wrap(&me, &world.wrapper()).unwrap();
    let facts = anchored.facts().clone();
    let epoch = anchored.confirm(&entry.hash()).unwrap();
    Case { world, facts, epoch, key, me, record }
}

impl Case {
    fn open(&mut self, record: WrappedEntry) -> Result<(), WrapFault> {
        let wrapper = self.world.key.verifying_key();
        let verified = ReceivedWrap::new(record).verify(&self.facts, &self.me, Some(&wrapper))?;
        let epoch = verified.open(&self.key, &mut self.world.rng)?;
        assert_eq!(epoch.anchor(), self.epoch.anchor());
        Ok(())
    }

    fn sign(&self, record: WrappedEntry) -> WrappedEntry {
        record.sign(&self.world.key).unwrap()
    }

    fn judge(&self, record: &WrappedEntry) -> Verdict {
        let wrapper = self.world.key.verifying_key();
        judge_complaint(record, &self.me, Some(&wrapper), &self.epoch)
    }
}

#[test]
fn a_wrap_opens_for_its_recipient_in_each_suite() {
    for suite in [Suite::XWing, Suite::X25519, Suite::RsaOaep] {
        let mut case = case(suite);
        let record = WrappedEntry::from_bytes(&case.record.to_bytes().unwrap()).unwrap();
        case.open(record).unwrap();
    }
}

#[test]
fn a_wrap_signed_again_under_another_context_is_refused_by_the_field_that_differs() {
    let mut case = case(Suite::X25519);
    let honest = case.record.context;
    let account = case.me.account;
    let other = |context: WrapContext| WrappedEntry { context, ..case.record.clone() };
    let swaps = [
        (
            other(WrapContext { conversation: ConversationId([1; 32]), ..honest }),
            WrapFault::OtherConversation,
        ),
        (other(WrapContext { anchor: 1, ..honest }), WrapFault::OtherAnchor),
        (other(WrapContext { anchor_hash: EntryHash([1; 32]), ..honest }), WrapFault::OtherEntry),
        (
            other(WrapContext {
                recipient: Recipient::Account { account: AccountId([1; 32]), generation: 3 },
                ..honest
            }),
            WrapFault::OtherRecipient,
        ),
        (
            other(WrapContext {
                recipient: Recipient::DeviceKey { account, key: [1; 32] },
                ..honest
            }),
            WrapFault::OtherRecipient,
        ),
        (
            other(WrapContext {
                recipient: Recipient::Account { account, generation: 4 },
                ..honest
            }),
            WrapFault::OtherGeneration,
        ),
        (other(WrapContext { suite: 1, ..honest }), WrapFault::OtherSuite),
        (other(WrapContext { fingerprint: [1; 32], ..honest }), WrapFault::OtherKey),
    ];
    for (record, fault) in swaps {
        let record = case.sign(record);
        assert_eq!(case.judge(&record), Verdict::NoEvidence(fault));
        assert_eq!(case.open(record), Err(fault));
    }
}

#[test]
fn a_wrap_by_who_is_not_entitled_or_with_a_foreign_signature_touches_no_private_key() {
    let case = case(Suite::X25519);
    let stranger = SigningKey::from_seed(&privity_primitives::secret::Secret::copy_from(&[5; 32]));
    let received = || ReceivedWrap::new(case.record.clone());
    let fault = received().verify(&case.facts, &case.me, None).unwrap_err();
    assert_eq!(fault, WrapFault::WrapperNotEntitled);
    let fault =
        received().verify(&case.facts, &case.me, Some(&stranger.verifying_key())).unwrap_err();
    assert_eq!(fault, WrapFault::BadSignature);
}

#[test]
fn who_wrapped_and_where_it_was_entitled_is_signed() {
    let mut case = case(Suite::X25519);
    let changes: [fn(&mut WrappedEntry); 3] = [
        |record| record.wrapper = AccountId([9; 32]),
        |record| record.device.0[0] ^= 1,
        |record| record.entitled += 1,
    ];
    for change in changes {
        let mut record = case.record.clone();
        change(&mut record);
        assert_eq!(case.open(record), Err(WrapFault::BadSignature));
    }
}

#[test]
fn garbage_that_an_entitled_member_signed_is_a_proven_complaint() {
    for suite in [Suite::XWing, Suite::X25519, Suite::RsaOaep] {
        let mut case = case(suite);
        let mut record = case.record.clone();
        record.ct[0] ^= 1;
        let record = case.sign(record);
        let fault = case.open(record.clone()).unwrap_err();
        assert_eq!(fault, WrapFault::NotOpened);
        assert!(fault.is_ground_for_complaint());
        let device = case.world.device();
        assert_eq!(case.judge(&record), Verdict::Proven { wrapper: ALICE, device });
    }
}

#[test]
fn a_wrap_of_another_secret_is_refused_and_proven() {
    let mut case = case(Suite::X25519);
    let (_, other) = case.world.create();
    let mut record = other.wrap(&case.me, &case.world.wrapper()).unwrap();
    record.context = case.record.context;
    let record = case.sign(record);
    let fault = case.open(record.clone()).unwrap_err();
    assert!(fault.is_ground_for_complaint());
    assert!(matches!(case.judge(&record), Verdict::Proven { .. }));
}

#[test]
fn a_false_complaint_fails() {
    let case = case(Suite::XWing);
    assert_eq!(case.judge(&case.record), Verdict::False);
}

#[test]
fn a_repair_by_another_member_is_the_same_bytes() {
    let mut case = case(Suite::XWing);
    let mut other = World::new(12);
    let repair = case.epoch.wrap(&case.me, &other.wrapper()).unwrap();
    assert_eq!((&repair.enc, &repair.ct), (&case.record.enc, &case.record.ct));
    let key = other.key.verifying_key();
    let verified = ReceivedWrap::new(repair).verify(&case.facts, &case.me, Some(&key)).unwrap();
    verified.open(&case.key, &mut other.rng).unwrap();
    let record = case.record.clone();
    case.open(record).unwrap();
}

#[test]
fn another_private_key_is_refused_before_it_is_used() {
    let mut case = case(Suite::X25519);
    let (foreign, _) = case.world.recipient(Suite::X25519);
    let wrapper = case.world.key.verifying_key();
    let verified = ReceivedWrap::new(case.record.clone())
        .verify(&case.facts, &case.me, Some(&wrapper))
        .unwrap();
    let fault = verified.open(&foreign, &mut case.world.rng).unwrap_err();
    assert_eq!(fault, WrapFault::OtherKey);
}
