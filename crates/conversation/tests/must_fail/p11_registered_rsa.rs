//! Point 11: RSA-OAEP faults: one error, whatever is wrong.

use privity_conversation::account::{
    Chain, NewAccount, NewKey, NewRecovery, OwnAccount, PendingAuthority,
};
use privity_conversation::format::RegisteredSeed;
use privity_conversation::{Error, LocalSecret};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_testkit::{ChaCha20Rng, SeedableRng};
use privity_wire::Codec;

const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

#[test]
fn p11_a_broken_wrap_to_a_registered_key_has_one_error() {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let rsa = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(rsa.public_key()),
    };
    let local = LocalSecret::from_secret(Secret::copy_from(&[1; 32]));
    let own = OwnAccount::create(&plan, 0, &local, &mut rng).unwrap();
    let request = own.pending().unwrap().request().unwrap();
    let chain = Chain::begin(own.pending().unwrap().statement()).unwrap();
    let good = RegisteredSeed::from_bytes(&request.registered.unwrap().0).unwrap();
    let mut open = |record: &RegisteredSeed| {
        let pending = PendingAuthority::new(&chain, record).unwrap();
        pending.unwrap_with(&rsa, &mut rng).map(drop)
    };
    assert_eq!(open(&good), Ok(()));
    for place in (0..good.wrap.enc.len()).step_by(16) {
        let mut broken = good.clone();
        broken.wrap.enc[place] ^= 1;
        assert_eq!(open(&broken), Err(Error::Decrypt));
    }
    for place in 0..good.wrap.ct.len() {
        let mut broken = good.clone();
        broken.wrap.ct[place] ^= 1;
        assert_eq!(open(&broken), Err(Error::Decrypt));
    }
    let mut zero = good.clone();
    zero.wrap.enc.fill(0);
    assert_eq!(open(&zero), Err(Error::Decrypt));
    zero.wrap.enc.fill(0xff);
    assert_eq!(open(&zero), Err(Error::Decrypt));
    // What a card answers: nothing, too little, another 32 bytes.
    for answer in [None, Some(&[0; 31][..]), Some(&[0; 32]), Some(&[0; 33])] {
        let pending = PendingAuthority::new(&chain, &good).unwrap();
        assert_eq!(pending.resume(answer).map(drop), Err(Error::Decrypt));
    }
}
