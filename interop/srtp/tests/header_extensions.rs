//! RFC 6904: the same elements encrypted to the same bytes, in both forms of RFC 8285.

mod common;

use common::{Pair, key, library, profiles, rtp_with, setup};
use interop_srtp::Setup;
use privity_srtp::{HeaderProtection, Options, Profile};

fn pair(profile: Profile, ids: &[u8]) -> Pair {
    let theirs = Setup { elements: ids.to_vec(), ..setup(profile, 1) };
    let headers = HeaderProtection::elements(ids).unwrap();
    let options = Options::new().header_protection(headers);
    Pair::with(&library(), key(profile, 1), key(profile, 1), options, &theirs)
}

fn encrypting() -> impl Iterator<Item = Profile> {
    profiles().filter(|profile| *profile != Profile::NULL_HMAC_SHA1_80)
}

#[test]
fn one_byte_elements() {
    // Padding stands last: between elements libsrtp skips it in its keystream too.
    let body =
        [0x11, 1, 2, 0x21, 3, 4, 0x3d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0, 0, 0];
    for profile in encrypting() {
        for ids in [&[1][..], &[2, 3], &[1, 2, 3], &[9]] {
            let mut pair = pair(profile, ids);
            for sources in 0..=15 {
                let sequence = u16::from(sources);
                pair.exchange_rtp(&rtp_with(sequence, sources, Some((0xbede, &body)), 40));
            }
        }
    }
}

#[test]
fn two_byte_elements() {
    for profile in encrypting() {
        let mut pair = pair(profile, &[1, 17, 200]);
        for length in 1..=255u8 {
            let mut body = vec![17, length];
            body.extend((0..length).collect::<Vec<_>>());
            body.extend([18, 2, 5, 6, 200, 1, 7]);
            body.resize(body.len().next_multiple_of(4), 0);
            pair.exchange_rtp(&rtp_with(u16::from(length), 2, Some((0x1000, &body)), 40));
        }
    }
}

#[test]
fn packets_without_an_extension_or_with_a_foreign_one() {
    for profile in encrypting() {
        let mut pair = pair(profile, &[1]);
        pair.exchange_rtp(&rtp_with(1, 0, None, 40));
        pair.exchange_rtp(&rtp_with(2, 3, Some((0xbede, &[])), 40));
    }
}
