//! Point 5: Different epoch keys for different members; a wrap that opens to garbage; a link
//! that leads nowhere. Whoever made it is named, and nobody else can be.

use privity_conversation::Error;
use privity_conversation::LocalSecret;
use privity_conversation::epoch::{
    AnchoredEpoch, ConversationInfo, Epoch, EpochFacts, FreshEpoch, InfoPlace, LinkTo, Verdict,
    WrapFault, Wrapper,
};
use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, EntryBody, Link, WrappedEntry,
};
use privity_conversation::state::{Blocked, Changes, Client, Context, Event, History, Request};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::Suite;
use privity_testkit::{ChaCha20Rng, Device, Link as Network, Plan, SeedableRng};
use privity_wire::Codec;

use crate::member::{
    entry, news, next, secret, take_wraps, target, wrap_by_hand, wrap_with, wraps,
};
use crate::people::People;

const ALICE: usize = 0;
const MALLORY: usize = 1;
const BOB: usize = 2;
const DORA: usize = 3;

/// Alice, Mallory and Bob talk; Dora is known and not in.
fn scene() -> (People, ConversationId) {
    let mut people = People::meet(4);
    let id = people.conversation(3);
    people.say(ALICE, &id, "under the first key");
    people.sync_all();
    (people, id)
}

/// A rotation that Mallory makes by hand, tampered with before it is signed.
fn rotation(
    people: &People,
    id: &ConversationId,
    tamper: impl FnOnce(&mut EntryBody),
) -> (Entry, AnchoredEpoch) {
    let (relay, mallory) = (&people.relay, &people.devices[MALLORY]);
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let local = LocalSecret::generate(&mut rng);
    let mut body = next(mallory, relay, id, Action::Rotate);
    let device = mallory.client.device();
    let fresh = FreshEpoch::draw(&local, &device, &body.hash().unwrap(), &mut rng);
    let info = ConversationInfo { title: "title".into(), picture: Vec::new() };
    let place = InfoPlace::of(&body);
    body.info = Some(fresh.seal_info(&place, &info, &local, &mut rng).unwrap());
    let facts = EpochFacts::of(&entry(relay, id, 0)).unwrap().unwrap();
    let before = Epoch::open(secret(mallory, relay, id, 0), facts).unwrap();
    let proposed = fresh.propose(&mut body, LinkTo::Previous(&before)).unwrap();
    tamper(&mut body);
    let signed = Entry::sign(body, mallory.client.own().signing_key()).unwrap();
    let anchored = proposed.anchor(&signed).unwrap();
    (signed, anchored)
}

fn wrap(epoch: &AnchoredEpoch, by: &Device, to: &Device) -> WrappedEntry {
    let wrapper = Wrapper {
        account: by.account(),
        device: by.client.device(),
        entitled: epoch.facts().anchor.position,
        key: by.client.own().signing_key(),
    };
    epoch.wrap(&target(to), &wrapper).unwrap()
}

/// The relay takes the rotation, with a good wrap for all three but for what is replaced.
fn append(
    people: &mut People,
    id: &ConversationId,
    (signed, epoch): (&Entry, &AnchoredEpoch),
    for_bob: impl FnOnce(&People, WrappedEntry) -> WrappedEntry,
) -> WrappedEntry {
    let mallory = &people.devices[MALLORY];
    let made = [ALICE, MALLORY, BOB].map(|who| wrap(epoch, mallory, &people.devices[who]));
    let [alice, own, bob] = made;
    let bob = for_bob(people, bob);
    let log = people.relay.logs.get_mut(id).unwrap();
    log.entries.push(signed.to_bytes().unwrap());
    log.wraps.extend([&alice, &own, &bob].map(|wrap| wrap.to_bytes().unwrap()));
    bob
}

fn judge(people: &mut People, by: usize, id: &ConversationId, wrap: &WrappedEntry) -> Verdict {
    people.devices[by].client.judge(id, &wrap.to_bytes().unwrap()).unwrap()
}

fn proven(people: &People) -> Verdict {
    let mallory = &people.devices[MALLORY];
    Verdict::Proven { wrapper: mallory.account(), device: mallory.client.device() }
}

