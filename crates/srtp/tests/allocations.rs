//! Nothing is allocated per packet after set-up: not for a new SSRC, not for a forged
//! packet, not when session keys are derived anew, not in an overlap of two keys.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use allocation_counter::measure;
use common::{key, profiles, rtcp, rtp_of};
use privity_srtp::{Error, HeaderProtection, Options, Profile, Receiver, Sender};

/// Protects and opens 200 packets of 20 SSRCs, a third of them forged.
fn exchange(sender: &mut Sender, receiver: &mut Receiver) -> u64 {
    let plain: Vec<_> = (0..200u16).map(|count| rtp_of(u32::from(count % 20), count)).collect();
    let report = rtcp();
    let mut buffer = [0; 128];
    measure(|| {
        for packet in &plain {
            buffer[..packet.len()].copy_from_slice(packet);
            let length = sender.protect_rtp(&mut buffer, packet.len()).unwrap();
            let mut forged = buffer;
            forged[20] ^= 1;
            let result = receiver.unprotect_rtp(&mut forged[..length]);
            assert_eq!(result, Err(Error::NotAuthentic));
            assert!(receiver.unprotect_rtp(&mut buffer[..length]).is_ok());

            buffer[..report.len()].copy_from_slice(&report);
            let length = sender.protect_rtcp(&mut buffer, report.len()).unwrap();
            assert!(receiver.unprotect_rtcp(&mut buffer[..length]).is_ok());
        }
        receiver.handle_timeout(0);
        assert_eq!(sender.poll_event(), None);
    })
    .count_total
}

fn options(profile: Profile) -> Options {
    let headers = match profile == Profile::NULL_HMAC_SHA1_80 {
        true => HeaderProtection::none(),
        false => HeaderProtection::elements(&[1]).unwrap(),
    };
    Options::new().key_derivation_rate(8).unwrap().header_protection(headers)
}

#[test]
fn no_packet_allocates() {
    for profile in profiles() {
        for options in [Options::new(), options(profile)] {
            let mut sender = Sender::new(key(profile, 1), options.clone()).unwrap();
            let mut receiver = Receiver::new(key(profile, 1), options).unwrap();
            assert_eq!(exchange(&mut sender, &mut receiver), 0, "{profile:?}");
        }
    }
}

#[test]
fn no_packet_allocates_in_an_overlap() {
    for profile in profiles() {
        let mut sender = Sender::new(key(profile, 1), Options::new()).unwrap();
        let mut receiver = Receiver::new(key(profile, 1), Options::new()).unwrap();
        receiver.rekey(key(profile, 2), 1).unwrap();
        assert_eq!(exchange(&mut sender, &mut receiver), 0, "{profile:?}");
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(Vec::<u8>::with_capacity(1))).count_total, 1);
}
