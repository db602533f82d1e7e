//! A conversation of made-up hashes: the epoch room takes plain values, so no log is needed.

use privity_conversation::LocalSecret;
use privity_conversation::epoch::{
    AnchoredEpoch, Epoch, FreshEpoch, InfoPlace, LinkTo, WrapTarget, Wrapper,
};
use privity_conversation::format::{
    AccountId, Action, ConversationId, DeviceId, Entry, EntryBody, EntryHash, Member, Policy, Role,
};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) local: LocalSecret,
    pub(crate) key: SigningKey,
}

pub(crate) const ALICE: AccountId = AccountId([0xa1; 32]);
pub(crate) const BOB: AccountId = AccountId([0xb0; 32]);

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let local = LocalSecret::generate(&mut rng);
        let key = SigningKey::generate(&mut rng);
        Self { rng, local, key }
    }

    pub(crate) fn device(&self) -> DeviceId {
        DeviceId::of(self.key.verifying_key().as_bytes())
    }

    pub(crate) fn fresh(&mut self, prev: &EntryHash) -> FreshEpoch {
        let device = self.device();
        FreshEpoch::draw(&self.local, &device, prev, &mut self.rng)
    }

    /// The first entry of a conversation, with its epoch.
    pub(crate) fn create(&mut self) -> (Entry, AnchoredEpoch) {
        let nonce = *Secret::<32>::generate(&mut self.rng).expose();
        let mut body = self.body(Action::Create {
            nonce,
            policy: Policy::default(),
            members: vec![Member { account: ALICE, role: Role::Admin }],
            predecessor: None,
        });
        let fresh = self.fresh(&EntryHash::ZERO);
        let info = fresh
            .seal_info(&InfoPlace::of(&body), &Default::default(), &self.local, &mut self.rng)
            .unwrap();
        body.info = Some(info);
        self.finish(fresh, body, LinkTo::Fence)
    }

    /// The next entry, a `rotate`, with its epoch.
    pub(crate) fn rotate(&mut self, after: &Entry, link: LinkTo<'_>) -> (Entry, AnchoredEpoch) {
        let mut body = self.body(Action::Rotate);
        body.conversation = after.conversation();
        body.position = after.body().position + 1;
        body.prev = after.hash();
        let fresh = self.fresh(&body.prev.clone());
        self.finish(fresh, body, link)
    }

    /// `length` epochs, each linked to the one before, oldest first.
    pub(crate) fn chain(&mut self, length: usize) -> Vec<Epoch> {
        let (mut entry, anchored) = self.create();
        let mut epochs = vec![anchored.confirm(&entry.hash()).unwrap()];
        while epochs.len() < length {
            let (next, anchored) = self.rotate(&entry, LinkTo::Previous(epochs.last().unwrap()));
            epochs.push(anchored.confirm(&next.hash()).unwrap());
            entry = next;
        }
        epochs
    }

    pub(crate) fn finish(
        &mut self,
        fresh: FreshEpoch,
        mut body: EntryBody,
        link: LinkTo<'_>,
    ) -> (Entry, AnchoredEpoch) {
        let proposed = fresh.propose(&mut body, link).unwrap();
        let entry = Entry::sign(body, &self.key).unwrap();
        let anchored = proposed.anchor(&entry).unwrap();
        (entry, anchored)
    }

    pub(crate) fn body(&self, action: Action) -> EntryBody {
        EntryBody {
            conversation: ConversationId::ZERO,
            position: 0,
            prev: EntryHash::ZERO,
            author: ALICE,
            device: self.device(),
            time: 1_700_000_000_000,
            pins: Vec::new(),
            action,
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        }
    }

    pub(crate) fn wrapper(&self) -> Wrapper<'_> {
        Wrapper { account: ALICE, device: self.device(), entitled: 0, key: &self.key }
    }

    pub(crate) fn recipient(&mut self, suite: Suite) -> (WrapPrivateKey, WrapTarget) {
        let key = WrapPrivateKey::generate(suite, &mut self.rng).unwrap();
        let target = WrapTarget { account: BOB, generation: 3, key: key.public_key().clone() };
        (key, target)
    }
}
