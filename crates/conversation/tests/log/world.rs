//! Accounts whose chains are made up, and a group that writes entries on behalf of them.

use std::collections::{BTreeMap, BTreeSet};

use privity_conversation::format::{
    AccountId, Action, ConversationId, Cut, Delivery, DeviceId, Entry, EntryBody, EntryHash,
    EpochStart, Grant, Link, Member, MessageId, Pin, Policy, Role, SealedInfo, StatementHash,
};
use privity_conversation::log::{
    Accounts, AppendError, Applied, Fold, Generation, Lookup, PinChange, Refused,
};
use privity_primitives::hash::sha256;
use privity_primitives::secret::Secret;
use privity_primitives::sign::{SigningKey, VerifyingKey};

/// One state of an account's chain.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) pin: Pin,
    pub(crate) devices: BTreeSet<DeviceId>,
    pub(crate) generation: u32,
}

/// Who there is: chains without statements, keys of every device.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) chains: BTreeMap<AccountId, Vec<Head>>,
    pub(crate) keys: BTreeMap<DeviceId, SigningKey>,
    /// Accounts whose statements this client lacks.
    pub(crate) missing: BTreeSet<AccountId>,
}

impl Book {
    /// An account with one device; the same name gives the same account.
    pub(crate) fn account(&mut self, name: &str) -> AccountId {
        let hash = StatementHash(sha256(&[b"account", name.as_bytes()]));
        let account = AccountId::from(hash);
        if self.chains.contains_key(&account) {
            return account;
        }
        let device = self.key(&format!("{name}/0"));
        let pin = Pin { account, seq: 0, hash };
        let head = Head { pin, devices: [device].into(), generation: 0 };
        self.chains.insert(account, vec![head]);
        account
    }

    fn key(&mut self, name: &str) -> DeviceId {
        let seed = sha256(&[b"device", name.as_bytes()]);
        let key = SigningKey::from_seed(&Secret::copy_from(&seed));
        let device = DeviceId::of(key.verifying_key().as_bytes());
        self.keys.insert(device, key);
        device
    }

    fn update(&mut self, account: AccountId, change: impl FnOnce(&mut Head)) -> Pin {
        let chain = self.chains.get_mut(&account).unwrap();
        let mut head = chain.last().unwrap().clone();
        head.pin.hash = StatementHash(sha256(&[&account.0, &head.pin.hash.0]));
        head.pin.seq += 1;
        change(&mut head);
        let pin = head.pin;
        chain.push(head);
        pin
    }

    pub(crate) fn add_device(&mut self, account: AccountId) -> (DeviceId, Pin) {
        let device = self.key(&format!("{account:?}/{}", self.chains[&account].len()));
        let pin = self.update(account, |head| {
            head.devices.insert(device);
        });
        (device, pin)
    }

    pub(crate) fn revoke(&mut self, account: AccountId, device: DeviceId) -> Pin {
        self.update(account, |head| {
            assert!(head.devices.remove(&device));
            head.generation += 1;
        })
    }

    pub(crate) fn rotate_generation(&mut self, account: AccountId) -> Pin {
        self.update(account, |head| head.generation += 1)
    }

    pub(crate) fn close(&mut self, account: AccountId) -> Pin {
        self.update(account, |head| head.devices.clear())
    }

    pub(crate) fn head(&self, account: AccountId) -> Pin {
        self.chains[&account].last().unwrap().pin
    }

    /// The account's first device that is active now.
    pub(crate) fn device(&self, account: AccountId) -> DeviceId {
        *self.chains[&account].last().unwrap().devices.first().unwrap()
    }

    pub(crate) fn devices_now(&self, account: AccountId) -> Vec<DeviceId> {
        self.chains[&account].last().unwrap().devices.iter().copied().collect()
    }

    /// A device that the account has or had, for entries that are to be refused.
    pub(crate) fn keyed_device(&self, account: AccountId) -> DeviceId {
        *self.chains[&account].iter().find_map(|head| head.devices.last()).unwrap()
    }