/// Bob refuses the wrap by its fault; Alice finds the complaint true and supplies a good one.
fn refuses(fault: WrapFault, forge: impl Fn(&People, &Entry, WrappedEntry) -> WrappedEntry) {
    let (mut people, id) = scene();
    let (signed, epoch) = rotation(&people, &id, |_| {});
    let bad =
        append(&mut people, &id, (&signed, &epoch), |people, good| forge(people, &signed, good));
    people.sync_all();
    let bobs = news(&mut people.devices[BOB]);
    assert!(bobs.contains(&Event::WrapRefused { conversation: id, anchor: 1, fault }), "{bobs:?}");
    assert!(fault.is_ground_for_complaint());
    assert!(!bobs.contains(&Event::Unlocked { conversation: id, anchor: 1 }));
    let sent = people.devices[BOB].call(|client, context| {
        let draft = privity_conversation::message::Draft::text("under which key?");
        client.send(&id, draft, context).map(drop)
    });
    assert_eq!(sent, Err(Error::Blocked(Blocked::SecretMissing)));
    assert_eq!(judge(&mut people, ALICE, &id, &bad), proven(&people));

    let bob = people.devices[BOB].account();
    let People { relay, devices } = &mut people;
    devices[ALICE].act(relay, |client, _| client.repair(&id, &bob)).unwrap();
    people.say(ALICE, &id, "under the second key");
    people.sync(BOB);
    assert_eq!(people.texts(BOB), ["under the first key", "under the second key"]);
}

#[test]
fn p05_a_wrap_of_another_key_than_the_others_have_convicts_its_maker() {
    refuses(WrapFault::WrongSecret, |people, signed, _| {
        let to = target(&people.devices[BOB]);
        wrap_by_hand(&people.devices[MALLORY], signed, &to, &Secret::copy_from(&[5; 32]))
    });
}

#[test]
fn p05_a_wrap_that_does_not_open_convicts_its_maker() {
    refuses(WrapFault::NotOpened, |people, _, mut good| {
        good.ct[0] ^= 1;
        good.sign(people.devices[MALLORY].client.own().signing_key()).unwrap()
    });
}

#[test]
fn p05_a_wrap_with_coins_of_its_makers_choice_convicts_its_maker() {
    let (people, id) = scene();
    let (_, epoch) = rotation(&people, &id, |_| {});
    let secret = *epoch.secret().expose();
    refuses(WrapFault::NotDerived, |people, signed, _| {
        let to = target(&people.devices[BOB]);
        let context = EpochFacts::of(signed).unwrap().unwrap().wrap_context(&to);
        let coins = Secret::copy_from(&[5; 64]);
        wrap_with(&people.devices[MALLORY], context, &to, &Secret::copy_from(&secret), &coins)
    });
}

#[test]
fn p05_a_false_complaint_convicts_nobody() {
    let (mut people, id) = scene();
    let (signed, epoch) = rotation(&people, &id, |_| {});
    let honest = append(&mut people, &id, (&signed, &epoch), |_, good| good);
    people.sync_all();
    assert_eq!(judge(&mut people, ALICE, &id, &honest), Verdict::False);
    // Bytes that its maker never signed, and an honest wrap shown under another context.
    let mut unsigned = honest.clone();
    unsigned.ct[0] ^= 1;
    let verdict = judge(&mut people, ALICE, &id, &unsigned);
    assert_eq!(verdict, Verdict::NoEvidence(WrapFault::BadSignature));
    let first = wraps(&people.relay, &id, &people.devices[BOB].account(), 0).remove(0);
    let mut moved = honest.clone();
    (moved.enc, moved.ct) = (first.enc, first.ct);
    let verdict = judge(&mut people, ALICE, &id, &moved);
    assert_eq!(verdict, Verdict::NoEvidence(WrapFault::BadSignature));
    let mut other = honest;
    other.context.anchor_hash.0[0] ^= 1;
    let verdict = judge(&mut people, ALICE, &id, &other);
    assert_eq!(verdict, Verdict::NoEvidence(WrapFault::OtherEntry));
}

