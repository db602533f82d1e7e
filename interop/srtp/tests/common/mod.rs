//! Both implementations with the same keys.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::OnceLock;

use interop_srtp::{Library, Peer, Setup, Status};
use privity_srtp::{Error, MasterKey, Options, Profile, Receiver, Sender};

/// The SSRC of [`rtp`] and [`rtcp`].
pub(crate) const SSRC: u32 = 0xcafe_babe;

/// Every profile that the library has as the RFCs have it.
pub(crate) fn profiles() -> impl Iterator<Item = Profile> {
    let all = Profile::ENCRYPTING.into_iter().chain([Profile::NULL_HMAC_SHA1_80]);
    all.filter(|profile| profile.key_length() != 24 || library().derives_aes_192())
}

/// Debian's libsrtp, initialised once for all threads.
pub(crate) fn library() -> Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| Library::system().expect("libsrtp2-1 is installed: cargo xtask setup"))
        .clone()
}

/// A master key and salt.
pub(crate) fn key_and_salt(profile: Profile, seed: u8) -> Vec<u8> {
    (0..profile.key_length() + profile.salt_length())
        .map(|place| seed.wrapping_mul(31).wrapping_add((place as u8).wrapping_mul(7)))
        .collect()
}

/// The same for ours.
pub(crate) fn key(profile: Profile, seed: u8) -> MasterKey {
    MasterKey::from_concatenation(profile, &key_and_salt(profile, seed)).unwrap()
}

/// The same for libsrtp.
pub(crate) fn setup(profile: Profile, seed: u8) -> Setup {
    Setup::new(profile.name(), key_and_salt(profile, seed))
}

/// One end that is ours and one that is libsrtp's, in both directions.
pub(crate) struct Pair {
    pub(crate) sender: Sender,
    pub(crate) their_receiver: Peer,
    pub(crate) their_sender: Peer,
    pub(crate) receiver: Receiver,
}

impl Pair {
    pub(crate) fn new(library: &Library, profile: Profile) -> Self {
        Self::with(library, key(profile, 1), key(profile, 1), Options::new(), &setup(profile, 1))
    }

    pub(crate) fn with(
        library: &Library,
        sending: MasterKey,
        receiving: MasterKey,
        options: Options,
        setup: &Setup,
    ) -> Self {
        Self {
            sender: Sender::new(sending, options.clone()).unwrap(),
            their_receiver: Peer::receiver(library, setup).unwrap(),
            their_sender: Peer::sender(library, setup).unwrap(),
            receiver: Receiver::new(receiving, options).unwrap(),
        }
    }

    /// RTP from ours to theirs and from theirs to ours, and the same bytes on the wire.
    pub(crate) fn exchange_rtp(&mut self, plain: &[u8]) {
        let ours = protect_rtp(&mut self.sender, plain);
        let theirs = their_protect_rtp(&mut self.their_sender, plain, 0);
        assert_eq!(ours, theirs);
        assert_eq!(their_unprotect_rtp(&mut self.their_receiver, &ours).as_deref(), Ok(plain));
        assert_eq!(unprotect_rtp(&mut self.receiver, &theirs).as_deref(), Ok(plain));
    }

    /// RTCP both ways; the indices start at 0 and at 1.
    pub(crate) fn exchange_rtcp(&mut self, plain: &[u8]) {
        let ours = protect_rtcp(&mut self.sender, plain);
        let theirs = their_protect_rtcp(&mut self.their_sender, plain, 0);
        assert_eq!(ours.len(), theirs.len());
        assert_eq!(their_unprotect_rtcp(&mut self.their_receiver, &ours).as_deref(), Ok(plain));
        assert_eq!(unprotect_rtcp(&mut self.receiver, &theirs).as_deref(), Ok(plain));
    }
}

/// An RTP packet with contributing sources, an extension and a payload.
pub(crate) fn rtp_with(
    sequence: u16,
    sources: u8,
    extension: Option<(u16, &[u8])>,
    payload: usize,
) -> Vec<u8> {
    let mut packet = vec![0x80 | sources, 111];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 3, 0xc0]);
    packet.extend(SSRC.to_be_bytes());
    for source in 0..sources {
        packet.extend([source; 4]);
    }
    if let Some((profile, body)) = extension {
        packet[0] |= 0x10;
        packet.extend(profile.to_be_bytes());
        packet.extend(u16::try_from(body.len() / 4).unwrap().to_be_bytes());
        packet.extend(body);
    }
    packet.extend((0..payload).map(|place| place as u8));
    packet
}

/// An RTP packet with 20 bytes of payload.
pub(crate) fn rtp(sequence: u16) -> Vec<u8> {
    rtp_with(sequence, 0, None, 20)
}

/// An RTCP sender report.
pub(crate) fn rtcp() -> Vec<u8> {
    let mut packet = vec![0x80, 200, 0, 6];
    packet.extend(SSRC.to_be_bytes());
    packet.extend([0xcd; 20]);
    packet
}

pub(crate) fn protect_rtp(sender: &mut Sender, plain: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plain.len() + sender.rtp_overhead()];
    let length = sender.protect_rtp_into(plain, &mut out).unwrap();
    out.truncate(length);
    out
}

pub(crate) fn protect_rtcp(sender: &mut Sender, plain: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plain.len() + sender.rtcp_overhead()];
    let length = sender.protect_rtcp_into(plain, &mut out).unwrap();
    out.truncate(length);
    out
}

pub(crate) fn unprotect_rtp(receiver: &mut Receiver, packet: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = packet.to_vec();
    let length = receiver.unprotect_rtp(&mut out)?;
    out.truncate(length);
    Ok(out)
}

pub(crate) fn unprotect_rtcp(receiver: &mut Receiver, packet: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = packet.to_vec();
    let length = receiver.unprotect_rtcp(&mut out)?;
    out.truncate(length);
    Ok(out)
}

pub(crate) fn their_protect_rtp(peer: &mut Peer, plain: &[u8], key: usize) -> Vec<u8> {
    let mut out = [plain, &[0; 256]].concat();
    let length = peer.protect_rtp(&mut out, plain.len(), key).unwrap();
    out.truncate(length);
    out
}

pub(crate) fn their_protect_rtcp(peer: &mut Peer, plain: &[u8], key: usize) -> Vec<u8> {
    let mut out = [plain, &[0; 256]].concat();
    let length = peer.protect_rtcp(&mut out, plain.len(), key).unwrap();
    out.truncate(length);
    out
}

pub(crate) fn their_unprotect_rtp(peer: &mut Peer, packet: &[u8]) -> Result<Vec<u8>, Status> {
    let mut out = packet.to_vec();
    let length = peer.unprotect_rtp(&mut out)?;
    out.truncate(length);
    Ok(out)
}

pub(crate) fn their_unprotect_rtcp(peer: &mut Peer, packet: &[u8]) -> Result<Vec<u8>, Status> {
    let mut out = packet.to_vec();
    let length = peer.unprotect_rtcp(&mut out)?;
    out.truncate(length);
    Ok(out)
}
