//! A peer that follows the protocol by a computation of its own (X255, S256, AES1, HS80, B32)
//! as far as a test lets it, and breaks one rule where the test says so.

use privity_primitives::aes_cfb;
use privity_primitives::hash::sha256;
use privity_primitives::mac::hmac_sha256;
use privity_primitives::secret::Secret;
use privity_primitives::x25519::Ephemeral;
use privity_zrtp::message::{
    AlgorithmLists, Commit, CommitBody, Confirm, ConfirmFlags, ConfirmPlain, DhPart, Hello,
    HelloFlags, Message, NameList, SasRelay, SasRelayPlain,
};
use privity_zrtp::{Packet, Role, Zid};

use super::{End, START};

pub const PUPPET_SSRC: u32 = 0x0c0c_0c0c;

pub struct Puppet {
    pub zid: Zid,
    pub ssrc: u32,
    /// H0 to H3.
    pub chain: [[u8; 32]; 4],
    pub hello: Vec<u8>,
    secret: [u8; 32],
    sequence: u16,
}

/// s0 and the context of what is derived from it.
pub struct Keys {
    pub s0: [u8; 32],
    context: Vec<u8>,
}

impl Puppet {
    pub fn new(seed: u8, zid: Zid) -> Self {
        Self::with_hello(seed, zid, |_| {})
    }

    /// With a Hello that a test edits before its MAC is made.
    pub fn with_hello(seed: u8, zid: Zid, edit: impl FnOnce(&mut Hello)) -> Self {
        let h0 = [seed; 32];
        let h1 = sha256(&[&h0]);
        let h2 = sha256(&[&h1]);
        let chain = [h0, h1, h2, sha256(&[&h2])];
        let list = |names: &[[u8; 4]]| NameList::new(names).unwrap();
        let mut hello = Hello {
            version: *b"1.10",
            client: *b"Puppet          ",
            h3: chain[3],
            zid,
            flags: HelloFlags::default(),
            algorithms: AlgorithmLists {
                hashes: list(&[*b"S256"]),
                ciphers: list(&[*b"AES1"]),
                auth_tags: list(&[*b"HS80"]),
                key_agreements: list(&[*b"X255", *b"Mult", *b"Prsh"]),
                sas_types: list(&[*b"B32 "]),
            },
            mac: [0; 8],
        };
        edit(&mut hello);
        let hello = sealed(&chain[2], hello.write());
        let secret = sha256(&[b"secret", &[seed]]);
        Self { zid, ssrc: PUPPET_SSRC, chain, hello, secret, sequence: 1 }
    }

    /// A datagram of ours around a message.
    pub fn packet(&mut self, message: &[u8]) -> Vec<u8> {
        self.sequence += 1;
        Packet { sequence: self.sequence, ssrc: self.ssrc, message }.write()
    }

    /// Both Hellos and HelloACKs with an end that was started.
    pub fn greet(&mut self, end: &mut End) {
        let hello = self.hello.clone();
        self.say(end, &hello).unwrap();
        self.say(end, &Message::HelloAck.write()).unwrap();
    }

    /// Hands a message to an end; what it says of it.
    pub fn say(&mut self, end: &mut End, message: &[u8]) -> Result<(), privity_zrtp::Error> {
        let datagram = self.packet(message);
        end.receive(&datagram, START)
    }

    pub fn public(&self) -> [u8; 32] {
        *Ephemeral::from_bytes(&self.secret).public()
    }

    /// A DHPart with this public value.
    pub fn part(&self, pv: &[u8]) -> DhPart {
        DhPart {
            h1: self.chain[1],
            rs1_id: [1; 8],
            rs2_id: [2; 8],
            aux_id: [3; 8],
            pbx_id: [4; 8],
            pv: pv.to_vec(),
            mac: [0; 8],
        }
    }

    pub fn part1(&self, pv: &[u8]) -> Vec<u8> {
        sealed(&self.chain[0], self.part(pv).write_part1())
    }

    pub fn part2(&self, pv: &[u8]) -> Vec<u8> {
        sealed(&self.chain[0], self.part(pv).write_part2())
    }

    /// A Commit to a DHPart2, towards a responder with this Hello.
    pub fn commit(&self, part2: &[u8], hello_r: &[u8]) -> Commit {
        self.commit_to(CommitBody::Dh { hvi: sha256(&[part2, hello_r]) }, *b"X255")
    }

    pub fn commit_to(&self, body: CommitBody, key_agreement: [u8; 4]) -> Commit {
        Commit {
            h2: self.chain[2],
            zid: self.zid,
            hash: *b"S256",
            cipher: *b"AES1",
            auth_tag: *b"HS80",
            key_agreement,
            sas: *b"B32 ",
            body,
            mac: [0; 8],
        }
    }

    /// The bytes of a Commit, with its MAC.
    pub fn seal_commit(&self, commit: &Commit) -> Vec<u8> {
        sealed(&self.chain[1], commit.write())
    }

    /// s0 of an exchange in which we had `own` role (RFC 6189, 4.4.1.4), without secrets.
    pub fn agree(&self, own: Role, peer: Zid, pv: &[u8], messages: [&[u8]; 4]) -> Keys {
        let pv = pv.try_into().unwrap();
        let result = Ephemeral::from_bytes(&self.secret).agree(&pv).unwrap();
        let total_hash = sha256(&messages);
        let context = context(own, self.zid, peer, &total_hash);
        let (counter, none) = ([0, 0, 0, 1], [0; 12]);
        let label = b"ZRTP-HMAC-KDF";
        let s0 = sha256(&[&counter, result.expose(), label, &context, &none]);
        Keys { s0, context }
    }

