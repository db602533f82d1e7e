//! The part of libsrtp 2's C interface that the tests need, as `srtp2/srtp.h` has it.

use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

pub(crate) type Session = *mut c_void;
pub(crate) type StatusCode = c_int;

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct CryptoPolicy {
    pub(crate) cipher_type: u32,
    pub(crate) cipher_key_len: c_int,
    pub(crate) auth_type: u32,
    pub(crate) auth_key_len: c_int,
    pub(crate) auth_tag_len: c_int,
    pub(crate) sec_serv: c_int,
}

/// Authentication without encryption.
pub(crate) const SEC_SERV_AUTH: c_int = 2;

#[repr(C)]
pub(crate) struct Ssrc {
    pub(crate) kind: c_int,
    pub(crate) value: c_uint,
}

/// One SSRC.
pub(crate) const SPECIFIC: c_int = 1;
/// Any SSRC that comes in.
pub(crate) const ANY_INBOUND: c_int = 2;
/// Any SSRC that goes out.
pub(crate) const ANY_OUTBOUND: c_int = 3;

#[repr(C)]
pub(crate) struct MasterKey {
    pub(crate) key: *mut u8,
    pub(crate) mki_id: *mut u8,
    pub(crate) mki_size: c_uint,
}

#[repr(C)]
pub(crate) struct Policy {
    pub(crate) ssrc: Ssrc,
    pub(crate) rtp: CryptoPolicy,
    pub(crate) rtcp: CryptoPolicy,
    pub(crate) key: *mut u8,
    pub(crate) keys: *mut *mut MasterKey,
    pub(crate) num_master_keys: c_ulong,
    pub(crate) deprecated_ekt: *mut c_void,
    pub(crate) window_size: c_ulong,
    pub(crate) allow_repeat_tx: c_int,
    pub(crate) enc_xtn_hdr: *mut c_int,
    pub(crate) enc_xtn_hdr_count: c_int,
    pub(crate) next: *mut Policy,
}

pub(crate) type Init = unsafe extern "C" fn() -> StatusCode;
pub(crate) type VersionString = unsafe extern "C" fn() -> *const c_char;
pub(crate) type SetPolicy = unsafe extern "C" fn(*mut CryptoPolicy);
pub(crate) type Create = unsafe extern "C" fn(*mut Session, *const Policy) -> StatusCode;
pub(crate) type Update = unsafe extern "C" fn(Session, *const Policy) -> StatusCode;
pub(crate) type Dealloc = unsafe extern "C" fn(Session) -> StatusCode;
pub(crate) type Protect =
    unsafe extern "C" fn(Session, *mut c_void, *mut c_int, c_uint, c_uint) -> StatusCode;
pub(crate) type Unprotect =
    unsafe extern "C" fn(Session, *mut c_void, *mut c_int, c_uint) -> StatusCode;
pub(crate) type SetRoc = unsafe extern "C" fn(Session, u32, u32) -> StatusCode;
pub(crate) type GetRoc = unsafe extern "C" fn(Session, u32, *mut u32) -> StatusCode;
