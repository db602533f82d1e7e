use core::ffi::c_int;
use core::ptr;

use crate::Library;
use crate::ffi::{
    ANY_INBOUND, ANY_OUTBOUND, MasterKey, Policy, Protect, SEC_SERV_AUTH, SPECIFIC, Session, Ssrc,
    Unprotect,
};

/// What a libsrtp session is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The profile's name in the RFCs.
    pub profile: &'static str,
    /// Master keys; more than one, or one with an MKI, switches MKIs on.
    pub keys: Vec<Key>,
    /// Packets that the replay window spans.
    pub window: u16,
    /// Identifiers of the header-extension elements to encrypt (RFC 6904).
    pub elements: Vec<u8>,
    /// Whether RTCP is only authenticated.
    pub rtcp_clear: bool,
}

/// A master key with its salt behind it, and its MKI.
#[derive(Clone, Debug)]
pub struct Key {
    /// Key and salt.
    pub bytes: Vec<u8>,
    /// Empty without MKI.
    pub mki: Vec<u8>,
}

/// A number of `srtp_err_status_t` other than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub c_int);

/// A libsrtp session in one direction, for any SSRC unless it is a late joiner's.
pub struct Peer {
    library: Library,
    session: Session,
    uses_mki: bool,
}

impl Setup {
    /// One key without MKI, a window of 128, nothing else.
    #[must_use]
    pub fn new(profile: &'static str, key_and_salt: Vec<u8>) -> Self {
        let keys = vec![Key { bytes: key_and_salt, mki: Vec::new() }];
        Self { profile, keys, window: 128, elements: Vec::new(), rtcp_clear: false }
    }

    fn uses_mki(&self) -> bool {
        self.keys.iter().any(|key| !key.mki.is_empty())
    }
}

impl Peer {
    /// A session that protects.
    ///
    /// # Errors
    /// What `srtp_create` says.
    pub fn sender(library: &Library, setup: &Setup) -> Result<Self, Status> {
        Self::new(library, setup, Ssrc { kind: ANY_OUTBOUND, value: 0 })
    }

    /// A session that opens.
    ///
    /// # Errors
    /// What `srtp_create` says.
    pub fn receiver(library: &Library, setup: &Setup) -> Result<Self, Status> {
        Self::new(library, setup, Ssrc { kind: ANY_INBOUND, value: 0 })
    }

    /// A session that opens the packets of one SSRC: libsrtp takes a rollover counter before
    /// the first packet for an SSRC that was named alone.
    ///
    /// # Errors
    /// What `srtp_create` says.
    pub fn late_joiner(library: &Library, setup: &Setup, ssrc: u32) -> Result<Self, Status> {
        Self::new(library, setup, Ssrc { kind: SPECIFIC, value: ssrc })
    }

    fn new(library: &Library, setup: &Setup, ssrc: Ssrc) -> Result<Self, Status> {
        let mut session = ptr::null_mut();
        with_policy(library, setup, ssrc, |policy| {
            // SAFETY: both pointers are to live objects; libsrtp copies the policy.
            check(unsafe { (library.functions().create)(&mut session, policy) })
        })?;
        Ok(Self { library: library.clone(), session, uses_mki: setup.uses_mki() })
    }

    /// Re-keys a sender in place.
    ///
    /// # Errors
    /// What `srtp_update` says.
    pub fn update_sender(&mut self, setup: &Setup) -> Result<(), Status> {
        self.update(setup, ANY_OUTBOUND)
    }

    /// Re-keys a receiver in place.
    ///
    /// # Errors
    /// What `srtp_update` says.
    pub fn update_receiver(&mut self, setup: &Setup) -> Result<(), Status> {
        self.update(setup, ANY_INBOUND)
    }

    fn update(&mut self, setup: &Setup, kind: c_int) -> Result<(), Status> {
        with_policy(&self.library, setup, Ssrc { kind, value: 0 }, |policy| {
            // SAFETY: the session is live; libsrtp copies the policy.
            check(unsafe { (self.library.functions().update)(self.session, policy) })
        })
    }

    /// Protects the RTP packet in the first `length` bytes, in place.
    ///
    /// # Errors
    /// What libsrtp says.
    ///
    /// # Panics
    /// If the buffer has less than 180 bytes behind the packet.
    pub fn protect_rtp(
        &mut self,
        buffer: &mut [u8],
        length: usize,
        key: usize,
    ) -> Result<usize, Status> {
        self.protect(self.library.functions().protect, buffer, length, key)
    }

    /// Protects the RTCP packet in the first `length` bytes, in place.
    ///
    /// # Errors
    /// What libsrtp says.
    ///
    /// # Panics
    /// If the buffer has less than 180 bytes behind the packet.
    pub fn protect_rtcp(
        &mut self,
        buffer: &mut [u8],
        length: usize,
        key: usize,
    ) -> Result<usize, Status> {
        self.protect(self.library.functions().protect_rtcp, buffer, length, key)
    }

