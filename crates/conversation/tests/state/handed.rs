//! A new device has no memory: another device of its account hands over the heads it knows,
//! so that the relay can't show it an older chain or log.

use privity_conversation::Error;
use privity_conversation::format::{ConversationId, KnownHeads};
use privity_conversation::message::Draft;
use privity_conversation::state::Blocked;
use privity_testkit::{Device, Relay};
use privity_wire::Codec;

use crate::people::People;

/// Bob's new device, and the relay as it was before Carol was removed and Alice renewed her
/// keys: as far as the new device goes, nothing of it has happened.
fn rolled_back() -> (People, Device, Relay, ConversationId) {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.sync_all();
    let mut new = people.devices[1].pair(77, &mut people.relay).unwrap();
    people.sync(1);
    let old = people.relay.clone();
    people.devices[0].act(&mut people.relay, |client, context| client.renew_keys(context)).unwrap();
    people.remove(0, &id, 2);
    people.sync(1);
    let heads = people.devices[1].client.known_heads();
    let heads = KnownHeads::from_bytes(&heads.to_bytes().unwrap()).unwrap();
    let taken = new.call(|client, context| client.take_known_heads(heads, context)).unwrap();
    new.save(&taken).unwrap();
    (people, new, old, id)
}

#[test]
fn a_new_device_does_nothing_on_an_older_state_than_the_one_handed_over() {
    let (mut people, mut new, mut old, id) = rolled_back();
    let good = &mut privity_testkit::Link::good();
    for opened_again in [false, true] {
        if opened_again {
            new.crash().unwrap();
        }
        new.sync(&mut old, good).unwrap();
        let _ = new.call(|client, context| client.accept(&id, context)).map(|changes| {
            new.save(&changes).unwrap();
        });
        let unmet = new.client.unmet_heads();
        let alice = people.devices[0].account();
        assert!(unmet.accounts.iter().any(|pin| pin.account == alice));
        assert_eq!(unmet.logs.len(), 1);
        let blocked = Some(Blocked::NotSynced.into());
        let sealed = new.call(|client, context| client.send(&id, Draft::text("x"), context));
        assert_eq!(sealed.err(), blocked);
        let rotated = new.call(|client, context| client.rotate(&id, context));
        assert_eq!(rotated.err(), blocked);
    }
    // The relay shows what stands.
    new.sync(&mut people.relay, good).unwrap();
    assert_eq!(new.client.unmet_heads(), KnownHeads::default());
    new.act(&mut people.relay, |client, context| client.rotate(&id, context)).unwrap();
    new.act(&mut people.relay, |client, context| {
        client.send(&id, Draft::text("among us"), context).map(|(_, changes)| changes)
    })
    .unwrap();
    people.sync(0);
    assert_eq!(people.texts(0), ["among us"]);
}

#[test]
fn nothing_is_wrapped_to_an_account_whose_newer_head_was_handed_over() {
    let (people, mut new, mut old, _) = rolled_back();
    new.sync(&mut old, &mut privity_testkit::Link::good()).unwrap();
    let alice = people.devices[0].account();
    let new_conversation = privity_conversation::state::NewConversation {
        policy: privity_conversation::format::Policy::default(),
        members: vec![(alice, privity_conversation::format::Role::Member)],
        info: privity_conversation::epoch::ConversationInfo::default(),
        predecessor: None,
    };
    let begun = new.call(|client, context| client.create_conversation(new_conversation, context));
    assert!(matches!(begun, Err(Error::Missing(_))), "{begun:?}");
}

#[test]
fn no_statement_is_made_on_an_older_own_chain_than_the_one_handed_over() {
    let mut people = People::meet(2);
    let mut new = people.devices[1].pair(77, &mut people.relay).unwrap();
    people.sync(1);
    let mut old = people.relay.clone();
    people.devices[1].act(&mut people.relay, |client, context| client.renew_keys(context)).unwrap();
    let heads = people.devices[1].client.known_heads();
    let taken = new.call(|client, context| client.take_known_heads(heads, context)).unwrap();
    new.save(&taken).unwrap();
    let own = new.account();
    new.meet(&own, &mut old).unwrap();
    let early = new.call(|client, context| client.renew_keys(context));
    assert_eq!(early.err(), Some(Blocked::NotSynced.into()));
    assert!(new.client.own().pending().is_none());
    new.meet(&own, &mut people.relay).unwrap();
    new.act(&mut people.relay, |client, context| client.renew_keys(context)).unwrap();
}

/// Heads with their lists out of order, or with one of them twice: looked up by halves, they
/// would pass as met.
#[test]
fn heads_that_are_not_in_order_are_neither_read_nor_taken() {
    let mut people = People::meet(3);
    let _ids = [(); 2].map(|()| people.conversation(2));
    let good = people.devices[0].client.known_heads();
    let tampers: [fn(&mut KnownHeads); 4] = [
        |heads| heads.accounts.reverse(),
        |heads| heads.accounts[1] = heads.accounts[0],
        |heads| heads.logs.reverse(),
        |heads| heads.logs[1] = heads.logs[0],
    ];
    let device = &mut people.devices[1];
    let take = |device: &mut Device, heads: &KnownHeads| {
        device.call(|client, context| client.take_known_heads(heads.clone(), context))
    };
    for (case, tamper) in tampers.iter().enumerate() {
        let mut heads = good.clone();
        tamper(&mut heads);
        let read = KnownHeads::from_bytes(&heads.to_bytes().unwrap());
        assert!(read.is_err(), "{case}: {read:?}");
        let taken = take(device, &heads);
        assert!(matches!(taken, Err(Error::Malformed(_))), "{case}: {taken:?}");
        assert_eq!(device.client.unmet_heads(), KnownHeads::default(), "{case}");
    }
    let _taken = take(device, &good).unwrap();
}

#[test]
fn a_device_that_is_paired_has_the_memory_of_the_other_one() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.sync_all();
    let mut new = people.devices[1].pair(77, &mut people.relay).unwrap();
    for _ in 0..2 {
        let unmet = new.client.unmet_heads();
        assert!(unmet.accounts.iter().any(|pin| pin.account == people.devices[0].account()));
        assert_eq!(unmet.logs.iter().map(|head| head.conversation).collect::<Vec<_>>(), [id]);
        new.crash().unwrap();
    }
}
