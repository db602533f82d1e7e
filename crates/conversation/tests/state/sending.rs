//! Whom a change wraps to: no key that is known to be revoked, nobody whom the policy keeps
//! out; and one member that nobody can wrap to hinders no other.

use privity_conversation::Error;
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{
    AccountId, AccountKey, Action, ConversationId, Entry, EntryBody, Grant, Holder, Pin, Policy,
    PostQuantumPolicy, Recipient, Seeding, Signer, Statement, StatementBody, StatementHash,
    StatementKind, WrapKey, WrappedEntry,
};
use privity_conversation::state::{
    Blocked, Changes, Client, Context, Event, History, Request, Unwrappable,
};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Plan, Relay};
use privity_wire::Codec;

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;

/// The generations under which the changes' wraps go to an account.
fn generations(changes: &Changes, whom: &AccountId) -> Vec<u32> {
    let wraps = changes.send.iter().flat_map(|request| match request {
        Request::Append { wraps, .. } | Request::PutWraps { wraps, .. } => wraps.as_slice(),
        _ => &[],
    });
    let recipients = wraps.map(|wrap| WrappedEntry::from_bytes(wrap).unwrap().context.recipient);
    recipients
        .filter_map(|recipient| match recipient {
            Recipient::Account { account, generation } if account == *whom => Some(generation),
            _ => None,
        })
        .collect()
}

fn left_out(changes: &Changes) -> Vec<(AccountId, Unwrappable)> {
    let events = changes.events.iter();
    events
        .filter_map(|event| match event {
            Event::NotWrapped { account, why, .. } => Some((*account, *why)),
            _ => None,
        })
        .collect()
}

fn try_out(
    people: &mut People,
    call: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<Changes, Error>,
) -> Changes {
    people.devices[ALICE].call(call).unwrap()
}

fn perform(people: &mut People, changes: Changes) {
    let mut link = privity_testkit::Link::good();
    people.devices[ALICE].perform(changes, &mut people.relay, &mut link).unwrap();
}

/// Four people, the first three in a conversation; Bob's device was revoked, and Alice knows
/// it while the log does not.
fn revoked() -> (People, ConversationId, AccountId) {
    let mut people = People::meet(4);
    let id = people.conversation(3);
    let second = people.devices[BOB].pair(77, &mut people.relay).unwrap();
    let stolen = people.devices[BOB].client.device();
    people.devices.push(second);
    people.sync_all();
    people.devices[4]
        .act(&mut people.relay, |client, context| client.revoke_devices(&[stolen], context))
        .unwrap();
    let bob = people.devices[BOB].account();
    people.devices[ALICE].meet(&bob, &mut people.relay).unwrap();
    (people, id, bob)
}

#[test]
fn every_change_that_wraps_follows_a_revocation_first() {
    let title = ConversationInfo { title: "new".into(), picture: vec![] };
    for change in ["remove", "add", "add behind a fence", "title", "rotate"] {
        let (mut people, id, bob) = revoked();
        let (carol, dave) = (people.devices[CAROL].account(), people.devices[3].account());
        let info = title.clone();
        let changes = try_out(&mut people, |client, context| match change {
            "remove" => client.remove(&id, &[carol], context),
            "add" => client.add(&id, &[dave], History::Full, context),
            "add behind a fence" => client.add(&id, &[dave], History::FromNow, context),
            "title" => client.set_info(&id, info, context),
            _ => client.rotate(&id, context),
        });
        assert_eq!(generations(&changes, &bob), [1], "{change}");
        perform(&mut people, changes);
        people.say(ALICE, &id, "since");
        people.sync_all();
        assert_eq!(people.texts(4), ["since"], "{change}");
        assert!(people.texts(BOB).is_empty(), "{change}");
    }
}

#[test]
fn a_device_that_the_log_does_not_pin_yet_writes_with_its_own_pin() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    let second = people.devices[ALICE].pair(77, &mut people.relay).unwrap();
    people.devices[ALICE] = second;
    people.sync(ALICE);
    let carol = people.devices[CAROL].account();
    people.devices[ALICE].meet(&carol, &mut people.relay).unwrap();
    let alice = people.devices[ALICE].account();
    let repaired = people.devices[ALICE].call(|client, _| client.repair(&id, &alice));
    assert_eq!(repaired.err(), Some(Blocked::Suspended(vec![alice]).into()));
    people.add(ALICE, &id, CAROL, History::Full);
    people.accept(CAROL, &id);
    people.devices[ALICE].act(&mut people.relay, |client, _| client.repair(&id, &alice)).unwrap();
}

