//! libbzrtp 5.1 (Debian's libbzrtp0), loaded at run time: a handshake between two contexts.
//!
//! It is GPL and never shipped; only this bench and the interop tests load it.

use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use libloading::Library;

use crate::Case;

/// The fields up to the SAS, from `bzrtp.h`; only read.
#[repr(C)]
struct SrtpSecrets {
    self_key: *const u8,
    self_key_length: u8,
    self_salt: *const u8,
    self_salt_length: u8,
    peer_key: *const u8,
    peer_key_length: u8,
    peer_salt: *const u8,
    peer_salt_length: u8,
    cipher: u8,
    cipher_key_length: u8,
    auth_tag: u8,
    sas: *const c_char,
    sas_length: u8,
    hash: u8,
    key_agreement: u8,
    sas_kind: u8,
    cache_mismatch: u8,
    aux_mismatch: u8,
}

type SendData = unsafe extern "C" fn(*mut c_void, *const u8, u16) -> c_int;
type StartSession = unsafe extern "C" fn(*mut c_void, *const SrtpSecrets, i32) -> c_int;

#[repr(C)]
struct Callbacks {
    status_message: Option<unsafe extern "C" fn(*mut c_void, u8, u8, *const c_char) -> c_int>,
    message_level: c_int,
    send_data: Option<SendData>,
    secrets_available: Option<unsafe extern "C" fn(*mut c_void, *const SrtpSecrets, u8) -> c_int>,
    start_session: Option<StartSession>,
    ready_for_export: Option<unsafe extern "C" fn(*mut c_void, c_int, u8) -> c_int>,
}

/// The functions that a handshake needs.
pub(crate) struct Bzrtp {
    create: unsafe extern "C" fn() -> *mut c_void,
    init: unsafe extern "C" fn(*mut c_void, u32) -> c_int,
    destroy: unsafe extern "C" fn(*mut c_void, u32) -> c_int,
    set_callbacks: unsafe extern "C" fn(*mut c_void, *const Callbacks) -> c_int,
    set_zid_cache:
        unsafe extern "C" fn(*mut c_void, *mut c_void, *const c_char, *const c_char) -> c_int,
    set_client_data: unsafe extern "C" fn(*mut c_void, u32, *mut c_void) -> c_int,
    set_types: unsafe extern "C" fn(*mut c_void, u8, *const u8, u8),
    start: unsafe extern "C" fn(*mut c_void, u32) -> c_int,
    iterate: unsafe extern "C" fn(*mut c_void, u32, u64) -> c_int,
    process: unsafe extern "C" fn(*mut c_void, u32, *mut u8, u16) -> c_int,
    _library: Library,
}

/// What the callbacks of one end write to.
#[derive(Default)]
struct Mailbox {
    sent: VecDeque<Vec<u8>>,
    /// Cipher, tag and agreement that were agreed on, and the SAS.
    secure: Option<([u8; 3], Vec<u8>)>,
}

/// # Safety
/// `client` is the mailbox that `End::new` registered; `packet` has `length` bytes.
unsafe extern "C" fn send_data(client: *mut c_void, packet: *const u8, length: u16) -> c_int {
    // SAFETY: as the caller promises; nothing else refers to the mailbox during a call.
    let mailbox = unsafe { &mut *client.cast::<Mailbox>() };
    // SAFETY: as the caller promises.
    let packet = unsafe { std::slice::from_raw_parts(packet, usize::from(length)) };
    mailbox.sent.push_back(packet.to_vec());
    0
}

/// # Safety
/// As for [`send_data`]; `secrets` is valid for the call.
unsafe extern "C" fn start_session(
    client: *mut c_void,
    secrets: *const SrtpSecrets,
    _verified: i32,
) -> c_int {
    // SAFETY: as the caller promises; nothing else refers to the mailbox during a call.
    let mailbox = unsafe { &mut *client.cast::<Mailbox>() };
    // SAFETY: as the caller promises.
    let secrets = unsafe { &*secrets };
    let algorithms = [secrets.cipher, secrets.auth_tag, secrets.key_agreement];
    // SAFETY: the library gives the length of the string that it gives.
    let sas = unsafe {
        std::slice::from_raw_parts(secrets.sas.cast::<u8>(), usize::from(secrets.sas_length))
    };
    mailbox.secure = Some((algorithms, sas.to_vec()));
    0
}

/// One end of a handshake.
struct End<'a> {
    library: &'a Bzrtp,
    context: *mut c_void,
    ssrc: u32,
    mailbox: *mut Mailbox,
}

