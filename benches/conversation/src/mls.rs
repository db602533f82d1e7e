//! mls-rs with its RustCrypto provider, cipher suite 1 (RFC 9420).

use std::hint::black_box;

use bench_harness::measure_once;
use mls_rs::client_builder::MlsConfig;
use mls_rs::group::ExportedTree;
use mls_rs::identity::SigningIdentity;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider};
use mls_rs::{CipherSuite, CipherSuiteProvider, Client, CryptoProvider, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::Measured;
use crate::group::ROUNDS;

const SUITE: CipherSuite = CipherSuite::CURVE25519_AES128;

fn client(number: usize) -> Client<impl MlsConfig> {
    let crypto = RustCryptoProvider::default();
    let suite = crypto.cipher_suite_provider(SUITE).expect("suite 1");
    let (secret, public) = suite.signature_key_generate().expect("a signing key");
    let name = BasicCredential::new(number.to_be_bytes().to_vec());
    Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(SigningIdentity::new(name.into_credential(), public), secret, SUITE)
        .build()
}

fn package(client: &Client<impl MlsConfig>) -> MlsMessage {
    client
        .generate_key_package_message(Default::default(), Default::default(), None)
        .expect("a key package")
}

fn begin() -> Group<impl MlsConfig> {
    client(0).create_group(Default::default(), Default::default(), None).expect("a group")
}

/// Adds members in one commit and applies it; what went out.
fn add_all(group: &mut Group<impl MlsConfig>, packages: Vec<MlsMessage>) -> (u64, Vec<MlsMessage>) {
    let mut commit = group.commit_builder();
    for package in packages {
        commit = commit.add_member(package).expect("a member to add");
    }
    let output = commit.build().expect("a commit");
    group.apply_pending_commit().expect("applied");
    let mut bytes = length(&output.commit_message);
    bytes += output.welcome_messages.iter().map(length).sum::<u64>();
    (bytes, output.welcome_messages)
}

fn length(message: &MlsMessage) -> u64 {
    message.to_bytes().expect("bytes").len() as u64
}

fn packages(count: usize) -> Vec<MlsMessage> {
    (1..=count).map(|number| package(&client(number))).collect()
}

/// A group whose members were all added by its creator in one commit: blank nodes above.
fn sparse(members: usize) -> Group<impl MlsConfig> {
    let mut group = begin();
    add_all(&mut group, packages(members - 1));
    group
}

/// A group in which every node is filled: each member joined by a commit of its own.
fn full(members: usize) -> Group<impl MlsConfig> {
    fn join(number: usize, info: MlsMessage) -> Group<impl MlsConfig> {
        client(number).commit_external(info).expect("an external commit").0
    }
    let first = begin();
    let mut info = first.group_info_message_allowing_ext_commit(true).expect("a group info");
    let mut newest = join(1, info);
    for number in 2..members {
        info = newest.group_info_message_allowing_ext_commit(true).expect("a group info");
        newest = join(number, info);
    }
    newest
}

/// A new group of so many, in one commit.
pub(crate) fn create(members: usize) -> Measured {
    let packages = packages(members - 1);
    let ((bytes, _), sample) = measure_once(|| add_all(&mut begin(), packages));
    Measured { sample, bytes }
}

/// One member more, in a tree with blank nodes.
pub(crate) fn add_sparse(members: usize) -> Measured {
    add(sparse(members))
}

/// One member more, in a tree without blank nodes.
pub(crate) fn add_full(members: usize) -> Measured {
    add(full(members))
}

fn add(mut group: Group<impl MlsConfig>) -> Measured {
    Measured::median((0..ROUNDS).map(|round| {
        let newcomer = package(&client(1_000_000 + round));
        let ((bytes, _), sample) = measure_once(|| add_all(&mut group, vec![newcomer]));
        Measured { sample, bytes }
    }))
}

/// An empty commit in a tree with blank nodes: a new key for everybody.
pub(crate) fn rotate_sparse(members: usize) -> Measured {
    Measured::median((0..3).map(|_| {
        // The commit fills the path, so each round takes a fresh tree.
        let mut group = sparse(members);
        let (bytes, sample) = measure_once(|| {
            let output = group.commit(Vec::new()).expect("a commit");
            group.apply_pending_commit().expect("applied");
            length(&output.commit_message)
        });
        Measured { sample, bytes }
    }))
}

/// Joins a group of so many by its welcome.
pub(crate) fn join(members: usize) -> Measured {
    let mut group = begin();
    let joiner = client(2_000_000);
    let mut all = packages(members - 2);
    all.push(package(&joiner));
    let (_, welcomes) = add_all(&mut group, all);
    let tree: ExportedTree<'_> = group.export_tree();
    let bytes = tree.to_bytes().expect("bytes").len() as u64;
    let (joined, sample) = measure_once(|| {
        let (joined, _) = joiner.join_group(None, &welcomes[0], None).expect("joined");
        joined
    });
    assert_eq!(joined.roster().members_iter().count(), members);
    black_box(joined);
    Measured { sample, bytes }
}
