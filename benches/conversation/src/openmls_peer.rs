//! OpenMLS with its RustCrypto provider, cipher suite 1 (RFC 9420).

use bench_harness::measure_once;
use openmls::prelude::tls_codec::Serialize;
use openmls::prelude::*;
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;

use crate::Measured;
use crate::group::ROUNDS;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

struct Creator {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    group: MlsGroup,
}

fn identity(number: usize) -> (CredentialWithKey, SignatureKeyPair) {
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).expect("a signing key");
    let credential = BasicCredential::new(number.to_be_bytes().to_vec());
    let signature_key = signer.to_public_vec().into();
    (CredentialWithKey { credential: credential.into(), signature_key }, signer)
}

fn package(number: usize) -> KeyPackage {
    let (credential, signer) = identity(number);
    let provider = OpenMlsRustCrypto::default();
    let bundle = KeyPackage::builder().build(SUITE, &provider, &signer, credential);
    bundle.expect("a key package").key_package().clone()
}

fn packages(count: usize) -> Vec<KeyPackage> {
    (1..=count).map(package).collect()
}

impl Creator {
    fn begin() -> Self {
        let provider = OpenMlsRustCrypto::default();
        let (credential, signer) = identity(0);
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .use_ratchet_tree_extension(true)
            .build();
        let group = MlsGroup::new(&provider, &signer, &config, credential).expect("a group");
        Self { provider, signer, group }
    }

    fn add(&mut self, packages: &[KeyPackage]) -> u64 {
        let (commit, welcome, _) =
            self.group.add_members(&self.provider, &self.signer, packages).expect("a commit");
        self.group.merge_pending_commit(&self.provider).expect("merged");
        length(&commit) + length(&welcome)
    }
}

fn length(message: &MlsMessageOut) -> u64 {
    message.tls_serialize_detached().expect("bytes").len() as u64
}

/// A new group of so many, in one commit.
pub(crate) fn create(members: usize) -> Measured {
    let packages = packages(members - 1);
    let (bytes, sample) = measure_once(|| Creator::begin().add(&packages));
    Measured { sample, bytes }
}

/// One member more, in a tree with blank nodes.
pub(crate) fn add_sparse(members: usize) -> Measured {
    let mut creator = Creator::begin();
    creator.add(&packages(members - 1));
    Measured::median((0..ROUNDS).map(|round| {
        let newcomer = [package(1_000_000 + round)];
        let (bytes, sample) = measure_once(|| creator.add(&newcomer));
        Measured { sample, bytes }
    }))
}