fn appended(people: &mut People, by: usize, id: &ConversationId, action: Action, pins: Vec<Pin>) {
    let device = &people.devices[by];
    let head = Entry::from_bytes(people.relay.logs[id].entries.last().unwrap()).unwrap();
    let body = EntryBody {
        conversation: *id,
        position: head.body().position + 1,
        prev: head.hash(),
        author: device.account(),
        device: device.client.device(),
        time: device.now,
        pins,
        action,
        epoch: None,
        info: None,
        also_removed: Vec::new(),
        cuts: Vec::new(),
    };
    let entry = Entry::sign(body, device.client.own().signing_key()).unwrap();
    people.relay.logs.get_mut(id).unwrap().entries.push(entry.to_bytes().unwrap());
}

/// An account whose wrap key is of low order, on the relay.
fn low_order(relay: &mut Relay) -> AccountId {
    let key = SigningKey::from_seed(&Secret::copy_from(&[7; 32]));
    let wrap = WrapKey { suite: 2, public: vec![0; 32] };
    let holder = Holder { sign: *key.verifying_key().as_bytes(), wrap: wrap.clone() };
    let body = StatementBody {
        kind: StatementKind::Genesis { nonce: [7; 32] },
        account: AccountId::ZERO,
        seq: 0,
        prev: StatementHash::ZERO,
        signer: Signer::Device(holder.id()),
        add_devices: vec![holder],
        revoke: vec![],
        replace_wrap: None,
        wrap_key: Some(AccountKey { generation: 0, key: wrap, seeding: Seeding::Seeded }),
        recovery: None,
    };
    let statement = Statement::sign(body, &key, &[&key]).unwrap();
    let account = statement.body.account_id().unwrap();
    relay.accounts.insert(account, vec![statement.to_bytes().unwrap()]);
    account
}

/// Alice and Bob, and a member that Bob's software added though nobody can wrap to it.
fn with_a_bad_member(why: Unwrappable) -> (People, ConversationId, AccountId) {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    let account = match why {
        Unwrappable::KeyRefused => low_order(&mut people.relay),
        _ => AccountId([9; 32]),
    };
    let pin = Pin { account, seq: 0, hash: StatementHash(account.0) };
    let grant = Grant { granted_from: 0 };
    let add = Action::Add { accounts: vec![account], grant };
    appended(&mut people, BOB, &id, add, vec![pin]);
    people.sync_all();
    (people, id, account)
}

#[test]
fn a_member_that_nobody_can_wrap_to_hinders_no_rotation_and_no_removal() {
    for why in [Unwrappable::KeyRefused, Unwrappable::StatementsMissing] {
        let (mut people, id, bad) = with_a_bad_member(why);
        let changes = try_out(&mut people, |client, context| client.rotate(&id, context));
        assert_eq!(left_out(&changes), [(bad, why)]);
        perform(&mut people, changes);
        people.say(ALICE, &id, "rotated");
        let bob = people.devices[BOB].account();
        let gone = [bob, bad];
        people.sync_all();
        assert_eq!(people.texts(BOB), ["rotated"]);
        let changes = try_out(&mut people, |client, context| client.remove(&id, &[bad], context));
        assert_eq!(left_out(&changes), []);
        drop(changes);
        people.devices[ALICE].crash().unwrap();
        people.sync(ALICE);
        people.devices[ALICE]
            .act(&mut people.relay, |client, context| client.remove(&id, &gone, context))
            .unwrap();
        assert_eq!(people.devices[ALICE].client.members(&id).unwrap().len(), 1);
    }
}

