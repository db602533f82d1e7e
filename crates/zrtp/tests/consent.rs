//! What needs our consent, and is refused without it even when it is authentic: GoClear and
//! SASrelay (RFC 6189, 4.7.2 and 7.3).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{Pair, ZID_A, ZID_B, alone, quick};
use privity_zrtp::message::{ErrorCode, GoClear, Message, SasRelayPlain};
use privity_zrtp::{ClearRule, ClearedBy, CommitRule, Event, PeerMisbehaved, Role};

fn cleared(events: &[Event]) -> Option<ClearedBy> {
    events.iter().find_map(|event| match event {
        Event::Cleared { by } => Some(*by),
        _ => None,
    })
}

#[test]
fn both_may_ask_at_once() {
    let config = |zid| Arc::new(quick(zid).clear(ClearRule::Allow));
    let mut pair = Pair::new(2);
    pair.start(&config(ZID_A), &config(ZID_B)).run().assert_encrypted();
    pair.run_for(200);
    let now = pair.now;
    for end in [&mut pair.a, &mut pair.b] {
        end.with(now, |session, env| session.request_clear(env)).unwrap();
    }
    pair.run_for(30_000);
    assert!(cleared(&pair.a.events).is_some() && cleared(&pair.b.events).is_some());
}

/// Even an authentic GoClear: the peer's program may be broken.
#[test]
fn without_our_consent_an_authentic_goclear_is_refused() {
    for (own, theirs, taken) in [
        (ClearRule::Allow, true, true),
        (ClearRule::Refuse, true, false),
        (ClearRule::Allow, false, false),
    ] {
        let mut puppet = Puppet::new(4, ZID_B);
        let mut end = alone(quick(ZID_A).clear(own).commits(CommitRule::Passive));
        puppet.greet(&mut end);
        let key = puppet.chain[0];
        let exchange = puppet.initiate(&mut end, &key);
        let mut plain = puppet.plain();
        plain.flags.allow_clear = theirs;
        let confirm = exchange.keys.seal(Role::Initiator, &plain).write_confirm2();
        puppet.say(&mut end, &confirm).unwrap();
        let clear = GoClear { mac: exchange.keys.clear_mac(Role::Initiator) }.write();
        let said = puppet.say(&mut end, &clear);
        assert_eq!(cleared(&end.events).is_some(), taken);
        if taken {
            assert_eq!((said, end.count("ClearACK")), (Ok(()), 1));
            puppet.say(&mut end, &clear).unwrap();
            assert_eq!(end.count("ClearACK"), 2);
        } else {
            assert_eq!(said, Err(PeerMisbehaved::ClearNotAllowed.into()));
            let told = Message::read(&end.last("Error")).unwrap();
            assert_eq!(told, Message::Error(ErrorCode::ClearNotAllowed));
        }
    }
}

/// A middle that believes in an enrolment which the telephone never accepted.
#[test]
fn an_authentic_sasrelay_counts_from_an_enrolled_middle_only() {
    for middle in [true, false] {
        let mut puppet = Puppet::with_hello(22, ZID_B, |hello| hello.flags.middle = middle);
        let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
        puppet.greet(&mut end);
        let key = puppet.chain[0];
        let exchange = puppet.initiate(&mut end, &key);
        let confirm = exchange.keys.seal(Role::Initiator, &puppet.plain());
        puppet.say(&mut end, &confirm.write_confirm2()).unwrap();
        let plain = SasRelayPlain {
            verified: true,
            allow_clear: false,
            disclosure: false,
            sas: *b"B32 ",
            sashash: [0x12; 32],
            signature: None,
        };
        let relay = exchange.keys.seal_relay(Role::Initiator, &plain).write();
        assert_eq!(puppet.say(&mut end, &relay), Err(PeerMisbehaved::RelayNotTrusted.into()));
        let told = Message::read(&end.last("Error")).unwrap();
        assert_eq!(told, Message::Error(ErrorCode::RelayNotTrusted));
        assert_eq!(end.count("RelayACK"), 0);
    }
}
