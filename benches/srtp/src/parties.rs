//! Ours and the peers, each with a sender and a receiver of the same key.

use std::hint::black_box;

use interop_srtp::{Library, Peer, Setup};
use privity_srtp::{MasterKey, Options, Profile, Receiver, Sender};
use rtc_srtp::context::Context;
use rtc_srtp::option::srtp_replay_protection;
use rtc_srtp::protection_profile::ProtectionProfile;

use crate::batch::{Packet, Party};

/// Packets that the replay window spans, everywhere.
const WINDOW: u16 = 128;

/// This project.
pub(crate) struct Ours {
    sender: Sender,
    receiver: Receiver,
}

impl Ours {
    pub(crate) fn new(profile: Profile) -> Self {
        let key =
            || MasterKey::from_concatenation(profile, &key_and_salt(profile)).expect("its lengths");
        let options = Options::new().replay_window(WINDOW).expect("in range");
        Self {
            sender: Sender::new(key(), options.clone()).expect("options fit"),
            receiver: Receiver::new(key(), options).expect("options fit"),
        }
    }
}

impl Party for Ours {
    fn protect(&mut self, packet: &mut Packet) {
        let result = self.sender.protect_rtp(&mut packet.buffer, packet.length);
        packet.length = result.expect("it protects");
    }

    fn unprotect(&mut self, packet: &mut Packet) {
        let result = self.receiver.unprotect_rtp(&mut packet.buffer[..packet.length]);
        packet.length = result.expect("it opens");
    }

    fn prepare(&mut self, packet: &mut Packet) {
        self.protect(packet);
    }
}

/// libsrtp.
pub(crate) struct Theirs {
    sender: Peer,
    receiver: Peer,
}

impl Theirs {
    pub(crate) fn new(library: &Library, profile: Profile) -> Self {
        let setup = Setup { window: WINDOW, ..Setup::new(profile.name(), key_and_salt(profile)) };
        Self {
            sender: Peer::sender(library, &setup).expect("a session"),
            receiver: Peer::receiver(library, &setup).expect("a session"),
        }
    }
}

impl Party for Theirs {
    fn protect(&mut self, packet: &mut Packet) {
        let result = self.sender.protect_rtp(&mut packet.buffer, packet.length, 0);
        packet.length = result.expect("it protects");
    }

    fn unprotect(&mut self, packet: &mut Packet) {
        let result = self.receiver.unprotect_rtp(&mut packet.buffer[..packet.length]);
        packet.length = result.expect("it opens");
    }

    fn prepare(&mut self, packet: &mut Packet) {
        self.protect(packet);
    }
}

/// rtc-srtp, which gives each packet back in a buffer of its own.
pub(crate) struct Rtc {
    sender: Context,
    receiver: Context,
}

impl Rtc {
    /// None for a profile that it lacks.
    pub(crate) fn new(profile: Profile) -> Option<Self> {
        let theirs = match profile.name() {
            "AES_CM_128_HMAC_SHA1_80" => ProtectionProfile::Aes128CmHmacSha1_80,
            "AES_CM_128_HMAC_SHA1_32" => ProtectionProfile::Aes128CmHmacSha1_32,
            "AES_256_CM_HMAC_SHA1_80" => ProtectionProfile::Aes256CmHmacSha1_80,
            "AES_256_CM_HMAC_SHA1_32" => ProtectionProfile::Aes256CmHmacSha1_32,
            "AEAD_AES_128_GCM" => ProtectionProfile::AeadAes128Gcm,
            "AEAD_AES_256_GCM" => ProtectionProfile::AeadAes256Gcm,
            _ => return None,
        };
        let both = key_and_salt(profile);
        let (key, salt) = both.split_at(profile.key_length());
        let provider = rtc_srtp::crypto::default_provider().expect("the one with ring");
        let context = || {
            let window = srtp_replay_protection(WINDOW.into());
            Context::new(key, salt, theirs, Some(window), None, provider.crypto()).ok()
        };
        Some(Self { sender: context()?, receiver: context()? })
    }
}

impl Party for Rtc {
    fn protect(&mut self, packet: &mut Packet) {
        black_box(self.sender.encrypt_rtp(packet.bytes()).expect("it protects"));
    }

    fn unprotect(&mut self, packet: &mut Packet) {
        black_box(self.receiver.decrypt_rtp(packet.bytes()).expect("it opens"));
    }

    fn prepare(&mut self, packet: &mut Packet) {
        let protected = self.sender.encrypt_rtp(packet.bytes()).expect("it protects");
        packet.length = protected.len();
        packet.buffer[..protected.len()].copy_from_slice(&protected);
    }
}

fn key_and_salt(profile: Profile) -> Vec<u8> {
    (1..).take(profile.key_length() + profile.salt_length()).collect()
}
