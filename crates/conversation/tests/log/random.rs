//! Random sequences of operations, valid ones and others: the same entries give the same
//! state in one go, one by one, and after being stored and restored at any point.

use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, EntryBody, EntryHash, HistoryPolicy, Permission,
    Policy, Role, StatementHash,
};
use privity_conversation::log::{AppendError, Applied, Fold};
use privity_wire::Codec;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::world::{Group, Parts};

const SEQUENCES: u64 = 2_000;
const STEPS: usize = 8;
const NAMES: [&str; 6] = ["alice", "bob", "carol", "dora", "erin", "frank"];

struct Walk {
    rng: ChaCha8Rng,
    group: Group,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let founders = 1 + below(&mut rng, 4);
        let policy = policy(&mut rng);
        Self { rng, group: Group::with_policy(&NAMES[..founders], policy) }
    }

    fn below(&mut self, bound: usize) -> usize {
        below(&mut self.rng, bound)
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.below(NAMES.len())]
    }

    /// A member most of the time: few entries of strangers teach enough.
    fn author(&mut self) -> &'static str {
        for _ in 0..8 {
            let name = self.name();
            let account = self.group.id(name);
            if self.group.fold.now().is_member(&account) && self.has_device(account) {
                return name;
            }
        }
        "grace"
    }

    fn has_device(&self, account: AccountId) -> bool {
        !self.group.book.devices_now(account).is_empty()
    }

    fn body(&mut self) -> EntryBody {
        let author = self.author();
        let other = self.name();
        let account = self.group.id(other);
        let head = self.group.fold.head();
        let body = match self.below(12) {
            0..=2 => {
                let from = self.segment();
                self.group.add(author, other, from)
            }
            3 => self.group.add(author, other, head + 1).fenced(),
            4 | 5 => self.group.remove(author, other),
            6 => {
                let successor = (self.below(3) == 0).then_some(account);
                self.group.body(author, Action::Leave { successor })
            }
            7 => self.group.rotate(author),
            8 => self.group.body(author, Action::SetInfo).with_info(),
            9 => {
                let policy = policy(&mut self.rng);
                self.group.body(author, Action::SetPolicy { policy }).fenced()
            }
            _ => {
                let role = [Role::Member, Role::Admin][self.below(2)];
                self.group.body(author, Action::SetRole { account, role })
            }
        };
        self.with_pins(body)
    }

    /// Sometimes an account changes, and sometimes an entry takes notice.
    fn with_pins(&mut self, mut body: EntryBody) -> EntryBody {
        let name = self.name();
        let account = self.group.id(name);
        match self.below(8) {
            0 => drop(self.group.book.add_device(account)),
            1 if self.group.book.devices_now(account).len() > 1 => {
                let device = self.group.book.device(account);
                self.group.book.revoke(account, device);
            }
            2 => drop(self.group.book.rotate_generation(account)),
            _ => {}
        }
        for name in NAMES {
            let account = self.group.id(name);
            let pin = self.group.book.head(account);
            let old = self.group.fold.now().pin(&account);
            let stale = self.group.fold.now().is_member(&account) && old != Some(pin);
            let own = account == body.author;
            if stale && (own || self.below(2) == 0) {
                body.pins.retain(|pin| pin.account != account);
                body = body.with_pins(&[pin]);
                if body.epoch.is_none() && !matches!(body.action, Action::Leave { .. }) {
                    body = body.linked();
                }
            }
        }
        // The author's device as it is after this.
        if self.has_device(body.author) {
            body.device = self.group.book.device(body.author);
        }
        body
    }

    fn segment(&mut self) -> u64 {
        let starts: Vec<u64> = self.group.fold.now().epochs().map(|epoch| epoch.segment).collect();
        starts[self.below(starts.len())]
    }

    /// An entry spoiled in one field, signed again by its device where that is possible.
    fn mutated(&mut self, body: &EntryBody) -> Entry {
        let mut body = body.clone();
        let (any, account) = (self.name(), self.name());
        let (any, account) = (self.group.id(any), self.group.id(account));
        match self.below(14) {
            0 => body.conversation = ConversationId([1; 32]),
            1 => {
                body.position = body.position.wrapping_add(self.rng.next_u64() % 5).wrapping_sub(2)
            }
            2 => body.prev = EntryHash([1; 32]),
            3 => body.author = any,
            4 => body.device = self.group.book.keyed_device(any),
            5 => body.pins.clear(),
            6 => body.pins = vec![self.group.book.head(any)],
            7 => body.epoch = None,
            8 => body = body.fenced(),
            9 => body = body.linked(),
            10 => body.info = None,
            11 => body.also_removed = vec![account],
            12 => body = body.clone().with_cut(self.group.book.keyed_device(any), &[1]),
            _ => {
                if let Some(pin) = body.pins.first_mut() {
                    pin.hash = StatementHash([1; 32]);
                }
            }
        }
        self.group.book.sign(&body)
    }
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    rng.next_u32() as usize % bound
}

