//! Nothing is allocated per packet after set-up: not for a new SSRC, not for a forged,
//! repeated, old, malformed or refused packet, not when session keys are derived anew, not in
//! an overlap of two keys, not to find a key by its MKI, not for a hidden header, not in a
//! burst, not out of place, not for RTCP in the clear.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use allocation_counter::measure;
use common::{key, profiles, protect_rtcp, protect_rtp, rtcp, rtp_of, rtp_with};
use privity_srtp::{
    Cryptex, Datagram, Error, HeaderProtection, Limit, Options, Profile, Receiver, RtcpEncryption,
    Sender,
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
            let length = burst[0].packet().map(<[u8]>::len).unwrap();
            let mut burst = buffers.each_mut().map(|buffer| Datagram::new(buffer, length));
            assert_eq!(receiver.unprotect_rtp_batch(&mut burst), 2);
            let length = sender.protect_rtp_into(&plain[2], &mut out).unwrap();
            assert!(receiver.unprotect_rtp_into(&out[..length], &mut opened).is_ok());
        });
        assert_eq!(count.count_total, 0, "{profile:?}");
    }
}

#[test]
fn no_report_allocates_in_the_clear_with_an_mki_out_of_place_or_in_a_burst() {
    for profile in profiles() {
        for rtcp_encryption in [RtcpEncryption::Required, RtcpEncryption::Off] {
            let options = Options::new().rtcp_encryption(rtcp_encryption);
            let named = |seed| key(profile, seed).with_mki(&[seed; 4]).unwrap();
            let mut sender = Sender::new(named(1), options.clone()).unwrap();
            let mut receiver = Receiver::new(named(1), options).unwrap();
            receiver.add_key(named(2)).unwrap();
            let (report, mut buffer) = (rtcp(), [0; 128]);
            let (mut out, mut opened) = ([0; 128], [0; 128]);
            let count = measure(|| {
                for _ in 0..20 {
                    let length = sender.protect_rtcp_into(&report, &mut out).unwrap();
                    let result = receiver.unprotect_rtcp_into(&out[..length], &mut opened);
                    assert_eq!(result, Ok(report.len()));
                    buffer[..report.len()].copy_from_slice(&report);
                    let mut burst = [Datagram::new(&mut buffer, report.len())];
                    assert_eq!(sender.protect_rtcp_batch(&mut burst), 1);
                    let mut burst = [Datagram::new(&mut buffer, length)];
                    assert_eq!(receiver.unprotect_rtcp_batch(&mut burst), 1);
                }
            });
            assert_eq!(count.count_total, 0, "{profile:?}, {rtcp_encryption:?}");
        }
    }
}

#[test]
fn no_packet_allocates_with_an_mki_out_of_place() {
    for profile in profiles() {
        let named = || key(profile, 1).with_mki(&[7; 128]).unwrap();
        let mut sender = Sender::new(named(), options(profile)).unwrap();
        let mut receiver = Receiver::new(named(), options(profile)).unwrap();
        let plain: Vec<_> = (0..40)
            .map(|sequence| rtp_with(sequence, 1, Some((0xbede, &[0x12, 1, 2, 3]))))
            .collect();
        let (mut out, mut opened) = ([0; 256], [0; 256]);
        let count = measure(|| {
            for packet in &plain {
                let length = sender.protect_rtp_into(packet, &mut out).unwrap();
                let result = receiver.unprotect_rtp_into(&out[..length], &mut opened);
                assert_eq!(result, Ok(packet.len()));
            }
        });
        assert_eq!(count.count_total, 0, "{profile:?}");
    }
}

