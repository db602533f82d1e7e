//! What is chosen from two lists (RFC 6189, 4.1.2 and 5.1.5).
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use privity_zrtp::message::{AlgorithmLists, Commit, CommitBody, NameList};
use privity_zrtp::{
    AuthTag, Cipher, Error, Hash, KeyAgreement, Misuse, Named, Offer, Sas, Unsupported, Zid,
};

use KeyAgreement::{Dh2k, Dh3k, E255, Ec25, Ec38, X255, X448, XM76};

/// Fast to slow; the post-quantum one last, so that it is chosen where both want it first.
const SPEED: [KeyAgreement; 8] = [Dh2k, X255, E255, Ec25, X448, Dh3k, Ec38, XM76];

fn offer(agreements: &[KeyAgreement]) -> Offer {
    Offer::default().agreements(agreements).unwrap()
}

fn orders(of: &[KeyAgreement]) -> Vec<Vec<KeyAgreement>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in of.iter().enumerate() {
        let mut rest = of.to_vec();
        rest.remove(index);
        for mut order in orders(&rest) {
            order.insert(0, *first);
            all.push(order);
        }
    }
    all
}

fn chosen(ours: &Offer, theirs: &Offer) -> KeyAgreement {
    ours.choose(&theirs.lists()).unwrap().agreement
}

fn faster(one: KeyAgreement, other: KeyAgreement) -> KeyAgreement {
    SPEED.into_iter().find(|row| *row == one || *row == other).unwrap()
}

