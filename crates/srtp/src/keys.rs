use core::fmt;

use privity_primitives::secret::{Secret, equal};

use crate::{Error, Profile};

/// A master key with its salt, as signalling or a key agreement hands it over; wiped on
/// drop, never printed.
///
/// Each direction has its own (RFC 3711 §3.2.1, RFC 5764 §4.2): never give one master key
/// to the senders of both ends unless signalling keeps their SSRCs apart; and then drop what
/// comes in with an SSRC of your own, since it is your own packet sent back. Never give one to
/// two senders one after the other either ([`Sender`](crate::Sender)).
///
/// ```
/// use privity_srtp::{MasterKey, Profile};
///
/// let key = MasterKey::new(Profile::AEAD_AES_128_GCM, &[1; 16], &[2; 12])?
///     .with_mki(&[0, 0, 0, 1])?
///     .with_lifetime(1 << 20, 1 << 12)?;
/// # Ok::<(), privity_srtp::Error>(())
/// ```
pub struct MasterKey {
    profile: Profile,
    key: Secret<32>,
    salt: Secret<14>,
    mki: Vec<u8>,
    lifetime: Lifetime,
}

/// How many packets a master key may protect or open, over all its SSRCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) rtp: u64,
    pub(crate) rtcp: u64,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("profile", &self.profile)
            .field("mki", &self.mki)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl MasterKey {
    /// Bytes that an MKI has at most (RFC 4568 §6.1).
    pub const MAX_MKI_LENGTH: usize = 128;
    /// RTP packets under one master key at most (RFC 3711 §9.2).
    pub const MAX_RTP_LIFETIME: u64 = 1 << 48;
    /// RTCP packets under one master key at most (RFC 3711 §9.2).
    pub const MAX_RTCP_LIFETIME: u64 = 1 << 31;

    /// Takes a master key and a master salt of the profile's lengths.
    ///
    /// # Errors
    /// [`Error::Misuse`] for other lengths.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Self, Error> {
        if key.len() != profile.key_length() {
            return Err(KEY_LENGTH);
        }
        if salt.len() != profile.salt_length() {
            return Err(Error::Misuse("a master salt has 14 bytes, or 12 for AES-GCM"));
        }
        Ok(Self {
            profile,
            key: padded(key),
            salt: padded(salt),
            mki: Vec::new(),
            lifetime: Lifetime { rtp: Self::MAX_RTP_LIFETIME, rtcp: Self::MAX_RTCP_LIFETIME },
        })
    }

    /// Takes the master key with the master salt behind it, as in SDP (RFC 4568 §6.1).
    ///
    /// # Errors
    /// [`Error::Misuse`] for another length than both together.
    pub fn from_concatenation(profile: Profile, key_and_salt: &[u8]) -> Result<Self, Error> {
        if key_and_salt.len() != profile.key_length() + profile.salt_length() {
            return Err(Error::Misuse("key and salt have not the profile's lengths together"));
        }
        let (key, salt) = key_and_salt.split_at(profile.key_length());
        Self::new(profile, key, salt)
    }

    /// Names the key by an MKI of 1 to 128 bytes, which every packet carries then
    /// (RFC 3711 §3.1). All keys that a session has at once have MKIs of one length.
    ///
    /// ```
    /// use privity_srtp::{MasterKey, Options, Profile, Receiver, Sender};
    ///
    /// let key = |byte: u8| {
    ///     MasterKey::new(Profile::AEAD_AES_128_GCM, &[byte; 16], &[byte; 12])?.with_mki(&[0, byte])
    /// };
    /// let mut receiver = Receiver::new(key(1)?, Options::new())?;
    /// receiver.add_key(key(2)?)?;
    /// let mut sender = Sender::new(key(1)?, Options::new())?;
    /// sender.add_key(key(2)?)?;
    /// sender.select_key(&[0, 2])?; // from here on, for as many packets as you like
    /// receiver.remove_key(&[0, 1])?; // once its packets are in
    /// # Ok::<(), privity_srtp::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Misuse`] for another length.
    pub fn with_mki(self, mki: &[u8]) -> Result<Self, Error> {
        if mki.is_empty() || mki.len() > Self::MAX_MKI_LENGTH {
            return Err(Error::Misuse("an MKI has 1 to 128 bytes"));
        }
        Ok(Self { mki: mki.to_vec(), ..self })
    }

    /// Shortens the key's life to `rtp` and `rtcp` packets over all SSRCs, as signalling
    /// may ask (RFC 4568 §6.1): at both ends alike, since a receiver whose key is spent first
    /// refuses what its peer still sends. Whichever is used up first ends the key for both
    /// protocols (RFC 3711 §9.2). SDP writes powers: `2^20` is `1 << 20`.
    ///
    /// # Errors
    /// [`Error::Misuse`] for zero or more than RFC 3711 §9.2 allows.
    pub fn with_lifetime(self, rtp: u64, rtcp: u64) -> Result<Self, Error> {
        let allowed = (1..=Self::MAX_RTP_LIFETIME).contains(&rtp)
            && (1..=Self::MAX_RTCP_LIFETIME).contains(&rtcp);
        if !allowed {
            return Err(Error::Misuse(
                "a master key lives for 1 to 2^48 RTP and 2^31 RTCP packets",
            ));
        }
        Ok(Self { lifetime: Lifetime { rtp, rtcp }, ..self })
    }

    /// The profile that the key is for.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The MKI; empty without one.
    #[must_use]
    pub fn mki(&self) -> &[u8] {
        &self.mki
    }

    pub(crate) const fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.key.expose().get(..self.profile.key_length()).unwrap_or_default()
    }

    /// The salt on the left of 112 bits: a 96-bit salt has zeros behind it (RFC 7714 §11).
    pub(crate) const fn salt(&self) -> &Secret<14> {
        &self.salt
    }

    /// Whether both derive from the same key and salt, also where their profiles differ in
    /// the length of the tag alone; takes the same time whatever bytes differ.
    pub(crate) fn derives_as(&self, other: &Self) -> bool {
        self.profile.key_length() == other.profile.key_length()
            && (equal(self.key.expose(), other.key.expose())
                & equal(self.salt.expose(), other.salt.expose()))
    }
}

