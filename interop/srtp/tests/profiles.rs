//! Every profile in both directions: sources, extensions, payload lengths, compound RTCP.

mod common;

use common::{Pair, library, profiles, rtcp, rtp_with};

#[test]
fn rtp_with_0_to_15_sources_and_either_extension() {
    let extensions: [Option<(u16, &[u8])>; 4] = [
        None,
        Some((0xbede, &[0x10, 1, 0x21, 1, 2, 0, 0, 0])),
        Some((0x1000, &[1, 1, 9, 0, 2, 1, 8, 0])),
        Some((0xabcd, &[0xff; 8])),
    ];
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        let mut sequence = 0;
        for sources in 0..=15 {
            for extension in extensions {
                sequence += 1;
                pair.exchange_rtp(&rtp_with(sequence, sources, extension, 33));
            }
        }
    }
}

#[test]
fn payloads_of_every_length() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        for payload in (1..300).chain([1_000, 1_200, 1_452, 2_000]) {
            let sequence = u16::try_from(payload).unwrap();
            pair.exchange_rtp(&rtp_with(sequence, 0, None, payload));
        }
    }
}

#[test]
fn rtcp_alone_and_compound() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        for count in 1..20 {
            pair.exchange_rtcp(&rtcp().repeat(count));
        }
    }
}

#[test]
fn rtcp_that_is_only_authenticated() {
    use common::{key, setup};
    use interop_srtp::Setup;
    use privity_srtp::{Options, RtcpEncryption};
    for profile in profiles() {
        let theirs = Setup { rtcp_clear: true, ..setup(profile, 1) };
        let options = Options::new().rtcp_encryption(RtcpEncryption::Off);
        let mut pair = Pair::with(&library(), key(profile, 1), key(profile, 1), options, &theirs);
        for count in 1..5 {
            pair.exchange_rtcp(&rtcp().repeat(count));
        }
    }
}

#[test]
fn aes_192_differs_exactly_where_libsrtp_derives_its_keys_otherwise() {
    use common::{key, protect_rtp, setup, their_protect_rtp};
    use interop_srtp::Peer;
    use privity_srtp::{Options, Profile, Sender};
    for profile in [Profile::AES_192_CM_HMAC_SHA1_80, Profile::AES_192_CM_HMAC_SHA1_32] {
        let plain = rtp_with(1, 0, None, 20);
        let mut sender = Sender::new(key(profile, 1), Options::new()).unwrap();
        let mut their_sender = Peer::sender(&library(), &setup(profile, 1)).unwrap();
        let same =
            protect_rtp(&mut sender, &plain) == their_protect_rtp(&mut their_sender, &plain, 0);
        assert_eq!(same, library().derives_aes_192(), "{}", library().version());
    }
}
