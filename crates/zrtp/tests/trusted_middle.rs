//! Enrolment at a PBX and the SAS that it relays (RFC 6189, 7.3). Not interop-tested.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{End, Pair, ZID_A, ZID_B, kind_of};
use privity_zrtp::message::SasRelayPlain;
use privity_zrtp::{
    Cache, Config, EndpointKind, EnrolmentRule, Error, Event, MemoryCache, Misuse, PeerMisbehaved,
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