const KEY_LENGTH: Error =
    Error::Misuse("a master key has 16, 24 or 32 bytes, as Profile::key_length says");

fn padded<const N: usize>(bytes: &[u8]) -> Secret<N> {
    Secret::fill(|target| {
        for (to, from) in target.iter_mut().zip(bytes) {
            *to = *from;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_prints_no_key() {
        let key = MasterKey::new(Profile::AEAD_AES_128_GCM, &[0xab; 16], &[0xcd; 12]).unwrap();
        let printed = format!("{key:?}");
        assert!(!printed.contains("171") && !printed.contains("ab, ab"), "{printed}");
    }

    #[test]
    fn only_the_same_key_and_salt_derive_the_same_whatever_the_tag() {
        let key = |profile, key: u8, salt: u8| {
            MasterKey::new(profile, &[key; 16], &vec![salt; profile.salt_length()]).unwrap()
        };
        let profile = Profile::AES_CM_128_HMAC_SHA1_80;
        let named = key(profile, 1, 2).with_mki(&[9]).unwrap();
        assert!(key(profile, 1, 2).derives_as(&named), "an MKI derives nothing");
        assert!(!key(profile, 1, 2).derives_as(&key(profile, 1, 3)));
        assert!(!key(profile, 1, 2).derives_as(&key(profile, 3, 2)));
        let shorter = key(Profile::AES_CM_128_HMAC_SHA1_32, 1, 2);
        assert!(key(profile, 1, 2).derives_as(&shorter));
        let other = key(Profile::AEAD_AES_128_GCM, 1, 2);
        assert!(!key(profile, 1, 2).derives_as(&other), "another salt");
        let longer = MasterKey::new(
            Profile::AES_256_CM_HMAC_SHA1_80,
            &[[1; 16], [0; 16]].concat(),
            &[2; 14],
        );
        assert!(!key(profile, 1, 2).derives_as(&longer.unwrap()), "another length");
    }

    #[test]
    fn lengths_and_limits_are_checked() {
        let profile = Profile::AES_256_CM_HMAC_SHA1_80;
        assert!(MasterKey::new(profile, &[0; 31], &[0; 14]).is_err());
        assert!(MasterKey::new(profile, &[0; 32], &[0; 12]).is_err());
        assert!(MasterKey::from_concatenation(profile, &[0; 45]).is_err());
        assert!(MasterKey::from_concatenation(profile, &[0; 47]).is_err());
        let key = || MasterKey::from_concatenation(profile, &[0; 46]).unwrap();
        assert!(key().with_mki(&[]).is_err());
        assert!(key().with_mki(&[0; 129]).is_err());
        assert!(key().with_mki(&[0; 128]).is_ok());
        assert!(key().with_lifetime(0, 1).is_err());
        assert!(key().with_lifetime(1, 0).is_err());
        assert!(key().with_lifetime((1 << 48) + 1, 1).is_err());
        assert!(key().with_lifetime(1, (1 << 31) + 1).is_err());
        assert!(key().with_lifetime(1 << 48, 1 << 31).is_ok());
    }
}
