use std::ffi::CStr;
use std::path::Path;
use std::sync::Arc;

use libloading::Library as Loaded;
use libloading::os::unix;

use crate::ffi::{
    Create, CryptoPolicy, Dealloc, GetRoc, Init, Protect, SetPolicy, SetRoc, Unprotect, Update,
    VersionString,
};

/// libsrtp 2, loaded from a shared library.
#[derive(Clone)]
pub struct Library(Arc<Functions>);

pub(crate) struct Functions {
    pub(crate) create: Create,
    pub(crate) update: Update,
    pub(crate) dealloc: Dealloc,
    pub(crate) protect: Protect,
    pub(crate) protect_rtcp: Protect,
    pub(crate) unprotect: Unprotect,
    pub(crate) unprotect_rtcp: Unprotect,
    pub(crate) set_roc: SetRoc,
    pub(crate) get_roc: GetRoc,
    version: String,
    loaded: Loaded,
}

impl Library {
    /// Loads Debian's library (package `libsrtp2-1`).
    ///
    /// # Errors
    /// If it is not installed or not libsrtp 2.
    pub fn system() -> Result<Self, libloading::Error> {
        Self::load("libsrtp2.so.1")
    }

    /// Loads the library at `path`.
    ///
    /// # Errors
    /// If it cannot be loaded or lacks a function.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, libloading::Error> {
        // SAFETY: the library's constructors are libsrtp's and its crypto library's own.
        let loaded: Loaded = unsafe {
            unix::Library::open(Some(path.as_ref()), unix::RTLD_LAZY | unix::RTLD_LOCAL)?.into()
        };
        // SAFETY: each name is a function of `srtp2/srtp.h` with the type that `ffi` gives
        // it; the functions live as long as `loaded`, which is kept beside them. The
        // version string is static; `srtp_init` is called before anything else.
        unsafe {
            let version =
                CStr::from_ptr(loaded.get::<VersionString>(b"srtp_get_version_string\0")?());
            let version = version.to_string_lossy().into_owned();
            assert_eq!(loaded.get::<Init>(b"srtp_init\0")?(), 0, "srtp_init");
            Ok(Self(Arc::new(Functions {
                create: *loaded.get(b"srtp_create\0")?,
                update: *loaded.get(b"srtp_update\0")?,
                dealloc: *loaded.get(b"srtp_dealloc\0")?,
                protect: *loaded.get(b"srtp_protect_mki\0")?,
                protect_rtcp: *loaded.get(b"srtp_protect_rtcp_mki\0")?,
                unprotect: *loaded.get(b"srtp_unprotect_mki\0")?,
                unprotect_rtcp: *loaded.get(b"srtp_unprotect_rtcp_mki\0")?,
                set_roc: *loaded.get(b"srtp_set_stream_roc\0")?,
                get_roc: *loaded.get(b"srtp_get_stream_roc\0")?,
                version,
                loaded,
            })))
        }
    }

    /// What the library says of itself.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Whether it derives AES-192 keys as RFC 6188 says: since 2.8; before, it took AES-256
    /// as the pseudorandom function (its issue 763).
    #[must_use]
    pub fn derives_aes_192(&self) -> bool {
        let number = self.0.version.split(' ').nth(1).unwrap_or_default();
        let mut parts = number.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
        (parts.next(), parts.next()) >= (Some(2), Some(8))
    }

    pub(crate) fn functions(&self) -> &Functions {
        &self.0
    }

    /// The policies of a profile for RTP and RTCP, by the RFC's name.
    pub(crate) fn policies(&self, profile: &str) -> (CryptoPolicy, CryptoPolicy) {
        let (rtp, rtcp) = match profile {
            "AES_CM_128_HMAC_SHA1_80" => ("rtp_default", "rtcp_default"),
            "AES_CM_128_HMAC_SHA1_32" => ("aes_cm_128_hmac_sha1_32", "rtcp_default"),
            "AES_192_CM_HMAC_SHA1_80" => ("aes_cm_192_hmac_sha1_80", "aes_cm_192_hmac_sha1_80"),
            "AES_192_CM_HMAC_SHA1_32" => ("aes_cm_192_hmac_sha1_32", "aes_cm_192_hmac_sha1_80"),
            "AES_256_CM_HMAC_SHA1_80" => ("aes_cm_256_hmac_sha1_80", "aes_cm_256_hmac_sha1_80"),
            "AES_256_CM_HMAC_SHA1_32" => ("aes_cm_256_hmac_sha1_32", "aes_cm_256_hmac_sha1_80"),
            "AEAD_AES_128_GCM" => ("aes_gcm_128_16_auth", "aes_gcm_128_16_auth"),
            "AEAD_AES_256_GCM" => ("aes_gcm_256_16_auth", "aes_gcm_256_16_auth"),
            "NULL_HMAC_SHA1_80" => ("null_cipher_hmac_sha1_80", "null_cipher_hmac_sha1_80"),
            other => panic!("libsrtp has no policy for {other}"),
        };
        (self.policy(rtp), self.policy(rtcp))
    }

    fn policy(&self, name: &str) -> CryptoPolicy {
        let mut policy = CryptoPolicy::default();
        let symbol = format!("srtp_crypto_policy_set_{name}\0");
        // SAFETY: a function of `srtp2/srtp.h` that fills the policy it is given.
        unsafe {
            let set = self.0.loaded.get::<SetPolicy>(symbol.as_bytes());
            set.expect("libsrtp has the policy")(&mut policy);
        }
        policy
    }
}
