//! Point 4: What one member sealed or wrapped for another is not made to look as if it were
//! meant for a third.

use privity_conversation::Error;
use privity_conversation::epoch::WrapFault;
use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, EntryHash, Link, Member, MessageOutside, Policy,
    Recipient, Role, WrappedEntry,
};
use privity_conversation::message::{AuthorFault, Draft, Finding};
use privity_conversation::state::{Blocked, Event, History, Incoming};
use privity_wire::Codec;

use crate::member::{
    Seen, entry, news, next, position_key, refused, reseal, secret, signed, take_wraps, target,
    unseal, wrap_by_hand, wraps,
};
use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;
const CAROL: usize = 3;

/// Alice, Bob and Mallory talk; Alice, Mallory and Carol do elsewhere.
struct Scene {
    people: People,
    id: ConversationId,
    elsewhere: ConversationId,
}

fn scene() -> Scene {
    let mut people = People::meet(4);
    let id = people.conversation(3);
    people.devices.swap(BOB, CAROL);
    let elsewhere = people.conversation(3);
    people.devices.swap(BOB, CAROL);
    people.sync_all();
    Scene { people, id, elsewhere }
}

#[test]
fn p04_a_message_is_not_sealed_again_into_another_conversation_or_place() {
    let Scene { mut people, id, elsewhere } = scene();
    people.say(ALICE, &id, "to Bob: yes");
    let message = people.relay.logs[&id].messages[0].clone();
    let here = entry(&people.relay, &id, 0);
    let key = position_key(&secret(&people.devices[MALLORY], &people.relay, &id, 0), &here);
    let inside = unseal(&key, &message);
    let salt = MessageOutside::from_bytes(&message).unwrap().salt;
    let bad = Error::Message(AuthorFault::BadSignature);

    let there = entry(&people.relay, &elsewhere, 0);
    let foreign = secret(&people.devices[MALLORY], &people.relay, &elsewhere, 0);
    let forged = reseal(&position_key(&foreign, &there), &there, salt, &inside);
    let before = Seen::by(&mut people, CAROL, &elsewhere);
    assert_eq!(refused(&mut people.devices[CAROL], &elsewhere, &forged), bad);
    assert_eq!(Seen::by(&mut people, CAROL, &elsewhere), before);

    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["to Bob: yes"]);
    people.rotate(MALLORY, &id);
    people.sync(BOB);
    let later = entry(&people.relay, &id, 1);
    let newer = secret(&people.devices[MALLORY], &people.relay, &id, 1);
    let forged = reseal(&position_key(&newer, &later), &later, salt, &inside);
    assert_eq!(refused(&mut people.devices[BOB], &id, &forged), bad);
    let other_salt = reseal(&key, &here, [7; 32], &inside);
    assert_eq!(refused(&mut people.devices[BOB], &id, &other_salt), bad);

    // Sealed again where it stood, it is the same message, and known.
    let again = reseal(&key, &here, salt, &inside);
    assert_eq!(again, message);
    let bob = &mut people.devices[BOB];
    let (incoming, changes) =
        bob.call(|client, context| client.receive(&id, &again, context)).unwrap();
    bob.save(&changes).unwrap();
    let Incoming::Message(shown) = incoming else { panic!("{incoming:?}") };
    assert_eq!(shown.findings, [Finding::Duplicate]);
}