    /// Opens an SRTP packet in place.
    ///
    /// # Errors
    /// What libsrtp says.
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, Status> {
        self.unprotect(self.library.functions().unprotect, packet)
    }

    /// Opens an SRTCP packet in place.
    ///
    /// # Errors
    /// What libsrtp says.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Status> {
        self.unprotect(self.library.functions().unprotect_rtcp, packet)
    }

    /// The rollover counter of an SSRC.
    ///
    /// # Errors
    /// What libsrtp says.
    pub fn rollover_counter(&mut self, ssrc: u32) -> Result<u32, Status> {
        let mut roc = 0;
        // SAFETY: the session is live; libsrtp takes the SSRC in host order.
        check(unsafe { (self.library.functions().get_roc)(self.session, ssrc, &mut roc) })?;
        Ok(roc)
    }

    /// Sets the rollover counter of an SSRC.
    ///
    /// # Errors
    /// What libsrtp says.
    pub fn set_rollover_counter(&mut self, ssrc: u32, roc: u32) -> Result<(), Status> {
        // SAFETY: the session is live.
        check(unsafe { (self.library.functions().set_roc)(self.session, ssrc, roc) })
    }

    fn protect(
        &mut self,
        function: Protect,
        buffer: &mut [u8],
        length: usize,
        key: usize,
    ) -> Result<usize, Status> {
        // SRTP_MAX_TRAILER_LEN and the SRTCP word.
        assert!(buffer.len() >= length + 180, "libsrtp writes behind the packet");
        let mut length = c_int::try_from(length).expect("a packet's length");
        let (mki, key) = (u32::from(self.uses_mki), u32::try_from(key).expect("a key's number"));
        // SAFETY: the session is live; the buffer has room for what libsrtp adds.
        check(unsafe {
            function(self.session, buffer.as_mut_ptr().cast(), &mut length, mki, key)
        })?;
        Ok(usize::try_from(length).expect("a packet's length"))
    }

    fn unprotect(&mut self, function: Unprotect, packet: &mut [u8]) -> Result<usize, Status> {
        let mut length = c_int::try_from(packet.len()).expect("a packet's length");
        let mki = u32::from(self.uses_mki);
        // SAFETY: the session is live; libsrtp stays within the packet's length.
        check(unsafe { function(self.session, packet.as_mut_ptr().cast(), &mut length, mki) })?;
        Ok(usize::try_from(length).expect("a packet's length"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // SAFETY: the session came from `srtp_create` and is not used again.
        unsafe { (self.library.functions().dealloc)(self.session) };
    }
}

/// Lends a policy whose pointers are all live.
fn with_policy<T>(
    library: &Library,
    setup: &Setup,
    ssrc: Ssrc,
    use_it: impl FnOnce(*const Policy) -> T,
) -> T {
    let (rtp, mut rtcp) = library.policies(setup.profile);
    if setup.rtcp_clear {
        rtcp.sec_serv = SEC_SERV_AUTH;
    }
    let mut keys = setup.keys.clone();
    for key in &mut keys {
        // libsrtp reads as many bytes as the longest key has.
        key.bytes.resize(64, 0);
    }
    let mut masters: Vec<MasterKey> = keys
        .iter_mut()
        .map(|key| MasterKey {
            key: key.bytes.as_mut_ptr(),
            mki_size: u32::try_from(key.mki.len()).expect("an MKI's length"),
            mki_id: key.mki.as_mut_ptr(),
        })
        .collect();
    let mut pointers: Vec<*mut MasterKey> = masters.iter_mut().map(ptr::from_mut).collect();
    let mut elements: Vec<c_int> = setup.elements.iter().map(|id| c_int::from(*id)).collect();
    let uses_mki = setup.uses_mki();
    let policy = Policy {
        ssrc,
        rtp,
        rtcp,
        key: if uses_mki { ptr::null_mut() } else { masters[0].key },
        keys: if uses_mki { pointers.as_mut_ptr() } else { ptr::null_mut() },
        num_master_keys: if uses_mki { pointers.len() as _ } else { 0 },
        deprecated_ekt: ptr::null_mut(),
        window_size: setup.window.into(),
        allow_repeat_tx: 0,
        enc_xtn_hdr: if elements.is_empty() { ptr::null_mut() } else { elements.as_mut_ptr() },
        enc_xtn_hdr_count: c_int::try_from(elements.len()).expect("few elements"),
        next: ptr::null_mut(),
    };
    use_it(&policy)
}

fn check(status: c_int) -> Result<(), Status> {
    if status == 0 { Ok(()) } else { Err(Status(status)) }
}
