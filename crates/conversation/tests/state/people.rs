use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{ConversationId, Policy, Role};
use privity_conversation::message::Draft;
use privity_conversation::state::{History, NewConversation};
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Link, Plan, Relay};

/// Devices that know each other's accounts, and their relay.
pub(crate) struct People {
    pub(crate) relay: Relay,
    pub(crate) devices: Vec<Device>,
}

impl People {
    /// `count` accounts with X25519 keys, each of which has met the others.
    pub(crate) fn meet(count: usize) -> Self {
        let mut relay = Relay::default();
        let mut devices: Vec<Device> = (0..count)
            .map(|seed| {
                Device::create(seed as u64, &Plan::Phrase(Suite::X25519), &mut relay).unwrap()
            })
            .collect();
        let accounts: Vec<_> = devices.iter().map(Device::account).collect();
        for device in &mut devices {
            accounts.iter().for_each(|account| device.meet(account, &mut relay).unwrap());
        }
        Self { relay, devices }
    }

    /// A conversation by the first of them with the first `count`, all of whom take part.
    pub(crate) fn conversation(&mut self, count: usize) -> ConversationId {
        self.conversation_under(count, Policy::default())
    }

    pub(crate) fn conversation_under(&mut self, count: usize, policy: Policy) -> ConversationId {
        let members =
            self.devices[1..count].iter().map(|it| (it.account(), Role::Member)).collect();
        let info = ConversationInfo { title: "title".into(), picture: Vec::new() };
        let new = NewConversation { policy, members, info, predecessor: None };
        let mut id = ConversationId::ZERO;
        self.devices[0]
            .act(&mut self.relay, |client, context| {
                let (created, changes) = client.create_conversation(new, context)?;
                id = created;
                Ok(changes)
            })
            .unwrap();
        (1..count).for_each(|who| self.accept(who, &id));
        id
    }

    pub(crate) fn accept(&mut self, who: usize, id: &ConversationId) {
        self.sync(who);
        let act =
            self.devices[who].act(&mut self.relay, |client, context| client.accept(id, context));
        act.unwrap();
    }

    pub(crate) fn say(&mut self, who: usize, id: &ConversationId, text: &str) {
        self.devices[who]
            .act(&mut self.relay, |client, context| {
                Ok(client.send(id, Draft::text(text), context)?.1)
            })
            .unwrap();
    }

    pub(crate) fn add(&mut self, who: usize, id: &ConversationId, whom: usize, history: History) {
        let account = self.devices[whom].account();
        self.devices[who]
            .act(&mut self.relay, |client, context| client.add(id, &[account], history, context))
            .unwrap();
    }

    pub(crate) fn remove(&mut self, who: usize, id: &ConversationId, whom: usize) {
        let account = self.devices[whom].account();
        self.devices[who]
            .act(&mut self.relay, |client, context| client.remove(id, &[account], context))
            .unwrap();
    }

    pub(crate) fn rotate(&mut self, who: usize, id: &ConversationId) {
        self.devices[who]
            .act(&mut self.relay, |client, context| client.rotate(id, context))
            .unwrap();
    }

    pub(crate) fn sync(&mut self, who: usize) {
        self.devices[who].sync(&mut self.relay, &mut Link::good()).unwrap();
    }

    pub(crate) fn sync_all(&mut self) {
        (0..self.devices.len()).for_each(|who| self.sync(who));
    }

    /// What a device has shown, in order.
    pub(crate) fn texts(&self, who: usize) -> Vec<&str> {
        self.devices[who].shown.iter().map(|shown| shown.text.as_str()).collect()
    }
}
