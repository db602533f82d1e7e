use privity_conversation::account::RENEWAL_INTERVAL;
use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, Event};
use privity_primitives::wrap::Suite;
use privity_testkit::Link;

use crate::people::People;

/// Two people; the second has a second device, at place 2.
fn with_two_devices() -> (People, privity_conversation::format::ConversationId) {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "before");
    people.sync_all();
    let second = people.devices[1].pair(77, &mut people.relay).unwrap();
    people.devices.push(second);
    people.accept(2, &id);
    (people, id)
}

#[test]
fn a_second_device_reads_the_archive_and_speaks() {
    let (mut people, id) = with_two_devices();
    assert_eq!(people.texts(2), ["before"]);
    people.say(2, &id, "from the second");
    people.say(1, &id, "from the first");
    people.sync_all();
    people.devices[2].crash().unwrap();
    people.sync(2);
    for who in 0..3 {
        let mut texts = people.texts(who);
        texts.sort_unstable();
        assert_eq!(texts, ["before", "from the first", "from the second"], "device {who}");
    }
}

#[test]
fn a_revoked_device_is_shut_out_once_the_log_says_so() {
    let (mut people, id) = with_two_devices();
    people.say(1, &id, "last words");
    people.sync_all();
    let revoked = people.devices[1].client.device();
    people.devices[2]
        .act(&mut people.relay, |client, context| client.revoke_devices(&[revoked], context))
        .unwrap();
    people.sync(0);
    let sealed =
        people.devices[0].call(|client, context| client.send(&id, Draft::text("not yet"), context));
    assert!(matches!(
        sealed.map(drop),
        Err(privity_conversation::Error::Blocked(Blocked::Suspended(_)))
    ));
    people.rotate(0, &id);
    people.say(0, &id, "among us");
    people.sync_all();
    assert!(people.devices[1].events.contains(&Event::DeviceRevoked));
    let late = people.devices[1]
        .call(|client, context| client.send(&id, Draft::text("too late"), context));
    assert_eq!(late.map(drop), Err(Blocked::DeviceRevoked.into()));
    assert_eq!(people.texts(0), ["before", "last words", "among us"]);
    assert_eq!(people.texts(2), ["before", "last words", "among us"]);
    assert!(!people.texts(1).contains(&"among us"));
}

#[test]
fn a_wrap_key_is_replaced_on_a_schedule_and_old_epochs_stay_readable() {
    let (mut people, id) = with_two_devices();
    assert!(!people.devices[1].client.own().is_renewal_due(people.devices[1].now));
    people.devices[1].now += RENEWAL_INTERVAL;
    assert!(people.devices[1].client.own().is_renewal_due(people.devices[1].now));
    people.devices[1]
        .act(&mut people.relay, |client, context| {
            let renew = |tools: privity_conversation::state::AccountTools<'_>| {
                tools.own.replace_wrap_key(tools.chain, Suite::X25519, tools.local, tools.rng)
            };
            client.change_account(renew, context)
        })
        .unwrap();
    assert!(!people.devices[1].client.own().is_renewal_due(people.devices[1].now));
    people.sync_all();
    people.rotate(0, &id);
    people.say(0, &id, "under the new generation");
    people.devices[1].crash().unwrap();
    people.sync_all();
    for who in 0..3 {
        assert_eq!(people.texts(who), ["before", "under the new generation"], "device {who}");
    }
}

#[test]
fn of_two_statements_at_one_place_the_second_is_told_that_it_lost() {
    let (mut people, _) = with_two_devices();
    let renew = |tools: privity_conversation::state::AccountTools<'_>| {
        tools.own.replace_wrap_key(tools.chain, Suite::X25519, tools.local, tools.rng)
    };
    let late = people.devices[2].call(|client, context| client.change_account(renew, context));
    people.devices[1]
        .act(&mut people.relay, |client, context| client.change_account(renew, context))
        .unwrap();
    people.devices[2].perform(late.unwrap(), &mut people.relay, &mut Link::good()).unwrap();
    assert!(people.devices[2].events.contains(&Event::StatementLost));
    people.sync_all();
    people.devices[2]
        .act(&mut people.relay, |client, context| client.change_account(renew, context))
        .unwrap();
}

#[test]
fn the_same_account_from_one_store_in_two_processes_is_told_apart() {
    let mut people = People::meet(1);
    let id = people.conversation(1);
    let first = people.devices[0]
        .call(|client, context| client.send(&id, Draft::text("from the app"), context).unwrap().1);
    let (expected, version) = (first.expected_version, first.version);
    people.devices[0].save(&first).unwrap();
    // the push extension opened the store before the app wrote
    let mut stale = first;
    stale.expected_version = expected;
    stale.version = version;
    assert!(people.devices[0].save(&stale).is_err());
}