    pub(crate) fn sign(&self, body: &EntryBody) -> Entry {
        Entry::sign(body.clone(), &self.keys[&body.device]).unwrap()
    }

    pub(crate) fn sign_as(&self, body: &EntryBody, device: DeviceId) -> Entry {
        Entry::sign(body.clone(), &self.keys[&device]).unwrap()
    }

    fn change_between(&self, from: &Head, to: &Head) -> PinChange {
        let same = to.generation == from.generation && !to.devices.is_empty();
        let chain = &self.chains[&from.pin.account];
        let passed = chain.iter().filter(|head| (from.pin.seq..to.pin.seq).contains(&head.pin.seq));
        let held: BTreeSet<DeviceId> = passed.flat_map(|head| head.devices.clone()).collect();
        PinChange {
            revoked: held.difference(&to.devices).copied().collect(),
            generation: if same { Generation::Same } else { Generation::Changed },
        }
    }

    fn lookup(&self, pin: &Pin) -> Lookup<&Head> {
        if self.missing.contains(&pin.account) {
            return Lookup::Missing;
        }
        let chain = self.chains.get(&pin.account).map_or(&[][..], |chain| chain);
        chain.iter().find(|head| head.pin == *pin).map_or(Lookup::Missing, Lookup::Known)
    }
}

impl Accounts for Book {
    fn device_key(&self, pin: &Pin, device: &DeviceId) -> Lookup<Option<VerifyingKey>> {
        match self.lookup(pin) {
            Lookup::Known(head) => {
                let active = head.devices.contains(device);
                Lookup::Known(active.then(|| self.keys[device].verifying_key()))
            }
            Lookup::Missing => Lookup::Missing,
        }
    }

    fn devices(&self, pin: &Pin) -> Lookup<Vec<DeviceId>> {
        match self.lookup(pin) {
            Lookup::Known(head) => Lookup::Known(head.devices.iter().copied().collect()),
            Lookup::Missing => Lookup::Missing,
        }
    }

    fn change(&self, from: &Pin, to: &Pin) -> Lookup<Option<PinChange>> {
        match (self.lookup(to), self.lookup(from)) {
            (Lookup::Known(to), Lookup::Known(from)) => {
                Lookup::Known(Some(self.change_between(from, to)))
            }
            // The chain to `to` is here, and `from` is not on it.
            (Lookup::Known(_), Lookup::Missing) => Lookup::Known(None),
            (Lookup::Missing, _) => Lookup::Missing,
        }
    }

    fn beyond(&self, pin: &Pin) -> Option<PinChange> {
        let chain = self.chains.get(&pin.account)?;
        let from = chain.iter().find(|head| head.pin == *pin)?;
        Some(self.change_between(from, chain.last()?))
    }
}

/// A conversation and its log.
pub(crate) struct Group {
    pub(crate) book: Book,
    pub(crate) fold: Fold,
    pub(crate) log: Vec<Entry>,
}

