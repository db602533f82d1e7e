use std::sync::Arc;

use libloading::Library as Loaded;
use libloading::os::unix;

use crate::ffi::{
    Create, ExportKey, HelloHash, InitCache, Iterate, OfContext, Process, SetAuxSecret,
    SetCallbacks, SetClientData, SetTypes, SetZidCache, SqliteClose, SqliteOpen, WithSsrc,
};

/// libbzrtp 5.1 and the SQLite that it keeps its cache with, loaded from shared libraries.
#[derive(Clone)]
pub struct Library(Arc<Functions>);

pub(crate) struct Functions {
    pub(crate) create: Create,
    pub(crate) init: WithSsrc,
    pub(crate) add_channel: WithSsrc,
    pub(crate) start: WithSsrc,
    pub(crate) status: WithSsrc,
    pub(crate) destroy: WithSsrc,
    pub(crate) set_callbacks: SetCallbacks,
    pub(crate) set_zid_cache: SetZidCache,
    pub(crate) set_client_data: SetClientData,
    pub(crate) set_types: SetTypes,
    pub(crate) iterate: Iterate,
    pub(crate) process: Process,
    pub(crate) sas_verified: OfContext,
    pub(crate) sas_unverified: OfContext,
    pub(crate) set_aux_secret: SetAuxSecret,
    pub(crate) set_peer_hello_hash: HelloHash,
    pub(crate) self_hello_hash: HelloHash,
    pub(crate) export_key: ExportKey,
    pub(crate) init_cache: InitCache,
    pub(crate) sqlite_open: SqliteOpen,
    pub(crate) sqlite_close: SqliteClose,
    _loaded: [Loaded; 2],
}

impl Library {
    /// Loads Debian's libraries (packages `libbzrtp0` and `libsqlite3-0`).
    ///
    /// # Errors
    /// If they are not installed, or lack a function.
    pub fn system() -> Result<Self, libloading::Error> {
        let bzrtp = open("libbzrtp.so.0")?;
        let sqlite = open("libsqlite3.so.0")?;
        // SAFETY: each name is a function of `bzrtp/bzrtp.h` or `sqlite3.h` with the type that
        // `ffi` gives it; the functions live as long as the libraries, kept beside them.
        unsafe {
            Ok(Self(Arc::new(Functions {
                create: *bzrtp.get(b"bzrtp_createBzrtpContext\0")?,
                init: *bzrtp.get(b"bzrtp_initBzrtpContext\0")?,
                add_channel: *bzrtp.get(b"bzrtp_addChannel\0")?,
                start: *bzrtp.get(b"bzrtp_startChannelEngine\0")?,
                status: *bzrtp.get(b"bzrtp_getChannelStatus\0")?,
                destroy: *bzrtp.get(b"bzrtp_destroyBzrtpContext\0")?,
                set_callbacks: *bzrtp.get(b"bzrtp_setCallbacks\0")?,
                set_zid_cache: *bzrtp.get(b"bzrtp_setZIDCache\0")?,
                set_client_data: *bzrtp.get(b"bzrtp_setClientData\0")?,
                set_types: *bzrtp.get(b"bzrtp_setSupportedCryptoTypes\0")?,
                iterate: *bzrtp.get(b"bzrtp_iterate\0")?,
                process: *bzrtp.get(b"bzrtp_processMessage\0")?,
                sas_verified: *bzrtp.get(b"bzrtp_SASVerified\0")?,
                sas_unverified: *bzrtp.get(b"bzrtp_resetSASVerified\0")?,
                set_aux_secret: *bzrtp.get(b"bzrtp_setAuxiliarySharedSecret\0")?,
                set_peer_hello_hash: *bzrtp.get(b"bzrtp_setPeerHelloHash\0")?,
                self_hello_hash: *bzrtp.get(b"bzrtp_getSelfHelloHash\0")?,
                export_key: *bzrtp.get(b"bzrtp_exportKey\0")?,
                init_cache: *bzrtp.get(b"bzrtp_initCache_lock\0")?,
                sqlite_open: *sqlite.get(b"sqlite3_open\0")?,
                sqlite_close: *sqlite.get(b"sqlite3_close\0")?,
                _loaded: [bzrtp, sqlite],
            })))
        }
    }

    pub(crate) fn functions(&self) -> &Functions {
        &self.0
    }
}

fn open(name: &str) -> Result<Loaded, libloading::Error> {
    // SAFETY: the libraries' constructors are their own; none calls into this program.
    unsafe { Ok(unix::Library::open(Some(name), unix::RTLD_LAZY | unix::RTLD_LOCAL)?.into()) }
}