#[test]
fn a_newcomer_that_nobody_can_wrap_to_is_refused() {
    let mut people = People::meet(1);
    let id = people.conversation(1);
    let bad = low_order(&mut people.relay);
    people.devices[ALICE].meet(&bad, &mut people.relay).unwrap();
    for history in [History::Full, History::FromNow] {
        let added =
            people.devices[ALICE].call(|client, context| client.add(&id, &[bad], history, context));
        assert!(matches!(added, Err(Error::Crypto(_))), "{added:?}");
    }
}

#[test]
fn a_closed_account_is_left_out_and_then_removed() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.devices[CAROL]
        .act(&mut people.relay, |client, context| client.close_account(context))
        .unwrap();
    people.sync(ALICE);
    let carol = people.devices[CAROL].account();
    let changes = try_out(&mut people, |client, context| client.rotate(&id, context));
    assert_eq!(left_out(&changes), [(carol, Unwrappable::Closed)]);
    perform(&mut people, changes);
    people.remove(ALICE, &id, CAROL);
    people.say(ALICE, &id, "two of us");
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["two of us"]);
}

#[test]
fn a_contact_that_changed_is_left_out_until_a_person_accepts_it_and_then_repaired() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let bob = people.devices[BOB].account();
    people.devices[ALICE]
        .act(&mut people.relay, |client, context| {
            client.change_contacts(
                |contacts, directory| {
                    contacts.resolve("bob", &bob)?;
                    contacts.verify("bob", &directory.head(&bob).unwrap(), directory)
                },
                context,
            )
        })
        .unwrap();
    let (lost, phrase) = (people.devices[BOB].client.device(), people.devices[BOB].phrase.take());
    let back = Device::recover(9, phrase.unwrap(), &bob, &[lost], &mut people.relay).unwrap();
    people.devices[BOB] = back;
    people.sync(ALICE);
    let changes = try_out(&mut people, |client, context| client.rotate(&id, context));
    assert_eq!(left_out(&changes), [(bob, Unwrappable::ContactChanged)]);
    perform(&mut people, changes);
    people.say(ALICE, &id, "is it you?");
    people.accept(BOB, &id);
    assert!(people.texts(BOB).is_empty());
    let early = people.devices[ALICE].call(|client, _| client.repair(&id, &bob));
    assert_eq!(early.err(), Some(Blocked::ContactChanged(vec![bob]).into()));
    people.devices[ALICE]
        .act(&mut people.relay, |client, context| {
            client.change_contacts(|contacts, directory| contacts.accept("bob", directory), context)
        })
        .unwrap();
    people.devices[ALICE].act(&mut people.relay, |client, _| client.repair(&id, &bob)).unwrap();
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["is it you?"]);
}

/// Three accounts with post-quantum keys; Bob's second device has none.
fn with_a_weak_member(policy: PostQuantumPolicy) -> (People, ConversationId, AccountId) {
    let mut relay = Relay::default();
    let plan = Plan::Phrase(Suite::XWing);
    let devices = (0..3).map(|seed| Device::create(seed, &plan, &mut relay).unwrap()).collect();
    let mut people = People { relay, devices };
    let accounts: Vec<_> = people.devices.iter().map(Device::account).collect();
    for device in &mut people.devices {
        accounts.iter().for_each(|account| device.meet(account, &mut people.relay).unwrap());
    }
    let id = people.conversation_under(3, Policy { post_quantum: policy, ..Policy::default() });
    people.devices[BOB].pair(78, &mut people.relay).unwrap();
    let bob = people.devices[BOB].account();
    people.devices[ALICE].meet(&bob, &mut people.relay).unwrap();
    (people, id, bob)
}

#[test]
fn nothing_is_wrapped_to_whom_the_policy_keeps_out() {
    for change in ["rotate", "remove"] {
        let (mut people, id, bob) = with_a_weak_member(PostQuantumPolicy::Required);
        let carol = people.devices[CAROL].account();
        let changes = try_out(&mut people, |client, context| match change {
            "remove" => client.remove(&id, &[carol], context),
            _ => client.rotate(&id, context),
        });
        assert_eq!(left_out(&changes), [(bob, Unwrappable::NotPostQuantum)], "{change}");
        assert_eq!(generations(&changes, &bob), [0; 0], "{change}");
        perform(&mut people, changes);
        let repaired = people.devices[ALICE].call(|client, _| client.repair(&id, &bob));
        assert_eq!(repaired.err(), Some(Blocked::PostQuantum(vec![bob]).into()));
        let now = people.devices[ALICE].now;
        let sealed = people.devices[ALICE].client.check_may_seal(&id, now);
        assert_eq!(sealed, Err(Blocked::PostQuantum(vec![bob]).into()));
        people.remove(ALICE, &id, BOB);
        assert_eq!(people.devices[ALICE].client.check_may_seal(&id, now), Ok(()));
    }
}

