//! Both ends of an SRTP session driven by operations.

use std::collections::{BTreeSet, HashMap, HashSet};

use arbitrary::Arbitrary;
use privity_srtp::{
    Cryptex, Error, HeaderProtection, Profile, Protocol, Receiver, RtcpEncryption, Sender,
};

use crate::srtp::session;
use crate::srtp_packet::{Header, Sent, report};
use crate::srtp_setup::{Agreed, End, Keys, Setup};

/// One thing that happens in a session.
#[derive(Arbitrary, Debug)]
pub enum Operation {
    /// The app sends a packet of a stream.
    Send {
        /// Which stream.
        ssrc: u8,
        /// Sequence number.
        sequence: u16,
        /// Bytes of payload.
        payload: u8,
        /// Sources and extension.
        header: Header,
    },
    /// The app sends a report.
    Report {
        /// Which stream.
        ssrc: u8,
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
    /// Both ends add a master key with an MKI.
    AddKey,
    /// The sender selects a key.
    SelectKey(u8),
    /// The sender removes a key.
    RemoveKeyOfSender(u8),
    /// The receiver removes a key.
    RemoveKeyOfReceiver(u8),
    /// The sender is given a key once more.
    ReturnKey(u8),
    /// Signalling tells both ends a rollover counter.
    SetRolloverCounter {
        /// Which stream.
        ssrc: u8,
        /// The counter.
        roc: u32,
    },
    /// The receiver is told where a stream is.
    Join(u8),
    /// The sender goes on at another SRTCP index.
    SetRtcpIndex {
        /// Which stream.
        ssrc: u8,
        /// The index.
        index: u32,
    },
    /// Both ends change the master key, and the old one ends at once.
    Replace,
    /// The sender is told where a stream is.
    SetIndex {
        /// Which stream.
        ssrc: u8,
        /// The rollover counter.
        roc: u32,
        /// The sequence number.
        sequence: u16,
    },
    /// Both ends make room for more streams.
    RaiseStreamLimit(u8),
}

/// Both ends, and what was sent and received. No packet is accepted twice, none comes out
/// other than it went in, a forged one is never accepted and never changes a counter. No
/// keystream is used twice, no key lives longer than it may, and what the receiver's options
/// do not allow is refused as such and left unchanged.
pub struct Exchange {
    sender: Sender,
    receiver: Receiver,
    profile: Profile,
    setup: Agreed,
    /// Keys so far.
    keys: u8,
    in_use: u8,
    sender_keys: BTreeSet<u8>,
    receiver_keys: BTreeSet<u8>,
    sent: Vec<Sent>,
    keystreams: HashSet<u128>,
    accepted: HashSet<Vec<u8>>,
    uses: HashMap<(End, u8, bool), u64>,
}

impl Exchange {
    /// A fresh session.
    #[must_use]
    pub fn new(setup: &Setup) -> Option<Self> {
        let choice = [setup.choice];
        let (profile, options, _) = session(&choice)?;
        let agreed = Agreed::new(setup, profile);
        let theirs = options.clone().rtcp_encryption(agreed.rtcp);
        let theirs = theirs.header_protection(agreed.headers.clone());
        Some(Self {
            sender: Sender::new(agreed.key(End::Sender, profile, 0), options).ok()?,
            receiver: Receiver::new(agreed.key(End::Receiver, profile, 0), theirs).ok()?,
            profile,
            setup: agreed,
            keys: 0,
            in_use: 0,
            sender_keys: BTreeSet::from([0]),
            receiver_keys: BTreeSet::from([0]),
            sent: Vec::new(),
            keystreams: HashSet::new(),
            accepted: HashSet::new(),
            uses: HashMap::new(),
        })
    }

    /// Lets one operation happen.
    pub fn run(&mut self, operation: &Operation) {
        match *operation {
            Operation::Send { ssrc, sequence, payload, header } => {
                self.send(header.packet(ssrc % SSRCS, sequence, payload));
            }
            Operation::Report { ssrc, payload } => self.report(report(ssrc % SSRCS, payload)),
            Operation::Deliver { packet } => self.deliver(packet),
            Operation::Forge { packet, bit } => self.forge(packet, bit),
            Operation::Rekey => self.rekey(),
            Operation::Timeout => {
                self.receiver.handle_timeout(1);
                if self.setup.keys == Keys::Plain {
                    self.receiver_keys.retain(|key| *key == self.keys);
                }
            }
            Operation::AddKey => self.add_key(),
            Operation::SelectKey(place) => self.select_key(place),
            Operation::RemoveKeyOfSender(place) => self.remove_key_of_sender(place),
            Operation::RemoveKeyOfReceiver(place) => self.remove_key_of_receiver(place),
            Operation::ReturnKey(place) => {
                let known = place % (self.keys + 1);
                let key = self.setup.key(End::Sender, self.profile, known);
                let result = match self.setup.keys {
                    Keys::Plain => self.sender.rekey(key),
                    Keys::Named => self.sender.add_key(key),
                };
                assert!(matches!(result, Err(Error::Misuse(_))), "no key has two lives");
            }
            Operation::SetRolloverCounter { ssrc, roc } => {
                let ssrc = u32::from(ssrc % SSRCS);
                if self.sender.set_rollover_counter(ssrc, roc).is_ok() {
                    let _ = self.receiver.set_rollover_counter(ssrc, roc);
                }
            }
            Operation::Join(ssrc) => {
                let ssrc = u32::from(ssrc % SSRCS);
                if let Some(index) = self.sender.last_index(ssrc) {
                    let _ = self.receiver.set_index(ssrc, index);
                }
            }
            Operation::SetRtcpIndex { ssrc, index } => {
                let _ = self.sender.set_rtcp_index(u32::from(ssrc % SSRCS), index);
            }
            Operation::Replace => self.replace(),
            Operation::SetIndex { ssrc, roc, sequence } => {
                let index = u64::from(roc) << 16 | u64::from(sequence);
                let _ = self.sender.set_index(u32::from(ssrc % SSRCS), index);
            }
            Operation::RaiseStreamLimit(streams) => {
                let limits = [
                    self.sender.raise_stream_limit(u16::from(streams)),
                    self.receiver.raise_stream_limit(u16::from(streams)),
                ];
                assert_eq!(limits[0], limits[1]);
            }
        }
        while self.sender.poll_event().is_some() {}
        while self.receiver.poll_event().is_some() {}
    }

