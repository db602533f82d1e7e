//! RFC 6904 and RFC 9335: what is hidden, what is not, and never both.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{SSRC, key, pair_with, protect_rtp, rtp, rtp_with, unprotect_rtp};
use privity_srtp::{Cryptex, Error, HeaderProtection, Options, Profile, Receiver, Sender};

fn elements(ids: &[u8]) -> Options {
    Options::new().header_protection(HeaderProtection::elements(ids).unwrap())
}

fn cryptex() -> Options {
    Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Optional))
}

#[test]
fn only_the_named_elements_are_hidden() {
    let body = [0x11, 1, 2, 0x21, 3, 4, 0, 0x31, 5, 6, 0, 0];
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, elements(&[1, 3, 15]));
        let plain = rtp_with(1, 1, Some((0xbede, &body)));
        let packet = protect_rtp(&mut sender, &plain);
        let hidden = &packet[20..32];
        assert_ne!(hidden[1..3], body[1..3], "{profile:?}");
        assert_eq!(hidden[3..8], body[3..8]);
        assert_ne!(hidden[8..10], body[8..10]);
        assert_eq!((hidden[0], hidden[7]), (body[0], body[7]));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
    }
}

/// RFC 8285 §4.1.2, §4.2: what follows is no element, so nobody takes it for one.
#[test]
fn what_follows_an_element_that_ends_all_stays_clear() {
    for end in [0x01, 0x0f, 0xf0, 0xff] {
        let body = [0x10, 1, end, 2, 3, 0x20, 4, 0];
        for profile in Profile::ENCRYPTING {
            let (mut sender, mut receiver) = pair_with(profile, elements(&[1, 2, 15]));
            let plain = rtp_with(1, 0, Some((0xbede, &body)));
            let packet = protect_rtp(&mut sender, &plain);
            assert_ne!(packet[17], body[1]);
            assert_eq!(packet[18..24], body[2..], "{profile:?}, {end:x}");
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
        }
    }
}

#[test]
fn two_byte_elements_of_every_length_and_identifier_come_back() {
    let ids: Vec<u8> = (1..=255).collect();
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, elements(&ids));
        for length in 0..=255u8 {
            let mut body = vec![length.max(1), length];
            body.extend(vec![0x5a; usize::from(length)]);
            body.resize(body.len().next_multiple_of(4), 0);
            let plain = rtp_with(u16::from(length), 0, Some((0x1003, &body)));
            let packet = protect_rtp(&mut sender, &plain);
            let (data, hidden) = (&body[2..][..usize::from(length)], &packet[18..]);
            if length >= 4 {
                assert_ne!(hidden[..4], data[..4], "{profile:?}, {length}");
                assert_ne!(hidden[data.len() - 4..data.len()], data[data.len() - 4..]);
            }
            assert_eq!(hidden[data.len()..body.len() - 2], body[2 + data.len()..], "padding");
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain), "{length}");
        }
    }
}

#[test]
fn elements_far_apart_share_no_keystream() {
    let mut body = Vec::new();
    for _ in 0..60 {
        body.extend([1, 30]);
        body.extend([0; 30]);
    }
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, elements(&[1]));
        let plain = rtp_with(1, 0, Some((0x1000, &body)));
        let packet = protect_rtp(&mut sender, &plain);
        let mut seen = std::collections::HashSet::new();
        for element in packet[16..16 + body.len()].chunks(32) {
            assert!(seen.insert(element[2..16].to_vec()), "{profile:?}");
        }
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
    }
}

#[test]
fn another_extension_profile_has_no_elements_to_hide() {
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, elements(&[1]));
    let plain = rtp_with(1, 0, Some((0xabcd, &[0x10, 1, 0, 0])));
    let packet = protect_rtp(&mut sender, &plain);
    assert_eq!(packet[..20], plain[..20]);
    assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
}

#[test]
fn padding_cannot_be_encrypted_and_no_cipher_encrypts_nothing() {
    assert!(matches!(HeaderProtection::elements(&[1, 0]), Err(Error::Misuse(_))));
    for options in [elements(&[1]), cryptex()] {
        let key = || key(Profile::NULL_HMAC_SHA1_80, 1);
        assert!(matches!(Sender::new(key(), options.clone()), Err(Error::Misuse(_))));
        let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, options.clone());
        assert!(matches!(sender.rekey(key()), Err(Error::Misuse(_))));
        assert!(matches!(Receiver::new(key(), options), Err(Error::Misuse(_))));
    }
}

#[test]
fn cryptex_hides_sources_and_elements() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, cryptex());
        let mut sequence = 0;
        for sources in 0..=15u8 {
            for form in [0xbede, 0x1000] {
                sequence += 1;
                let plain = rtp_with(sequence, sources, Some((form, &[0x12, 1, 2, 3])));
                let packet = protect_rtp(&mut sender, &plain);
                let end = 12 + 4 * usize::from(sources);
                assert!(sources == 0 || packet[12..end] != plain[12..end]);
                assert_ne!(packet[end + 4..end + 8], plain[end + 4..end + 8]);
                assert_eq!(packet[end], if form == 0xbede { 0xc0 } else { 0xc2 });
                assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain), "{profile:?}");
            }
        }
    }
}

