//! The part of libbzrtp 5.1's C interface that the tests need, as `bzrtp/bzrtp.h` has it, and
//! of SQLite's for the cache that it writes to.

use core::ffi::{c_char, c_int, c_void};

pub(crate) type Context = *mut c_void;

/// `bzrtpSrtpSecrets_t`.
#[repr(C)]
pub(crate) struct SrtpSecrets {
    pub(crate) self_key: *const u8,
    pub(crate) self_key_length: u8,
    pub(crate) self_salt: *const u8,
    pub(crate) self_salt_length: u8,
    pub(crate) peer_key: *const u8,
    pub(crate) peer_key_length: u8,
    pub(crate) peer_salt: *const u8,
    pub(crate) peer_salt_length: u8,
    pub(crate) cipher: u8,
    pub(crate) cipher_key_length: u8,
    pub(crate) auth_tag: u8,
    pub(crate) sas: *const c_char,
    pub(crate) sas_length: u8,
    pub(crate) hash: u8,
    pub(crate) key_agreement: u8,
    pub(crate) sas_kind: u8,
    pub(crate) cache_mismatch: u8,
    pub(crate) aux_mismatch: u8,
}

pub(crate) type SendData = unsafe extern "C" fn(*mut c_void, *const u8, u16) -> c_int;
pub(crate) type SecretsAvailable =
    unsafe extern "C" fn(*mut c_void, *const SrtpSecrets, u8) -> c_int;
pub(crate) type StartSession = unsafe extern "C" fn(*mut c_void, *const SrtpSecrets, i32) -> c_int;
pub(crate) type StatusMessage = unsafe extern "C" fn(*mut c_void, u8, u8, *const c_char) -> c_int;
pub(crate) type ReadyForExport = unsafe extern "C" fn(*mut c_void, c_int, u8) -> c_int;

/// `bzrtpCallbacks_t`.
#[repr(C)]
pub(crate) struct Callbacks {
    pub(crate) status_message: Option<StatusMessage>,
    pub(crate) message_level: c_int,
    pub(crate) send_data: Option<SendData>,
    pub(crate) secrets_available: Option<SecretsAvailable>,
    pub(crate) start_session: Option<StartSession>,
    pub(crate) ready_for_export: Option<ReadyForExport>,
}

/// Which list `bzrtp_setSupportedCryptoTypes` sets.
pub(crate) const HASH_TYPE: u8 = 0x01;
pub(crate) const CIPHER_TYPE: u8 = 0x02;
pub(crate) const AUTH_TAG_TYPE: u8 = 0x04;
pub(crate) const KEY_AGREEMENT_TYPE: u8 = 0x08;
pub(crate) const SAS_TYPE: u8 = 0x10;

/// `BZRTP_CACHE_SETUP`: the cache was empty and is set up now.
pub(crate) const CACHE_SETUP: c_int = 0x2000;

pub(crate) type Create = unsafe extern "C" fn() -> Context;
pub(crate) type WithSsrc = unsafe extern "C" fn(Context, u32) -> c_int;
pub(crate) type SetCallbacks = unsafe extern "C" fn(Context, *const Callbacks) -> c_int;
pub(crate) type SetZidCache =
    unsafe extern "C" fn(Context, *mut c_void, *const c_char, *const c_char) -> c_int;
pub(crate) type SetClientData = unsafe extern "C" fn(Context, u32, *mut c_void) -> c_int;
pub(crate) type SetTypes = unsafe extern "C" fn(Context, u8, *const u8, u8);
pub(crate) type Iterate = unsafe extern "C" fn(Context, u32, u64) -> c_int;
pub(crate) type Process = unsafe extern "C" fn(Context, u32, *mut u8, u16) -> c_int;
pub(crate) type OfContext = unsafe extern "C" fn(Context);
pub(crate) type SetAuxSecret = unsafe extern "C" fn(Context, *const u8, usize) -> c_int;
pub(crate) type HelloHash = unsafe extern "C" fn(Context, u32, *mut u8, usize) -> c_int;
pub(crate) type ExportKey =
    unsafe extern "C" fn(Context, *const c_char, usize, *mut u8, *mut usize) -> c_int;
pub(crate) type InitCache = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;

pub(crate) type SqliteOpen = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> c_int;
pub(crate) type SqliteClose = unsafe extern "C" fn(*mut c_void) -> c_int;
