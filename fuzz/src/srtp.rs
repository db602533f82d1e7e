//! Both ends of an SRTP session driven by arbitrary bytes and operations.

use std::collections::HashSet;

use arbitrary::Arbitrary;
use privity_srtp::{
    Cryptex, Error, HeaderProtection, MasterKey, Options, Profile, Receiver, RtcpEncryption, Sender,
};

/// The first byte of an input: which profile and options. Returns the rest.
#[must_use]
pub fn session(input: &[u8]) -> Option<(Profile, Options, &[u8])> {
    let (choice, rest) = input.split_first()?;
    let profiles = Profile::ENCRYPTING;
    let profile = match usize::from(choice & 0x0f) {
        number if number < profiles.len() => profiles[number],
        _ => Profile::NULL_HMAC_SHA1_80,
    };
    let headers = match (choice >> 4 & 3, profile == Profile::NULL_HMAC_SHA1_80) {
        (1, false) => HeaderProtection::elements(&[1, 3, 4]).ok()?,
        (2, false) => HeaderProtection::cryptex(Cryptex::Optional),
        _ => HeaderProtection::none(),
    };
    let rtcp = match choice >> 6 & 1 {
        0 => RtcpEncryption::Required,
        _ => RtcpEncryption::Off,
    };
    let options = Options::new().stream_limit(4).ok()?.header_protection(headers);
    let options = options.rtcp_encryption(rtcp);
    let options = match choice >> 7 {
        0 => options,
        _ => options.key_derivation_rate(4).ok()?,
    };
    Some((profile, options, rest))
}

/// The master key of a session: that of the published vectors where it has their length.
#[must_use]
pub fn key(profile: Profile, seed: u8) -> MasterKey {
    const KEY: [u8; 16] = [
        0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41,
        0x39,
    ];
    const SALT: [u8; 14] =
        [0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6];
    let mut key: Vec<u8> = KEY.iter().cycle().take(profile.key_length()).copied().collect();
    key[0] ^= seed;
    MasterKey::new(profile, &key, &SALT[..profile.salt_length()]).expect("the profile's lengths")
}

/// Opens arbitrary bytes as RTP and as RTCP.
pub fn receive(input: &[u8]) {
    let Some((profile, options, packet)) = session(input) else { return };
    let mut receiver = Receiver::new(key(profile, 0), options).expect("options fit");
    for _ in 0..2 {
        let mut copy = packet.to_vec();
        match receiver.unprotect_rtp(&mut copy) {
            Ok(length) => assert!(length < packet.len()),
            Err(Error::NotAuthentic | Error::Replayed) => {}
            Err(_) => assert_eq!(copy, packet, "the packet is unchanged"),
        }
        let mut copy = packet.to_vec();
        match receiver.unprotect_rtcp(&mut copy) {
            Ok(length) => assert!(length < packet.len()),
            Err(Error::NotAuthentic | Error::Replayed) => {}
            Err(_) => assert_eq!(copy, packet, "the packet is unchanged"),
        }
    }
}

/// Protects arbitrary bytes as RTP and as RTCP; what was protected must open.
pub fn send(input: &[u8]) {
    let Some((profile, options, packet)) = session(input) else { return };
    let mut sender = Sender::new(key(profile, 0), options.clone()).expect("options fit");
    let mut receiver = Receiver::new(key(profile, 0), options).expect("options fit");
    let mut buffer = vec![0; packet.len() + 64];
    match sender.protect_rtp_into(packet, &mut buffer) {
        Ok(length) => {
            let opened = receiver.unprotect_rtp(&mut buffer[..length]).expect("it opens");
            assert!(
                opened == packet.len() && buffer[..opened] == *packet || opened == packet.len() + 4
            );
        }
        Err(_) => assert_eq!(buffer[..packet.len()], *packet, "the packet is unchanged"),
    }
    let mut buffer = vec![0; packet.len() + 64];
    if let Ok(length) = sender.protect_rtcp_into(packet, &mut buffer) {
        let opened = receiver.unprotect_rtcp(&mut buffer[..length]).expect("it opens");
        assert_eq!(buffer[..opened], *packet);
    }
}

