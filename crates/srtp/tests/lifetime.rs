//! RFC 3711 §9.2: a master key's life counts over all SSRCs, warns early and ends, for both
//! protocols with whichever is used up first.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{SSRC, key, protect_rtcp, protect_rtp, rtcp, rtp_of, unprotect_rtcp, unprotect_rtp};
use privity_srtp::{Error, Event, Limit, MasterKey, Options, Profile, Protocol, Receiver, Sender};

fn short(seed: u8) -> MasterKey {
    key(Profile::AEAD_AES_128_GCM, seed).with_lifetime(32, 16).unwrap()
}

#[test]
fn the_rtp_life_is_counted_over_all_ssrcs_warned_of_and_enforced() {
    let mut sender = Sender::new(short(1), Options::new()).unwrap();
    let mut receiver = Receiver::new(short(1), Options::new()).unwrap();
    let expiring = Event::KeyExpiring { mki: Vec::new(), protocol: Protocol::Rtp, remaining: 2 };
    let mut packets = Vec::new();
    for count in 1..=32 {
        let packet =
            protect_rtp(&mut sender, &rtp_of(count % 4, 1 + u16::try_from(count).unwrap()));
        assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        let event = (count == 30).then(|| expiring.clone());
        assert_eq!(sender.poll_event(), event, "packet {count}");
        assert_eq!(receiver.poll_event(), event, "packet {count}");
        packets.push(packet);
    }
    let result = sender.protect_rtp_into(&rtp_of(1, 100), &mut [0; 64]);
    assert_eq!(result, Err(Error::LimitReached(Limit::RtpLifetime)));

    let mut other = Sender::new(key(Profile::AEAD_AES_128_GCM, 1), Options::new()).unwrap();
    let packet = protect_rtp(&mut other, &rtp_of(1, 100));
    let result = unprotect_rtp(&mut receiver, &packet);
    assert_eq!(result, Err(Error::LimitReached(Limit::RtpLifetime)));

    sender.rekey(short(2)).unwrap();
    receiver.rekey(short(2), 1_000).unwrap();
    let packet = protect_rtp(&mut sender, &rtp_of(1, 101));
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
}

#[test]
fn the_rtcp_life_is_counted_warned_of_and_enforced() {
    let mut sender = Sender::new(short(1), Options::new()).unwrap();
    let mut receiver = Receiver::new(short(1), Options::new()).unwrap();
    for count in 1..=16 {
        let packet = protect_rtcp(&mut sender, &rtcp());
        assert!(unprotect_rtcp(&mut receiver, &packet).is_ok());
        let event = (count == 15).then(|| Event::KeyExpiring {
            mki: Vec::new(),
            protocol: Protocol::Rtcp,
            remaining: 1,
        });
        assert_eq!(sender.poll_event(), event);
        assert_eq!(receiver.poll_event(), event);
    }
    let result = sender.protect_rtcp_into(&rtcp(), &mut [0; 64]);
    assert_eq!(result, Err(Error::LimitReached(Limit::RtcpLifetime)));
}

#[test]
fn a_key_that_is_used_up_for_one_protocol_protects_and_opens_nothing_of_the_other() {
    for (rtp, rtcp_life, limit) in [(1, 9, Limit::RtpLifetime), (9, 1, Limit::RtcpLifetime)] {
        let life = |seed| key(Profile::AEAD_AES_128_GCM, seed).with_lifetime(rtp, rtcp_life);
        let mut sender = Sender::new(life(1).unwrap(), Options::new()).unwrap();
        let mut receiver = Receiver::new(life(1).unwrap(), Options::new()).unwrap();
        let mut peer = beyond(1, None);
        let spend = protect_rtp(&mut peer, &rtp_of(SSRC, 1));
        let report = protect_rtcp(&mut peer, &rtcp());
        if limit == Limit::RtpLifetime {
            protect_rtp(&mut sender, &rtp_of(SSRC, 1));
            assert!(unprotect_rtp(&mut receiver, &spend).is_ok());
        } else {
            protect_rtcp(&mut sender, &rtcp());
            assert!(unprotect_rtcp(&mut receiver, &report).is_ok());
        }
        let refused = Err(Error::LimitReached(limit));
        assert_eq!(sender.protect_rtp_into(&rtp_of(SSRC, 2), &mut [0; 64]), refused);
        assert_eq!(sender.protect_rtcp_into(&rtcp(), &mut [0; 64]), refused);
        let media = protect_rtp(&mut peer, &rtp_of(SSRC, 2));
        let report = protect_rtcp(&mut peer, &rtcp());
        assert_eq!(unprotect_rtp(&mut receiver, &media), refused.map(|_| Vec::new()));
        assert_eq!(unprotect_rtcp(&mut receiver, &report), refused.map(|_| Vec::new()));
        receiver.rekey(key(Profile::AEAD_AES_128_GCM, 2), 9).unwrap();
        assert_eq!(unprotect_rtp(&mut receiver, &media), refused.map(|_| Vec::new()), "overlap");
        assert_eq!(unprotect_rtcp(&mut receiver, &report), refused.map(|_| Vec::new()), "overlap");
    }
}

