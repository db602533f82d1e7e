use privity_primitives::aes_ctr::AesCtr;
use privity_primitives::scratch::Scratch;
use privity_primitives::secret::Secret;

use crate::{Error, MasterKey, Profile};

/// Derives session keys from a master key: AES in counter mode as a pseudorandom function
/// (RFC 3711 §4.3.3; RFC 6188 §3 for the longer keys; RFC 7714 §11 for AES-GCM).
pub(crate) struct Prf {
    cipher: AesCtr,
    salt: Secret<14>,
    profile: Profile,
}

/// The session keys of one direction and protocol, on their way into a transform.
pub(crate) struct SessionKeys {
    cipher: Scratch<32>,
    cipher_length: usize,
    salt: Scratch<14>,
    authentication: Scratch<20>,
}

/// Which of a master key's session keys are meant (RFC 3711 §4.3.2, RFC 6904 §3.2).
#[derive(Clone, Copy)]
pub(crate) struct Labels {
    cipher: u8,
    authentication: u8,
    salt: u8,
}

impl Labels {
    pub(crate) const RTP: Self = Self { cipher: 0, authentication: 1, salt: 2 };
    pub(crate) const RTCP: Self = Self { cipher: 3, authentication: 4, salt: 5 };
    const HEADER_CIPHER: u8 = 6;
    const HEADER_SALT: u8 = 7;
    /// No RFC's: what it derives never leaves the session.
    const FINGERPRINT: u8 = 0xff;
}

/// Tells whether two master keys derive the same session keys, without holding them.
pub(crate) type Fingerprint = [u8; 16];

impl Prf {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, Error> {
        let cipher = AesCtr::new(master.key()).map_err(|_| BAD_KEY)?;
        Ok(Self { cipher, salt: master.salt().duplicate(), profile: master.profile() })
    }

    /// The session keys for `r`, the index divided by the key derivation rate.
    pub(crate) fn session_keys(&self, labels: Labels, r: u64) -> SessionKeys {
        let mut keys = self.empty();
        self.derive(labels.cipher, r, keys.cipher.expose_mut());
        self.derive(labels.authentication, r, keys.authentication.expose_mut());
        self.derive_salt(labels.salt, r, &mut keys.salt);
        keys
    }

    /// The keys for header extensions (RFC 6904 §3.2); they authenticate nothing.
    pub(crate) fn header_keys(&self, r: u64) -> SessionKeys {
        let mut keys = self.empty();
        self.derive(Labels::HEADER_CIPHER, r, keys.cipher.expose_mut());
        self.derive_salt(Labels::HEADER_SALT, r, &mut keys.salt);
        keys
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = [0; 16];
        self.derive(Labels::FINGERPRINT, 0, &mut fingerprint);
        fingerprint
    }

    fn empty(&self) -> SessionKeys {
        SessionKeys {
            cipher: Scratch::new(),
            cipher_length: self.profile.key_length(),
            salt: Scratch::new(),
            authentication: Scratch::new(),
        }
    }

    fn derive_salt(&self, label: u8, r: u64, salt: &mut Scratch<14>) {
        if let Some(salt) = salt.expose_mut().get_mut(..self.profile.salt_length()) {
            self.derive(label, r, salt);
        }
    }

    /// Fills `out` for `label`: the keystream whose counter block is the master salt with
    /// `label || r` added at its right end (RFC 3711 §4.3.1). `r` has 48 bits for SRTCP
    /// too, as every implementation has it.
    fn derive(&self, label: u8, r: u64, out: &mut [u8]) {
        let mut key_id = [0; 16];
        for (to, from) in key_id.iter_mut().zip(self.salt.expose()) {
            *to = *from;
        }
        let right = (u64::from(label) << 48) | (r & R_MASK);
        let block = u128::from_be_bytes(key_id) ^ (u128::from(right) << 16);
        out.fill(0);
        self.cipher.apply(&block.to_be_bytes(), out);
    }
}

impl SessionKeys {
    /// Keys that a vector gives.
    #[cfg(test)]
    pub(crate) fn given(profile: Profile, cipher: &[u8], salt: &[u8]) -> Self {
        let mut keys = Self {
            cipher: Scratch::new(),
            cipher_length: profile.key_length(),
            salt: Scratch::new(),
            authentication: Scratch::new(),
        };
        keys.cipher.expose_mut()[..cipher.len()].copy_from_slice(cipher);
        keys.salt.expose_mut()[..salt.len()].copy_from_slice(salt);
        keys
    }

    pub(crate) fn cipher(&self) -> &[u8] {
        self.cipher.expose().get(..self.cipher_length).unwrap_or_default()
    }

    pub(crate) const fn salt(&self) -> &[u8; 14] {
        self.salt.expose()
    }

    pub(crate) const fn authentication(&self) -> &[u8; 20] {
        self.authentication.expose()
    }
}

/// How often session keys are derived anew (RFC 3711 §4.3.1): never, or every power of two
/// of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    shift: u32,
}

impl Rate {
    /// Session keys last as long as their master key.
    pub(crate) const NEVER: Self = Self { shift: 63 };

    /// Every `packets` packets: a power of two, at most 2^24.
    pub(crate) fn every(packets: u32) -> Result<Self, Error> {
        if packets.is_power_of_two() && packets <= 1 << 24 {
            Ok(Self { shift: packets.trailing_zeros() })
        } else {
            Err(Error::Misuse("a key derivation rate is a power of two, at most 2^24"))
        }
    }

    pub(crate) const fn quotient(self, index: u64) -> u64 {
        index >> self.shift
    }
}

const R_MASK: u64 = (1 << 48) - 1;
const BAD_KEY: Error = Error::Misuse("the master key has no length of AES");