/// One thing that happens in a session.
#[derive(Arbitrary, Debug)]
pub enum Operation {
    /// The app sends a packet.
    Send {
        /// Which stream.
        ssrc: u8,
        /// Sequence number.
        sequence: u16,
        /// Bytes of payload.
        payload: u8,
    },
    /// The network delivers a packet, perhaps again, perhaps late.
    Deliver {
        /// Which of the packets so far.
        packet: u16,
    },
    /// The network delivers a packet with one bit changed.
    Forge {
        /// Which of the packets so far.
        packet: u16,
        /// Which bit.
        bit: u16,
    },
    /// Both ends change the master key.
    Rekey,
    /// Time passes: the old key ends.
    Timeout,
    /// Signalling tells both ends a rollover counter.
    SetRolloverCounter {
        /// Which stream.
        ssrc: u8,
        /// The counter.
        roc: u32,
    },
}

/// Both ends, and what was sent and received. No packet is accepted twice, none comes out
/// other than it went in, a forged one is never accepted and never changes a counter.
pub struct Exchange {
    sender: Sender,
    receiver: Receiver,
    profile: Profile,
    keys: u8,
    sent: Vec<(Vec<u8>, Vec<u8>)>,
    accepted: HashSet<Vec<u8>>,
}

impl Exchange {
    /// A fresh session, chosen by one byte.
    #[must_use]
    pub fn new(choice: u8) -> Option<Self> {
        let (profile, options, _) = session(&[choice & 0x8f]).map(|(p, o, _)| (p, o, ()))?;
        Some(Self {
            sender: Sender::new(key(profile, 0), options.clone()).ok()?,
            receiver: Receiver::new(key(profile, 0), options).ok()?,
            profile,
            keys: 0,
            sent: Vec::new(),
            accepted: HashSet::new(),
        })
    }

    /// Lets one operation happen.
    pub fn run(&mut self, operation: &Operation) {
        match *operation {
            Operation::Send { ssrc, sequence, payload } => self.send(ssrc, sequence, payload),
            Operation::Deliver { packet } => self.deliver(packet),
            Operation::Forge { packet, bit } => self.forge(packet, bit),
            Operation::Rekey if self.keys < 200 => {
                self.keys += 1;
                self.sender.rekey(key(self.profile, self.keys)).expect("a new key");
                self.receiver.rekey(key(self.profile, self.keys), 1).expect("a new key");
            }
            Operation::Rekey => {}
            Operation::Timeout => self.receiver.handle_timeout(1),
            Operation::SetRolloverCounter { ssrc, roc } => {
                let ssrc = u32::from(ssrc % 6);
                if self.sender.set_rollover_counter(ssrc, roc).is_ok() {
                    let _ = self.receiver.set_rollover_counter(ssrc, roc);
                }
            }
        }
    }

    fn send(&mut self, ssrc: u8, sequence: u16, payload: u8) {
        let [high, low] = sequence.to_be_bytes();
        let mut plain = vec![0x80, 96, high, low, 0, 0, 0, 1, 0, 0, 0, ssrc % 6];
        plain.resize(12 + usize::from(payload), payload);
        let mut packet = vec![0; plain.len() + self.sender.rtp_overhead()];
        if let Ok(length) = self.sender.protect_rtp_into(&plain, &mut packet) {
            packet.truncate(length);
            let again = self.sender.protect_rtp_into(&plain, &mut vec![0; length + 8]);
            assert!(again.is_err(), "one index is protected once");
            self.sent.push((plain, packet));
        }
    }

    fn deliver(&mut self, place: u16) {
        let Some((plain, packet)) = self.pick(place) else { return };
        let mut buffer = packet.clone();
        if let Ok(length) = self.receiver.unprotect_rtp(&mut buffer) {
            assert_eq!(buffer[..length], plain);
            assert!(self.accepted.insert(packet), "one packet is accepted once");
        }
    }

    fn forge(&mut self, place: u16, bit: u16) {
        let Some((_, mut packet)) = self.pick(place) else { return };
        let bit = usize::from(bit) % (8 * packet.len());
        packet[bit / 8] ^= 1 << (bit % 8);
        let before: Vec<_> = (0..6).map(|ssrc| self.receiver.rollover_counter(ssrc)).collect();
        let result = self.receiver.unprotect_rtp(&mut packet);
        // Four bytes of a 32-bit tag are within the fuzzer's reach only by one in 2^32.
        assert!(result.is_err(), "a forged packet is not accepted");
        let after: Vec<_> = (0..6).map(|ssrc| self.receiver.rollover_counter(ssrc)).collect();
        assert_eq!(before, after);
    }

    fn pick(&self, place: u16) -> Option<(Vec<u8>, Vec<u8>)> {
        let place = usize::from(place).checked_rem(self.sent.len())?;
        self.sent.get(place).cloned()
    }
}