#[test]
fn warnings_come_at_a_sixteenth_for_each_protocol_once() {
    let life = |rtp, rtcp| key(Profile::AEAD_AES_128_GCM, 1).with_lifetime(rtp, rtcp).unwrap();
    let mut sender = Sender::new(life(160, 99), Options::new()).unwrap();
    for sequence in 0..160 {
        protect_rtp(&mut sender, &rtp_of(SSRC, sequence));
        let event = sender.poll_event();
        let remaining = 159 - u64::from(sequence);
        assert_eq!(event.is_some(), remaining == 10, "{remaining} left");
    }
    let mut sender = Sender::new(life(1, 1), Options::new()).unwrap();
    for protocol in [Protocol::Rtp, Protocol::Rtcp] {
        let event = Event::KeyExpiring { mki: Vec::new(), protocol, remaining: 1 };
        assert_eq!(sender.poll_event(), Some(event));
    }
    assert_eq!(sender.poll_event(), None);
}

/// What the sender of another program protects past the end.
fn beyond(seed: u8, mki: Option<u8>) -> Sender {
    let key = key(Profile::AEAD_AES_128_GCM, seed);
    let key = match mki {
        Some(mki) => key.with_mki(&[mki]).unwrap(),
        None => key,
    };
    Sender::new(key, Options::new()).unwrap()
}

#[test]
fn a_receiver_counts_the_rtcp_life_too() {
    for mki in [None, Some(7)] {
        let mut sender = beyond(1, mki);
        let short = match mki {
            Some(mki) => short(1).with_mki(&[mki]).unwrap(),
            None => short(1),
        };
        let mut receiver = Receiver::new(short, Options::new()).unwrap();
        for _ in 0..16 {
            let packet = protect_rtcp(&mut sender, &rtcp());
            assert!(unprotect_rtcp(&mut receiver, &packet).is_ok());
        }
        let mut packet = protect_rtcp(&mut sender, &rtcp());
        let before = packet.clone();
        let result = receiver.unprotect_rtcp(&mut packet);
        assert_eq!(result, Err(Error::LimitReached(Limit::RtcpLifetime)));
        assert_eq!(packet, before, "unchanged");
    }
}

#[test]
fn packets_that_are_refused_do_not_spend_a_key() {
    let mut sender = beyond(1, None);
    let mut receiver = Receiver::new(short(1), Options::new()).unwrap();
    let media: Vec<_> = (0..15).map(|s| protect_rtp(&mut sender, &rtp_of(SSRC, s))).collect();
    let reports: Vec<_> = (0..15).map(|_| protect_rtcp(&mut sender, &rtcp())).collect();
    for (packet, report) in media.iter().zip(&reports) {
        for bit in 0..100 {
            let (mut forged, mut false_report) = (packet.clone(), report.clone());
            forged[20] ^= 1 + bit;
            false_report[20] ^= 1 + bit;
            assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
            let result = unprotect_rtcp(&mut receiver, &false_report);
            assert_eq!(result, Err(Error::NotAuthentic));
        }
        assert!(unprotect_rtp(&mut receiver, packet).is_ok());
        assert_eq!(unprotect_rtp(&mut receiver, packet), Err(Error::Replayed));
        assert!(unprotect_rtcp(&mut receiver, report).is_ok());
        assert_eq!(unprotect_rtcp(&mut receiver, report), Err(Error::Replayed));
    }

    let mut sender = Sender::new(short(1), Options::new()).unwrap();
    for sequence in 0..16 {
        assert!(sender.protect_rtcp_into(&rtcp(), &mut [0; 40]).is_err());
        assert!(sender.protect_rtp_into(&rtp_of(SSRC, sequence), &mut [0; 40]).is_err());
        protect_rtp(&mut sender, &rtp_of(SSRC, sequence));
        protect_rtcp(&mut sender, &rtcp());
    }
}

#[test]
fn in_an_overlap_each_key_lives_its_own_life() {
    let profile = Profile::AEAD_AES_128_GCM;
    let successor = || key(profile, 2).with_lifetime(1, 1).unwrap();
    let mut sender = Sender::new(short(1), Options::new()).unwrap();
    let mut receiver = Receiver::new(short(1), Options::new()).unwrap();
    let old = protect_rtp(&mut sender, &rtp_of(SSRC, 1));
    sender.rekey(key(profile, 2)).unwrap();
    receiver.rekey(successor(), 1_000).unwrap();
    let packets = [2, 3].map(|sequence| protect_rtp(&mut sender, &rtp_of(SSRC, sequence)));
    assert!(unprotect_rtp(&mut receiver, &packets[0]).is_ok());
    let mut refused = packets[1].clone();
    let result = receiver.unprotect_rtp(&mut refused);
    assert_eq!(result, Err(Error::LimitReached(Limit::RtpLifetime)));
    assert_eq!(refused, packets[1], "unchanged");
    assert!(unprotect_rtp(&mut receiver, &old).is_ok(), "the old key is not spent");
}

