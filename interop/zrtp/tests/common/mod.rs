//! Ours and libbzrtp on one virtual line.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use interop_zrtp::{Library, Outcome, Peer, Setup, Store};
use privity_primitives::random::CryptoRng;
use privity_zrtp::{
    AuthTag, CallKeys, Cipher, Config, Encrypted, Env, Event, Failure, Hash, KeyAgreement,
    MemoryCache, Offer, Sas, Session, SrtpKeys, Zid,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub(crate) const ZID: Zid = Zid([0x5a; 12]);
pub(crate) const OURS: u32 = 0x0a0a_0a0a;
pub(crate) const THEIRS: u32 = 0x0b0b_0b0b;
const START: u64 = 1_700_000_000_000;

/// Debian's libbzrtp.
pub(crate) fn library() -> Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| Library::system().expect("libbzrtp0 is installed: cargo xtask setup"))
        .clone()
}

/// One choice of each list, in our names and in the library's numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) hash: (Hash, u8),
    pub(crate) cipher: (Cipher, u8),
    pub(crate) auth_tag: (AuthTag, u8),
    pub(crate) agreement: (KeyAgreement, u8),
    pub(crate) sas: (Sas, u8),
}

pub(crate) const HASHES: [(Hash, u8); 2] = [(Hash::S256, 0x11), (Hash::S384, 0x12)];
pub(crate) const CIPHERS: [(Cipher, u8); 2] = [(Cipher::Aes1, 0x21), (Cipher::Aes3, 0x23)];
pub(crate) const AUTH_TAGS: [(AuthTag, u8); 2] = [(AuthTag::Hs32, 0x31), (AuthTag::Hs80, 0x32)];
pub(crate) const SAS: [(Sas, u8); 2] = [(Sas::B32, 0x51), (Sas::B256, 0x52)];
pub(crate) const DH2K: (KeyAgreement, u8) = (KeyAgreement::Dh2k, 0x41);
pub(crate) const X255: (KeyAgreement, u8) = (KeyAgreement::X255, 0x42);
pub(crate) const X448: (KeyAgreement, u8) = (KeyAgreement::X448, 0x44);
pub(crate) const DH3K: (KeyAgreement, u8) = (KeyAgreement::Dh3k, 0x45);

/// X255, S256, AES1, HS80, B32.
pub(crate) const USUAL: Choice = Choice {
    hash: HASHES[0],
    cipher: CIPHERS[0],
    auth_tag: AUTH_TAGS[1],
    agreement: X255,
    sas: SAS[0],
};

impl Choice {
    pub(crate) fn offer(&self) -> Offer {
        let offer = Offer::default().hashes(&[self.hash.0]).unwrap();
        let offer = offer.ciphers(&[self.cipher.0]).unwrap();
        let offer = offer.auth_tags(&[self.auth_tag.0]).unwrap();
        let offer = offer.agreements(&[self.agreement.0, KeyAgreement::Multistream]).unwrap();
        offer.sas_types(&[self.sas.0]).unwrap()
    }

    pub(crate) fn setup(&self) -> Setup {
        Setup {
            hashes: vec![self.hash.1],
            ciphers: vec![self.cipher.1],
            auth_tags: vec![self.auth_tag.1],
            agreements: vec![self.agreement.1, 0x4f],
            sas: vec![self.sas.1],
            aux_secret: Vec::new(),
        }
    }

    pub(crate) fn suite(&self) -> [u8; 5] {
        [self.hash.1, self.cipher.1, self.auth_tag.1, self.agreement.1, self.sas.1]
    }
}

/// What the line does with a datagram: its direction, and whether it passes.
type Filter = Box<dyn FnMut(To, &[u8]) -> bool>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Ours,
    Theirs,
}

/// What stays with us from call to call.
pub(crate) struct Phone {
    pub(crate) config: Arc<Config>,
    pub(crate) cache: MemoryCache,
    pub(crate) rng: ChaCha8Rng,
}

