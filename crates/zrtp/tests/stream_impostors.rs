//! False peers beside a further stream of a call, and beside a call on retained secrets: what is
//! agreed on without public values.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{Pair, To, ZID_A, ZID_B, quick};
use privity_zrtp::message::{CommitBody, Confirm, ErrorCode, Message};
use privity_zrtp::{CallKeys, Config, KeyAgreement, PresharedRule, Zid};

/// A stranger in the name of one end.
fn impostor(seed: u8, zid: Zid) -> Puppet {
    let mut puppet = Puppet::new(seed, zid);
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

/// What he may say after his Hello.
fn messages(puppet: &Puppet) -> Vec<Vec<u8>> {
    let (nonce, hvi, key_id) = ([0xff; 16], [0xff; 32], [7; 8]);
    let bodies = [
        (CommitBody::Multistream { nonce }, *b"Mult"),
        (CommitBody::Preshared { nonce, key_id }, *b"Prsh"),
        (CommitBody::Dh { hvi }, *b"X255"),
    ];
    let commits = bodies.map(|(body, name)| puppet.seal_commit(&puppet.commit_to(body, name)));
    let confirm = Confirm { mac: [1; 8], iv: [2; 16], ciphertext: vec![3; 40] };
    let others = [
        Message::HelloAck.write(),
        puppet.part1(&puppet.public()),
        confirm.write_confirm1(),
        confirm.write_confirm2(),
        Message::Error(ErrorCode::NoSharedSecret).write(),
        Message::Conf2Ack.write(),
    ];
    commits.into_iter().chain(others).collect()
}

/// A Hello and one more message to one end and to both, at moments all over a handshake.
fn at_every_moment(start: impl Fn(u64) -> Pair<'static>, agreements: &[KeyAgreement]) {
    let kinds = messages(&impostor(1, ZID_A)).len();
    for moment in (0..200).step_by(10) {
        for ends in [&[To::A][..], &[To::B], &[To::A, To::B]] {
            for kind in 0..kinds {
                let mut pair = start(moment);
                for end in ends {
                    let mut puppet = impostor(1, if *end == To::A { ZID_B } else { ZID_A });
                    let message = messages(&puppet).swap_remove(kind);
                    for message in [puppet.hello.clone(), message] {
                        let datagram = puppet.packet(&message);
                        pair.inject_in(moment, *end, datagram);
                    }
                }
                pair.run().assert_encrypted();
                for end in [&pair.a, &pair.b] {
                    let agreement = end.encrypted.as_ref().unwrap().suite.agreement;
                    assert!(agreements.contains(&agreement), "{agreement:?}");
                }
            }
        }
    }
}

fn call(config: fn(Zid) -> Config, seed: u64) -> Pair<'static> {
    let mut pair = Pair::new(seed);
    pair.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B)));
    pair
}

/// Another stream of the same call.
fn open(pair: &mut Pair<'_>, stream: u32) {
    pair.open_further([&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))], stream);
}

#[test]
fn they_keep_no_further_stream_apart() {
    let start = |seed| {
        let mut pair = call(quick, seed);
        pair.run().assert_encrypted();
        open(&mut pair, 1);
        pair
    };
    at_every_moment(start, &[KeyAgreement::Multistream]);
}

/// They may bring about the stronger agreement, which takes the retained secrets in as well.
#[test]
fn nor_a_call_on_retained_secrets() {
    let prefer: fn(Zid) -> Config = |zid| quick(zid).preshared(PresharedRule::Prefer);
    let start = |seed| {
        let mut first = call(quick, seed);
        first.run().assert_encrypted();
        let mut pair = Pair::new(seed);
        (pair.a.cache, pair.b.cache) = (first.a.cache, first.b.cache);
        pair.start(&Arc::new(prefer(ZID_A)), &Arc::new(prefer(ZID_B)));
        pair
    };
    at_every_moment(start, &[KeyAgreement::Preshared, KeyAgreement::X255]);
}

/// Each Commit that is answered uses one.
#[test]
fn nor_do_they_use_up_the_nonces_of_a_call() {
    let mut pair = call(quick, 1);
    pair.run().assert_encrypted();
    for stream in 1..=CallKeys::MAX_STREAMS {
        open(&mut pair, u32::try_from(stream).unwrap());
        for (end, zid) in [(To::A, ZID_B), (To::B, ZID_A)] {
            for number in 0..3 {
                let mut puppet = impostor(number, zid);
                let hello = puppet.packet(&puppet.hello.clone());
                pair.inject_in(1, end, hello);
                for guess in 0..2 {
                    let mut nonce = [guess; 16];
                    nonce[..3].copy_from_slice(&[0xff, u8::try_from(stream).unwrap(), number]);
                    let body = CommitBody::Multistream { nonce };
                    let commit = puppet.seal_commit(&puppet.commit_to(body, *b"Mult"));
                    let datagram = puppet.packet(&commit);
                    pair.inject_in(2, end, datagram);
                }
            }
        }
        pair.run().assert_encrypted();
    }
}
