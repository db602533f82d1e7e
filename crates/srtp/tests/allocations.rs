//! Nothing is allocated per packet after set-up: not for a new SSRC, not for a forged
//! packet, not when session keys are derived anew, not in an overlap of two keys, not to
//! find a key by its MKI, not for a hidden header, not in a burst, not out of place.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use allocation_counter::measure;
use common::{key, profiles, rtcp, rtp_of, rtp_with};
use privity_srtp::{
    Cryptex, Datagram, Error, HeaderProtection, Options, Profile, Receiver, Sender,
};

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
fn the_end_of_an_overlap_gives_its_memory_back() {
    let profile = Profile::AEAD_AES_128_GCM;
    let mut receiver = Receiver::new(key(profile, 1), Options::new()).unwrap();
    receiver.rekey(key(profile, 2), 1).unwrap();
    let freed = -measure(|| receiver.handle_timeout(1)).bytes_current;
    assert!(freed >= 65_535, "{freed} bytes");
}

#[test]
fn no_packet_allocates_to_find_its_key() {
    for profile in profiles() {
        let named = |seed| key(profile, seed).with_mki(&[seed; 4]).unwrap();
        let mut sender = Sender::new(named(2), Options::new()).unwrap();
        let mut receiver = Receiver::new(named(1), Options::new()).unwrap();
        receiver.add_key(named(2)).unwrap();
        assert_eq!(exchange(&mut sender, &mut receiver), 0, "{profile:?}");
    }
}

#[test]
fn no_packet_allocates_though_each_selects_its_key() {
    let named = |seed| key(Profile::AEAD_AES_256_GCM, seed).with_mki(&[seed; 4]).unwrap();
    let mut sender = Sender::new(named(1), Options::new()).unwrap();
    sender.add_key(named(2)).unwrap();
    let mut out = [0; 128];
    let count = measure(|| {
        for sequence in 0..20 {
            sender.select_key(&[1 + sequence % 2; 4]).unwrap();
            let mut plain = [0; 20];
            (plain[0], plain[3]) = (0x80, sequence);
            assert!(sender.protect_rtp_into(&plain, &mut out).is_ok());
        }
    });
    assert_eq!(count.count_total, 0);
}

#[test]
fn no_burst_with_hidden_headers_allocates_and_none_out_of_place() {
    for profile in Profile::ENCRYPTING {
        let options =
            Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Optional));
        let mut sender = Sender::new(key(profile, 1), options.clone()).unwrap();
        let mut receiver = Receiver::new(key(profile, 1), options).unwrap();
        let body = [0x10, 1, 0, 0];
        let plain = [1, 2, 3].map(|sequence| rtp_with(sequence, 2, Some((0xbede, &body))));
        let (mut buffers, mut out, mut opened) = ([[0; 128]; 2], [0; 128], [0; 128]);
        let count = measure(|| {
            for (buffer, packet) in buffers.iter_mut().zip(&plain) {
                buffer[..packet.len()].copy_from_slice(packet);
            }
            let mut burst = buffers.each_mut().map(|buffer| Datagram::new(buffer, plain[0].len()));
            assert_eq!(sender.protect_rtp_batch(&mut burst), 2);
            assert_eq!(receiver.unprotect_rtp_batch(&mut burst), 2);
            let length = sender.protect_rtp_into(&plain[2], &mut out).unwrap();
            assert!(receiver.unprotect_rtp_into(&out[..length], &mut opened).is_ok());
        });
        assert_eq!(count.count_total, 0, "{profile:?}");
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(Vec::<u8>::with_capacity(1))).count_total, 1);
}