#[test]
fn a_forged_packet_is_told_apart_from_a_spent_key_in_an_overlap() {
    let ends: [(Protocol, Limit, Open); 2] = [
        (Protocol::Rtp, Limit::RtpLifetime, Receiver::unprotect_rtp),
        (Protocol::Rtcp, Limit::RtcpLifetime, Receiver::unprotect_rtcp),
    ];
    for (protocol, limit, open) in ends {
        for (older, newer) in [(1, 9), (9, 1), (1, 1)] {
            let life = |seed, packets| {
                let (rtp, rtcp) =
                    if protocol == Protocol::Rtp { (packets, 9) } else { (9, packets) };
                key(Profile::AEAD_AES_128_GCM, seed).with_lifetime(rtp, rtcp).unwrap()
            };
            let protect = |sender: &mut Sender, sequence| match protocol {
                Protocol::Rtp => protect_rtp(sender, &rtp_of(SSRC, sequence)),
                Protocol::Rtcp => protect_rtcp(sender, &rtcp()),
            };
            let mut sender = beyond(1, None);
            let mut receiver = Receiver::new(life(1, older), Options::new()).unwrap();
            let old = [1, 2].map(|sequence| protect(&mut sender, sequence));
            sender.rekey(key(Profile::AEAD_AES_128_GCM, 2)).unwrap();
            let new = [3, 4].map(|sequence| protect(&mut sender, sequence));
            receiver.rekey(life(2, newer), 1_000).unwrap();
            assert!(open(&mut receiver, &mut old[0].clone()).is_ok());
            assert!(open(&mut receiver, &mut new[0].clone()).is_ok());
            for (genuine, left) in [(&old[1], older), (&new[1], newer)] {
                let mut forged = genuine.clone();
                forged[20] ^= 1;
                assert_eq!(open(&mut receiver, &mut forged), Err(Error::NotAuthentic));
                let mut copy = genuine.clone();
                let result = open(&mut receiver, &mut copy);
                if left == 1 {
                    assert_eq!(result, Err(Error::LimitReached(limit)));
                    assert_eq!(copy, *genuine, "unchanged");
                } else {
                    assert!(result.is_ok(), "{result:?}");
                }
            }
        }
    }
}

type Open = fn(&mut Receiver, &mut [u8]) -> Result<usize, Error>;

#[test]
fn the_shortest_lives_warn_before_their_end() {
    for life in 1..=33 {
        let key = || key(Profile::AEAD_AES_128_GCM, 1).with_lifetime(life, 99).unwrap();
        let mut sender = Sender::new(key(), Options::new()).unwrap();
        let mut receiver = Receiver::new(key(), Options::new()).unwrap();
        let mut warned = 0;
        for sent in 0..life {
            let event = sender.poll_event();
            assert_eq!(event, receiver.poll_event());
            if let Some(Event::KeyExpiring { remaining, .. }) = event {
                assert_eq!(remaining, life - sent);
                warned += 1;
            }
            let packet = protect_rtp(&mut sender, &rtp_of(SSRC, u16::try_from(sent).unwrap()));
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        }
        assert_eq!(warned, 1, "a life of {life} packets");
    }
}

#[test]
fn a_warning_names_the_key_and_a_predecessor_warns_of_nothing() {
    let profile = Profile::AEAD_AES_128_GCM;
    let named = |seed| key(profile, seed).with_mki(&[seed; 3]).unwrap();
    let mut sender = Sender::new(named(2), Options::new()).unwrap();
    let mut receiver = Receiver::new(named(1), Options::new()).unwrap();
    receiver.add_key(named(2).with_lifetime(2, 9).unwrap()).unwrap();
    let packet = protect_rtp(&mut sender, &rtp_of(SSRC, 1));
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
    let event = Event::KeyExpiring { mki: vec![2; 3], protocol: Protocol::Rtp, remaining: 1 };
    assert_eq!(receiver.poll_event(), Some(event));

    let mut sender = Sender::new(key(profile, 1), Options::new()).unwrap();
    let mut receiver = Receiver::new(key(profile, 1).with_lifetime(2, 9).unwrap(), Options::new());
    let receiver = receiver.as_mut().unwrap();
    let packet = protect_rtp(&mut sender, &rtp_of(SSRC, 1));
    receiver.rekey(key(profile, 2), 1_000).unwrap();
    assert!(unprotect_rtp(receiver, &packet).is_ok());
    assert_eq!(receiver.poll_event(), None);
}
