//! Enrolment at a PBX and the SAS that it relays (RFC 6189, 7.3). Not interop-tested.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::{Keys, Puppet};
use pair::{End, Pair, START, ZID_A, ZID_B, kind_of, quick};
use privity_zrtp::message::{CommitBody, Confirm, SasRelayPlain};
use privity_zrtp::{
    Cache, CallKeys, CommitRule, Config, EndpointKind, EnrolmentRule, Error, Event, KeyAgreement,
    MemoryCache, Misuse, PeerMisbehaved, PresharedRule, Role,
};

fn phone() -> Arc<Config> {
    Arc::new(Config::new(ZID_A))
}

fn pbx(enrolment: EnrolmentRule) -> Arc<Config> {
    Arc::new(Config::new(ZID_B).kind(EndpointKind::TrustedMiddle { enrolment }))
}

fn offered(end: &End) -> bool {
    end.events.iter().any(|event| matches!(event, Event::EnrolmentOffered))
}

fn accept(end: &mut End, now: u64) -> Result<(), Error> {
    end.with(now, |session, env| session.accept_enrolment(env))
}

/// The caches of a phone and a PBX after an enrolment that both accepted.
fn enrolled() -> [MemoryCache; 2] {
    let mut pair = Pair::new(1);
    pair.start(&phone(), &pbx(EnrolmentRule::Ask)).run().assert_encrypted();
    let now = pair.now;
    accept(&mut pair.a, now).unwrap();
    accept(&mut pair.b, now).unwrap();
    [pair.a.cache, pair.b.cache]
}

fn call<'a>([a, b]: [MemoryCache; 2]) -> Pair<'a> {
    let mut pair = Pair::new(2);
    (pair.a.cache, pair.b.cache) = (a, b);
    pair.start(&phone(), &pbx(EnrolmentRule::Silent)).run().assert_encrypted();
    pair
}

fn other_leg() -> SasRelayPlain {
    SasRelayPlain {
        verified: true,
        allow_clear: false,
        disclosure: false,
        sas: *b"B256",
        sashash: [0xe5; 32],
        signature: None,
    }
}

fn relay(pair: &mut Pair<'_>) -> Result<(), Error> {
    pair.b.with(pair.now, |session, env| session.relay_sas(&other_leg(), env))
}

fn relayed(end: &End) -> Vec<(&str, bool)> {
    let told = end.events.iter().filter_map(|event| match event {
        Event::SasRelayed { sas, verified, .. } => Some((sas.as_str(), *verified)),
        _ => None,
    });
    told.collect()
}

#[test]
fn an_enrolment_is_offered_and_takes_effect_when_both_accept() {
    let [a, b] = enrolled();
    let (of_a, of_b) = (a.lookup(ZID_B, pair::START), b.lookup(ZID_A, pair::START));
    let secret = of_a.unwrap().pbx;
    assert!(secret.is_some());
    assert_eq!(secret, of_b.unwrap().pbx);
}

#[test]
fn nobody_is_enrolled_who_did_not_say_so() {
    let mut pair = Pair::new(3);
    pair.start(&phone(), &pbx(EnrolmentRule::Ask)).run().assert_encrypted();
    assert!(offered(&pair.a));
    assert!(pair.a.cache.lookup(ZID_B, pair.now).unwrap().pbx.is_none());
}

#[test]
fn whoever_does_not_ask_enrols_nobody() {
    let mut pair = Pair::new(4);
    pair.start(&phone(), &pbx(EnrolmentRule::Silent)).run().assert_encrypted();
    assert!(!offered(&pair.a));
    let now = pair.now;
    assert_eq!(accept(&mut pair.a, now), Err(Error::Misuse(Misuse::State)));
    assert_eq!(accept(&mut pair.b, now), Err(Error::Misuse(Misuse::State)));
}

/// A phone and a PBX that asks, with a cheap agreement.
fn asking() -> [Arc<Config>; 2] {
    let kind = EndpointKind::TrustedMiddle { enrolment: EnrolmentRule::Ask };
    let config = |zid| quick(zid).preshared(PresharedRule::Prefer);
    [Arc::new(config(ZID_A)), Arc::new(config(ZID_B).kind(kind))]
}

/// Each further stream has keys of its own: two ends that accept on different streams would
/// have different secrets.
#[test]
fn a_further_stream_neither_offers_nor_takes_an_enrolment() {
    let [phone, pbx] = asking();
    let mut pair = Pair::new(6);
    pair.start(&phone, &pbx).run().assert_encrypted();
    assert!(offered(&pair.a));
    pair.a.events.clear();
    let now = pair.now;
    for (end, config) in [(&mut pair.a, &phone), (&mut pair.b, &pbx)] {
        end.encrypted = None;
        end.start_further(config, now).unwrap();
    }
    pair.run().assert_encrypted();
    assert!(!offered(&pair.a));
    let now = pair.now;
    assert_eq!(accept(&mut pair.a, now), Err(Error::Misuse(Misuse::State)));
    assert_eq!(accept(&mut pair.b, now), Err(Error::Misuse(Misuse::State)));
    assert!(pair.b.cache.lookup(ZID_A, now).unwrap().pbx.is_none());
}

