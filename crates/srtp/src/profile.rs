use core::fmt;
use core::hash::{Hash, Hasher};

use crate::Error;
use crate::kdf::SessionKeys;
use crate::trailer::Layout;
use crate::transform::{Transform, counter_hmac, gcm};

/// A protection profile: which cipher, which tag, which key lengths.
///
/// ```
/// use privity_srtp::Profile;
///
/// let profile = Profile::from_dtls_id(7).unwrap();
/// assert_eq!(profile, Profile::AEAD_AES_128_GCM);
/// assert_eq!((profile.key_length(), profile.salt_length()), (16, 12));
/// assert_eq!(Profile::from_name("AES_CM_128_HMAC_SHA1_80"), Some(Profile::AES_CM_128_HMAC_SHA1_80));
/// ```
#[derive(Clone, Copy)]
pub struct Profile(&'static Row);

/// What sets one profile apart from another; no code asks which profile it is.
pub(crate) struct Row {
    name: &'static str,
    dtls_id: Option<u16>,
    /// RTP packets under one key at most where DTLS agreed on it (RFC 5764 §4.1.2).
    dtls_lifetime: u64,
    key_length: usize,
    salt_length: usize,
    rtp_tag: usize,
    rtcp_tag: usize,
    encryption: Encryption,
    layout: Layout,
    transform: fn(&SessionKeys) -> Result<Box<dyn Transform>, Error>,
}

/// Whether a profile hides the payload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    Encrypts,
    AuthenticatesOnly,
}

impl Profile {
    /// AES-128 in counter mode, 80-bit tags (RFC 3711, RFC 4568 §6.2.1). Key of 16 bytes, salt
    /// of 14; the tag, here and in all, is of as many bytes as its bits say.
    pub const AES_CM_128_HMAC_SHA1_80: Self =
        Self(&Row { name: "AES_CM_128_HMAC_SHA1_80", dtls_id: Some(1), ..COUNTER_MODE });
    /// AES-128 in counter mode, 32-bit tags on RTP, 80-bit tags on RTCP (RFC 4568 §6.2.2). Key
    /// of 16 bytes, salt of 14.
    pub const AES_CM_128_HMAC_SHA1_32: Self = Self(&Row {
        name: "AES_CM_128_HMAC_SHA1_32",
        dtls_id: Some(2),
        rtp_tag: 4,
        ..COUNTER_MODE
    });
    /// AES-192 in counter mode, 80-bit tags (RFC 6188). Key of 24 bytes, salt of 14.
    pub const AES_192_CM_HMAC_SHA1_80: Self =
        Self(&Row { name: "AES_192_CM_HMAC_SHA1_80", key_length: 24, ..COUNTER_MODE });
    /// AES-192 in counter mode, 32-bit tags on RTP, 80-bit tags on RTCP (RFC 6188). Key of 24
    /// bytes, salt of 14.
    pub const AES_192_CM_HMAC_SHA1_32: Self =
        Self(&Row { name: "AES_192_CM_HMAC_SHA1_32", key_length: 24, rtp_tag: 4, ..COUNTER_MODE });
    /// AES-256 in counter mode, 80-bit tags (RFC 6188). Key of 32 bytes, salt of 14.
    pub const AES_256_CM_HMAC_SHA1_80: Self =
        Self(&Row { name: "AES_256_CM_HMAC_SHA1_80", key_length: 32, ..COUNTER_MODE });
    /// AES-256 in counter mode, 32-bit tags on RTP, 80-bit tags on RTCP (RFC 6188). Key of 32
    /// bytes, salt of 14.
    pub const AES_256_CM_HMAC_SHA1_32: Self =
        Self(&Row { name: "AES_256_CM_HMAC_SHA1_32", key_length: 32, rtp_tag: 4, ..COUNTER_MODE });
    /// AES-128-GCM, 128-bit tags (RFC 7714). Key of 16 bytes, salt of 12.
    pub const AEAD_AES_128_GCM: Self =
        Self(&Row { name: "AEAD_AES_128_GCM", dtls_id: Some(7), ..AEAD });
    /// AES-256-GCM, 128-bit tags (RFC 7714). Key of 32 bytes, salt of 12.
    pub const AEAD_AES_256_GCM: Self =
        Self(&Row { name: "AEAD_AES_256_GCM", dtls_id: Some(8), key_length: 32, ..AEAD });
    /// Authentication without encryption, 80-bit tags (RFC 3711 §4.1.3, RFC 5764 §4.1.2). Key
    /// of 16 bytes, salt of 14.
    ///
    /// # Security
    /// Everybody on the path can listen. `from_dtls_id` and `from_name` never give it: name it, or do not
    /// have it.
    pub const NULL_HMAC_SHA1_80: Self = Self(&Row {
        name: "NULL_HMAC_SHA1_80",
        dtls_id: Some(5),
        encryption: Encryption::AuthenticatesOnly,
        transform: counter_hmac::authenticating,
        ..COUNTER_MODE
    });

