//! Point 3: Statements and holders' wraps replayed under another account, generation, holder or role.

use privity_conversation::Error;
use privity_conversation::LocalSecret;
use privity_conversation::account::{Chain, Directory};
use privity_conversation::account::{
    ChainFault, NewAccount, NewKey, NewRecovery, OwnAccount, PendingAuthority, PendingSeed,
    RecoveryAuthority, RecoveryPhrase, Seeds,
};
use privity_conversation::format::{
    GenerationRecord, Holder, HolderWrap, RegisteredSeed, Signer, Statement, label,
};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_testkit::{ChaCha20Rng, SeedableRng};
use privity_wire::Codec;

use crate::mallory::{genesis, holder, key, update};

/// An account with two generations, and everything that its relay has of it.
struct Kept {
    chain: Chain,
    records: Vec<GenerationRecord>,
    phrase: RecoveryPhrase,
}

fn kept(seed: u8) -> Kept {
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    let local = LocalSecret::generate(&mut rng);
    let phrase = RecoveryPhrase::generate(&mut rng);
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::X25519),
        recovery: NewRecovery::Phrase(&phrase, Suite::X25519),
    };
    let mut own = OwnAccount::create(&plan, 0, &local, &mut rng).unwrap();
    let (mut directory, mut records) = (Directory::default(), Vec::new());
    for generation in 0..2 {
        let pending = own.pending().unwrap();
        directory.learn(pending.statement()).unwrap();
        let record = pending.request().unwrap().generation.unwrap();
        records.push(GenerationRecord::from_bytes(&record.0).unwrap());
        let chain = directory.chain(&own.account()).unwrap();
        own.settle(chain, 0);
        if generation == 0 {
            own.start_generation(chain, NewKey::Seeded(Suite::X25519), &local, &mut rng).unwrap();
        }
    }
    Kept { chain: directory.chain(&own.account()).unwrap().clone(), records, phrase }
}

impl Kept {
    /// The generations that the phrase opens from these records.
    fn opened(&self, records: &[GenerationRecord]) -> Vec<u32> {
        let authority = RecoveryAuthority::from_phrase(&self.phrase, &self.chain).unwrap();
        let mut rng = ChaCha20Rng::from_seed([0; 32]);
        let seeds = authority.open_seeds(&self.chain, records, &mut rng).unwrap();
        seeds.iter().map(privity_conversation::account::GenerationSeed::generation).collect()
    }
}

#[test]
fn p03_a_holders_wrap_opens_for_its_generation_and_account_only() {
    let (ours, theirs) = (kept(1), kept(2));
    assert_eq!(ours.opened(&ours.records), [0, 1]);
    assert_eq!(ours.opened(&ours.records[1..]), [0, 1]);
    // The newer seed's wraps shown as the older generation's, and the other way round.
    let mut moved = ours.records[1].clone();
    moved.generation = 0;
    assert!(ours.opened(&[moved]).is_empty());
    let mut moved = ours.records[0].clone();
    moved.generation = 1;
    assert!(ours.opened(&[moved]).is_empty());
    // Another account's record under this account's name.
    let mut moved = theirs.records[1].clone();
    moved.account = ours.chain.id();
    for wrap in &mut moved.wraps {
        let recovery = ours.chain.recovery_at(0).unwrap();
        (wrap.holder, wrap.fingerprint) = (recovery.id(), recovery.wrap.fingerprint());
    }
    assert!(ours.opened(&[moved]).is_empty());
    let authority = RecoveryAuthority::from_phrase(&ours.phrase, &ours.chain).unwrap();
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let foreign = authority.open_seeds(&ours.chain, &theirs.records, &mut rng);
    assert!(matches!(foreign, Err(Error::Misuse(_))));
}

#[test]
fn p03_a_holders_wrap_opens_for_its_holder_only() {
    let ours = kept(1);
    let recovery = ours.chain.recovery_at(0).unwrap().clone();
    let mut swapped = ours.records[1].clone();
    let device = swapped.wraps.iter().find(|wrap| wrap.holder != recovery.id()).unwrap().clone();
    for wrap in &mut swapped.wraps {
        if wrap.holder == recovery.id() {
            (wrap.enc, wrap.ct) = (device.enc.clone(), device.ct.clone());
        }
    }
    assert!(ours.opened(&[swapped]).is_empty());
    let mut renamed = ours.records[1].clone();
    renamed.wraps = vec![device];
    assert!(matches!(PendingSeed::new(&ours.chain, &renamed, &recovery), Err(Error::Decrypt)));
    // The suite is bound, too.
    let mut suite = ours.records[1].clone();
    suite.wraps.iter_mut().for_each(|wrap| wrap.suite = 1);
    assert!(ours.opened(&[suite]).is_empty());
}

#[test]
fn p03_an_older_seed_opens_in_its_place_only() {
    let (ours, theirs) = (kept(1), kept(2));
    let mut swapped = ours.records[1].clone();
    swapped.older = theirs.records[1].older;
    assert_eq!(ours.opened(&[swapped]), [1]);
}