impl<'a> End<'a> {
    fn new(library: &'a Bzrtp, ssrc: u32, case: &Case) -> Self {
        let callbacks = Callbacks {
            status_message: None,
            message_level: 0,
            send_data: Some(send_data),
            secrets_available: None,
            start_session: Some(start_session),
            ready_for_export: None,
        };
        let mailbox: *mut Mailbox = Box::into_raw(Box::default());
        // SAFETY: the context is fresh and used from this thread only; the callbacks are copied
        // by the library; the mailbox lives until `drop`, after the context.
        let context = unsafe {
            let context = (library.create)();
            (library.set_zid_cache)(context, ptr::null_mut(), c"a".as_ptr(), c"b".as_ptr());
            (library.set_callbacks)(context, &raw const callbacks);
            for (kind, value) in
                [(1, 0x11), (2, case.cipher_id), (4, 0x32), (8, case.id), (16, 0x51)]
            {
                let list = [value; 7];
                (library.set_types)(context, kind, list.as_ptr(), 1);
            }
            (library.init)(context, ssrc);
            (library.set_client_data)(context, ssrc, mailbox.cast());
            (library.start)(context, ssrc);
            context
        };
        Self { library, context, ssrc, mailbox }
    }

    fn iterate(&self, now: u64) {
        // SAFETY: the context lives until `drop`.
        unsafe { (self.library.iterate)(self.context, self.ssrc, now) };
    }

    fn process(&self, mut packet: Vec<u8>) {
        let length = u16::try_from(packet.len()).unwrap_or(u16::MAX);
        // SAFETY: the buffer has `length` bytes and outlives the call.
        unsafe { (self.library.process)(self.context, self.ssrc, packet.as_mut_ptr(), length) };
    }

    fn take(&self) -> Option<Vec<u8>> {
        // SAFETY: no call into the library runs, so no callback refers to the mailbox.
        unsafe { &mut *self.mailbox }.sent.pop_front()
    }

    fn secure(&self) -> Option<&([u8; 3], Vec<u8>)> {
        // SAFETY: as in `take`.
        unsafe { &*self.mailbox }.secure.as_ref()
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        // SAFETY: both were made in `new` and are used no more.
        unsafe {
            (self.library.destroy)(self.context, self.ssrc);
            drop(Box::from_raw(self.mailbox));
        }
    }
}

impl Bzrtp {
    /// Loads the library by the name that the dynamic linker knows.
    pub(crate) fn load() -> Result<Self, libloading::Error> {
        // SAFETY: the types are those of `bzrtp.h` 5.1; loading runs no code of ours.
        unsafe {
            let library = Library::new("libbzrtp.so.0")?;
            Ok(Self {
                create: *library.get(b"bzrtp_createBzrtpContext\0")?,
                init: *library.get(b"bzrtp_initBzrtpContext\0")?,
                destroy: *library.get(b"bzrtp_destroyBzrtpContext\0")?,
                set_callbacks: *library.get(b"bzrtp_setCallbacks\0")?,
                set_zid_cache: *library.get(b"bzrtp_setZIDCache\0")?,
                set_client_data: *library.get(b"bzrtp_setClientData\0")?,
                set_types: *library.get(b"bzrtp_setSupportedCryptoTypes\0")?,
                start: *library.get(b"bzrtp_startChannelEngine\0")?,
                iterate: *library.get(b"bzrtp_iterate\0")?,
                process: *library.get(b"bzrtp_processMessage\0")?,
                _library: library,
            })
        }
    }

    /// A handshake from two fresh contexts to two that are secure; the agreement that they
    /// came to.
    pub(crate) fn handshake(&self, case: &Case) -> u8 {
        let (a, b) = (End::new(self, 0x0a0a_0a0a, case), End::new(self, 0x0b0b_0b0b, case));
        for now in 0..20 {
            a.iterate(now);
            b.iterate(now);
            loop {
                let (from_a, from_b) = (a.take(), b.take());
                if from_a.is_none() && from_b.is_none() {
                    break;
                }
                if let Some(packet) = from_a {
                    b.process(packet);
                }
                if let Some(packet) = from_b {
                    a.process(packet);
                }
            }
            if let (Some((of_a, sas_a)), Some((of_b, sas_b))) = (a.secure(), b.secure()) {
                assert_eq!((of_a, sas_a), (of_b, sas_b), "two ends, two outcomes");
                return of_a[2];
            }
        }
        panic!("libbzrtp does not come to an end");
    }
}
