use core::ffi::{c_char, c_int, c_void};
use core::slice;
use std::cell::RefCell;
use std::collections::VecDeque;

use crate::ffi::{Callbacks, Context, ExportKey, SrtpSecrets};

/// What libbzrtp says when a channel is secure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Key and salt of what it sends.
    pub own: (Vec<u8>, Vec<u8>),
    /// Key and salt of what it receives.
    pub peer: (Vec<u8>, Vec<u8>),
    /// Empty on a further stream.
    pub sas: String,
    /// The library's numbers of hash, cipher, tag, key agreement and SAS.
    pub suite: [u8; 5],
    /// The retained secrets do not match.
    pub cache_mismatch: bool,
    /// 0 matched, 1 mismatch, 2 not used.
    pub aux_secret: u8,
    /// Both sides remember that the SAS was compared.
    pub verified: bool,
}

/// What the callbacks of one channel write to.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) sent: VecDeque<Vec<u8>>,
    pub(crate) outcome: Option<Outcome>,
    /// Makes exported keys, which the library allows during one callback only.
    pub(crate) exporter: Option<(Context, ExportKey)>,
    /// The exported key for [`LABEL`].
    pub(crate) exported: Vec<u8>,
    keys: [(Vec<u8>, Vec<u8>); 2],
}

/// All that the library calls.
pub(crate) const CALLBACKS: Callbacks = Callbacks {
    status_message: None,
    message_level: 0,
    send_data: Some(send_data),
    secrets_available: Some(secrets_available),
    start_session: Some(start_session),
    ready_for_export: Some(ready_for_export),
};

/// What the tests export for.
pub const LABEL: &str = "interop";

/// # Safety
/// `client` as for [`mailbox`]; its exporter names the context that calls.
unsafe extern "C" fn ready_for_export(client: *mut c_void, _zuid: c_int, _role: u8) -> c_int {
    // SAFETY: as the caller promises.
    let mut mailbox = unsafe { mailbox(client) }.borrow_mut();
    let Some((context, export)) = mailbox.exporter else { return 0 };
    let (mut key, mut length) = (vec![0; 32], 32);
    let label = LABEL.as_ptr().cast();
    // SAFETY: the buffers have the lengths that are given; the library may lower `length`.
    let made = unsafe { export(context, label, LABEL.len(), key.as_mut_ptr(), &mut length) };
    key.truncate(if made == 0 { length } else { 0 });
    mailbox.exported = key;
    0
}

/// # Safety
/// `client` is the cell that the peer registered for the channel.
unsafe fn mailbox<'a>(client: *mut c_void) -> &'a RefCell<Mailbox> {
    // SAFETY: as the caller promises; the peer keeps it until the channel is gone.
    unsafe { &*client.cast::<RefCell<Mailbox>>() }
}

/// # Safety
/// `packet` has `length` bytes; `client` as for [`mailbox`].
unsafe extern "C" fn send_data(client: *mut c_void, packet: *const u8, length: u16) -> c_int {
    // SAFETY: as the caller promises.
    let (mailbox, packet) = unsafe { (mailbox(client), bytes(packet, length)) };
    mailbox.borrow_mut().sent.push_back(packet);
    0
}

/// Keys come in two parts: 1 for the sender, 2 for the receiver, 3 for both.
///
/// # Safety
/// `secrets` is valid for the call; `client` as for [`mailbox`].
unsafe extern "C" fn secrets_available(
    client: *mut c_void,
    secrets: *const SrtpSecrets,
    part: u8,
) -> c_int {
    // SAFETY: as the caller promises.
    let (mailbox, secrets) = unsafe { (mailbox(client), &*secrets) };
    let mut mailbox = mailbox.borrow_mut();
    if part & 1 != 0 {
        // SAFETY: the library gives the lengths of what it points to.
        mailbox.keys[0] = unsafe {
            (
                bytes(secrets.self_key, secrets.self_key_length.into()),
                bytes(secrets.self_salt, secrets.self_salt_length.into()),
            )
        };
    }
    if part & 2 != 0 {
        // SAFETY: the library gives the lengths of what it points to.
        mailbox.keys[1] = unsafe {
            (
                bytes(secrets.peer_key, secrets.peer_key_length.into()),
                bytes(secrets.peer_salt, secrets.peer_salt_length.into()),
            )
        };
    }
    0
}

/// # Safety
/// As for [`secrets_available`].
unsafe extern "C" fn start_session(
    client: *mut c_void,
    secrets: *const SrtpSecrets,
    verified: i32,
) -> c_int {
    // SAFETY: as the caller promises.
    let (mailbox, secrets) = unsafe { (mailbox(client), &*secrets) };
    let mut mailbox = mailbox.borrow_mut();
    // SAFETY: the library gives the length of the string, with its NUL.
    let sas = unsafe { text(secrets.sas, secrets.sas_length) };
    let [own, peer] = mailbox.keys.clone();
    let suite =
        [secrets.hash, secrets.cipher, secrets.auth_tag, secrets.key_agreement, secrets.sas_kind];
    mailbox.outcome = Some(Outcome {
        own,
        peer,
        sas,
        suite,
        cache_mismatch: secrets.cache_mismatch != 0,
        aux_secret: secrets.aux_mismatch,
        verified: verified != 0,
    });
    0
}

/// # Safety
/// `text` is null or has `length` bytes.
unsafe fn text(text: *const c_char, length: u8) -> String {
    // SAFETY: as the caller promises.
    let bytes = unsafe { bytes(text.cast(), length.into()) };
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// # Safety
/// `start` is null or has `length` bytes.
unsafe fn bytes(start: *const u8, length: u16) -> Vec<u8> {
    if start.is_null() {
        return Vec::new();
    }
    // SAFETY: as the caller promises.
    unsafe { slice::from_raw_parts(start, length.into()) }.to_vec()
}
