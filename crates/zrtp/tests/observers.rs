//! Who sees all that goes by and adds to it, but keeps nothing back.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, To, ZID_A, ZID_B, kind_of, quick};
use privity_zrtp::Packet;
use privity_zrtp::message::DhPart;

fn pair<'a>(seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B)));
    pair
}

/// Who sees a Hello can send it again from another SSRC, and be the first to do so.
#[test]
fn a_hello_that_was_sent_on_from_another_ssrc_does_not_silence_its_owner() {
    for seed in 0..10 {
        let mut pair = pair(seed);
        pair.tamper = Box::new(|to: To, datagram| {
            let packet = Packet::read(&datagram).unwrap();
            if kind_of(&datagram) != "Hello" {
                return vec![(to, datagram)];
            }
            let copy = Packet { ssrc: 0x0e0e_0e0e, ..packet }.write();
            vec![(to, copy), (to, datagram)]
        });
        pair.run().assert_encrypted();
    }
}

/// Who sees a Commit knows its H2, and can make others with it until H1 is known.
#[test]
fn commits_forged_with_a_known_h2_do_not_keep_the_responder_out() {
    for seed in 0..20 {
        let mut pair = pair(seed);
        pair.tamper = Box::new(|to: To, datagram| {
            if kind_of(&datagram) != "Commit" {
                return vec![(to, datagram)];
            }
            let packet = Packet::read(&datagram).unwrap();
            let mut forged = packet.message.to_vec();
            let last = forged.len() - 1;
            forged[last] ^= 1;
            let forged = Packet { message: &forged, ..packet }.write();
            vec![(to, datagram.clone()), (to, forged)]
        });
        pair.run().assert_encrypted();
    }
}

/// H1 is public once DHPart1 was sent: who is faster forges another one with it.
#[test]
fn a_forged_dhpart1_with_a_bad_value_does_not_keep_its_owner_out() {
    for seed in 0..20 {
        let mut pair = pair(seed);
        pair.tamper = Box::new(|to: To, datagram| {
            if kind_of(&datagram) != "DHPart1" {
                return vec![(to, datagram)];
            }
            let packet = Packet::read(&datagram).unwrap();
            let part = DhPart::read(packet.message).unwrap();
            let forged = DhPart { pv: vec![0; part.pv.len()], ..part }.write_part1();
            vec![(to, Packet { message: &forged, ..packet }.write()), (to, datagram)]
        });
        pair.run().assert_encrypted();
    }
}