    /// s0 of a further stream (4.4.3.2).
    pub fn stream(&self, own: Role, peer: Zid, session_key: &[u8], messages: [&[u8]; 2]) -> Keys {
        let context = context(own, self.zid, peer, &sha256(&messages));
        let key = Keys { s0: session_key.try_into().unwrap(), context };
        Keys { s0: key.derive(b"ZRTP MSK", 32).try_into().unwrap(), context: key.context }
    }

    /// What a Confirm of ours says if we are honest.
    pub fn plain(&self) -> ConfirmPlain {
        ConfirmPlain {
            h0: Secret::copy_from(&self.chain[0]),
            flags: ConfirmFlags::default(),
            cache_expiration: u32::MAX,
            signature: None,
        }
    }
}

impl Keys {
    /// KDF (4.5.1).
    pub fn derive(&self, label: &[u8], bytes: usize) -> Vec<u8> {
        let bits = u32::try_from(bytes * 8).unwrap().to_be_bytes();
        let mac = hmac_sha256(&self.s0, &[&[0, 0, 0, 1], label, &[0], &self.context, &bits]);
        mac.expose()[..bytes].to_vec()
    }

    /// A Confirm of this side.
    pub fn seal(&self, sender: Role, plain: &ConfirmPlain) -> Confirm {
        let (mac, iv, ciphertext) = self.encrypt(sender, plain.write());
        Confirm { mac, iv, ciphertext }
    }

    /// A SASrelay of this side.
    pub fn seal_relay(&self, sender: Role, plain: &SasRelayPlain) -> SasRelay {
        let (mac, iv, ciphertext) = self.encrypt(sender, plain.write());
        SasRelay { mac, iv, ciphertext }
    }

    /// The inside of a Confirm of this side.
    pub fn open(&self, sender: Role, confirm: &Confirm) -> ConfirmPlain {
        let [key, mac_key] = labels(sender);
        let mac = hmac_sha256(&self.derive(mac_key, 32), &[&confirm.ciphertext]);
        assert_eq!(mac.expose()[..8], confirm.mac);
        let mut plain = confirm.ciphertext.clone();
        aes_cfb::decrypt(&self.derive(key, 16), &confirm.iv, &mut plain).unwrap();
        ConfirmPlain::read(&plain).unwrap()
    }

    fn encrypt(&self, sender: Role, mut ciphertext: Vec<u8>) -> ([u8; 8], [u8; 16], Vec<u8>) {
        let iv = [7; 16];
        let [key, mac_key] = labels(sender);
        aes_cfb::encrypt(&self.derive(key, 16), &iv, &mut ciphertext).unwrap();
        let mac = hmac_sha256(&self.derive(mac_key, 32), &[&ciphertext]);
        (*mac.expose().first_chunk().unwrap(), iv, ciphertext)
    }

    /// The MAC of a side's GoClear.
    pub fn clear_mac(&self, sender: Role) -> [u8; 8] {
        let [_, mac_key] = labels(sender);
        *hmac_sha256(&self.derive(mac_key, 32), &[b"GoClear "]).expose().first_chunk().unwrap()
    }
}

/// An exchange up to our Confirm, as initiator with an end that waits: its messages and keys.
pub struct Exchange {
    pub commit: Vec<u8>,
    pub part1: Vec<u8>,
    pub part2: Vec<u8>,
    pub keys: Keys,
}

impl Puppet {
    /// Plays initiator up to Confirm1; the MAC of DHPart2 is made with `key`.
    pub fn initiate(&mut self, end: &mut End, key: &[u8; 32]) -> Exchange {
        let hello_r = end.last("Hello");
        let part2 = sealed(key, self.part(&self.public()).write_part2());
        let commit = self.seal_commit(&self.commit(&part2, &hello_r));
        self.say(end, &commit).unwrap();
        let part1 = end.last("DHPart1");
        self.say(end, &part2).unwrap();
        let pv = DhPart::read(&part1).unwrap().pv;
        let messages = [&hello_r[..], &commit, &part1, &part2];
        let peer = Hello::read(&hello_r).unwrap().zid;
        let keys = self.agree(Role::Initiator, peer, &pv, messages);
        Exchange { commit, part1, part2, keys }
    }
}

/// Puts the MAC into the last 8 bytes.
pub fn sealed(key: &[u8; 32], mut message: Vec<u8>) -> Vec<u8> {
    let covered = message.len() - 8;
    let mac = hmac_sha256(key, &[&message[..covered]]);
    message[covered..].copy_from_slice(&mac.expose()[..8]);
    message
}

fn context(own: Role, zid: Zid, peer: Zid, total_hash: &[u8; 32]) -> Vec<u8> {
    let (zid_i, zid_r) = match own {
        Role::Initiator => (zid, peer),
        Role::Responder => (peer, zid),
    };
    [&zid_i.0[..], &zid_r.0, total_hash].concat()
}

const fn labels(sender: Role) -> [&'static [u8]; 2] {
    match sender {
        Role::Initiator => [b"Initiator ZRTP key", b"Initiator HMAC key"],
        Role::Responder => [b"Responder ZRTP key", b"Responder HMAC key"],
    }
}