#[test]
fn a_title_is_not_sealed_with_whom_the_policy_keeps_out() {
    let (mut people, id, bob) = with_a_weak_member(PostQuantumPolicy::Required);
    let title = ConversationInfo { title: "secret".into(), picture: vec![] };
    let set = people.devices[ALICE].call(|client, context| client.set_info(&id, title, context));
    assert_eq!(set.err(), Some(Blocked::PostQuantum(vec![bob]).into()));
}

#[test]
fn a_policy_that_members_do_not_meet_is_refused_by_their_names() {
    let (mut people, id, bob) = with_a_weak_member(PostQuantumPolicy::Allowed);
    let policy = Policy { post_quantum: PostQuantumPolicy::Required, ..Policy::default() };
    let set = people.devices[ALICE].call(|client, context| client.set_policy(&id, policy, context));
    assert_eq!(set.err(), Some(Blocked::PostQuantum(vec![bob]).into()));
    people.remove(ALICE, &id, BOB);
    people.devices[ALICE]
        .act(&mut people.relay, |client, context| client.set_policy(&id, policy, context))
        .unwrap();
}

#[test]
fn nothing_is_repaired_by_a_revoked_device_or_in_a_log_that_stands_still() {
    let (mut people, id, bob) = revoked();
    let carol = people.devices[CAROL].account();
    people.devices[BOB].meet(&bob, &mut people.relay).unwrap();
    let shut_out = people.devices[BOB].call(|client, _| client.repair(&id, &carol));
    assert_eq!(shut_out.err(), Some(Blocked::DeviceRevoked.into()));

    let mut newer = people.relay.logs[&id].entries[0].clone();
    newer[0] = 2;
    let frozen = people.devices[CAROL]
        .call(|client, context| client.handle_entries(&id, &[newer], context))
        .unwrap();
    people.devices[CAROL].save(&frozen).unwrap();
    let own = people.devices[CAROL].account();
    let stands_still = people.devices[CAROL].call(|client, _| client.repair(&id, &own));
    assert_eq!(stands_still.err(), Some(Blocked::UpdateNeeded.into()));
}

#[test]
fn whom_a_revoked_device_added_goes_with_it_by_any_members_hand() {
    let (mut people, id, _) = {
        let mut people = People::meet(4);
        let id = people.conversation(3);
        let second = people.devices[BOB].pair(77, &mut people.relay).unwrap();
        people.devices.push(second);
        people.sync_all();
        // The stolen device adds a friend of the thief.
        people.add(BOB, &id, 3, History::Full);
        let stolen = people.devices[BOB].client.device();
        people.sync_all();
        people.devices[4]
            .act(&mut people.relay, |client, context| client.revoke_devices(&[stolen], context))
            .unwrap();
        (people, id, stolen)
    };
    people.sync_all();
    let ghost = people.devices[3].account();
    let carol = &mut people.devices[CAROL];
    assert_eq!(carol.client.added_by_revoked(&id), Ok(vec![ghost]));
    let friend = people.devices[ALICE].account();
    let more = people.devices[CAROL]
        .call(|client, context| client.rotate_without(&id, &[ghost, friend], context));
    assert!(matches!(more, Err(Error::Entry(_))), "{more:?}");
    people.devices[CAROL]
        .act(&mut people.relay, |client, context| client.rotate_without(&id, &[ghost], context))
        .unwrap();
    people.say(CAROL, &id, "without the ghost");
    people.sync_all();
    assert_eq!(people.devices[ALICE].client.members(&id).unwrap().len(), 3);
    assert_eq!(people.devices[ALICE].client.added_by_revoked(&id), Ok(vec![]));
    assert_eq!(people.texts(4), ["without the ghost"]);
    assert!(people.texts(3).is_empty());
}