/// A commitment copied from elsewhere draws no secret out: a secret belongs to its place.
#[test]
fn p05_two_keys_have_no_commitment_in_common() {
    let (people, id) = scene();
    let (signed, epoch) = rotation(&people, &id, |_| {});
    let facts = EpochFacts::of(&signed).unwrap().unwrap();
    for bit in 0..256 {
        let mut other = *epoch.secret().expose();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(Epoch::open(Secret::copy_from(&other), facts.clone()).is_err(), "bit {bit}");
    }
    let first = EpochFacts::of(&entry(&people.relay, &id, 0)).unwrap().unwrap();
    let mut elsewhere = facts.clone();
    elsewhere.place = first.place;
    assert!(Epoch::open(epoch.secret().duplicate(), elsewhere).is_err());
    assert!(Epoch::open(epoch.secret().duplicate(), facts).is_ok());
}

fn garbage(body: &mut EntryBody) {
    if let Some(Link::Sealed(link)) = body.epoch.as_mut().map(|epoch| &mut epoch.link) {
        link[0] ^= 1;
    }
}

fn link_refused(people: &People, id: &ConversationId) -> Event {
    let mallory = &people.devices[MALLORY];
    Event::LinkRefused {
        conversation: *id,
        anchor: 1,
        by: mallory.account(),
        device: mallory.client.device(),
    }
}

/// Mallory rotated with a link that leads nowhere; Alice, who noticed, has added Dora with the
/// history. What Dora gets of it behind the link is up to the caller.
fn broken() -> (People, ConversationId, AccountId) {
    let (mut people, id) = scene();
    let (signed, epoch) = rotation(&people, &id, garbage);
    append(&mut people, &id, (&signed, &epoch), |_, good| good);
    people.sync(ALICE);
    let told = link_refused(&people, &id);
    let alices = news(&mut people.devices[ALICE]);
    assert_eq!(alices.iter().filter(|event| **event == told).count(), 1, "{alices:?}");
    people.add(ALICE, &id, DORA, History::Full);
    let dora = people.devices[DORA].account();
    (people, id, dora)
}

#[test]
fn p05_a_newcomer_is_given_what_a_broken_link_hides() {
    let (mut people, id, _) = broken();
    people.accept(DORA, &id);
    people.sync(DORA);
    assert_eq!(people.texts(DORA), ["under the first key"]);
}

#[test]
fn p05_a_link_that_leads_nowhere_is_told_and_what_it_hides_is_repaired() {
    let (mut people, id, dora) = broken();
    let kept_back = take_wraps(&mut people.relay, &id, &dora, 0);
    assert_eq!(kept_back.len(), 1);
    people.accept(DORA, &id);
    let told = link_refused(&people, &id);
    let events = news(&mut people.devices[DORA]);
    assert_eq!(events.iter().filter(|event| **event == told).count(), 1, "{events:?}");
    assert!(people.texts(DORA).is_empty());
    // It is remembered: a restart tells nothing twice, and what is hidden is asked for.
    people.devices[DORA].crash().unwrap();
    people.sync(DORA);
    assert!(!news(&mut people.devices[DORA]).contains(&told));
    // Dora grants nobody what she can't open.
    let alice = people.devices[ALICE].account();
    let People { relay, devices } = &mut people;
    devices[ALICE].act(relay, |client, _| client.repair(&id, &dora)).unwrap();
    people.sync(DORA);
    assert_eq!(people.texts(DORA), ["under the first key"]);
    people.devices[DORA].crash().unwrap();
    people.sync(DORA);
    let repaired = people.devices[DORA].call(|client, _| client.repair(&id, &alice)).unwrap();
    let covered = repaired.send.iter().any(|request| {
        matches!(request, Request::PutWraps { wraps, .. }
            if wraps.len() == 2)
    });
    assert!(covered, "whoever repairs walks as far as the log grants");
}

#[test]
fn p05_who_can_not_open_what_a_link_hides_grants_from_now_on() {
    let (mut people, id, dora) = broken();
    take_wraps(&mut people.relay, &id, &dora, 0);
    people.accept(DORA, &id);
    let emil = Device::create(50, &Plan::Phrase(Suite::X25519), &mut people.relay).unwrap();
    let account = emil.account();
    people.devices[DORA].meet(&account, &mut people.relay).unwrap();
    let added = people.devices[DORA]
        .call(|client, context| client.add(&id, &[account], History::Full, context))
        .unwrap();
    people.devices[DORA].perform(added, &mut people.relay, &mut Network::good()).unwrap();
    let last = people.relay.logs[&id].entries.len() - 1;
    let Action::Add { grant, .. } = entry(&people.relay, &id, last).body().action.clone() else {
        panic!()
    };
    assert_eq!(grant.granted_from, last as u64);
}