    /// Every profile that encrypts, strongest first.
    pub const ENCRYPTING: [Self; 8] = [
        Self::AEAD_AES_256_GCM,
        Self::AEAD_AES_128_GCM,
        Self::AES_256_CM_HMAC_SHA1_80,
        Self::AES_192_CM_HMAC_SHA1_80,
        Self::AES_CM_128_HMAC_SHA1_80,
        Self::AES_256_CM_HMAC_SHA1_32,
        Self::AES_192_CM_HMAC_SHA1_32,
        Self::AES_CM_128_HMAC_SHA1_32,
    ];

    /// The encrypting profile with this DTLS-SRTP number (RFC 5764 §4.1.2, RFC 7714 §14.2).
    #[must_use]
    pub fn from_dtls_id(id: u16) -> Option<Self> {
        Self::ENCRYPTING.into_iter().find(|profile| profile.0.dtls_id == Some(id))
    }

    /// The encrypting profile with this SDP crypto-suite name (RFC 4568 §6.2). Libraries for
    /// DTLS spell names in their own ways: take the number there ([`Profile::from_dtls_id`]).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ENCRYPTING.into_iter().find(|profile| profile.0.name == name)
    }

    /// Its name in the RFCs and in SDP.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0.name
    }

    /// Its DTLS-SRTP number, where it has one.
    #[must_use]
    pub const fn dtls_id(&self) -> Option<u16> {
        self.0.dtls_id
    }

    /// Bytes of the master key.
    #[must_use]
    pub const fn key_length(&self) -> usize {
        self.0.key_length
    }

    /// Bytes of the master salt.
    #[must_use]
    pub const fn salt_length(&self) -> usize {
        self.0.salt_length
    }

    /// Bytes of the tag on an RTP packet.
    #[must_use]
    pub const fn rtp_tag_length(&self) -> usize {
        self.0.rtp_tag
    }

    /// Bytes of the tag on an RTCP packet.
    #[must_use]
    pub const fn rtcp_tag_length(&self) -> usize {
        self.0.rtcp_tag
    }

    /// RTP packets under one key at most where DTLS agreed on it, if DTLS can.
    pub(crate) fn dtls_lifetime(&self) -> Option<u64> {
        self.0.dtls_id.map(|_| self.0.dtls_lifetime)
    }

    pub(crate) const fn layout(&self) -> Layout {
        self.0.layout
    }

    pub(crate) const fn encryption(&self) -> Encryption {
        self.0.encryption
    }

    pub(crate) fn transform(&self, keys: &SessionKeys) -> Result<Box<dyn Transform>, Error> {
        (self.0.transform)(keys)
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Profile {}

impl Hash for Profile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Display for Profile {
    /// The name ([`Profile::name`]).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

const COUNTER_MODE: Row = Row {
    name: "",
    dtls_id: None,
    dtls_lifetime: 1 << 31,
    key_length: 16,
    salt_length: 14,
    rtp_tag: 10,
    rtcp_tag: 10,
    encryption: Encryption::Encrypts,
    layout: Layout::TagLast,
    transform: counter_hmac::encrypting,
};

const AEAD: Row = Row {
    dtls_lifetime: 1 << 48,
    salt_length: 12,
    rtp_tag: 16,
    rtcp_tag: 16,
    layout: Layout::TagFirst,
    transform: gcm::encrypting,
    ..COUNTER_MODE
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_look_up_gives_a_profile_without_encryption() {
        assert_eq!(Profile::from_dtls_id(5), None);
        assert_eq!(Profile::from_name("NULL_HMAC_SHA1_80"), None);
        for profile in Profile::ENCRYPTING {
            assert!(profile.encryption() == Encryption::Encrypts);
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
    }

    /// The registry "DTLS-SRTP Protection Profiles": RFC 5764 §4.1.2, RFC 7714 §14.2.
    #[test]
    fn the_dtls_numbers_are_those_of_the_registry() {
        let registered = [
            (1, Profile::AES_CM_128_HMAC_SHA1_80),
            (2, Profile::AES_CM_128_HMAC_SHA1_32),
            (7, Profile::AEAD_AES_128_GCM),
            (8, Profile::AEAD_AES_256_GCM),
        ];
        for (id, profile) in registered {
            assert_eq!(Profile::from_dtls_id(id), Some(profile));
            assert_eq!(profile.dtls_id(), Some(id));
        }
        let found = (0..=u16::MAX).filter(|id| Profile::from_dtls_id(*id).is_some()).count();
        assert_eq!(found, registered.len());
        assert_eq!(Profile::NULL_HMAC_SHA1_80.dtls_id(), Some(5));
        let without = Profile::ENCRYPTING.iter().filter(|profile| profile.dtls_id().is_none());
        assert_eq!(without.count(), 4, "AES-192 and AES-256 in counter mode have none");
    }

    /// RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.1.
    #[test]
    fn the_lengths_are_those_of_the_rfcs() {
        let rows = [
            (Profile::AES_CM_128_HMAC_SHA1_80, [16, 14, 10, 10]),
            (Profile::AES_CM_128_HMAC_SHA1_32, [16, 14, 4, 10]),
            (Profile::AES_192_CM_HMAC_SHA1_80, [24, 14, 10, 10]),
            (Profile::AES_192_CM_HMAC_SHA1_32, [24, 14, 4, 10]),
            (Profile::AES_256_CM_HMAC_SHA1_80, [32, 14, 10, 10]),
            (Profile::AES_256_CM_HMAC_SHA1_32, [32, 14, 4, 10]),
            (Profile::AEAD_AES_128_GCM, [16, 12, 16, 16]),
            (Profile::AEAD_AES_256_GCM, [32, 12, 16, 16]),
            (Profile::NULL_HMAC_SHA1_80, [16, 14, 10, 10]),
        ];
        for (profile, lengths) in rows {
            let (key, salt) = (profile.key_length(), profile.salt_length());
            let tags = (profile.rtp_tag_length(), profile.rtcp_tag_length());
            assert_eq!([key, salt, tags.0, tags.1], lengths, "{profile:?}");
        }
    }

    #[test]
    fn every_profile_is_itself_alone() {
        let all = || Profile::ENCRYPTING.into_iter().chain([Profile::NULL_HMAC_SHA1_80]);
        for (place, one) in all().enumerate() {
            for (other_place, other) in all().enumerate() {
                assert_eq!(one == other, place == other_place, "{one} {other}");
            }
        }
    }

    #[test]
    fn the_32_bit_profiles_keep_80_bits_on_rtcp() {
        for profile in Profile::ENCRYPTING {
            if profile.name().ends_with("_32") {
                assert_eq!((profile.rtp_tag_length(), profile.rtcp_tag_length()), (4, 10));
            }
        }
    }
}