/// Each error a packet can bring, at both ends.
#[test]
fn no_refused_packet_allocates() {
    for profile in profiles() {
        let options = Options::new().stream_limit(1).unwrap().replay_window(64).unwrap();
        let short = |seed| key(profile, seed).with_lifetime(3, 9).unwrap();
        let named = |seed| key(profile, seed).with_mki(&[seed]).unwrap();
        let mut sender = Sender::new(key(profile, 1), options.clone()).unwrap();
        let mut spent = Sender::new(short(1), options.clone()).unwrap();
        let mut receiver = Receiver::new(short(1), options.clone()).unwrap();
        let mut other = Receiver::new(named(2), options).unwrap();
        let mut packets = [900, 1_000, 1_001, 1_002, 1_003].map(|sequence| rtp_of(1, sequence));
        for packet in &mut packets {
            *packet = protect_rtp(&mut sender, packet);
            protect_rtp_or_fail(&mut spent);
        }
        let mut reports = [(); 4].map(|()| protect_rtcp(&mut sender, &rtcp_of(1)));
        let mut buffer = [0; 128];
        let count = measure(|| {
            reports[0][9] ^= 1;
            let mut open = |report: &[u8]| receiver.unprotect_rtcp_into(report, &mut buffer);
            assert_eq!(open(&reports[0]), Err(Error::NotAuthentic));
            assert!(open(&reports[1]).is_ok() && open(&reports[2]).is_ok());
            assert_eq!(open(&reports[1]), Err(Error::Replayed));
            assert!(open(&reports[1][..7]).is_err());

            let mut open = |packet: &[u8]| {
                buffer[..packet.len()].copy_from_slice(packet);
                receiver.unprotect_rtp(&mut buffer[..packet.len()])
            };
            assert!(open(&packets[1]).is_ok() && open(&packets[2]).is_ok());
            assert_eq!(open(&packets[1]), Err(Error::Replayed));
            assert_eq!(open(&packets[0]), Err(Error::TooOld));
            assert!(matches!(open(&packets[1][..9]), Err(Error::Malformed(_))));
            packets[3][11] ^= 9;
            assert_eq!(open(&packets[3]), Err(Error::StreamLimit));
            packets[3][11] ^= 9;
            assert!(open(&packets[3]).is_ok());
            assert_eq!(open(&packets[4]), Err(Error::LimitReached(Limit::RtpLifetime)));
            let result = receiver.unprotect_rtp_into(&packets[4], &mut buffer[..9]);
            assert!(matches!(result, Err(Error::BufferTooSmall { .. })));
            assert_eq!(other.unprotect_rtp(&mut packets[4]), Err(Error::UnknownKey));
            assert!(other.unprotect_rtcp(&mut reports[3]).is_err());

            let mut protect = |sequence| spent.protect_rtp_into(&rtp_array(sequence), &mut buffer);
            assert!(protect(1_001).is_err() && protect(900).is_err() && protect(5_000).is_err());
            assert!(sender.protect_rtp_into(&[0; 64], &mut [0; 128]).is_err());
            assert_eq!(
                sender.protect_rtp_into(&rtp_array(1_001), &mut [0; 128]),
                Err(Error::Reused)
            );
        });
        assert_eq!(count.count_total, 0, "{profile:?}");
    }
}

/// An event is no packet: one that names its key allocates the name, once in the key's life.
#[test]
fn a_warning_allocates_no_more_than_the_name_of_its_key() {
    for (mki, expected) in [(None, 0), (Some([7; 4]), 1)] {
        let key = key(Profile::AEAD_AES_128_GCM, 1).with_lifetime(1, 9).unwrap();
        let key = match mki {
            Some(mki) => key.with_mki(&mki).unwrap(),
            None => key,
        };
        let mut sender = Sender::new(key, Options::new()).unwrap();
        let count = measure(|| {
            assert!(sender.poll_event().is_some() && sender.poll_event().is_none());
        });
        assert_eq!(count.count_total, expected);
    }
}

fn protect_rtp_or_fail(sender: &mut Sender) {
    let sequence = sender.last_index(1).map_or(1_000, |last| u16::try_from(last).unwrap() + 1);
    let result = sender.protect_rtp_into(&rtp_of(1, sequence), &mut [0; 128]);
    assert!(matches!(result, Ok(_) | Err(Error::LimitReached(Limit::RtpLifetime))));
}

fn rtp_array(sequence: u16) -> [u8; 32] {
    let [high, low] = sequence.to_be_bytes();
    let mut packet = [0; 32];
    packet[..12].copy_from_slice(&[0x80, 111, high, low, 0, 0, 0, 0, 0, 0, 0, 1]);
    packet
}

fn rtcp_of(ssrc: u32) -> Vec<u8> {
    let mut packet = rtcp();
    packet[4..8].copy_from_slice(&ssrc.to_be_bytes());
    packet
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(Vec::<u8>::with_capacity(1))).count_total, 1);
}
