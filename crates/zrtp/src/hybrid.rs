//! The hybrid of X25519 and ML-KEM-768 (docs/ZRTP-PQ.md): the result is secret as long as one
//! of the two is.
//!
//! ```text
//!   public key = x25519 32 | ml-kem 1184        in the Commit
//!   ciphertext = x25519 32 | ml-kem 1088        pv of DHPart1
//!   nonce 16                                    pv of DHPart2
//!   T = HMAC(HMAC("", ss_x), ss_m)    result = HMAC(T, ciphertext)
//! ```

use privity_primitives::kdf;
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::{ml_kem, x25519};

use crate::suite::Hash;
use crate::{Error, PeerMisbehaved};

/// Bytes of the initiator's public key.
pub(crate) const PUBLIC_LENGTH: usize = X_LENGTH + ml_kem::PUBLIC_LENGTH;
/// Bytes of the responder's ciphertext.
pub(crate) const CIPHERTEXT_LENGTH: usize = X_LENGTH + ml_kem::CIPHERTEXT_LENGTH;
/// Bytes of the initiator's nonce.
pub(crate) const NONCE_LENGTH: usize = 16;

/// The initiator's keys, for one use.
#[derive(Debug)]
pub(crate) struct HybridKeys {
    x: x25519::Ephemeral,
    m: ml_kem::Ephemeral,
    public: Vec<u8>,
    nonce: [u8; NONCE_LENGTH],
}

impl HybridKeys {
    /// Draws both keys and the nonce.
    pub(crate) fn generate(rng: &mut dyn CryptoRng) -> Self {
        let x = x25519::Ephemeral::generate(rng);
        let m = ml_kem::Ephemeral::generate(rng);
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        Self::assemble(x, m, nonce)
    }

    /// From keys that are there.
    pub(crate) fn assemble(
        x: x25519::Ephemeral,
        m: ml_kem::Ephemeral,
        nonce: [u8; NONCE_LENGTH],
    ) -> Self {
        let mut public = Vec::with_capacity(PUBLIC_LENGTH);
        public.extend_from_slice(x.public());
        public.extend_from_slice(m.public());
        Self { x, m, public, nonce }
    }

    /// What the Commit carries.
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    /// What DHPart2 carries: the commitment in the Commit is to something fresh.
    pub(crate) const fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// The result that the responder's ciphertext holds.
    ///
    /// # Errors
    /// [`PeerMisbehaved::PublicValue`] for another length or an X25519 value of low order.
    pub(crate) fn decapsulate(&self, hash: Hash, ciphertext: &[u8]) -> Result<SecretVec, Error> {
        let (ct_x, ct_m) = split::<{ ml_kem::CIPHERTEXT_LENGTH }>(ciphertext)?;
        let pk_x = *self.x.public();
        let dh = self.x.agree(ct_x).map_err(|_| PeerMisbehaved::PublicValue)?;
        let ss_x = x25519_secret(&dh, ct_x, &pk_x);
        let ss_m = self.m.decapsulate(ct_m);
        Ok(combine(hash, &ss_x, &ss_m, ciphertext))
    }
}