    fn send(&mut self, plain: Vec<u8>) {
        let mut wire = vec![0; plain.len() + self.sender.rtp_overhead()];
        if let Ok(length) = self.sender.protect_rtp_into(&plain, &mut wire) {
            wire.truncate(length);
            let again = self.sender.protect_rtp_into(&plain, &mut vec![0; length + 8]);
            assert!(again.is_err(), "one index is protected once");
            self.note(Protocol::Rtp, plain, wire);
        }
    }

    fn report(&mut self, plain: Vec<u8>) {
        let mut wire = vec![0; plain.len() + self.sender.rtcp_overhead()];
        if let Ok(length) = self.sender.protect_rtcp_into(&plain, &mut wire) {
            assert_eq!(length, wire.len());
            self.note(Protocol::Rtcp, plain, wire);
        }
    }

    fn note(&mut self, protocol: Protocol, plain: Vec<u8>, wire: Vec<u8>) {
        let sent = Sent { protocol, key: self.in_use, plain, wire };
        self.count(End::Sender, &sent);
        let encrypts = self.profile != Profile::NULL_HMAC_SHA1_80 && !sent.is_clear_rtcp();
        if let Some(keystream) = sent.keystream().filter(|_| encrypts) {
            assert!(self.keystreams.insert(keystream), "no keystream is used twice");
        }
        self.sent.push(sent);
    }

    fn deliver(&mut self, place: u16) {
        let Some(sent) = self.pick(place) else { return };
        let mut buffer = sent.wire.clone();
        let result = self.unprotect(sent.protocol, &mut buffer);
        if let Some(refusal) = self.refusal(&sent) {
            assert_eq!(result.map_err(kind), Err(refusal));
        }
        match result {
            Ok(length) => {
                assert_eq!(buffer[..length], sent.expected());
                assert!(self.receiver_keys.contains(&sent.key), "the key is installed");
                self.count(End::Receiver, &sent);
                assert!(self.accepted.insert(sent.wire), "one packet is accepted once");
            }
            Err(Error::NotAuthentic) => {}
            Err(_) => assert_eq!(buffer, sent.wire, "the packet is unchanged"),
        }
    }

    fn forge(&mut self, place: u16, bit: u16) {
        let Some(Sent { protocol, wire: mut packet, .. }) = self.pick(place) else { return };
        let bit = usize::from(bit) % (8 * packet.len());
        packet[bit / 8] ^= 1 << (bit % 8);
        let before = self.counters();
        let result = self.unprotect(protocol, &mut packet);
        // Four bytes of a 32-bit tag are within the fuzzer's reach only by one in 2^32.
        assert!(result.is_err(), "a forged packet is not accepted");
        assert_eq!(before, self.counters());
    }

    fn rekey(&mut self) {
        let Some(next) = self.keys.checked_add(1).filter(|next| *next < MAX_KEYS) else { return };
        let key = |end| self.setup.key(end, self.profile, next);
        if self.setup.keys == Keys::Named {
            assert!(
                self.receiver.rekey(key(End::Receiver), 1).is_err(),
                "keys with MKIs are added"
            );
            return;
        }
        self.sender.rekey(key(End::Sender)).expect("a new key");
        self.receiver.rekey(key(End::Receiver), 1).expect("a new key");
        self.receiver_keys.retain(|key| *key == self.keys);
        self.receiver_keys.insert(next);
        self.sender_keys = BTreeSet::from([next]);
        (self.keys, self.in_use) = (next, next);
    }

