//! HPKE (RFC 9180) in base mode with HKDF-SHA256 and AES-256-GCM, over either KEM.

use hpke::aead::{AeadTag, AesGcm256};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open_inout_detached,
    single_shot_seal_inout_detached_with_rng,
};
use zeroize::Zeroize;

use crate::Error;
use crate::secret::Secret;
use crate::wrap::replay::Replay;
use crate::wrap::{SEALED_SECRET_LENGTH, WrapCiphertext};

/// SealBase of `secret` with empty aad; the KEM's randomness is exactly `coins`.
pub(super) fn seal<K: Kem>(
    public: &K::PublicKey,
    info: &[u8],
    secret: &Secret<32>,
    coins: &[u8],
) -> Result<WrapCiphertext, Error> {
    let mut replay = Replay::new(coins);
    let mut ct = [0; SEALED_SECRET_LENGTH];
    let (text, tag) = ct.split_at_mut(secret.expose().len());
    text.copy_from_slice(secret.expose());
    let sealed = single_shot_seal_inout_detached_with_rng::<AesGcm256, HkdfSha256, K>(
        &OpModeS::Base,
        public,
        info,
        InOutBuf::from(&mut *text),
        &[],
        &mut replay,
    );
    match sealed {
        Ok((enc, made)) if replay.was_exact() => {
            tag.copy_from_slice(&made.to_bytes());
            Ok(WrapCiphertext { enc: enc.to_bytes().to_vec(), ct })
        }
        _ => {
            ct.zeroize();
            Err(Error::BadKey("a wrap key that no secret can be shared with"))
        }
    }
}

/// OpenBase with empty aad.
pub(super) fn open<K: Kem>(
    private: &K::PrivateKey,
    info: &[u8],
    wrap: &WrapCiphertext,
) -> Result<Secret<32>, Error> {
    let enc = K::EncappedKey::from_bytes(&wrap.enc).map_err(|_| Error::Decrypt)?;
    let (text, tag) = wrap.ct.split_first_chunk::<32>().ok_or(Error::Decrypt)?;
    let tag = AeadTag::<AesGcm256>::from_bytes(tag).map_err(|_| Error::Decrypt)?;
    Secret::try_fill(|secret| {
        secret.copy_from_slice(text);
        single_shot_open_inout_detached::<AesGcm256, HkdfSha256, K>(
            &OpModeR::Base,
            private,
            &enc,
            info,
            InOutBuf::from(secret.as_mut_slice()),
            &[],
            &tag,
        )
        .map_err(|_| Error::Decrypt)
    })
}
