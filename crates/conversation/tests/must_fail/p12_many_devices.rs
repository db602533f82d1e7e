//! A member with more devices than an entry has cuts, or a log keeps heads of.

use privity_conversation::LocalSecret;
use privity_conversation::format::{
    Action, ChainId, Content, ConversationId, Cut, Entry, EntryBody, Grant, MessageId,
};
use privity_conversation::log::Refused;
use privity_conversation::message::{Draft, seal};
use privity_conversation::state::{Event, History, Incoming, Request};
use privity_testkit::{ChaCha20Rng, SeedableRng};
use privity_wire::Codec;

use crate::many_devices::{ManyDevices, holder, key};
use crate::member::{entry, opened_key, secret};
use crate::people::People;

/// Alice, Bob and a third member, each of whose devices has said something.
fn scene(mallory: &ManyDevices) -> (People, ConversationId) {
    let mut people = People::meet(2);
    let account = mallory.chain.id();
    people.relay.accounts.insert(account, mallory.statements.clone());
    for device in &mut people.devices {
        device.meet(&account, &mut people.relay).unwrap();
    }
    let id = people.conversation(2);
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            client.add(&id, &[account], History::Full, context)
        })
        .unwrap();
    people.sync(1);
    let (anchor, at) = (entry(&people.relay, &id, 0), entry(&people.relay, &id, 1));
    let secret = secret(&people.devices[0], &people.relay, &id, 0);
    let position = opened_key(secret, &anchor, &at);
    people.say(1, &id, "said by Bob");
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let local = LocalSecret::generate(&mut rng);
    for number in 0..mallory.devices {
        let content = said(mallory, number);
        let sealed = seal(&position, &content, &key(number), &local, &mut rng).unwrap();
        people.relay.logs.get_mut(&id).unwrap().messages.push(sealed.bytes);
    }
    people.sync(0);
    assert!(people.texts(0).len() > mallory.devices as usize);
    (people, id)
}

fn said(mallory: &ManyDevices, number: u32) -> Content {
    Content {
        author: mallory.chain.head(),
        device: holder(number).id(),
        chain: ChainId([1; 16]),
        counter: 0,
        previous: MessageId::ZERO,
        seen: MessageId::ZERO,
        time: 1,
        content_type: 0,
        target: MessageId::ZERO,
        body: b"said by one of many".to_vec(),
    }
}

/// And the device of another one who goes with her has its cut all the same.
#[test]
fn p12_a_member_with_more_devices_than_cuts_can_be_removed() {
    let mallory = ManyDevices::new(17);
    let (mut people, id) = scene(&mallory);
    let (bob, of_bob) = (people.devices[1].account(), people.devices[1].client.device());
    let mut gone = [mallory.chain.id(), bob];
    gone.sort_unstable();
    people.devices[0]
        .act(&mut people.relay, |client, context| client.remove(&id, &gone, context))
        .unwrap();
    let removal = entry(&people.relay, &id, 2);
    let cuts = &removal.body().cuts;
    assert_eq!(cuts.len(), 1_024);
    assert!(cuts.iter().any(|cut| cut.device == of_bob));
}

#[test]
fn p12_a_member_who_closes_such_an_account_ends_no_conversation() {
    let mut mallory = ManyDevices::new(17);
    let (mut people, id) = scene(&mallory);
    mallory.close();
    let account = mallory.chain.id();
    people.relay.accounts.insert(account, mallory.statements);
    people.devices[0].meet(&account, &mut people.relay).unwrap();
    people.devices[0]
        .act(&mut people.relay, |client, context| client.rotate(&id, context))
        .unwrap();
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            Ok(client.send(&id, Draft::text("still here"), context)?.1)
        })
        .unwrap();
}

/// Else whoever leaves and comes back makes everybody's store as large as she likes.
#[test]
fn p12_leaving_and_coming_back_fills_nobodys_store() {
    let mut people = People::meet(2);
    let second = ManyDevices::new(1);
    let account = second.chain.id();
    people.relay.accounts.insert(account, second.statements.clone());
    for device in &mut people.devices {
        device.meet(&account, &mut people.relay).unwrap();
    }
    let id = people.conversation(2);
    let mallory = &people.devices[1];
    let invented = |number| Cut {
        device: holder(number).id(),
        heads: (0..64).map(|head| MessageId([head + 1; 32])).collect(),
    };
    let mut cuts: Vec<_> = (0..second.devices).map(invented).collect();
    cuts.sort_by_key(|cut| cut.device);
    let mut prev = entry(&people.relay, &id, 0).hash();
    let mut page = Vec::new();
    for position in 1..=4 {
        let adds = position % 2 == 1;
        let own = mallory.client.own();
        let (author, device, action) = if adds {
            let grant = Grant { granted_from: 0 };
            (own.account(), own.device(), Action::Add { accounts: vec![account], grant })
        } else {
            (account, holder(0).id(), Action::Leave { successor: None })
        };
        // 64 devices with 64 heads are all that a log keeps: one more is too many.
        let named = if position == 2 { 64 } else { 1 };
        let body = EntryBody {
            conversation: id,
            position,
            prev,
            author,
            device,
            time: 1,
            pins: if adds { vec![second.chain.head()] } else { Vec::new() },
            action,
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: if adds { Vec::new() } else { cuts[..named].to_vec() },
        };
        let first = key(0);
        let entry = Entry::sign(body, if adds { own.signing_key() } else { &first }).unwrap();
        prev = entry.hash();
        page.push(entry.to_bytes().unwrap());
    }
    let alice = &mut people.devices[0];
    let changes = alice.call(|client, context| client.handle_entries(&id, &page, context)).unwrap();
    alice.save(&changes).unwrap();
    let refused = changes
        .events
        .iter()
        .any(|event| matches!(event, Event::EntryRefused { rule: Refused::TooManyHeads, .. }));
    assert!(refused, "{:?}", changes.events);
    assert_eq!(alice.client.next_entry(&id), 4);
    alice.crash().unwrap();

    // Who removes the account leaves out what a log has no room for.
    let (anchor, at) = (entry(&people.relay, &id, 0), Entry::from_bytes(&page[0]).unwrap());
    let position = opened_key(secret(&people.devices[0], &people.relay, &id, 0), &anchor, &at);
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let local = LocalSecret::generate(&mut rng);
    let message = seal(&position, &said(&second, 0), &key(0), &local, &mut rng).unwrap().bytes;
    let alice = &mut people.devices[0];
    let (incoming, held) =
        alice.call(|client, context| client.receive(&id, &message, context)).unwrap();
    assert!(matches!(incoming, Incoming::Held), "{incoming:?}");
    alice.save(&held).unwrap();
    let seen = alice.call(|client, context| client.handle_entries(&id, &[], context)).unwrap();
    alice.save(&seen).unwrap();
    let changes = alice.call(|client, context| client.remove(&id, &[account], context)).unwrap();
    let Some(Request::Append { entry, .. }) = changes.send.first() else { panic!("no append") };
    assert!(Entry::from_bytes(entry).unwrap().body().cuts.is_empty());
}
