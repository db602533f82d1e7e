//! Contention, loss, and the order of starting.
#![allow(missing_docs)]

mod common;

use common::{Call, Choice, DH3K, Phone, USUAL, ZID};
use privity_zrtp::{Config, Event, KeyAgreement, Role, ZrtpHash};

fn phone(seed: u64) -> Phone {
    Phone::new(seed, Config::new(ZID).offer(USUAL.offer()))
}

#[test]
fn crossed_commits_end_in_either_role() {
    let mut initiator = 0;
    for seed in 0..24 {
        let mut phone = phone(seed);
        let mut call = Call::new(&mut phone, &USUAL.setup(), None);
        call.start().run();
        let (ours, _) = call.assert_encrypted(0);
        initiator += usize::from(ours.role == Role::Initiator);
    }
    assert!((1..24).contains(&initiator), "{initiator} of 24");
}

/// The library prefers X255 and we X448, both have both: both ends choose the faster one.
#[test]
fn lists_in_another_order_lead_to_the_same_choice() {
    for list in [
        [KeyAgreement::X448, KeyAgreement::X255, KeyAgreement::Dh3k],
        [KeyAgreement::Dh3k, KeyAgreement::X448, KeyAgreement::X255],
        [KeyAgreement::X255, KeyAgreement::Dh3k, KeyAgreement::X448],
    ] {
        for theirs in [[0x42, 0x44, 0x45], [0x44, 0x45, 0x42], [0x45, 0x42, 0x44]] {
            let offer = USUAL.offer().agreements(&list).unwrap();
            let hashes = [privity_zrtp::Hash::S256, privity_zrtp::Hash::S384];
            let offer = offer.hashes(&hashes).unwrap();
            let ciphers = [privity_zrtp::Cipher::Aes1, privity_zrtp::Cipher::Aes3];
            let offer = offer.ciphers(&ciphers).unwrap();
            let mut phone = Phone::new(7, Config::new(ZID).offer(offer));
            let mut setup = USUAL.setup();
            setup.agreements = theirs.to_vec();
            setup.hashes = vec![0x11, 0x12];
            setup.ciphers = vec![0x21, 0x23];
            let mut call = Call::new(&mut phone, &setup, None);
            call.start().run();
            call.assert_encrypted(0);
        }
    }
}

#[test]
fn a_fifth_of_the_packets_lost_in_each_direction() {
    let mut secure = 0;
    for seed in 0..60 {
        let mut phone = phone(seed);
        let mut call = Call::new(&mut phone, &USUAL.setup(), None);
        call.filter = common::lossy(seed, 20);
        call.start().run();
        if call.streams[0].encrypted.is_some() && call.peer.outcome(common::THEIRS).is_some() {
            call.assert_encrypted(0);
            secure += 1;
        }
    }
    assert!(secure >= 57, "{secure} of 60");
}

#[test]
fn each_side_may_start_late() {
    let mut early = phone(8);
    let mut call = Call::new(&mut early, &USUAL.setup(), None);
    call.now += 3_000;
    call.start().run();
    call.assert_encrypted(0);
}

#[test]
fn the_mandatory_agreement_is_found_where_nothing_else_is_common() {
    let choice = Choice { agreement: DH3K, ..USUAL };
    let mut phone = Phone::new(9, Config::new(ZID).offer(choice.offer()));
    let mut call = Call::new(&mut phone, &USUAL.setup(), None);
    call.start().run();
    assert_eq!(call.assert_encrypted(0).0.suite.agreement, KeyAgreement::Dh3k);
}

#[test]
fn each_side_takes_the_hello_that_the_signalling_announced_and_no_other() {
    for (forged, secure) in [(false, true), (true, false)] {
        // The library's Hello exists only after its channel does, so it is made first.
        let mut phone = phone(10);
        let setup = USUAL.setup();
        let mut call = Call::new(&mut phone, &setup, None);
        let theirs: ZrtpHash = call.peer.hello_hash(common::THEIRS).parse().unwrap();
        let mut announced = theirs.hash();
        announced[0] ^= u8::from(forged);
        let config = Config::new(ZID).offer(USUAL.offer()).announced_hello(announced);
        call.restart(config);
        let ours = call.streams[0].session.zrtp_hash().to_string();
        call.peer.announce(common::THEIRS, &ours);
        call.start().run();
        if secure {
            call.assert_encrypted(0);
        } else {
            assert!(call.streams[0].encrypted.is_none());
            let events = &call.streams[0].events;
            assert!(events.iter().any(|event| matches!(event, Event::NoPeer { .. })));
        }
    }
}
