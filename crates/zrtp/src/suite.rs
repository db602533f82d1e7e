use privity_primitives::hash::{secret_sha256, secret_sha384, sha256, sha384};
use privity_primitives::mac::{hmac_sha256, hmac_sha384};
use privity_primitives::secret::SecretVec;

/// What one handshake uses: a row from each table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite {
    /// For hvi, IDs, the key schedule and the Confirm MAC.
    pub hash: Hash,
    /// For the Confirm messages and for SRTP.
    pub cipher: Cipher,
    /// For SRTP.
    pub auth_tag: AuthTag,
    /// How the fresh secret comes about.
    pub agreement: KeyAgreement,
    /// How the short authentication string is shown.
    pub sas: Sas,
}

/// A hash (RFC 6189, 5.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-256; mandatory.
    S256,
    /// SHA-384.
    S384,
}

/// A cipher (RFC 6189, 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cipher {
    /// AES-128; mandatory.
    Aes1,
    /// AES-192.
    Aes2,
    /// AES-256.
    Aes3,
}

/// An SRTP authentication tag (RFC 6189, 5.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthTag {
    /// HMAC-SHA1, 32 bits; mandatory.
    Hs32,
    /// HMAC-SHA1, 80 bits; mandatory.
    Hs80,
    /// AES-GCM, a later name of bzrtp; never with AES2.
    Gcm,
}

/// A key agreement (RFC 6189, 5.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyAgreement {
    /// X25519 under the name that bzrtp gives it.
    X255,
    /// X25519 under the name that GNU ZRTP gives it.
    E255,
    /// X448, as bzrtp names it.
    X448,
    /// The curve P-256.
    Ec25,
    /// The curve P-384; needs S384.
    Ec38,
    /// Diffie-Hellman modulo a prime of 3,072 bits; mandatory.
    Dh3k,
    /// Diffie-Hellman modulo a prime of 2,048 bits: for old hardware, off by default.
    Dh2k,
    /// X25519 together with ML-KEM-768 (docs/ZRTP-PQ.md).
    XM76,
    /// A further stream of a call.
    Multistream,
    /// A key that both sides hold already.
    Preshared,
}

/// A rendering of the short authentication string (RFC 6189, 5.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sas {
    /// Four characters of base 32; mandatory.
    B32,
    /// Two words of the PGP list.
    B256,
    /// Four emoji.
    B32E,
    /// Up to six digits, as GNU ZRTP prints them.
    B10D,
}

/// Tables: value and name on the wire.
const HASHES: &[(Hash, [u8; 4])] = &[(Hash::S256, *b"S256"), (Hash::S384, *b"S384")];
const CIPHERS: &[(Cipher, [u8; 4])] =
    &[(Cipher::Aes1, *b"AES1"), (Cipher::Aes2, *b"AES2"), (Cipher::Aes3, *b"AES3")];
const AUTH_TAGS: &[(AuthTag, [u8; 4])] =
    &[(AuthTag::Hs32, *b"HS32"), (AuthTag::Hs80, *b"HS80"), (AuthTag::Gcm, *b"GCM ")];
const KEY_AGREEMENTS: &[(KeyAgreement, [u8; 4])] = &[
    (KeyAgreement::X255, *b"X255"),
    (KeyAgreement::E255, *b"E255"),
    (KeyAgreement::X448, *b"X448"),
    (KeyAgreement::Ec25, *b"EC25"),
    (KeyAgreement::Ec38, *b"EC38"),
    (KeyAgreement::Dh3k, *b"DH3k"),
    (KeyAgreement::Dh2k, *b"DH2k"),
    (KeyAgreement::XM76, *b"XM76"),
    (KeyAgreement::Multistream, *b"Mult"),
    (KeyAgreement::Preshared, *b"Prsh"),
];
const SAS_TYPES: &[(Sas, [u8; 4])] =
    &[(Sas::B32, *b"B32 "), (Sas::B256, *b"B256"), (Sas::B32E, *b"B32E"), (Sas::B10D, *b"B10D")];

/// A value that has a name of four bytes on the wire.
pub trait Named: Copy + PartialEq + 'static {
    /// All values with their names.
    const TABLE: &'static [(Self, [u8; 4])];

    /// The name, space padded.
    fn name(self) -> [u8; 4] {
        let row = Self::TABLE.iter().find(|(value, _)| *value == self);
        row.map_or(*b"    ", |(_, name)| *name)
    }

    /// The value of this name.
    fn from_name(name: [u8; 4]) -> Option<Self> {
        let row = Self::TABLE.iter().find(|(_, known)| *known == name);
        row.map(|(value, _)| *value)
    }
}

impl Named for Hash {
    const TABLE: &'static [(Self, [u8; 4])] = HASHES;
}

impl Named for Cipher {
    const TABLE: &'static [(Self, [u8; 4])] = CIPHERS;
}

impl Named for AuthTag {
    const TABLE: &'static [(Self, [u8; 4])] = AUTH_TAGS;
}

impl Named for KeyAgreement {
    const TABLE: &'static [(Self, [u8; 4])] = KEY_AGREEMENTS;
}

impl Named for Sas {
    const TABLE: &'static [(Self, [u8; 4])] = SAS_TYPES;
}

impl Hash {
    /// Output bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::S256 => 32,
            Self::S384 => 48,
        }
    }

    /// The hash of the concatenation of `parts`.
    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::S256 => sha256(parts).to_vec(),
            Self::S384 => sha384(parts).to_vec(),
        }
    }

    /// As [`Hash::digest`], where the hash is a secret.
    #[must_use]
    pub(crate) fn secret_digest(self, parts: &[&[u8]]) -> SecretVec {
        SecretVec::new(match self {
            Self::S256 => secret_sha256(parts).expose().to_vec(),
            Self::S384 => secret_sha384(parts).expose().to_vec(),
        })
    }

    /// The first 32 bytes of the hash.
    #[must_use]
    pub fn first_32(self, parts: &[&[u8]]) -> [u8; 32] {
        self.digest(parts).first_chunk().copied().unwrap_or_default()
    }

    /// HMAC with this hash.
    #[must_use]
    pub fn hmac(self, key: &[u8], parts: &[&[u8]]) -> SecretVec {
        SecretVec::new(match self {
            Self::S256 => hmac_sha256(key, parts).expose().to_vec(),
            Self::S384 => hmac_sha384(key, parts).expose().to_vec(),
        })
    }

    /// The first 8 bytes of the HMAC.
    #[must_use]
    pub fn hmac_8(self, key: &[u8], parts: &[&[u8]]) -> [u8; 8] {
        self.hmac(key, parts).expose().first_chunk().copied().unwrap_or_default()
    }
}

impl Cipher {
    /// Key bytes.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes1 => 16,
            Self::Aes2 => 24,
            Self::Aes3 => 32,
        }
    }
}

impl AuthTag {
    /// Salt bytes of the SRTP that follows.
    #[must_use]
    pub const fn salt_length(self) -> usize {
        match self {
            Self::Hs32 | Self::Hs80 => 14,
            Self::Gcm => 12,
        }
    }
}