#[test]
fn p04_a_wrap_for_one_member_is_not_made_one_for_another() {
    let Scene { mut people, id, .. } = scene();
    // Alice adds Carol; Mallory shows her the wraps that were made for others.
    people.rotate(ALICE, &id);
    people.sync_all();
    let carol = people.devices[CAROL].account();
    people.add(ALICE, &id, CAROL, History::Full);
    let own = wraps(&people.relay, &id, &carol, 1).remove(0);
    let log = people.relay.logs.get_mut(&id).unwrap();
    log.wraps.retain(|bytes| *bytes != own.to_bytes().unwrap());
    let entries = log.entries.clone();
    let device = &mut people.devices[CAROL];
    device
        .act(&mut people.relay, |client, context| client.handle_entries(&id, &entries, context))
        .unwrap();
    device.act(&mut people.relay, |client, context| client.accept(&id, context)).unwrap();
    let before = Seen::by(&mut people, CAROL, &id);
    for who in [ALICE, BOB, MALLORY] {
        let theirs = wraps(&people.relay, &id, &people.devices[who].account(), 1).remove(0);
        let renamed = WrappedEntry { context: own.context, ..theirs.clone() };
        let device = &people.devices[MALLORY];
        let (wrapper, by) = (device.account(), device.client.device());
        let resigned = WrappedEntry { wrapper, device: by, entitled: 2, ..renamed.clone() };
        let resigned = resigned.sign(device.client.own().signing_key()).unwrap();
        let offers = [
            (theirs, WrapFault::OtherRecipient),
            (renamed, WrapFault::BadSignature),
            (resigned, WrapFault::NotOpened),
        ];
        for (wrap, fault) in offers {
            let bytes = [wrap.to_bytes().unwrap()];
            let carol = &mut people.devices[CAROL];
            news(carol);
            carol
                .act(&mut people.relay, |client, context| client.handle_wraps(&id, &bytes, context))
                .unwrap();
            let refused = Event::WrapRefused { conversation: id, anchor: 1, fault };
            assert_eq!(news(carol), [refused], "the wrap of device {who}");
        }
    }
    assert_eq!(Seen::by(&mut people, CAROL, &id), before);
    let sent = people.devices[CAROL]
        .call(|client, context| client.send(&id, Draft::text("locked"), context).map(|_| ()));
    assert_eq!(sent, Err(Error::Blocked(Blocked::SecretMissing)));
}

/// Mallory's own conversation with Alice, whose epoch is said to be that of another log.
fn copy(people: &mut People, of: &Entry) -> (ConversationId, Entry) {
    let mallory = &people.devices[MALLORY];
    let mut members = [ALICE, MALLORY].map(|who| {
        let role = if who == MALLORY { Role::Admin } else { Role::Member };
        Member { account: people.devices[who].account(), role }
    });
    members.sort_unstable_by_key(|member| member.account);
    let pins = members.map(|it| mallory.client.directory().head(&it.account).unwrap());
    let mut body = of.body().clone();
    (body.author, body.device) = (mallory.account(), mallory.client.device());
    body.pins = pins.to_vec();
    body.action = Action::Create {
        nonce: [7; 32],
        policy: Policy::default(),
        members: members.to_vec(),
        predecessor: None,
    };
    let entry = Entry::sign(body, mallory.client.own().signing_key()).unwrap();
    (entry.conversation(), entry)
}

#[test]
fn p04_a_copied_commitment_draws_no_secret_out_of_another_conversation() {
    let Scene { mut people, id, .. } = scene();
    people.remove(ALICE, &id, MALLORY);
    people.sync_all();
    // Mallory does not have the newest secret: she asks Alice to "repair" a conversation of
    // hers that commits to it.
    let mut coveted = entry(&people.relay, &id, 1).body().clone();
    (coveted.conversation, coveted.position) = (ConversationId::ZERO, 0);
    (coveted.prev, coveted.cuts) = (EntryHash::ZERO, vec![]);
    let epoch = coveted.epoch.as_mut().unwrap();
    epoch.link = Link::Fence;
    let coveted = Entry::sign(coveted, people.devices[MALLORY].client.own().signing_key()).unwrap();
    let (trap, create) = copy(&mut people, &coveted);
    let mallory = people.devices[MALLORY].account();
    let log = people.relay.logs.entry(trap).or_default();
    log.entries.push(create.to_bytes().unwrap());
    // The relay gives Alice her own wrap of that secret as one of the new conversation, too.
    let alices = wraps(&people.relay, &id, &people.devices[ALICE].account(), 1).remove(0);
    let mut moved = alices;
    (moved.context.conversation, moved.context.anchor) = (trap, 0);
    moved.context.anchor_hash = create.hash();
    (moved.wrapper, moved.device) = (mallory, people.devices[MALLORY].client.device());
    moved.entitled = 0;
    let moved = moved.sign(people.devices[MALLORY].client.own().signing_key()).unwrap();
    people.relay.logs.get_mut(&trap).unwrap().wraps.push(moved.to_bytes().unwrap());
    news(&mut people.devices[ALICE]);
    people.accept(ALICE, &trap);
    let fault = WrapFault::NotOpened;
    let refused = Event::WrapRefused { conversation: trap, anchor: 0, fault };
    assert!(news(&mut people.devices[ALICE]).contains(&refused));
    let before = Seen::by(&mut people, ALICE, &trap);
    let repaired = people.devices[ALICE].client.repair(&trap, &mallory);
    assert_eq!(repaired.map(|_| ()), Err(Error::Blocked(Blocked::SecretMissing)));
    let sent = people.devices[ALICE]
        .call(|client, context| client.send(&trap, Draft::text("in a trap"), context).map(|_| ()));
    assert_eq!(sent, Err(Error::Blocked(Blocked::SecretMissing)));
    assert_eq!(Seen::by(&mut people, ALICE, &trap), before);
}

