//! A fault that others had: a buffer of exactly the needed size refused, or one byte less
//! written past its end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{key, pair_with, profiles, rtcp, rtp_with};
use privity_srtp::{Cryptex, Error, HeaderProtection, MasterKey, Options, Profile, Sender};

#[test]
fn a_buffer_sized_exactly_is_enough_and_one_byte_less_is_not() {
    for profile in profiles() {
        let (mut sender, _) = pair_with(profile, Options::new());
        let plain = rtp_with(1, 0, None);
        let needed = plain.len() + sender.rtp_overhead();
        for size in plain.len()..needed {
            let mut buffer = plain.clone();
            buffer.resize(size, 0x77);
            let before = buffer.clone();
            let result = sender.protect_rtp(&mut buffer, plain.len());
            assert_eq!(result, Err(Error::BufferTooSmall { needed }));
            assert_eq!(buffer, before);
        }
        let mut buffer = plain.clone();
        buffer.resize(needed, 0);
        assert_eq!(sender.protect_rtp(&mut buffer, plain.len()), Ok(needed));

        let needed = rtcp().len() + sender.rtcp_overhead();
        for size in rtcp().len()..needed {
            let mut buffer = rtcp();
            buffer.resize(size, 0);
            let result = sender.protect_rtcp(&mut buffer, rtcp().len());
            assert_eq!(result, Err(Error::BufferTooSmall { needed }));
        }
        let mut buffer = rtcp();
        buffer.resize(needed, 0);
        assert_eq!(sender.protect_rtcp(&mut buffer, rtcp().len()), Ok(needed));
    }
}

#[test]
fn no_key_and_no_option_adds_more_than_the_stated_bytes() {
    let mut most = 0;
    for profile in profiles() {
        for headers in [HeaderProtection::none(), HeaderProtection::cryptex(Cryptex::Required)] {
            let key = key(profile, 1).with_mki(&[1; MasterKey::MAX_MKI_LENGTH]).unwrap();
            let Ok(sender) = Sender::new(key, Options::new().header_protection(headers)) else {
                continue;
            };
            most = most.max(sender.rtp_overhead()).max(sender.rtcp_overhead());
        }
    }
    assert_eq!(most, Sender::MAX_OVERHEAD);
}

#[test]
fn a_length_past_the_buffer_is_refused() {
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, Options::new());
    let result = sender.protect_rtp(&mut rtp_with(1, 0, None), 1_000);
    assert_eq!(result, Err(Error::BufferTooSmall { needed: 1_016 }));
    for size in [0, 70_000] {
        let mut long = rtp_with(1, 0, None);
        long.resize(66_000, 0);
        let result = sender.protect_rtp_into(&long, &mut vec![0; size]);
        assert!(matches!(result, Err(Error::Malformed(_))), "no buffer is enough");
        let result = receiver.unprotect_rtp_into(&long, &mut vec![0; size]);
        assert!(matches!(result, Err(Error::Malformed(_))), "no buffer is enough");
    }
    let result = sender.protect_rtp(&mut rtp_with(1, 0, None), 65_530);
    assert!(matches!(result, Err(Error::Malformed(_))), "no buffer is enough");
    let result = sender.protect_rtcp(&mut rtcp(), 1_000);
    assert_eq!(result, Err(Error::BufferTooSmall { needed: 1_020 }));
    let result = sender.protect_rtp_into(&rtp_with(1, 0, None), &mut [0; 10]);
    assert_eq!(result, Err(Error::BufferTooSmall { needed: 48 }));
    let result = receiver.unprotect_rtp_into(&[0x80; 64], &mut [0; 63]);
    assert_eq!(result, Err(Error::BufferTooSmall { needed: 64 }));
}

#[test]
fn cryptex_without_room_for_its_extension_is_an_error() {
    let options = Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Optional));
    for profile in Profile::ENCRYPTING {
        let (mut sender, _) = pair_with(profile, options.clone());
        let plain = rtp_with(1, 2, None);
        let needed = plain.len() + profile.rtp_tag_length() + 4;
        let mut buffer = plain.clone();
        buffer.resize(needed - 1, 0);
        let result = sender.protect_rtp(&mut buffer, plain.len());
        assert_eq!(result, Err(Error::BufferTooSmall { needed }));
        assert_eq!(buffer[..plain.len()], plain);
        buffer.push(0);
        assert_eq!(sender.protect_rtp(&mut buffer, plain.len()), Ok(needed));
    }
}