#[test]
fn p03_a_registered_keys_signing_seed_is_no_generation_seed_and_no_other_accounts() {
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let local = LocalSecret::from_secret(Secret::copy_from(&[3; 32]));
    let registered = WrapPrivateKey::generate(Suite::X25519, &mut rng).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::X25519),
        recovery: NewRecovery::Registered(registered.public_key()),
    };
    let mut accounts = (0..2).map(|_| {
        let own = OwnAccount::create(&plan, 0, &local, &mut rng).unwrap();
        let pending = own.pending().unwrap();
        let request = pending.request().unwrap();
        let chain = Chain::begin(pending.statement()).unwrap();
        let seed = RegisteredSeed::from_bytes(&request.registered.unwrap().0).unwrap();
        let record = GenerationRecord::from_bytes(&request.generation.unwrap().0).unwrap();
        (chain, seed, record)
    });
    let (chain, seed, record) = accounts.next().unwrap();
    let (_, others, _) = accounts.next().unwrap();
    drop(accounts);
    let open = |seed: &RegisteredSeed| {
        let pending = PendingAuthority::new(&chain, seed)?;
        pending.unwrap_with(&registered, &mut ChaCha20Rng::from_seed([0; 32]))
    };
    assert!(open(&seed).is_ok());
    // The same registered key, another account.
    let mut moved = others;
    moved.account = chain.id();
    assert!(open(&moved).is_err());
    let recovery = chain.recovery_at(0).unwrap().clone();
    moved.wrap.holder = recovery.id();
    assert_eq!(open(&moved).err(), Some(Error::Decrypt));
    // The same key and account, another role.
    let generation = record.wraps.iter().find(|wrap| wrap.holder == recovery.id()).unwrap();
    let as_signing = RegisteredSeed { account: chain.id(), wrap: generation.clone() };
    assert_eq!(open(&as_signing).err(), Some(Error::Decrypt));
    let mut as_generation = record.clone();
    as_generation.wraps = vec![seed.wrap.clone()];
    let pending = PendingSeed::new(&chain, &as_generation, &recovery).unwrap();
    let opened = pending.unwrap_with(&chain, &registered, &mut ChaCha20Rng::from_seed([0; 32]));
    assert_eq!(opened.err(), Some(Error::Decrypt));
    assert!(Seeds::empty(chain.id()).newest().is_none());
}

#[test]
fn p03_a_statement_stands_in_one_chain_at_one_place() {
    let first = Statement::sign(genesis(holder(1).wrap), &key(1), &[&key(1)]).unwrap();
    let second = Statement::sign(genesis(holder(2).wrap), &key(1), &[&key(1)]).unwrap();
    let (first, second) = (Chain::begin(&first).unwrap(), Chain::begin(&second).unwrap());
    assert_ne!(first.id(), second.id());
    let mut body = update(&first, Signer::Device(holder(1).id()));
    body.add_devices = vec![holder(3)];
    let statement = Statement::sign(body, &key(1), &[&key(3)]).unwrap();
    let mut longer = first.clone();
    longer.append(&statement).unwrap();
    assert_eq!(second.clone().append(&statement), Err(ChainFault::NotNext));
    assert_eq!(longer.append(&statement), Err(ChainFault::NotNext));
    // A signature in another role: possession as the signer's, the signer's as possession.
    let mut roles = statement.clone();
    (roles.signature, roles.possession) = (statement.possession[0], vec![statement.signature]);
    assert!(first.clone().append(&roles).is_err());
    let mut body = update(&first, Signer::Device(holder(1).id()));
    body.add_devices = vec![holder(1)];
    let again = Statement::sign(body, &key(1), &[&key(1)]).unwrap();
    assert_eq!(first.clone().append(&again), Err(ChainFault::KeyReused));
}

/// What a relay can make alone: a wrap of a seed of its own, to a holder whose key is public.
fn slipped_in(info: &[u8], to: &Holder) -> HolderWrap {
    let key = to.wrap.parse().unwrap();
    let coins = Secret::copy_from(&[5; 64]);
    let wrap = key.wrap(info, &Secret::copy_from(&[6; 32]), &coins).unwrap();
    let (holder, fingerprint) = (to.id(), to.wrap.fingerprint());
    HolderWrap { holder, suite: to.wrap.suite, fingerprint, enc: wrap.enc, ct: wrap.ct.to_vec() }
}

#[test]
fn p03_a_seed_that_is_not_the_chains_is_refused_though_it_opens() {
    let ours = kept(1);
    let recovery = ours.chain.recovery_at(0).unwrap().clone();
    let context = |middle: &[u8]| {
        let (id, fingerprint) = (recovery.id(), recovery.wrap.fingerprint());
        [&[1, recovery.wrap.suite], &ours.chain.id().0[..], middle, &id.0, &fingerprint].concat()
    };
    let mut record = ours.records[1].clone();
    let info = [label::HOLDER, &context(&[0, 0, 0, 1])].concat();
    record.wraps = vec![slipped_in(&info, &recovery)];
    assert!(ours.opened(&[record]).is_empty());
}

#[test]
fn p03_a_signing_seed_that_is_not_the_recovery_holders_is_refused_though_it_opens() {
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let local = LocalSecret::generate(&mut rng);
    let registered = WrapPrivateKey::generate(Suite::X25519, &mut rng).unwrap();
    let plan = NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(registered.public_key()),
    };
    let own = OwnAccount::create(&plan, 0, &local, &mut rng).unwrap();
    let chain = Chain::begin(own.pending().unwrap().statement()).unwrap();
    let recovery = chain.recovery_at(0).unwrap().clone();
    let (id, fingerprint) = (recovery.id(), recovery.wrap.fingerprint());
    let context = [&[1, recovery.wrap.suite], &chain.id().0[..], &id.0, &fingerprint].concat();
    let wrap = slipped_in(&[label::REGISTERED, &context].concat(), &recovery);
    let record = RegisteredSeed { account: chain.id(), wrap };
    let pending = PendingAuthority::new(&chain, &record).unwrap();
    assert_eq!(pending.unwrap_with(&registered, &mut rng).err(), Some(Error::Decrypt));
}
