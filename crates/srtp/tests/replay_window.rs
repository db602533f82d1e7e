//! RFC 3711 §3.3.2: nothing is accepted twice, and nothing from before the window.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    pair_with, profiles, protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp,
};
use privity_srtp::{Error, Options, Profile};

#[test]
fn a_packet_is_accepted_once() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair_with(profile, Options::new());
        let (media, control) =
            (protect_rtp(&mut sender, &rtp(1)), protect_rtcp(&mut sender, &rtcp()));
        assert!(unprotect_rtp(&mut receiver, &media).is_ok());
        assert!(unprotect_rtcp(&mut receiver, &control).is_ok());
        assert_eq!(unprotect_rtp(&mut receiver, &media), Err(Error::Replayed));
        assert_eq!(unprotect_rtcp(&mut receiver, &control), Err(Error::Replayed));
    }
}

#[test]
fn the_window_ends_exactly_where_the_options_say() {
    for size in [64, 100, 128, 1_024, 32_767] {
        let options = Options::new().replay_window(size).unwrap();
        let (mut sender, mut receiver) = pair_with(Profile::AES_CM_128_HMAC_SHA1_32, options);
        let packets: Vec<_> =
            (0..=size).map(|sequence| protect_rtp(&mut sender, &rtp(sequence))).collect();
        assert!(unprotect_rtp(&mut receiver, &packets[usize::from(size)]).is_ok());
        assert_eq!(unprotect_rtp(&mut receiver, &packets[0]), Err(Error::TooOld), "{size}");
        assert!(unprotect_rtp(&mut receiver, &packets[1]).is_ok(), "{size}");
        assert_eq!(unprotect_rtp(&mut receiver, &packets[1]), Err(Error::Replayed), "{size}");
    }
}

#[test]
fn the_rtcp_window_ends_there_too() {
    let options = Options::new().replay_window(64).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
    let packets: Vec<_> = (0..=64).map(|_| protect_rtcp(&mut sender, &rtcp())).collect();
    assert!(unprotect_rtcp(&mut receiver, &packets[64]).is_ok());
    assert_eq!(unprotect_rtcp(&mut receiver, &packets[0]), Err(Error::TooOld));
    assert!(unprotect_rtcp(&mut receiver, &packets[1]).is_ok());
}