#[test]
fn cryptex_adds_an_empty_extension_to_sources_without_one() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, cryptex());
        for sources in 1..=15 {
            let plain = rtp_with(u16::from(sources), sources, None);
            let packet = protect_rtp(&mut sender, &plain);
            assert_eq!(packet.len(), plain.len() + 4 + profile.rtp_tag_length());
            let with_empty = rtp_with(u16::from(sources), sources, Some((0xbede, &[])));
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(with_empty), "{profile:?}");
        }
    }
}

#[test]
fn cryptex_takes_packets_that_have_nothing_to_hide_or_came_without() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, cryptex());
        let packet = protect_rtp(&mut sender, &rtp(1));
        assert_eq!(packet.len(), rtp(1).len() + profile.rtp_tag_length());
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(1)));
        let mut without = Sender::new(key(profile, 1), Options::new()).unwrap();
        let plain = rtp_with(2, 2, Some((0xbede, &[0x12, 1, 2, 3])));
        let packet = protect_rtp(&mut without, &plain);
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
    }
}

/// RFC 9335 §5.2: what is demanded is refused where it is missing, before anything else is
/// looked at or changed.
#[test]
fn a_receiver_that_requires_cryptex_refuses_what_came_without() {
    let required = Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Required));
    let body: &[u8] = &[0x12, 1, 2, 3];
    let bare = [
        rtp_with(1, 2, None),
        rtp_with(1, 0, Some((0xbede, body))),
        rtp_with(1, 0, Some((0xbede, &[]))),
        rtp_with(1, 2, Some((0x1000, body))),
        rtp_with(1, 0, Some((0xabcd, body))),
    ];
    for profile in Profile::ENCRYPTING {
        for plain in &bare {
            let (mut without, _) = pair_with(profile, Options::new());
            let packet = protect_rtp(&mut without, plain);
            let (_, mut strict) = pair_with(profile, required.clone());
            let mut refused = packet.clone();
            assert_eq!(strict.unprotect_rtp(&mut refused), Err(Error::NotEncrypted));
            assert_eq!(refused, packet, "unchanged");
            assert_eq!(strict.rollover_counter(SSRC), None, "{profile:?}");
            let (_, mut lenient) = pair_with(profile, cryptex());
            assert_eq!(unprotect_rtp(&mut lenient, &packet).as_ref(), Ok(plain));
        }
        let (mut sender, mut strict) = pair_with(profile, required.clone());
        for plain in [&bare[1], &rtp(2), &rtp_with(3, 2, Some((0x1000, body)))] {
            let packet = protect_rtp(&mut sender, plain);
            assert_eq!(unprotect_rtp(&mut strict, &packet).as_ref(), Ok(plain), "{profile:?}");
        }
    }
}

#[test]
fn cryptex_refuses_an_extension_it_cannot_mark() {
    let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, cryptex());
    for form in [0xabcd, 0x1001, 0xc0de] {
        let plain = rtp_with(1, 0, Some((form, &[0x12, 1, 2, 3])));
        let mut buffer = [plain.as_slice(), &[0; 20]].concat();
        let result = sender.protect_rtp(&mut buffer, plain.len());
        assert!(matches!(result, Err(Error::Malformed(_))), "{form:x}");
        assert_eq!(buffer[..plain.len()], plain);
    }
}

#[test]
fn a_changed_cryptex_mark_is_found() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, cryptex());
        let plain = rtp_with(1, 2, Some((0xbede, &[0x12, 1, 2, 3])));
        let packet = protect_rtp(&mut sender, &plain);
        for mark in [0xbede, 0x1000, 0xc2de, 0xabcd] {
            let mut forged = packet.clone();
            forged[20..22].copy_from_slice(&u16::to_be_bytes(mark));
            assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
        }
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
    }
}

/// What Cryptex hid would be taken for extension elements and sources in the clear.
#[test]
fn a_receiver_without_cryptex_refuses_what_cryptex_marked() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, cryptex());
        let packet = protect_rtp(&mut sender, &rtp_with(1, 2, Some((0xbede, &[0x10, 1, 0, 0]))));
        for options in [Options::new(), elements(&[1])] {
            let (_, mut without) = pair_with(profile, options);
            assert!(matches!(unprotect_rtp(&mut without, &packet), Err(Error::Malformed(_))));
        }
        assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
    }
}

#[test]
fn a_sender_without_cryptex_does_not_set_its_mark() {
    for options in [Options::new(), elements(&[1])] {
        for mark in [0xc0de, 0xc2de] {
            let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, options.clone());
            let plain = rtp_with(1, 0, Some((mark, &[0x12, 1, 2, 3])));
            let mut buffer = [plain.as_slice(), &[0; 20]].concat();
            let result = sender.protect_rtp(&mut buffer, plain.len());
            assert!(matches!(result, Err(Error::Malformed(_))), "{mark:x}");
            assert_eq!(buffer[..plain.len()], plain);
        }
    }
}