#[test]
fn every_order_of_both_lists_gives_both_ends_the_same() {
    for ours in orders(&[XM76, X255, X448, Dh3k, Ec25]) {
        for theirs in orders(&[XM76, X255, X448, Dh3k, Ec25]) {
            let expected = if ours[0] == theirs[0] { ours[0] } else { faster(ours[0], theirs[0]) };
            let (own, peer) = (offer(&ours), offer(&theirs));
            assert_eq!(chosen(&own, &peer), expected, "{ours:?} {theirs:?}");
            assert_eq!(chosen(&peer, &own), expected, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn post_quantum_only_where_both_want_it_first_which_is_the_default() {
    assert_eq!(chosen(&Offer::default(), &Offer::default()), XM76);
    assert_eq!(chosen(&Offer::default(), &offer(&[X255, XM76])), X255);
    assert_eq!(chosen(&Offer::default(), &offer(&[Dh3k])), Dh3k);
    let suite = Offer::default().choose(&Offer::default().lists()).unwrap();
    assert_eq!((suite.hash, suite.cipher), (Hash::S384, Cipher::Aes3));
}

#[test]
fn entries_that_one_side_lacks_do_not_count() {
    assert_eq!(chosen(&offer(&[X448, Ec25]), &offer(&[X255, Ec25, X448])), Ec25);
    assert_eq!(chosen(&offer(&[E255]), &offer(&[X255, E255])), E255);
}

#[test]
fn dh3k_is_meant_where_it_is_not_listed() {
    let silent = AlgorithmLists::default();
    let suite = offer(&[XM76, X255, Dh3k]).choose(&silent).unwrap();
    assert_eq!(suite.agreement, Dh3k);
    assert_eq!((suite.hash, suite.cipher, suite.sas), (Hash::S256, Cipher::Aes1, Sas::B32));
    assert_eq!(suite.auth_tag, AuthTag::Hs80);
    assert_eq!(offer(&[X255]).choose(&silent).err(), Some(Unsupported::KeyAgreement.into()));
}

#[test]
fn dh2k_is_off_by_default_comes_last_and_goes_with_aes1() {
    assert!(!Offer::default().lists().key_agreements.as_slice().contains(&Dh2k.name()));
    let refused = Offer::default().agreements(&[Dh2k, X255]).err();
    assert_eq!(refused, Some(Error::Misuse(Misuse::Algorithms)));
    let only = offer(&[Dh2k]);
    assert_eq!(only.choose(&only.lists()).unwrap().cipher, Cipher::Aes1);
    assert_eq!(chosen(&offer(&[X255, Dh2k]), &offer(&[X255, Dh2k])), X255);
}

#[test]
fn ec38_needs_s384() {
    let list = offer(&[Ec38, X255]);
    assert_eq!(list.choose(&list.lists()).unwrap().hash, Hash::S384);
    let weak = list.clone().hashes(&[Hash::S256]).unwrap();
    assert_eq!(chosen(&list, &weak), X255);
    assert_eq!(chosen(&weak, &list), X255);
    let commit = commit_to(Hash::S256, Cipher::Aes3, AuthTag::Hs80, Ec38);
    assert_eq!(list.accept(&commit).err(), Some(Unsupported::Hash.into()));
    let commit = commit_to(Hash::S384, Cipher::Aes3, AuthTag::Hs80, Ec38);
    assert!(list.accept(&commit).is_ok());
}

#[test]
fn aes_192_never_goes_with_gcm() {
    let list = Offer::default().ciphers(&[Cipher::Aes2]).unwrap();
    assert_eq!(list.choose(&list.lists()).unwrap().auth_tag, AuthTag::Hs80);
    let commit = commit_to(Hash::S256, Cipher::Aes2, AuthTag::Gcm, X255);
    assert_eq!(list.accept(&commit).err(), Some(Unsupported::AuthTag.into()));
}

#[test]
fn gcm_is_chosen_where_both_offer_it() {
    let own = offer(&[X255]);
    assert_eq!(own.choose(&own.lists()).unwrap().auth_tag, AuthTag::Gcm);
    let old = own.clone().auth_tags(&[AuthTag::Hs32, AuthTag::Hs80]).unwrap();
    assert_eq!(own.choose(&old.lists()).unwrap().auth_tag, AuthTag::Hs80);
}

#[test]
fn a_commit_to_what_we_did_not_offer_is_refused_part_by_part() {
    let narrow = Offer::default()
        .hashes(&[Hash::S256])
        .and_then(|offer| offer.ciphers(&[Cipher::Aes1]))
        .and_then(|offer| offer.auth_tags(&[AuthTag::Hs80]))
        .and_then(|offer| offer.agreements(&[X255]))
        .and_then(|offer| offer.sas_types(&[Sas::B32]))
        .unwrap();
    let good = commit_to(Hash::S256, Cipher::Aes1, AuthTag::Hs80, X255);
    assert!(narrow.accept(&good).is_ok());
    let refused = |commit: &Commit| narrow.accept(commit).err();
    let commit = Commit { hash: Hash::S384.name(), ..good.clone() };
    assert_eq!(refused(&commit), Some(Unsupported::Hash.into()));
    let commit = Commit { cipher: Cipher::Aes3.name(), ..good.clone() };
    assert_eq!(refused(&commit), Some(Unsupported::Cipher.into()));
    let commit = Commit { auth_tag: AuthTag::Hs32.name(), ..good.clone() };
    assert_eq!(refused(&commit), Some(Unsupported::AuthTag.into()));
    let commit = Commit { key_agreement: Dh2k.name(), ..good.clone() };
    assert_eq!(refused(&commit), Some(Unsupported::KeyAgreement.into()));
    let commit = Commit { key_agreement: *b"zzzz", ..good.clone() };
    assert_eq!(refused(&commit), Some(Unsupported::KeyAgreement.into()));
    let commit = Commit { sas: Sas::B256.name(), ..good };
    assert_eq!(refused(&commit), Some(Unsupported::Sas.into()));
}

#[test]
fn a_list_is_neither_empty_nor_longer_than_seven() {
    assert!(Offer::default().hashes(&[]).is_err());
    assert!(Offer::default().agreements(&[X255; 8]).is_err());
}

fn commit_to(hash: Hash, cipher: Cipher, tag: AuthTag, agreement: KeyAgreement) -> Commit {
    Commit {
        h2: [0; 32],
        zid: Zid([0; 12]),
        hash: hash.name(),
        cipher: cipher.name(),
        auth_tag: tag.name(),
        key_agreement: agreement.name(),
        sas: Sas::B32.name(),
        body: CommitBody::Dh { hvi: [0; 32] },
        mac: [0; 8],
    }
}

/// A peer that lists S384 alone gets it, though S256 stands first with us and is mandatory.
#[test]
fn what_the_peer_lists_goes_before_what_it_only_implies() {
    let list = |names: &[[u8; 4]]| NameList::new(names).unwrap();
    let theirs = AlgorithmLists {
        hashes: list(&[*b"S384"]),
        ciphers: list(&[*b"AES3"]),
        auth_tags: list(&[*b"HS32"]),
        key_agreements: list(&[*b"X255"]),
        sas_types: list(&[*b"B256"]),
    };
    let ours = offer(&[X255]).ciphers(&[Cipher::Aes1, Cipher::Aes3]).unwrap();
    let suite = ours.choose(&theirs).unwrap();
    assert_eq!((suite.hash, suite.cipher), (Hash::S384, Cipher::Aes3));
    assert_eq!((suite.auth_tag, suite.sas), (AuthTag::Hs32, Sas::B256));
    let without = offer(&[X255]).hashes(&[Hash::S256]).unwrap();
    assert_eq!(without.choose(&theirs).unwrap().hash, Hash::S256);
    let only = offer(&[X255]).hashes(&[Hash::S384]).unwrap();
    assert_eq!(only.choose(&without.lists()).err(), Some(Unsupported::Hash.into()));
}