    fn replace(&mut self) {
        let Some(next) = self.keys.checked_add(1).filter(|next| *next < MAX_KEYS) else { return };
        let key = |end| self.setup.key(end, self.profile, next);
        let plain = self.setup.keys == Keys::Plain;
        if self.sender_keys.len() > 1 {
            assert!(self.sender.rekey(key(End::Sender)).is_err(), "one of several is selected");
        } else if !plain && self.receiver_keys.len() > 1 {
            assert!(self.receiver.rekey(key(End::Receiver), 0).is_err(), "several are added to");
        } else {
            self.sender.rekey(key(End::Sender)).expect("a new key");
            self.receiver.rekey(key(End::Receiver), 0).expect("a new key");
            self.receiver_keys = BTreeSet::from([next]);
            self.sender_keys = BTreeSet::from([next]);
            (self.keys, self.in_use) = (next, next);
        }
    }

    fn add_key(&mut self) {
        let Some(next) = self.keys.checked_add(1).filter(|next| *next < MAX_KEYS) else { return };
        let key = |end| self.setup.key(end, self.profile, next);
        let named = self.setup.keys == Keys::Named;
        let fits = named && self.sender_keys.len() < MAX_AT_ONCE;
        assert_eq!(self.sender.add_key(key(End::Sender)).is_ok(), fits);
        if !fits {
            return;
        }
        self.keys = next;
        self.sender_keys.insert(next);
        let fits = self.receiver_keys.len() < MAX_AT_ONCE;
        assert_eq!(self.receiver.add_key(key(End::Receiver)).is_ok(), fits);
        if fits {
            self.receiver_keys.insert(next);
        }
    }

    fn select_key(&mut self, place: u8) {
        let chosen = place % (self.keys + 1);
        let result = self.sender.select_key(&self.setup.mki(chosen));
        let known = self.setup.keys == Keys::Plain || self.sender_keys.contains(&chosen);
        assert_eq!(result, if known { Ok(()) } else { Err(Error::UnknownKey) });
        if known && self.setup.keys == Keys::Named {
            self.in_use = chosen;
        }
    }

    fn remove_key_of_sender(&mut self, place: u8) {
        let chosen = place % (self.keys + 1);
        let removed = self.sender.remove_key(&self.setup.mki(chosen)).is_ok();
        let named = self.setup.keys == Keys::Named;
        assert_eq!(removed, named && chosen != self.in_use && self.sender_keys.remove(&chosen));
    }

    fn remove_key_of_receiver(&mut self, place: u8) {
        let chosen = place % (self.keys + 1);
        let removed = self.receiver.remove_key(&self.setup.mki(chosen)).is_ok();
        let more = self.setup.keys == Keys::Named && self.receiver_keys.len() > 1;
        assert_eq!(removed, more && self.receiver_keys.remove(&chosen));
    }

    fn unprotect(&mut self, protocol: Protocol, packet: &mut [u8]) -> Result<usize, Error> {
        match protocol {
            Protocol::Rtp => self.receiver.unprotect_rtp(packet),
            Protocol::Rtcp => self.receiver.unprotect_rtcp(packet),
        }
    }

    /// What the receiver's options make of a packet before anything else.
    fn refusal(&self, sent: &Sent) -> Option<Error> {
        let encrypts = self.profile != Profile::NULL_HMAC_SHA1_80;
        let clear = sent.is_clear_rtcp() && sent.plain.len() >= 16 + 8;
        let required = HeaderProtection::cryptex(Cryptex::Required);
        let cryptex = [required.clone(), HeaderProtection::cryptex(Cryptex::Optional)];
        if encrypts && clear && self.setup.rtcp == RtcpEncryption::Required
            || sent.is_bare() && self.setup.headers == required
        {
            Some(Error::NotEncrypted)
        } else if sent.is_marked() && !cryptex.contains(&self.setup.headers) {
            Some(Error::Malformed(""))
        } else {
            None
        }
    }

    /// Counts a use of a key, of which there may be only so many.
    fn count(&mut self, end: End, sent: &Sent) {
        let limit = self.setup.life(end, sent.protocol);
        let rtp = sent.protocol == Protocol::Rtp;
        let other = if rtp { Protocol::Rtcp } else { Protocol::Rtp };
        let used = self.uses.get(&(end, sent.key, !rtp)).copied().unwrap_or_default();
        assert!(used < self.setup.life(end, other), "a spent key is spent for both protocols");
        let uses = self.uses.entry((end, sent.key, rtp)).or_default();
        *uses += 1;
        assert!(*uses <= limit, "a key lives no longer than it may");
    }

    fn counters(&self) -> Vec<Option<u32>> {
        (0..SSRCS).map(|ssrc| self.receiver.rollover_counter(u32::from(ssrc))).collect()
    }

    fn pick(&self, place: u16) -> Option<Sent> {
        let place = usize::from(place).checked_rem(self.sent.len())?;
        self.sent.get(place).cloned()
    }
}

/// An error without its words.
fn kind(error: Error) -> Error {
    match error {
        Error::Malformed(_) => Error::Malformed(""),
        other => other,
    }
}

/// Streams of the app; the session holds fewer.
const SSRCS: u8 = 6;
/// Keys of an exchange.
const MAX_KEYS: u8 = 200;
/// Keys that a session holds at once.
const MAX_AT_ONCE: usize = 64;
