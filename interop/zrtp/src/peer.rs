use core::ffi::{c_int, c_void};
use core::ptr;
use std::cell::RefCell;
use std::ffi::CString;
use std::rc::Rc;

use crate::ffi::{AUTH_TAG_TYPE, CIPHER_TYPE, Context, HASH_TYPE, KEY_AGREEMENT_TYPE, SAS_TYPE};
use crate::mailbox::{CALLBACKS, Mailbox};
use crate::{Library, Outcome, Store};

/// What an endpoint of libbzrtp offers; the library's numbers, preferred first. It adds what
/// RFC 6189 makes mandatory.
#[derive(Clone, Debug)]
pub struct Setup {
    /// 0x11 S256, 0x12 S384.
    pub hashes: Vec<u8>,
    /// 0x21 AES1, 0x23 AES3.
    pub ciphers: Vec<u8>,
    /// 0x31 HS32, 0x32 HS80.
    pub auth_tags: Vec<u8>,
    /// 0x41 DH2k, 0x42 X255, 0x44 X448, 0x45 DH3k, 0x4f Mult.
    pub agreements: Vec<u8>,
    /// 0x51 B32, 0x52 B256.
    pub sas: Vec<u8>,
    /// Empty for none.
    pub aux_secret: Vec<u8>,
}

/// An endpoint of libbzrtp with one channel for each stream of a call.
pub struct Peer {
    library: Library,
    context: Context,
    channels: Vec<(u32, Rc<RefCell<Mailbox>>)>,
    _store: Option<Store>,
}

impl Peer {
    /// An endpoint with its first channel, started.
    ///
    /// # Panics
    /// If the library refuses.
    #[must_use]
    pub fn new(library: &Library, setup: &Setup, store: Option<&Store>, ssrc: u32) -> Self {
        let functions = library.functions();
        let handle = store.map_or(ptr::null_mut(), Store::handle);
        let (own, other) = (uri("peer"), uri("ours"));
        // SAFETY: the context is fresh and stays in this thread; strings and callbacks are
        // copied by the library; the database lives until the context is gone.
        let context = unsafe {
            let context = (functions.create)();
            check((functions.set_callbacks)(context, &CALLBACKS), "callbacks");
            (functions.set_zid_cache)(context, handle, own.as_ptr(), other.as_ptr());
            context
        };
        let mut peer = Self {
            library: library.clone(),
            context,
            channels: Vec::new(),
            _store: store.cloned(),
        };
        peer.offer(HASH_TYPE, &setup.hashes);
        peer.offer(CIPHER_TYPE, &setup.ciphers);
        peer.offer(AUTH_TAG_TYPE, &setup.auth_tags);
        peer.offer(KEY_AGREEMENT_TYPE, &setup.agreements);
        peer.offer(SAS_TYPE, &setup.sas);
        // SAFETY: the context is live; the secret has its length and is copied.
        unsafe {
            check((functions.init)(context, ssrc), "init");
            if let aux @ [_, ..] = &setup.aux_secret[..] {
                check((functions.set_aux_secret)(context, aux.as_ptr(), aux.len()), "aux");
            }
        }
        peer.register(ssrc);
        peer
    }

    /// A further channel, registered and not started.
    ///
    /// # Panics
    /// If the library refuses.
    pub fn add(&mut self, ssrc: u32) {
        // SAFETY: the context is live.
        check(unsafe { (self.library.functions().add_channel)(self.context, ssrc) }, "channel");
        self.register(ssrc);
    }

    /// Starts a channel: it sends Hello at the next [`Peer::iterate`].
    ///
    /// # Panics
    /// If the library refuses.
    pub fn start(&mut self, ssrc: u32) {
        // SAFETY: the context is live.
        check(unsafe { (self.library.functions().start)(self.context, ssrc) }, "start");
    }

    /// Tells a channel the time in milliseconds.
    pub fn iterate(&mut self, ssrc: u32, now: u64) {
        // SAFETY: the context is live.
        unsafe { (self.library.functions().iterate)(self.context, ssrc, now) };
    }

