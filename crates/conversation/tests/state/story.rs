use privity_conversation::Error;
use privity_conversation::state::{Client, History};
use privity_primitives::secret::Secret;

use crate::people::People;

#[test]
fn messages_reach_every_member_once() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.say(0, &id, "one");
    people.say(1, &id, "two");
    people.sync_all();
    people.sync_all();
    for who in 0..3 {
        assert_eq!(people.texts(who), ["one", "two"], "device {who}");
    }
}

#[test]
fn a_newcomer_with_history_reads_back_and_one_from_now_on_does_not() {
    let mut people = People::meet(3);
    let id = people.conversation(1);
    people.say(0, &id, "early");
    people.add(0, &id, 1, History::Full);
    people.accept(1, &id);
    assert_eq!(people.texts(1), ["early"]);
    people.add(1, &id, 2, History::FromNow);
    people.accept(2, &id);
    assert!(people.texts(2).is_empty());
    people.say(1, &id, "later");
    people.sync_all();
    assert_eq!(people.texts(0), ["early", "later"]);
    assert_eq!(people.texts(2), ["later"]);
}

#[test]
fn a_removed_member_reads_no_more_and_the_others_read_on() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.say(0, &id, "all");
    people.sync_all();
    people.remove(0, &id, 1);
    people.say(0, &id, "two of us");
    people.rotate(0, &id);
    people.say(0, &id, "still");
    people.sync_all();
    assert_eq!(people.texts(1), ["all"]);
    assert_eq!(people.texts(2), ["all", "two of us", "still"]);
}

#[test]
fn what_was_saved_opens_to_the_same_client() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "one");
    people.rotate(0, &id);
    people.say(0, &id, "two");
    people.sync_all();
    people.devices[1].crash().unwrap();
    people.devices[0].crash().unwrap();
    people.say(0, &id, "three");
    people.say(1, &id, "four");
    people.sync_all();
    assert_eq!(people.texts(0), ["one", "two", "three", "four"]);
    assert_eq!(people.texts(1), ["one", "two", "three", "four"]);
}

#[test]
fn a_lost_device_is_replaced_by_24_words() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "before");
    let lost = people.devices.remove(1);
    let (account, device) = (lost.account(), lost.client.device());
    let phrase = lost.phrase.unwrap();
    let again = privity_testkit::Device::recover(9, phrase, &account, &[device], &mut people.relay);
    people.devices.push(again.unwrap());
    people.devices[0].meet(&account, &mut people.relay).unwrap();
    people.accept(1, &id);
    assert_eq!(people.texts(1), ["before"]);
    people.rotate(0, &id);
    people.say(0, &id, "after");
    people.sync_all();
    people.say(1, &id, "here again");
    people.sync_all();
    assert_eq!(people.texts(1), ["before", "after", "here again"]);
    assert_eq!(people.texts(0), ["before", "after", "here again"]);
}

#[test]
fn a_log_that_never_had_this_account_is_not_taken_up() {
    let mut people = People::meet(2);
    let id = people.conversation(1);
    people.sync(1);
    let entries = people.relay.logs[&id].entries.clone();
    let taken = people.devices[1]
        .call(|client, context| client.handle_entries(&id, &entries, context).unwrap());
    assert!(taken.is_saved_already());
    assert!(!people.devices[1].client.knows(&id));
    people.add(0, &id, 1, History::Full);
    people.accept(1, &id);
    assert!(people.devices[1].client.knows(&id));
}

#[test]
fn messages_of_a_lost_device_that_were_held_are_before_the_cut_of_the_new_one() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(1, &id, "from the lost device");
    let lost = people.devices.remove(1);
    let (account, device) = (lost.account(), lost.client.device());
    let again = privity_testkit::Device::recover(
        9,
        lost.phrase.unwrap(),
        &account,
        &[device],
        &mut people.relay,
    );
    people.devices.push(again.unwrap());
    people.accept(1, &id);
    assert!(people.texts(1).is_empty(), "held until an entry pins the revocation");
    people.rotate(1, &id);
    people.sync_all();
    assert_eq!(people.texts(1), ["from the lost device"]);
    assert_eq!(people.texts(0), ["from the lost device"]);
}

#[test]
fn a_store_opens_under_its_new_key_or_its_old_one_and_no_other() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(1, &id, "before");
    people.sync(0);
    let held = people.devices[0]
        .call(|client, context| client.rotate(&id, context))
        .and_then(|changes| people.devices[0].save(&changes));
    held.unwrap();
    let before = people.devices[0].records.clone();
    let new = || Secret::copy_from(&[42; 32]);
    // The store stops before the change is durable: nothing has happened.
    let stopped =
        people.devices[0].change_storage_key(new(), |_, _| Err(Error::Misuse("the store stopped")));
    assert!(stopped.is_err());
    people.devices[0].crash().unwrap();
    assert_eq!(people.devices[0].records, before);

    people.devices[0].change_storage_key(new(), |device, changes| device.save(changes)).unwrap();
    assert_eq!(people.devices[0].records.len(), before.len());
    assert!(people.devices[0].records.keys().all(|place| !before.contains_key(place)));
    let version = people.devices[0].version;
    let records = people.devices[0].records.clone();
    let wrong = Client::open(&Secret::copy_from(&[1; 32]), version, records);
    assert_eq!(wrong.err(), Some(Error::Decrypt));
    // What was pending, read and known is there.
    people.sync_all();
    people.say(0, &id, "after");
    people.sync_all();
    assert_eq!(people.texts(1), ["before", "after"]);
    assert_eq!(people.devices[0].client.overview(&id).unwrap().epoch, 1);
    // The same key is no new one.
    let same = people.devices[0].change_storage_key(new(), |device, changes| device.save(changes));
    assert!(matches!(same, Err(Error::Misuse(_))));
}