impl Phone {
    pub(crate) fn new(seed: u64, config: Config) -> Self {
        let (cache, rng) = (MemoryCache::new(), ChaCha8Rng::seed_from_u64(seed));
        Self { config: Arc::new(config), cache, rng }
    }
}

/// One of our streams and what came of it.
pub(crate) struct Stream {
    pub(crate) session: Session,
    pub(crate) ssrc: u32,
    pub(crate) their_ssrc: u32,
    pub(crate) encrypted: Option<Box<Encrypted>>,
    pub(crate) keys: Option<Box<SrtpKeys>>,
    pub(crate) failed: Option<Failure>,
    pub(crate) events: Vec<Event>,
}

/// A call between our phone and the library.
pub(crate) struct Call<'a> {
    pub(crate) phone: &'a mut Phone,
    pub(crate) keys: CallKeys,
    pub(crate) streams: Vec<Stream>,
    pub(crate) peer: Peer,
    pub(crate) filter: Filter,
    pub(crate) now: u64,
    /// One-way, in milliseconds.
    pub(crate) delay: u64,
    flying: BTreeMap<(u64, u64), (To, usize, Vec<u8>)>,
    count: u64,
}

impl<'a> Call<'a> {
    pub(crate) fn new(phone: &'a mut Phone, setup: &Setup, store: Option<&Store>) -> Self {
        let peer = Peer::new(&library(), setup, store, THEIRS);
        let mut call = Self {
            phone,
            keys: CallKeys::new(),
            streams: Vec::new(),
            peer,
            filter: Box::new(|_, _| true),
            now: START,
            delay: 10,
            flying: BTreeMap::new(),
            count: 0,
        };
        let config = call.phone.config.clone();
        let session = Session::first(config, OURS, &mut call.env());
        call.push(session, OURS, THEIRS);
        call
    }