fn policy(rng: &mut ChaCha8Rng) -> Policy {
    let permission = [Permission::AnyMember, Permission::AnyMember, Permission::Admins];
    Policy {
        history: [HistoryPolicy::Full, HistoryPolicy::Full, HistoryPolicy::FromJoin][below(rng, 3)],
        add: permission[below(rng, 3)],
        rotate: permission[below(rng, 3)],
        set_info: permission[below(rng, 3)],
        ..Policy::default()
    }
}

fn refold(group: &Group) -> Fold {
    let mut entries = group.log.iter().map(|entry| entry.to_bytes().unwrap());
    let create = Entry::from_bytes(&entries.next().unwrap()).unwrap();
    let mut fold = Fold::begin(create.conversation(), &create, &group.book).unwrap();
    for entry in entries {
        let applied = fold.append_bytes(&entry, &group.book);
        assert!(matches!(applied, Ok(Applied::Appended(_))), "{applied:?}");
    }
    fold
}

/// What must hold in every conversation whatever happened.
fn is_sound(fold: &Fold) {
    for n in 0..=fold.head() {
        let view = fold.at(n).unwrap();
        let roles: Vec<Role> = view.members().map(|(_, role)| role).collect();
        let admins = roles.iter().filter(|role| **role == Role::Admin).count();
        assert_eq!((roles.len(), admins), (view.member_count(), view.admin_count()));
        assert!(roles.is_empty() || admins > 0, "members without an admin at {n}");
        for (account, _) in view.members() {
            let floor = view.granted_from(&account).unwrap();
            assert!(view.epoch_at(floor).is_some_and(|epoch| epoch.segment == floor));
            assert!(view.entitled(&account, view.epoch().anchor) && view.pin(&account).is_some());
            assert!(view.owed(&account).iter().all(|anchor| view.entitled(&account, *anchor)));
        }
    }
}

#[test]
fn the_same_entries_give_the_same_state_however_they_are_folded() {
    let (mut appended, mut refused) = (0, 0);
    for seed in 0..SEQUENCES {
        let mut walk = Walk::new(seed);
        let restored_at = walk.below(STEPS);
        let mut restored = walk.group.fold.clone();
        for step in 0..STEPS {
            let body = walk.body();
            let entry = walk.group.book.sign(&body);
            let mine = walk.group.fold.append(&entry, &walk.group.book);
            assert_eq!(restored.append(&entry, &walk.group.book), mine, "seed {seed}");
            match mine {
                Ok(Applied::Appended(_)) => {
                    walk.group.log.push(entry);
                    appended += 1;
                }
                Ok(_) => {}
                Err(AppendError::Refused(_)) => refused += 1,
                Err(other) => panic!("seed {seed}: {other:?}"),
            }
            let mutant = walk.mutated(&body);
            let theirs = restored.append(&mutant, &walk.group.book);
            assert_eq!(walk.group.fold.append(&mutant, &walk.group.book), theirs, "seed {seed}");
            if matches!(theirs, Ok(Applied::Appended(_))) {
                walk.group.log.push(mutant);
            }
            if step == restored_at {
                restored = Fold::from_bytes(&restored.to_bytes().unwrap()).unwrap();
            }
            assert_eq!(restored, walk.group.fold, "seed {seed}");
        }
        assert_eq!(refold(&walk.group), walk.group.fold, "seed {seed}");
        is_sound(&walk.group.fold);
    }
    // The walks are worth something only if both kinds come up often.
    let all = SEQUENCES * STEPS as u64;
    assert!(appended > all / 4 && refused > all / 10, "{appended} and {refused} of {all}");
}