impl Group {
    /// A group of founders; the first name is the admin and creates it.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::with_policy(names, Policy::default())
    }

    pub(crate) fn with_policy(names: &[&str], policy: Policy) -> Self {
        let mut book = Book::default();
        let founders: Vec<AccountId> = names.iter().map(|name| book.account(name)).collect();
        let body = create(&book, &founders, policy);
        let entry = book.sign(&body);
        let fold = Fold::begin(entry.conversation(), &entry, &book).unwrap();
        Self { book, fold, log: vec![entry] }
    }

    pub(crate) fn id(&mut self, name: &str) -> AccountId {
        self.book.account(name)
    }

    /// An entry of `name` at the head, without an epoch, pins or cuts.
    pub(crate) fn body(&mut self, name: &str, action: Action) -> EntryBody {
        let author = self.id(name);
        EntryBody {
            conversation: self.fold.conversation(),
            position: self.fold.head() + 1,
            prev: self.fold.head_hash(),
            author,
            device: self.book.device(author),
            time: 1_700_000_000_000,
            pins: Vec::new(),
            action,
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// As [`Group::body`], for one newcomer, without an epoch.
    pub(crate) fn add(&mut self, name: &str, newcomer: &str, granted_from: u64) -> EntryBody {
        let account = self.id(newcomer);
        let grant = Grant { granted_from };
        let mut body = self.body(name, Action::Add { accounts: vec![account], grant });
        body.pins = vec![self.book.head(account)];
        body
    }

    /// As [`Group::body`], with an epoch linked to the one before.
    pub(crate) fn remove(&mut self, name: &str, gone: &str) -> EntryBody {
        let account = self.id(gone);
        self.body(name, Action::Remove { accounts: vec![account] }).linked()
    }

    pub(crate) fn rotate(&mut self, name: &str) -> EntryBody {
        self.body(name, Action::Rotate).linked()
    }

    pub(crate) fn try_append(&mut self, body: &EntryBody) -> Result<Applied, AppendError> {
        let entry = self.book.sign(body);
        let before = self.fold.clone();
        let checked = self.fold.check(&entry, &self.book);
        let applied = self.fold.append(&entry, &self.book);
        assert_eq!(checked, applied, "check and append agree");
        match &applied {
            Ok(Applied::Appended(_)) => self.log.push(entry),
            _ => assert_eq!(self.fold, before, "what is not appended changes nothing"),
        }
        applied
    }

    pub(crate) fn append(&mut self, body: &EntryBody) {
        match self.try_append(body) {
            Ok(Applied::Appended(step)) => assert_eq!(step.position, body.position),
            other => panic!("not appended: {other:?}"),
        }
    }

    pub(crate) fn refuses(&mut self, body: &EntryBody, refused: Refused) {
        assert_eq!(self.try_append(body), Err(AppendError::Refused(refused)));
    }
}

/// A `create` by the first of `founders`, as its one admin.
pub(crate) fn create(book: &Book, founders: &[AccountId], policy: Policy) -> EntryBody {
    let author = founders[0];
    let mut members: Vec<Member> =
        founders.iter().map(|account| Member { account: *account, role: Role::Member }).collect();
    members[0].role = Role::Admin;
    members.sort_by_key(|member| member.account);
    EntryBody {
        conversation: ConversationId::ZERO,
        position: 0,
        prev: EntryHash::ZERO,
        author,
        device: book.device(author),
        time: 1_700_000_000_000,
        pins: members.iter().map(|member| book.head(member.account)).collect(),
        action: Action::Create { nonce: [7; 32], policy, members, predecessor: None },
        epoch: None,
        info: None,
        also_removed: Vec::new(),
        cuts: Vec::new(),
    }
    .fenced()
}

/// Puts together the parts of an entry.
pub(crate) trait Parts: Sized {
    fn fenced(self) -> Self;
    fn linked(self) -> Self;
    fn with_info(self) -> Self;
    fn with_pins(self, pins: &[Pin]) -> Self;
    fn with_cut(self, device: DeviceId, heads: &[u8]) -> Self;
}

impl Parts for EntryBody {
    fn fenced(mut self) -> Self {
        let commitment = sha256(&[b"commitment", &self.position.to_be_bytes()]);
        self.epoch = Some(EpochStart { delivery: Delivery::Flat, commitment, link: Link::Fence });
        self.with_info()
    }

    fn linked(self) -> Self {
        let mut body = self.fenced();
        if let Some(epoch) = &mut body.epoch {
            epoch.link = Link::Sealed([3; 48]);
        }
        body
    }

    fn with_info(mut self) -> Self {
        self.info = Some(SealedInfo { salt: [9; 32], sealed: vec![1; 48] });
        self
    }

    fn with_pins(mut self, pins: &[Pin]) -> Self {
        self.pins.extend(pins);
        self.pins.sort_by_key(|pin| pin.account);
        self
    }

    fn with_cut(mut self, device: DeviceId, heads: &[u8]) -> Self {
        let heads = heads.iter().map(|head| MessageId([*head; 32])).collect();
        self.cuts.push(Cut { device, heads });
        self.cuts.sort_by_key(|cut| cut.device);
        self
    }
}