    fn env(&mut self) -> Env<'_> {
        Env {
            now: self.now,
            rng: &mut self.phone.rng as &mut dyn CryptoRng,
            cache: &mut self.phone.cache,
            call: &mut self.keys,
        }
    }

    fn push(&mut self, session: Session, ssrc: u32, their_ssrc: u32) {
        self.streams.push(Stream {
            session,
            ssrc,
            their_ssrc,
            encrypted: None,
            keys: None,
            failed: None,
            events: Vec::new(),
        });
    }

    /// Starts the library's side of the newest stream, now.
    pub(crate) fn start(&mut self) -> &mut Self {
        let ssrc = self.streams.last().unwrap().their_ssrc;
        self.peer.start(ssrc);
        self
    }

    /// Replaces our side of the first stream before anything was sent.
    pub(crate) fn restart(&mut self, config: Config) {
        self.phone.config = Arc::new(config);
        self.streams.clear();
        let config = self.phone.config.clone();
        let session = Session::first(config, OURS, &mut self.env());
        self.push(session, OURS, THEIRS);
    }

    /// Opens a further stream on both sides.
    pub(crate) fn further(&mut self) -> &mut Self {
        let offset = u32::try_from(self.streams.len()).unwrap() << 16;
        let config = self.phone.config.clone();
        let session = Session::further(config, OURS + offset, &mut self.env()).unwrap();
        self.push(session, OURS + offset, THEIRS + offset);
        self.peer.add(THEIRS + offset);
        self
    }

    /// Runs for at most a minute, until the newest stream is secure on both sides or failed.
    pub(crate) fn run(&mut self) -> &mut Self {
        let end = self.now + 60_000;
        while self.now < end && !self.is_over() {
            self.tick();
        }
        // Whatever is on its way still arrives: Conf2ACK and repetitions.
        for _ in 0..200 {
            self.tick();
        }
        self
    }

    fn is_over(&self) -> bool {
        let newest = self.streams.last().unwrap();
        newest.failed.is_some()
            || newest.encrypted.is_some() && self.peer.outcome(newest.their_ssrc).is_some()
    }

    /// Five milliseconds.
    fn tick(&mut self) {
        self.now += 5;
        for index in 0..self.streams.len() {
            let ssrc = self.streams[index].their_ssrc;
            self.peer.iterate(ssrc, self.now);
            while self.streams[index].session.poll_timeout().is_some_and(|due| due <= self.now) {
                self.with(index, |session, env| session.handle_timeout(env));
            }
            self.collect(index);
        }
        while let Some(entry) = self.flying.first_entry().filter(|entry| entry.key().0 <= self.now)
        {
            let (to, index, datagram) = entry.remove();
            match to {
                To::Ours => {
                    let _ = self.with(index, |session, env| session.handle_packet(&datagram, env));
                }
                To::Theirs => {
                    self.peer.process(self.streams[index].their_ssrc, datagram);
                }
            }
            self.collect(index);
        }
    }

    fn collect(&mut self, index: usize) {
        while let Some(datagram) = self.streams[index].session.poll_transmit() {
            self.post(To::Theirs, index, datagram);
        }
        let ssrc = self.streams[index].their_ssrc;
        while let Some(datagram) = self.peer.take(ssrc) {
            self.post(To::Ours, index, datagram);
        }
    }

    fn post(&mut self, to: To, index: usize, datagram: Vec<u8>) {
        if (self.filter)(to, &datagram) {
            self.count += 1;
            self.flying.insert((self.now + self.delay, self.count), (to, index, datagram));
        }
    }

    pub(crate) fn with<T>(
        &mut self,
        index: usize,
        act: impl FnOnce(&mut Session, &mut Env<'_>) -> T,
    ) -> T {
        let stream = &mut self.streams[index];
        let mut env = Env {
            now: self.now,
            rng: &mut self.phone.rng,
            cache: &mut self.phone.cache,
            call: &mut self.keys,
        };
        let result = act(&mut stream.session, &mut env);
        while let Some(event) = stream.session.poll_event() {
            match event {
                Event::Encrypted(encrypted) => stream.encrypted = Some(encrypted),
                Event::Keys(keys) => stream.keys = Some(keys),
                Event::Failed(failure) => stream.failed = Some(failure),
                other => stream.events.push(other),
            }
        }
        result
    }

    /// Both sides of a stream are secure, with the same keys and SAS.
    #[track_caller]
    pub(crate) fn assert_encrypted(&self, index: usize) -> (&Encrypted, Outcome) {
        let stream = &self.streams[index];
        let Some(theirs) = self.peer.outcome(stream.their_ssrc) else {
            panic!("the library is not secure; ours: {:?} {:?}", stream.encrypted, stream.failed)
        };
        let Some(ours) = &stream.encrypted else {
            panic!("ours is not secure: {:?} {:?}", stream.failed, stream.events)
        };
        let keys = stream.keys.as_ref().unwrap();
        assert_eq!(ours.sas.clone().unwrap_or_default(), theirs.sas);
        assert_eq!(keys.send.key.expose(), theirs.peer.0);
        assert_eq!(keys.send.salt.expose(), theirs.peer.1);
        assert_eq!(keys.receive.key.expose(), theirs.own.0);
        assert_eq!(keys.receive.salt.expose(), theirs.own.1);
        assert!(!theirs.own.0.is_empty() && theirs.own.0 != theirs.peer.0);
        (ours, theirs)
    }
}

/// Loses this percentage in each direction.
pub(crate) fn lossy(seed: u64, percent: u32) -> Filter {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Box::new(move |_, _| rng.next_u32() % 100 >= percent)
}

/// Keeps HelloACK from the library for as long as it has no Commit: it waits, we commit.
pub(crate) fn ours_commits() -> Filter {
    Box::new(|to, datagram| to == To::Ours || kind_of(datagram) != "HelloACK")
}

/// Keeps HelloACK from us: we wait, the library commits.
pub(crate) fn theirs_commits() -> Filter {
    Box::new(|to, datagram| to == To::Theirs || kind_of(datagram) != "HelloACK")
}

/// The type of the message in a datagram, without padding.
pub(crate) fn kind_of(datagram: &[u8]) -> String {
    String::from_utf8_lossy(&datagram[16..24]).trim_end().to_owned()
}
