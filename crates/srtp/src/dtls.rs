use crate::{Error, MasterKey, Profile};

/// The master keys of both directions, from what a DTLS handshake with `use_srtp` exports
/// (RFC 5764 §4.2).
///
/// The label is [`DtlsKeys::EXPORTER_LABEL`], without a context; the length
/// [`DtlsKeys::exported_length`]. The profile is the one that the handshake chose, by number
/// ([`Profile::from_dtls_id`]). Who is the DTLS client sends under `client` and receives under
/// `server`, the other the other way round; RTP and RTCP of a direction share its key.
///
/// ```text
///   client key | server key | client salt | server salt
/// ```
///
/// ```
/// use privity_srtp::{DtlsKeys, Options, Profile, Receiver, Sender};
///
/// let profile = Profile::from_dtls_id(7).expect("chosen from what this end offered");
/// # let export = |label: &str, length: usize| (0..length).map(|n| n as u8).collect::<Vec<u8>>();
/// let exported = export(DtlsKeys::EXPORTER_LABEL, DtlsKeys::exported_length(profile));
/// let keys = DtlsKeys::from_exported(profile, &exported)?;
/// let is_client = true; // of the DTLS handshake
/// let (own, theirs) = if is_client {
///     (keys.client, keys.server)
/// } else {
///     (keys.server, keys.client)
/// };
/// let mut sender = Sender::new(own, Options::new())?;
/// let mut receiver = Receiver::new(theirs, Options::new())?;
/// # Ok::<(), privity_srtp::Error>(())
/// ```
///
/// A later handshake on the same association, which DTLS 1.2 alone has, gives new keys
/// (RFC 5764 §5.2): give them to [`Receiver::rekey`](crate::Receiver::rekey) with an overlap,
/// then to [`Sender::rekey`](crate::Sender::rekey). A new association begins a new session with
/// rollover counters at 0: a new sender and a new receiver.
///
/// # Security
/// The keys are as good as the check of the peer's certificate against the fingerprint in the
/// signalling (RFC 5763 §5), which is the app's. Wipe `exported` after the call.
#[derive(Debug)]
pub struct DtlsKeys {
    /// Of what the DTLS client sends.
    pub client: MasterKey,
    /// Of what the DTLS server sends.
    pub server: MasterKey,
}

impl DtlsKeys {
    /// The label under which DTLS exports the keys (RFC 5764 §4.2).
    pub const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";

    /// Bytes to export for a profile: two keys and two salts. For
    /// [`Profile::NULL_HMAC_SHA1_80`] they are those of AES-128, as in libsrtp: with the lengths
    /// of 0 in RFC 5764 §4.1.2 there would be nothing to derive from.
    #[must_use]
    pub const fn exported_length(profile: Profile) -> usize {
        2 * (profile.key_length() + profile.salt_length())
    }

    /// Cuts what was exported. The keys live as long as the profile allows under DTLS: 2^31
    /// packets of RTP for those of RFC 5764 (§4.1.2), 2^48 for AES-GCM (RFC 7714 §14.2), and
    /// 2^31 of RTCP; [`MasterKey::with_lifetime`] sets another life, [`MasterKey::with_mki`]
    /// the MKI that the handshake may have agreed on.
    ///
    /// # Errors
    /// [`Error::Misuse`] for another length than [`DtlsKeys::exported_length`], and for a
    /// profile that has no DTLS number.
    pub fn from_exported(profile: Profile, exported: &[u8]) -> Result<Self, Error> {
        let rtp = profile.dtls_lifetime().ok_or(NO_NUMBER)?;
        let (keys, salts) = exported.split_at_checked(2 * profile.key_length()).ok_or(LENGTH)?;
        let (client_key, server_key) = keys.split_at(profile.key_length());
        let (client_salt, server_salt) =
            salts.split_at_checked(profile.salt_length()).ok_or(LENGTH)?;
        let key = |key, salt| {
            let key = MasterKey::new(profile, key, salt).map_err(|_| LENGTH)?;
            key.with_lifetime(rtp, MasterKey::MAX_RTCP_LIFETIME)
        };
        Ok(Self { client: key(client_key, client_salt)?, server: key(server_key, server_salt)? })
    }
}

const NO_NUMBER: Error = Error::Misuse("the profile has no number in DTLS-SRTP");
const LENGTH: Error = Error::Misuse("export as many bytes as DtlsKeys::exported_length says");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_before_salts_and_the_client_before_the_server() {
        let named = [1, 2, 7, 8].map(|id| Profile::from_dtls_id(id).unwrap());
        for profile in named.into_iter().chain([Profile::NULL_HMAC_SHA1_80]) {
            let (key, salt) = (profile.key_length(), profile.salt_length());
            let exported: Vec<_> = [(1, key), (2, key), (3, salt), (4, salt)]
                .iter()
                .flat_map(|(byte, count)| vec![*byte; *count])
                .collect();
            assert_eq!(exported.len(), DtlsKeys::exported_length(profile));
            let keys = DtlsKeys::from_exported(profile, &exported).unwrap();
            assert_eq!(DtlsKeys::EXPORTER_LABEL, "EXTRACTOR-dtls_srtp");
            assert_eq!(keys.client.key(), vec![1; key]);
            assert_eq!(keys.server.key(), vec![2; key]);
            assert_eq!(keys.client.salt().expose()[..salt], vec![3; salt]);
            assert_eq!(keys.server.salt().expose()[..salt], vec![4; salt]);
        }
    }

    #[test]
    fn the_lives_are_those_of_the_registered_profiles() {
        for (profile, rtp) in [
            (Profile::AES_CM_128_HMAC_SHA1_80, 1 << 31),
            (Profile::AES_CM_128_HMAC_SHA1_32, 1 << 31),
            (Profile::NULL_HMAC_SHA1_80, 1 << 31),
            (Profile::AEAD_AES_128_GCM, 1 << 48),
            (Profile::AEAD_AES_256_GCM, 1 << 48),
        ] {
            let exported = vec![0; DtlsKeys::exported_length(profile)];
            let keys = DtlsKeys::from_exported(profile, &exported).unwrap();
            for key in [keys.client, keys.server] {
                assert_eq!((key.lifetime().rtp, key.lifetime().rtcp), (rtp, 1 << 31));
            }
        }
    }

    #[test]
    fn another_length_and_a_profile_without_a_number_are_refused() {
        for id in [1, 7, 8] {
            let profile = Profile::from_dtls_id(id).unwrap();
            let right = DtlsKeys::exported_length(profile);
            for length in (0..right).chain([right + 1, 200]) {
                let result = DtlsKeys::from_exported(profile, &vec![7; length]);
                assert_eq!(result.map(|_| ()), Err(LENGTH), "{length}");
            }
        }
        let profile = Profile::AES_256_CM_HMAC_SHA1_80;
        let exported = vec![7; DtlsKeys::exported_length(profile)];
        assert_eq!(DtlsKeys::from_exported(profile, &exported).map(|_| ()), Err(NO_NUMBER));
    }
}