#[test]
fn p05_a_repair_covers_a_link_between_two_epochs_that_came_by_wraps() {
    let (mut people, id) = scene();
    let (signed, epoch) = rotation(&people, &id, garbage);
    append(&mut people, &id, (&signed, &epoch), |_, good| good);
    let bob = people.devices[BOB].account();
    take_wraps(&mut people.relay, &id, &bob, 1);
    people.sync(ALICE);
    people.rotate(ALICE, &id);
    people.sync(BOB);
    // Bob has epoch 0 from before and epoch 2 by its wrap: no walk takes the link between.
    let alice = people.devices[ALICE].account();
    let repaired = people.devices[BOB].call(|client, _| client.repair(&id, &alice)).unwrap();
    let [Request::PutWraps { wraps, .. }] = &repaired.send[..] else {
        panic!("{:?}", repaired.send)
    };
    assert_eq!(wraps.len(), 2);
}

/// Dora in [`broken`], without the wrap for what the link hides; nothing shows her the link
/// yet. The message behind it.
fn unaware() -> (People, ConversationId, Vec<u8>) {
    let (mut people, id, dora) = broken();
    take_wraps(&mut people.relay, &id, &dora, 0);
    let hidden = people.relay.logs.get_mut(&id).unwrap().messages.remove(0);
    (people, id, hidden)
}

#[test]
fn p05_a_broken_link_is_told_by_the_message_that_leads_to_it() {
    let (mut people, id, hidden) = unaware();
    people.accept(DORA, &id);
    let told = link_refused(&people, &id);
    let (_, changes) =
        people.devices[DORA].call(|client, context| client.receive(&id, &hidden, context)).unwrap();
    assert_eq!(changes.events, [told]);
    assert_eq!(changes.send, [Request::FetchWraps { conversation: id }]);
}

#[test]
fn p05_a_broken_link_is_told_by_a_held_message_and_wraps_are_asked_for() {
    let (mut people, id, hidden) = unaware();
    let told = link_refused(&people, &id);
    let account = people.devices[DORA].account();
    let (entries, wraps) =
        (people.relay.logs[&id].entries.clone(), people.relay.wraps(&id, &account));
    let dora = &mut people.devices[DORA];
    let mut changes = |call: &dyn Fn(&mut Client, &mut Context<'_>) -> Result<Changes, Error>| {
        dora.call(call).unwrap()
    };
    let _ = changes(&|client, context| client.handle_entries(&id, &entries, context));
    // The message comes before any wrap.
    let _ = changes(&|client, context| client.receive(&id, &hidden, context).map(|taken| taken.1));
    let unlocked = changes(&|client, context| client.handle_wraps(&id, &wraps, context));
    assert!(unlocked.events.contains(&Event::HeldReady { conversation: id }));
    let again = changes(&|client, context| {
        Ok(client.receive_held(&id, context)?.expect("a message is held").1)
    });
    assert_eq!(again.events, [told]);
    assert_eq!(again.send, [Request::FetchWraps { conversation: id }]);
}

#[test]
fn p05_a_broken_link_that_an_own_change_led_to_is_told_when_the_change_stands() {
    let (mut people, id, _) = unaware();
    people.accept(DORA, &id);
    let told = link_refused(&people, &id);
    assert!(!news(&mut people.devices[DORA]).contains(&told));
    // To grant the history Dora walks it.
    let emil = Device::create(50, &Plan::Phrase(Suite::X25519), &mut people.relay).unwrap();
    let People { relay, devices } = &mut people;
    let dora = &mut devices[DORA];
    dora.meet(&emil.account(), relay).unwrap();
    let add = |client: &mut Client, context: &mut Context<'_>| {
        client.add(&id, &[emil.account()], History::Full, context)
    };
    let added = dora.call(add).unwrap().send.remove(0);
    let answer = relay.handle(&dora.account(), &added);
    let confirmed = dora.answer(&added, answer).unwrap();
    assert!(confirmed.events.contains(&told), "{:?}", confirmed.events);
}