#[test]
fn p04_an_epochs_secret_that_was_committed_to_elsewhere_is_not_one_here() {
    let Scene { mut people, id, elsewhere } = scene();
    people.rotate(ALICE, &elsewhere);
    people.sync_all();
    // Mallory, a member of both, starts an epoch here with the commitment of there, and
    // gives Bob the secret of there under the context of here.
    let mut body = next(&people.devices[MALLORY], &people.relay, &id, Action::Rotate);
    let there = entry(&people.relay, &elsewhere, 1);
    (body.epoch, body.info) = (there.body().epoch.clone(), there.body().info.clone());
    let here = signed(body, &people.devices[MALLORY]);
    let forged = Entry::from_bytes(&here).unwrap();
    people.relay.logs.get_mut(&id).unwrap().entries.push(here);
    let shared = secret(&people.devices[MALLORY], &people.relay, &elsewhere, 1);
    let to = target(&people.devices[BOB]);
    let wrap = wrap_by_hand(&people.devices[MALLORY], &forged, &to, &shared);
    people.relay.logs.get_mut(&id).unwrap().wraps.push(wrap.to_bytes().unwrap());
    news(&mut people.devices[BOB]);
    people.sync(BOB);
    let fault = WrapFault::WrongSecret;
    let refused = Event::WrapRefused { conversation: id, anchor: 1, fault };
    assert!(news(&mut people.devices[BOB]).contains(&refused));
    let before = Seen::by(&mut people, BOB, &id);
    let sent = people.devices[BOB]
        .call(|client, context| client.send(&id, Draft::text("locked"), context).map(|_| ()));
    assert_eq!(sent, Err(Error::Blocked(Blocked::SecretMissing)));
    assert_eq!(Seen::by(&mut people, BOB, &id), before);
}

#[test]
fn p04_an_account_that_lists_anothers_wrap_key_gets_no_second_reader() {
    // Eve's account says that Alice's key is its own; what is wrapped for Eve would open
    // to Alice, who was shut out of it.
    let Scene { mut people, id, .. } = scene();
    let alice = target(&people.devices[ALICE]);
    people.devices[BOB]
        .act(&mut people.relay, |client, context| client.rotate(&id, context))
        .unwrap();
    let anchor = entry(&people.relay, &id, 1);
    let mut eve = alice.clone();
    eve.account = AccountId([0xee; 32]);
    let shared = secret(&people.devices[BOB], &people.relay, &id, 1);
    let for_eve = wrap_by_hand(&people.devices[BOB], &anchor, &eve, &shared);
    let Recipient::Account { generation, .. } = for_eve.context.recipient else { panic!() };
    assert_eq!(generation, alice.generation);
    let alices = people.devices[ALICE].account();
    take_wraps(&mut people.relay, &id, &alices, 1);
    people.sync(ALICE);
    news(&mut people.devices[ALICE]);
    let bytes = [for_eve.to_bytes().unwrap()];
    people.devices[ALICE]
        .act(&mut people.relay, |client, context| client.handle_wraps(&id, &bytes, context))
        .unwrap();
    let fault = WrapFault::OtherRecipient;
    let refused = Event::WrapRefused { conversation: id, anchor: 1, fault };
    assert_eq!(news(&mut people.devices[ALICE]), [refused]);
}
