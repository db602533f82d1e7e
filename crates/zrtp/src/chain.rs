//! The hash chain that ties the messages of one sender together (RFC 6189, 9).
//!
//! ```text
//!   H0 ──sha256──> H1 ──sha256──> H2 ──sha256──> H3
//!   Confirm        DHPart         Commit         Hello     reveals it
//!   DHPart         Commit         Hello                    is authenticated with it
//! ```

use privity_primitives::hash::{secret_sha256, sha256};
use privity_primitives::mac::hmac_sha256;
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, equal};

use crate::{Error, PeerMisbehaved};

/// Our own chain; each stream has a fresh one.
#[derive(Debug)]
pub(crate) struct HashChain {
    h0: Secret<32>,
    h1: Secret<32>,
    h2: Secret<32>,
    h3: [u8; 32],
}

impl HashChain {
    pub(crate) fn generate(rng: &mut dyn CryptoRng) -> Self {
        let h0 = Secret::generate(rng);
        let h1 = secret_sha256(&[h0.expose()]);
        let h2 = secret_sha256(&[h1.expose()]);
        let h3 = sha256(&[h2.expose()]);
        Self { h0, h1, h2, h3 }
    }

    pub(crate) const fn h0(&self) -> &[u8; 32] {
        self.h0.expose()
    }

    pub(crate) const fn h1(&self) -> &[u8; 32] {
        self.h1.expose()
    }

    pub(crate) const fn h2(&self) -> &[u8; 32] {
        self.h2.expose()
    }

    pub(crate) const fn h3(&self) -> &[u8; 32] {
        &self.h3
    }
}

/// Proof that a revealed hash image leads to the one seen before and that the earlier
/// message verifies under it; [`verify`] alone makes one.
#[derive(Debug)]
#[must_use]
pub(crate) struct HashChainVerified(());

/// Checks the link between a message seen earlier and a hash image that is revealed now.
///
/// `steps` hashes lead from `revealed` to the key of the earlier message's MAC, one more to
/// `image`, which was seen before.
pub(crate) fn verify(
    revealed: &[u8; 32],
    steps: u32,
    image: &[u8; 32],
    message: &[u8],
) -> Result<HashChainVerified, Error> {
    let revealed = Secret::copy_from(revealed);
    let key = (0..steps).fold(revealed, |value, _| secret_sha256(&[value.expose()]));
    if !equal(&sha256(&[key.expose()]), image) {
        return Err(PeerMisbehaved::HashChain.into());
    }
    let (covered, mac) =
        message.split_last_chunk::<MAC_BYTES>().ok_or(PeerMisbehaved::MessageMac)?;
    if equal(&mac_of(key.expose(), covered), mac) {
        Ok(HashChainVerified(()))
    } else {
        Err(PeerMisbehaved::MessageMac.into())
    }
}

/// Puts the MAC into the last 8 bytes of a message that has them as zeros.
pub(crate) fn seal(key: &[u8; 32], mut message: Vec<u8>) -> Vec<u8> {
    if let Some((covered, mac)) = message.split_last_chunk_mut::<MAC_BYTES>() {
        *mac = mac_of(key, covered);
    }
    message
}

fn mac_of(key: &[u8; 32], covered: &[u8]) -> [u8; MAC_BYTES] {
    let tag = hmac_sha256(key, &[covered]);
    tag.expose().first_chunk().copied().unwrap_or_default()
}

const MAC_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_for_its_own_message_and_its_own_image_only() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let chain = HashChain::generate(&mut rng);
        let hello = seal(chain.h2(), vec![7; 40]);
        assert!(verify(chain.h2(), 0, chain.h3(), &hello).is_ok());
        assert!(verify(chain.h1(), 1, chain.h3(), &hello).is_ok());
        assert!(verify(chain.h0(), 2, chain.h3(), &hello).is_ok());
        for byte in 0..hello.len() {
            let mut changed = hello.clone();
            changed[byte] ^= 1;
            assert_eq!(
                verify(chain.h2(), 0, chain.h3(), &changed).err(),
                Some(PeerMisbehaved::MessageMac.into())
            );
        }
        assert_eq!(
            verify(&[1; 32], 0, chain.h3(), &hello).err(),
            Some(PeerMisbehaved::HashChain.into())
        );
    }
}