    /// Hands a datagram to a channel; what the library says of it.
    pub fn process(&mut self, ssrc: u32, mut datagram: Vec<u8>) -> c_int {
        let length = u16::try_from(datagram.len()).unwrap_or(u16::MAX);
        let process = self.library.functions().process;
        // SAFETY: the buffer has `length` bytes or more and outlives the call.
        unsafe { process(self.context, ssrc, datagram.as_mut_ptr(), length) }
    }

    /// What a channel sends next.
    pub fn take(&mut self, ssrc: u32) -> Option<Vec<u8>> {
        self.mailbox(ssrc).borrow_mut().sent.pop_front()
    }

    /// How a channel ended, once it is secure.
    #[must_use]
    pub fn outcome(&self, ssrc: u32) -> Option<Outcome> {
        self.mailbox(ssrc).borrow().outcome.clone()
    }

    /// True if a channel takes itself for secure.
    #[must_use]
    pub fn is_secure(&self, ssrc: u32) -> bool {
        // SAFETY: the context is live.
        unsafe { (self.library.functions().status)(self.context, ssrc) == SECURE }
    }

    /// The user compared the SAS.
    pub fn confirm_sas(&mut self) {
        // SAFETY: the context is live.
        unsafe { (self.library.functions().sas_verified)(self.context) };
    }

    /// The user takes it back.
    pub fn withdraw_sas(&mut self) {
        // SAFETY: the context is live.
        unsafe { (self.library.functions().sas_unverified)(self.context) };
    }

    /// The value of `a=zrtp-hash` for a channel.
    ///
    /// # Panics
    /// If the library refuses.
    #[must_use]
    pub fn hello_hash(&self, ssrc: u32) -> String {
        let mut text = [0; 80];
        let function = self.library.functions().self_hello_hash;
        // SAFETY: the buffer has the length that is given.
        check(unsafe { function(self.context, ssrc, text.as_mut_ptr(), text.len()) }, "hash");
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        String::from_utf8_lossy(&text[..end]).into_owned()
    }

    /// Tells a channel what the signalling announced.
    ///
    /// # Panics
    /// If the library refuses.
    pub fn announce(&mut self, ssrc: u32, line: &str) {
        let mut text = CString::new(line).expect("a line has no NUL").into_bytes_with_nul();
        let (function, length) = (self.library.functions().set_peer_hello_hash, text.len() - 1);
        // SAFETY: the buffer has the length that is given, and a NUL behind it.
        check(unsafe { function(self.context, ssrc, text.as_mut_ptr(), length) }, "announce");
    }

    /// The key exported for [`crate::LABEL`] when a channel became secure.
    #[must_use]
    pub fn exported(&self, ssrc: u32) -> Vec<u8> {
        self.mailbox(ssrc).borrow().exported.clone()
    }

    fn offer(&mut self, kind: u8, list: &[u8]) {
        let mut padded = [0; 7];
        let count = list.len().min(padded.len());
        padded[..count].copy_from_slice(&list[..count]);
        let count = u8::try_from(count).unwrap_or_default();
        // SAFETY: the library reads `count` of the seven bytes.
        unsafe { (self.library.functions().set_types)(self.context, kind, padded.as_ptr(), count) };
    }

    fn register(&mut self, ssrc: u32) {
        let mailbox = Rc::<RefCell<Mailbox>>::default();
        mailbox.borrow_mut().exporter = Some((self.context, self.library.functions().export_key));
        let client = Rc::as_ptr(&mailbox).cast_mut().cast::<c_void>();
        let function = self.library.functions().set_client_data;
        // SAFETY: the mailbox lives in `channels` until the channel is gone.
        check(unsafe { function(self.context, ssrc, client) }, "client data");
        self.channels.push((ssrc, mailbox));
    }

    fn mailbox(&self, ssrc: u32) -> &RefCell<Mailbox> {
        let found = self.channels.iter().find(|(of, _)| *of == ssrc);
        &found.expect("the channel was registered").1
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        for (ssrc, _) in &self.channels {
            // SAFETY: the context goes with its last channel and is used no more.
            unsafe { (self.library.functions().destroy)(self.context, *ssrc) };
        }
    }
}

fn uri(name: &str) -> CString {
    CString::new(format!("sip:{name}@example.org")).expect("no NUL")
}

#[track_caller]
fn check(status: c_int, what: &str) {
    assert_eq!(status, 0, "libbzrtp: {what}: {status:#x}");
}

const SECURE: c_int = 0x1004;
