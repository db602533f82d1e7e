//! RFC 3711 §3.3.2: nothing is accepted twice, and nothing from before the window.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    pair_with, profiles, protect_rtcp, protect_rtp, rtcp, rtp, rtp_of, unprotect_rtcp,
    unprotect_rtp,
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

/// With one window for two SSRCs, what one has received would be refused to the other, and
/// where one stream moves the window, replays of the other would be taken.
#[test]
fn every_ssrc_and_protocol_has_a_window_of_its_own() {
    for (window, count) in [(64, 2), (64, 9), (1_000, 5)] {
        let options =
            Options::new().replay_window(window).unwrap().stream_limit(count + 1).unwrap();
        let ssrcs = || (0..u32::from(count)).map(|number| 0x1000 + 7 * number);
        let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
        let media: Vec<Vec<_>> = ssrcs()
            .map(|ssrc| {
                (0..2 * window).map(|s| protect_rtp(&mut sender, &rtp_of(ssrc, s))).collect()
            })
            .collect();
        let reports: Vec<Vec<_>> = ssrcs()
            .map(|ssrc| {
                let mut report = rtcp();
                report[4..8].copy_from_slice(&ssrc.to_be_bytes());
                (0..2 * window).map(|_| protect_rtcp(&mut sender, &report)).collect()
            })
            .collect();
        // Each stream a little further than the one before, even numbers only, RTCP odd ones.
        let front = |stream: usize| usize::from(window) / 2 + 2 * stream;
        for (stream, packets) in media.iter().enumerate() {
            for packet in packets[..front(stream)].iter().step_by(2) {
                assert!(unprotect_rtp(&mut receiver, packet).is_ok(), "{window}, {stream}");
            }
        }
        for (stream, packets) in reports.iter().enumerate() {
            for packet in packets[..front(stream)].iter().skip(1).step_by(2) {
                assert!(unprotect_rtcp(&mut receiver, packet).is_ok(), "{window}, {stream}");
            }
        }
        for (stream, (media, reports)) in media.iter().zip(&reports).enumerate() {
            for (place, packet) in media.iter().enumerate().take(front(stream)) {
                let fresh = |result: Result<_, _>| match place % 2 == 0 {
                    true => assert_eq!(result.map(|_: Vec<u8>| ()), Err(Error::Replayed)),
                    false => assert!(result.is_ok(), "{window}, {stream}, {place}"),
                };
                fresh(unprotect_rtp(&mut receiver, packet));
                let other = place ^ 1;
                if other < front(stream) {
                    fresh(unprotect_rtcp(&mut receiver, &reports[other]));
                }
            }
        }
    }
}
