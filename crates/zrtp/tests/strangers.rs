//! What anyone can send who knows where we are: it may cost an answer, never the call.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{Pair, START, To, ZID_A, ZID_B, alone, kind_of, quick};
use privity_zrtp::message::{Confirm, ErrorCode, GoClear, Message, Ping};
use privity_zrtp::{Config, Error, Event, Failure, Packet, PeerMisbehaved, Unsupported, Zid};

fn pair<'a>(seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B)));
    pair
}

/// Puts forgeries before each genuine datagram; the handshake must end as without them.
fn with_forgeries(mut forge: impl FnMut(&Packet<'_>) -> Vec<Vec<u8>>) {
    for seed in 0..8 {
        let mut pair = Pair::new(seed);
        pair.tamper = Box::new(|to: To, datagram| {
            let packet = Packet::read(&datagram).unwrap();
            let forged = forge(&packet);
            forged.into_iter().chain([datagram.clone()]).map(|one| (to, one)).collect()
        });
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
        pair.run_for(2_000).assert_encrypted();
    }
}

fn from(ssrc: u32, message: &[u8]) -> Vec<u8> {
    Packet { sequence: 0xffff, ssrc, message }.write()
}

#[test]
fn a_spoofed_error_neither_stalls_nor_ends_a_handshake() {
    let codes = [0x10, 0x20, 0x30, 0x40, 0x56, 0x62, 0x70, 0x90, 0x91, 0xb0, 0x100, 0xdead];
    with_forgeries(|packet| {
        let error = |code: u32| {
            let mut message = Message::Error(ErrorCode::Timeout).write();
            message[12..].copy_from_slice(&code.to_be_bytes());
            from(packet.ssrc, &message)
        };
        codes.into_iter().map(error).collect()
    });
}

#[test]
fn an_error_is_answered_and_told_only_if_the_handshake_fails() {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = alone(quick(ZID_A));
    puppet.greet(&mut end);
    puppet.say(&mut end, &Message::Error(ErrorCode::Software).write()).unwrap();
    assert_eq!(end.count("ErrorACK"), 1);
    assert!(end.failed.is_none());
    while let Some(due) = end.session.as_ref().unwrap().poll_timeout() {
        end.with(due, |session, env| session.handle_timeout(env));
    }
    let told = Some(ErrorCode::Software);
    assert!(matches!(end.failed, Some(Failure::Timeout { peer_error, .. }) if peer_error == told));
}

#[test]
fn an_error_after_secure_changes_nothing() {
    let mut pair = pair(2);
    pair.run().assert_encrypted();
    let error = Message::Error(ErrorCode::Software).write();
    pair.inject(To::A, from(pair.b.ssrc, &error));
    pair.run_for(20_000).assert_encrypted();
    assert!(pair.a.failed.is_none());
}

/// One implementation drops what does not count upwards; a forged high number ends it.
#[test]
fn a_spoofed_high_sequence_number_stalls_nothing() {
    with_forgeries(|packet| {
        vec![from(packet.ssrc, packet.message), from(packet.ssrc, &Message::HelloAck.write())]
    });
}

#[test]
fn forged_messages_of_every_kind_stall_nothing() {
    let kinds = [
        Message::Conf2Ack,
        Message::ClearAck,
        Message::RelayAck,
        Message::ErrorAck,
        Message::GoClear(GoClear { mac: [1; 8] }),
        Message::Confirm1(Confirm { mac: [1; 8], iv: [2; 16], ciphertext: vec![3; 40] }),
        Message::Confirm2(Confirm { mac: [1; 8], iv: [2; 16], ciphertext: vec![3; 40] }),
        Message::Ping(Ping { version: *b"1.10", endpoint_hash: [1; 8] }),
    ];
    // Conf2ACK says nothing but that the peer is done: who forges it delays nobody.
    with_forgeries(|packet| kinds.iter().map(|kind| from(packet.ssrc, &kind.write())).collect());
}

/// Else a forged Conf2ACK would end the repetition of a Confirm2 that got lost.
#[test]
fn an_acknowledgement_counts_from_the_ssrc_of_the_peer_only() {
    let acks = [Message::Conf2Ack, Message::ClearAck, Message::RelayAck, Message::HelloAck];
    for seed in 0..20 {
        let mut pair = Pair::new(seed);
        let (mut lost, acks) = (false, acks.clone());
        pair.tamper = Box::new(move |to: To, datagram| {
            let mut out: Vec<_> = acks.iter().map(|ack| (to, from(0xeeee, &ack.write()))).collect();
            if kind_of(&datagram) == "Confirm2" && !lost {
                lost = true;
                let back = if to == To::A { To::B } else { To::A };
                return acks.iter().map(|ack| (back, from(0xeeee, &ack.write()))).collect();
            }
            out.push((to, datagram));
            out
        });
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
    }
}

/// A stranger who knows neither chain sends whole messages with values of his own.
#[test]
fn commits_and_parts_of_strangers_stall_nothing() {
    let puppet = Puppet::new(3, ZID_B);
    let part2 = puppet.part2(&puppet.public());
    let commit = puppet.seal_commit(&puppet.commit(&part2, &puppet.hello));
    let messages = [commit, puppet.part1(&puppet.public()), part2];
    with_forgeries(|packet| messages.iter().map(|one| from(packet.ssrc, one)).collect());
}

/// A whole false peer beside the real one, which it cannot keep out: it says Hello and
/// HelloACK first and draws our Commit, or it commits first.
#[test]
fn a_false_candidate_with_a_chain_of_its_own_does_not_keep_the_real_peer_out() {
    for seed in 0..40 {
        let mut puppet = Puppet::new(4, Zid([0xcc; 12]));
        let mut pair = pair(seed);
        let part2 = puppet.part2(&puppet.public());
        let hello_a = Packet::read(&pair.a.drain()[0]).unwrap().message.to_vec();
        let commit = puppet.seal_commit(&puppet.commit(&part2, &hello_a));
        let second = if seed % 2 == 0 { Message::HelloAck.write() } else { commit };
        for message in [puppet.hello.clone(), second] {
            pair.inject(To::A, puppet.packet(&message));
        }
        pair.run().assert_encrypted();
        assert_eq!(pair.a.encrypted.as_ref().unwrap().peer, ZID_B);
    }
}

#[test]
fn our_own_zid_is_refused() {
    let mut puppet = Puppet::new(5, ZID_A);
    let mut end = alone(quick(ZID_A));
    let hello = puppet.hello.clone();
    assert_eq!(puppet.say(&mut end, &hello), Err(PeerMisbehaved::OwnZid.into()));
    assert_eq!(Message::read(&end.last("Error")), Ok(Message::Error(ErrorCode::EqualZid)));
    assert_eq!(end.count("HelloACK"), 0);
}

/// A mirror: without the check on our own ZID and SSRC we would agree with ourselves.
#[test]
fn our_own_packets_sent_back_lead_nowhere() {
    for ssrc in [None, Some(0x0c0c_0c0c)] {
        let mut pair = Pair::new(6);
        pair.tamper = Box::new(move |to: To, datagram| {
            let packet = Packet::read(&datagram).unwrap();
            let back = Packet { ssrc: ssrc.unwrap_or(packet.ssrc), ..packet }.write();
            vec![(if to == To::A { To::B } else { To::A }, back)]
        });
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run_for(60_000);
        assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
        let rule = if ssrc.is_some() { PeerMisbehaved::OwnZid } else { PeerMisbehaved::OwnSsrc };
        assert!(pair.a.drops.contains(&Error::Peer(rule)));
    }
}

#[test]
fn another_version_is_neither_acknowledged_nor_kept() {
    for (version, answers) in [(b"1.00", 1), (b"0.90", 1), (b"1.20", 0), (b"2.00", 0)] {
        let mut puppet = Puppet::with_hello(7, ZID_B, |hello| hello.version = *version);
        let mut end = alone(quick(ZID_A));
        let hello = puppet.hello.clone();
        assert_eq!(puppet.say(&mut end, &hello), Err(Unsupported::Version.into()));
        assert_eq!((end.count("HelloACK"), end.count("Error")), (0, answers));
    }
    let mut puppet = Puppet::with_hello(8, ZID_B, |hello| hello.version = *b"1.15");
    let mut end = alone(quick(ZID_A));
    puppet.greet(&mut end);
    assert_eq!(end.count("HelloACK"), 1);
}

#[test]
fn only_the_hello_that_the_signalling_announced_is_heard() {
    let mut announced = Puppet::new(9, ZID_B);
    let mut other = Puppet::new(10, ZID_B);
    let hash = privity_zrtp::ZrtpHash::of(&announced.hello).hash();
    let mut end = alone(quick(ZID_A).announced_hello(hash));
    let hello = other.hello.clone();
    assert_eq!(other.say(&mut end, &hello), Err(PeerMisbehaved::HelloHash.into()));
    assert_eq!(end.count("HelloACK"), 0);
    announced.greet(&mut end);
    assert_eq!(end.count("Commit"), 1);
}

#[test]
fn a_flood_of_hellos_costs_four_candidates_and_a_bounded_number_of_answers() {
    let mut end = alone(quick(ZID_A));
    for seed in 0..200 {
        let mut puppet = Puppet::new(seed, ZID_B);
        let hello = puppet.hello.clone();
        let taken = puppet.say(&mut end, &hello);
        assert_eq!(taken.is_ok(), seed < 4, "{seed}");
    }
    for _ in 0..10_000 {
        let mut puppet = Puppet::new(0, ZID_B);
        let hello = puppet.hello.clone();
        puppet.say(&mut end, &hello).unwrap();
        end.count("HelloACK");
    }
    assert!(end.count("HelloACK") <= 200);
}

#[test]
fn a_ping_is_answered_in_every_state() {
    let mut pair = pair(11);
    let ping = Message::Ping(Ping { version: *b"1.10", endpoint_hash: [4; 8] }).write();
    for step in 0..12 {
        pair.inject(To::A, from(0x0d0d_0d0d, &ping));
        pair.run_for(20);
        let answer = Message::read(&pair.a.last("PingACK")).unwrap();
        let Message::PingAck(answer) = answer else { panic!("{answer:?}") };
        assert_eq!((answer.received_hash, answer.received_ssrc), ([4; 8], 0x0d0d_0d0d));
        assert_eq!(pair.a.count("PingACK"), step + 1);
    }
    pair.assert_encrypted();
    pair.a.with(pair.now, |session, _| session.ping());
    pair.run_for(100);
    let answered = |event: &Event| matches!(event, Event::PingAnswered { .. });
    assert!(pair.a.events.iter().any(answered));
    let forged = pair.b.last("PingACK");
    assert_eq!(
        pair.a.receive(&from(pair.b.ssrc, &forged), pair.now),
        Err(PeerMisbehaved::Unexpected.into())
    );
}

/// Every truncation and every bit of every message of a call, at either side, at any time.
#[test]
fn no_changed_message_makes_the_ends_disagree() {
    let mut honest = pair(12);
    honest.run().assert_encrypted();
    let messages: Vec<_> = honest.a.sent.iter().chain(&honest.b.sent).cloned().collect();
    let mut cases = 0;
    for datagram in &messages {
        let packet = Packet::read(datagram).unwrap();
        for bit in (0..packet.message.len() * 8).step_by(7) {
            let mut message = packet.message.to_vec();
            message[bit / 8] ^= 1 << (bit % 8);
            let kind = kind_of(datagram);
            let mut forged = Some(Packet { message: &message, ..packet }.write());
            let mut pair = Pair::new(12);
            pair.tamper = Box::new(move |to: To, datagram| match forged.take() {
                Some(forged) if kind_of(&datagram) == kind => vec![(to, forged)],
                still => {
                    forged = still;
                    vec![(to, datagram)]
                }
            });
            pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run();
            if pair.a.encrypted.is_some() && pair.b.encrypted.is_some() {
                pair.assert_encrypted();
            }
            cases += 1;
        }
    }
    assert!(cases > 1_000, "{cases}");
}

#[test]
fn truncated_messages_are_malformed_and_change_nothing() {
    let mut honest = pair(13);
    honest.run().assert_encrypted();
    let config: Config = quick(ZID_A);
    let mut end = alone(config);
    for datagram in honest.a.sent.iter().chain(&honest.b.sent) {
        let packet = Packet::read(datagram).unwrap();
        for length in 0..packet.message.len() {
            let message = &packet.message[..length];
            let cut = Packet { ssrc: 9, sequence: 1, message }.write();
            assert!(matches!(end.receive(&cut, START), Err(Error::Malformed(_))));
            assert!(end.receive(&datagram[..length], START).is_err());
        }
    }
    assert!(end.sent.is_empty() && end.events.is_empty());
}