/// The responder's ciphertext to a public key, and the result.
///
/// # Errors
/// [`PeerMisbehaved::PublicValue`] for another length, an X25519 value of low order or an
/// ML-KEM key that is not reduced.
pub(crate) fn encapsulate(
    hash: Hash,
    public: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(Vec<u8>, SecretVec), Error> {
    let (pk_x, pk_m) = split::<{ ml_kem::PUBLIC_LENGTH }>(public)?;
    let x = x25519::Ephemeral::generate(rng);
    let ct_x = *x.public();
    let dh = x.agree(pk_x).map_err(|_| PeerMisbehaved::PublicValue)?;
    let ss_x = x25519_secret(&dh, &ct_x, pk_x);
    let (ct_m, ss_m) = ml_kem::encapsulate(pk_m, rng).map_err(|_| PeerMisbehaved::PublicValue)?;
    let mut ciphertext = Vec::with_capacity(CIPHERTEXT_LENGTH);
    ciphertext.extend_from_slice(&ct_x);
    ciphertext.extend_from_slice(&ct_m);
    let result = combine(hash, &ss_x, &ss_m, &ciphertext);
    Ok((ciphertext, result))
}

fn split<const M: usize>(value: &[u8]) -> Result<(&[u8; X_LENGTH], &[u8; M]), Error> {
    let (x, m) = value.split_first_chunk().ok_or(PeerMisbehaved::PublicValue)?;
    Ok((x, m.try_into().map_err(|_| PeerMisbehaved::PublicValue)?))
}

/// X25519 as a KEM, with the labels that bzrtp gives it (its suite 0x0020 of RFC 9180).
fn x25519_secret(dh: &Secret<32>, ct: &[u8; X_LENGTH], pk: &[u8; X_LENGTH]) -> Secret<32> {
    let ikm: [&[u8]; 4] = [b"ZRTPKEM", &SUITE, b"eae_prk", dh.expose()];
    let ikm = SecretVec::new(ikm.concat());
    kdf::extract(&[], ikm.expose()).expand(&[
        &[0, 32],
        b"ZRTP-v1.1KEM",
        &SUITE,
        b"shared_secret",
        ct,
        pk,
    ])
}

fn combine(hash: Hash, ss_x: &Secret<32>, ss_m: &Secret<32>, ciphertext: &[u8]) -> SecretVec {
    let t = hash.hmac(b"", &[ss_x.expose()]);
    let t = hash.hmac(t.expose(), &[ss_m.expose()]);
    hash.hmac(t.expose(), &[ciphertext])
}

const X_LENGTH: usize = 32;
/// X25519 with HKDF-SHA256 in RFC 9180, section 7.1.
const SUITE: [u8; 2] = [0x00, 0x20];

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use privity_primitives::secret::Secret;
    use serde_json::Value;

    /// Gives out what it was made of.
    struct Recorded(Vec<u8>);

    impl rand_chacha::rand_core::TryRng for Recorded {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            panic!("only whole secrets are drawn")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            panic!("only whole secrets are drawn")
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            let rest = self.0.split_off(bytes.len());
            bytes.copy_from_slice(&core::mem::replace(&mut self.0, rest));
            Ok(())
        }
    }

    impl rand_chacha::rand_core::TryCryptoRng for Recorded {}

    fn recorded(endpoint: &Value, name: &str) -> Vec<u8> {
        let secrets = endpoint["secrets"].as_array().unwrap();
        let hex = secrets.iter().find(|secret| secret["name"] == name).unwrap()["hex"].as_str();
        unhex(hex.unwrap())
    }

    fn unhex(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    /// The content of a packet between `start` and the MAC and CRC at its end.
    fn content(json: &Value, kind: &str, start: usize) -> Vec<u8> {
        let packets = json["packets"].as_array().unwrap();
        let packet = packets.iter().find(|packet| packet["type"] == kind).unwrap();
        let bytes = unhex(packet["hex"].as_str().unwrap());
        bytes[start..bytes.len() - 12].to_vec()
    }

    /// Against the computation in tests/independent.
    #[test]
    fn both_sides_compute_what_python_computes() {
        const S384: &str = include_str!("../tests/data/independent/xm76_s384_aes3_gcm.json");
        const S256: &str = include_str!("../tests/data/independent/xm76_s256_aes1.json");
        for (hash, file) in [(Hash::S384, S384), (Hash::S256, S256)] {
            let json: Value = serde_json::from_str(file).unwrap();
            let (i, r) = (&json["endpoints"]["A"], &json["endpoints"]["B"]);
            let public = content(&json, "Commit  ", 12 + 12 + 32 + 12 + 20 + 32);
            let ciphertext = content(&json, "DHPart1 ", 12 + 12 + 32 + 32);
            let keys = HybridKeys::assemble(
                x25519::Ephemeral::from_bytes(&recorded(i, "x25519_private").try_into().unwrap()),
                ml_kem::Ephemeral::from_seed(
                    &Secret::from_slice(&recorded(i, "ml_kem_seed")).unwrap(),
                ),
                recorded(i, "nonce").try_into().unwrap(),
            );
            assert_eq!(keys.public(), public);
            let drawn = [recorded(r, "x25519_private"), recorded(r, "ml_kem_coins")].concat();
            let (made, result) = encapsulate(hash, &public, &mut Recorded(drawn)).unwrap();
            assert_eq!(made, ciphertext);
            assert_eq!(result.expose(), recorded(r, "dhresult"));
            let result = keys.decapsulate(hash, &ciphertext).unwrap();
            assert_eq!(result.expose(), recorded(i, "dhresult"));
        }
    }

    #[test]
    fn the_result_depends_on_every_byte_of_the_ciphertext() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        for index in [0, 31, 32, CIPHERTEXT_LENGTH - 1] {
            let keys = HybridKeys::generate(&mut rng);
            let (mut ciphertext, theirs) =
                encapsulate(Hash::S384, keys.public(), &mut rng).unwrap();
            ciphertext[index] ^= 1;
            assert_ne!(keys.decapsulate(Hash::S384, &ciphertext).unwrap(), theirs, "{index}");
        }
    }

    #[test]
    fn a_low_order_half_is_refused_on_both_sides() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let keys = HybridKeys::generate(&mut rng);
        let mut public = keys.public().to_vec();
        let (mut ciphertext, _) = encapsulate(Hash::S256, &public, &mut rng).unwrap();
        public[..32].fill(0);
        ciphertext[..32].fill(0);
        let refused = Some(PeerMisbehaved::PublicValue.into());
        assert_eq!(encapsulate(Hash::S256, &public, &mut rng).err(), refused);
        assert_eq!(keys.decapsulate(Hash::S256, &ciphertext).err(), refused);
    }

    #[test]
    fn a_key_that_is_not_reduced_is_refused() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let mut public = HybridKeys::generate(&mut rng).public().to_vec();
        public[32..35].fill(0xff);
        let refused = encapsulate(Hash::S256, &public, &mut rng).err();
        assert_eq!(refused, Some(PeerMisbehaved::PublicValue.into()));
    }
}