/// It would be worth no more than the secret of an earlier call.
#[test]
fn a_call_on_retained_secrets_neither_offers_nor_takes_an_enrolment() {
    let [phone, pbx] = asking();
    let mut pair = Pair::new(7);
    pair.start(&phone, &pbx).run().assert_encrypted();
    pair.a.events.clear();
    let now = pair.now;
    for (end, config) in [(&mut pair.a, &phone), (&mut pair.b, &pbx)] {
        (end.encrypted, end.call) = (None, CallKeys::new());
        end.start(config, now);
    }
    pair.run().assert_encrypted();
    let encrypted = pair.a.encrypted.as_ref().unwrap();
    assert_eq!(encrypted.suite.agreement, KeyAgreement::Preshared);
    assert!(!offered(&pair.a));
    let now = pair.now;
    assert_eq!(accept(&mut pair.a, now), Err(Error::Misuse(Misuse::State)));
    assert_eq!(accept(&mut pair.b, now), Err(Error::Misuse(Misuse::State)));
}

/// A puppet that is a PBX itself and sets the E flag in a first and in a further stream: for
/// each whether the end set the flag in its Confirm1, and whether it offered an enrolment.
fn asked_and_offered(config: Config) -> [(bool, bool); 2] {
    let config = Arc::new(config.commits(CommitRule::Passive));
    let puppet = |seed| Puppet::with_hello(seed, ZID_B, |hello| hello.flags.middle = true);
    let mut end = End::new(5, 0x0a0a_0a0a);
    end.start(&config, START);
    let mut first = puppet(3);
    first.greet(&mut end);
    let key = first.chain[0];
    let keys = first.initiate(&mut end, &key).keys;
    let found = ask(&mut first, &mut end, &keys);
    let session_key = keys.derive(b"ZRTP Session Key", 32);
    end.start_further(&config, START).unwrap();
    let mut further = puppet(20);
    further.greet(&mut end);
    let body = CommitBody::Multistream { nonce: [3; 16] };
    let commit = further.seal_commit(&further.commit_to(body, *b"Mult"));
    further.say(&mut end, &commit).unwrap();
    let hello = end.last("Hello");
    let keys = further.stream(Role::Initiator, ZID_A, &session_key, [&hello, &commit]);
    [found, ask(&mut further, &mut end, &keys)]
}

fn ask(puppet: &mut Puppet, end: &mut End, keys: &Keys) -> (bool, bool) {
    let confirm1 = Confirm::read(&end.last("Confirm1")).unwrap();
    let mut plain = puppet.plain();
    plain.flags.enrolment = true;
    let confirm2 = keys.seal(Role::Initiator, &plain).write_confirm2();
    puppet.say(end, &confirm2).unwrap();
    let offered = offered(end);
    end.events.clear();
    (keys.open(Role::Responder, &confirm1).flags.enrolment, offered)
}

/// Each end by itself, whatever the other one does.
#[test]
fn the_enrolment_flag_is_sent_and_heard_in_the_first_stream_only() {
    assert_eq!(asked_and_offered(quick(ZID_A)), [(false, true), (false, false)]);
    let kind = EndpointKind::TrustedMiddle { enrolment: EnrolmentRule::Ask };
    assert_eq!(asked_and_offered(quick(ZID_A).kind(kind)), [(true, true), (false, false)]);
}

#[test]
fn an_enrolled_phone_shows_the_string_of_the_other_leg() {
    let mut pair = call(enrolled());
    relay(&mut pair).unwrap();
    pair.run_for(2_000);
    let shown = privity_zrtp::sas::render(privity_zrtp::Sas::B256, &[0xe5; 32]);
    assert_eq!(relayed(&pair.a), [(shown.as_str(), true)]);
    let acks = pair.a.sent.iter().filter(|datagram| kind_of(datagram) == "RelayACK");
    assert_eq!(acks.count(), 1);
}

#[test]
fn a_middle_that_we_did_not_enrol_relays_nothing() {
    let mut stranger = call([MemoryCache::new(), MemoryCache::new()]);
    assert_eq!(relay(&mut stranger), Err(Error::Misuse(Misuse::State)));
    let [_, b] = enrolled();
    let mut one_sided = call([MemoryCache::new(), b]);
    assert_eq!(relay(&mut one_sided), Err(Error::Misuse(Misuse::State)));
}

#[test]
fn a_phone_relays_nothing() {
    let mut pair = call(enrolled());
    let refused = pair.a.with(pair.now, |session, env| session.relay_sas(&other_leg(), env));
    assert_eq!(refused, Err(Error::Misuse(Misuse::State)));
}

/// The same message sent to a phone of another call opens nothing there.
#[test]
fn a_relayed_string_of_another_call_is_refused() {
    let mut first = call(enrolled());
    relay(&mut first).unwrap();
    first.run_for(2_000);
    let sent = first.b.sent.iter().find(|datagram| kind_of(datagram) == "SASrelay").unwrap();
    let mut second = Pair::new(5);
    let [a, b] = enrolled();
    (second.a.cache, second.b.cache) = (a, b);
    second.start(&phone(), &pbx(EnrolmentRule::Silent)).run().assert_encrypted();
    let refused = second.a.receive(sent, second.now);
    assert_eq!(refused, Err(PeerMisbehaved::ConfirmMac.into()));
    assert!(relayed(&second.a).is_empty());
}

/// Its user may still see the SAS of this leg.
#[test]
fn a_relayed_sas_that_is_not_acknowledged_is_told() {
    let mut pair = call(enrolled());
    pair.tamper =
        Box::new(
            |to, datagram| {
                if kind_of(&datagram) == "RelayACK" { Vec::new() } else { vec![(to, datagram)] }
            },
        );
    relay(&mut pair).unwrap();
    pair.run_for(60_000);
    assert_eq!(pair.b.count("SASrelay"), 11);
    let unanswered = |event: &&Event| matches!(event, Event::RelayUnanswered);
    assert_eq!(pair.b.events.iter().filter(unanswered).count(), 1);
    assert_eq!(relayed(&pair.a).len(), 1);
}
