use privity_primitives::sign::VerifyingKey;
use privity_primitives::wrap::Suite;

use crate::account::ChainFault;
use crate::account::chain_rule::{check_genesis, check_update};
use crate::account::lazy_key::LazyKey;
use crate::format::{
    AccountId, AccountKey, DeviceId, Holder, Pin, Signer, Statement, StatementHash, StatementKind,
    WrapKey,
};

/// A device as the chain tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its signing key.
    pub sign: [u8; 32],
    /// Its wrap keys, each with the statement that set it.
    pub(super) wraps: Vec<(u64, WrapKey)>,
    /// The statement that added it.
    pub added: u64,
    /// The device that added it; none if the recovery holder or the genesis did.
    pub added_by: Option<DeviceId>,
    /// The statement that revoked it.
    pub revoked: Option<u64>,
    pub(super) verifier: LazyKey,
}

impl Device {
    fn is_active(&self, seq: u64) -> bool {
        self.added <= seq && self.revoked.is_none_or(|revoked| revoked > seq)
    }
}

/// A verified chain of statements: what an account was at any place of it.
///
/// A chain holds no signatures and no bodies, only what they said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub(super) id: AccountId,
    pub(super) hashes: Vec<StatementHash>,
    pub(super) devices: Vec<Device>,
    pub(super) keys: Vec<(u64, AccountKey)>,
    pub(super) recoveries: Vec<(u64, Holder)>,
    pub(super) resets: Vec<u64>,
    pub(super) closed: Option<u64>,
}

impl Chain {
    /// Begins with a genesis.
    ///
    /// # Errors
    /// The rule that the statement breaks.
    pub fn begin(genesis: &Statement) -> Result<Self, ChainFault> {
        let hash = genesis.body.hash().map_err(|_| ChainFault::TooLong)?;
        let mut chain = Self {
            id: hash.into(),
            hashes: Vec::new(),
            devices: Vec::new(),
            keys: Vec::new(),
            recoveries: Vec::new(),
            resets: Vec::new(),
            closed: None,
        };
        check_genesis(&chain, genesis)?;
        chain.take(genesis, hash);
        Ok(chain)
    }

    /// Appends one statement; an error changes nothing.
    ///
    /// # Errors
    /// The rule that the statement breaks.
    pub fn append(&mut self, statement: &Statement) -> Result<(), ChainFault> {
        let hash = statement.body.hash().map_err(|_| ChainFault::TooLong)?;
        check_update(self, statement)?;
        self.take(statement, hash);
        Ok(())
    }

    /// The account.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// The newest statement.
    #[must_use]
    pub fn head(&self) -> Pin {
        let seq = self.newest();
        Pin { account: self.id, seq, hash: self.hash_at(seq).unwrap_or(StatementHash::ZERO) }
    }

    /// The hash of the statement at `seq`.
    #[must_use]
    pub fn hash_at(&self, seq: u64) -> Option<StatementHash> {
        self.hashes.get(usize::try_from(seq).ok()?).copied()
    }

    /// Whether `pin` names a statement of this chain.
    #[must_use]
    pub fn contains(&self, pin: &Pin) -> bool {
        pin.account == self.id && self.hash_at(pin.seq) == Some(pin.hash)
    }

    /// The devices active at `seq`, in the order in which they joined.
    pub fn devices_at(&self, seq: u64) -> impl Iterator<Item = &Device> {
        let closed = self.is_closed_at(seq);
        self.devices.iter().filter(move |device| !closed && device.is_active(seq))
    }

    /// The devices that ended after `from` and up to `to`, also those that were added in
    /// between: by revocation, or with the account.
    pub fn ended_between(&self, from: u64, to: u64) -> impl Iterator<Item = &Device> {
        let closed = self.closed.unwrap_or(u64::MAX);
        self.devices.iter().filter(move |device| {
            let end = device.revoked.unwrap_or(u64::MAX).min(closed);
            from < end && end <= to
        })
    }

    /// One device, if it is active at `seq`.
    #[must_use]
    pub fn device_at(&self, seq: u64, id: &DeviceId) -> Option<&Device> {
        self.devices_at(seq).find(|device| device.id == *id)
    }

    /// The verified signing key of a device that is active at `seq`.
    #[must_use]
    pub fn device_key(&self, seq: u64, id: &DeviceId) -> Option<VerifyingKey> {
        let device = self.device_at(seq, id)?;
        device.verifier.of(&device.sign)
    }

    /// The verified signing key of a device that the account has, or ever had.
    #[must_use]
    pub fn key_of_device(&self, id: &DeviceId) -> Option<VerifyingKey> {
        let device = self.devices.iter().find(|device| device.id == *id)?;
        device.verifier.of(&device.sign)
    }

    /// The account's wrap key in force at `seq`; none once it is closed.
    #[must_use]
    pub fn key_at(&self, seq: u64) -> Option<&AccountKey> {
        if self.is_closed_at(seq) { None } else { in_force(&self.keys, seq) }
    }

    /// The account's wrap key of one generation.
    #[must_use]
    pub fn key_of_generation(&self, generation: u32) -> Option<&AccountKey> {
        self.keys.iter().map(|(_, key)| key).find(|key| key.generation == generation)
    }

    /// The statement that started a generation.
    #[must_use]
    pub fn start_of_generation(&self, generation: u32) -> Option<u64> {
        self.keys.iter().find(|(_, key)| key.generation == generation).map(|(seq, _)| *seq)
    }

    /// The recovery holder at `seq`.
    #[must_use]
    pub fn recovery_at(&self, seq: u64) -> Option<&Holder> {
        in_force(&self.recoveries, seq)
    }

    /// Everyone who holds the account's secrets at `seq`, each with its wrap key.
    #[must_use]
    pub fn holders_at(&self, seq: u64) -> Vec<Holder> {
        let devices = self.devices_at(seq).filter_map(|device| {
            let wrap = in_force(&device.wraps, seq)?.clone();
            Some(Holder { sign: device.sign, wrap })
        });
        devices.chain(self.recovery_at(seq).cloned()).collect()
    }

    /// Whether a quantum computer opens nothing that is wrapped to the account at `seq`: its
    /// own key and every holder's must withstand it.
    #[must_use]
    pub fn is_post_quantum_at(&self, seq: u64) -> bool {
        let withstands =
            |key: &WrapKey| Suite::from_id(key.suite).is_some_and(Suite::is_post_quantum);
        self.key_at(seq).is_some_and(|key| withstands(&key.key))
            && self.holders_at(seq).iter().all(|holder| withstands(&holder.wrap))
    }

    /// Whether the account is closed at `seq`.
    #[must_use]
    pub fn is_closed_at(&self, seq: u64) -> bool {
        self.closed.is_some_and(|closed| closed <= seq)
    }

    /// Statements by which the recovery holder revoked every device there was: a verified
    /// contact counts as changed then.
    #[must_use]
    pub fn resets(&self) -> &[u64] {
        &self.resets
    }

    /// What ends with these devices by default: every active device that one of them
    /// added, directly or through others.
    #[must_use]
    pub fn added_through(&self, devices: &[DeviceId]) -> Vec<DeviceId> {
        let mut through = devices.to_vec();
        // Devices stand in the order in which they joined, so one pass follows every path.
        for device in &self.devices {
            let follows = device.added_by.is_some_and(|by| through.contains(&by));
            if follows && !through.contains(&device.id) {
                through.push(device.id);
            }
        }
        through.retain(|id| self.device_at(self.newest(), id).is_some());
        through.sort_unstable();
        through.dedup();
        through
    }

    /// The chain as it was before the statement at `seq`.
    pub(super) fn upto(&self, seq: u64) -> Self {
        let mut chain = self.clone();
        chain.hashes.truncate(usize::try_from(seq).unwrap_or(usize::MAX));
        chain.devices.retain(|device| device.added < seq);
        for device in &mut chain.devices {
            device.revoked = device.revoked.filter(|revoked| *revoked < seq);
            device.wraps.retain(|(since, _)| *since < seq);
        }
        chain.keys.retain(|(since, _)| *since < seq);
        chain.recoveries.retain(|(since, _)| *since < seq);
        chain.resets.retain(|reset| *reset < seq);
        chain.closed = chain.closed.filter(|closed| *closed < seq);
        chain
    }

    pub(crate) fn newest(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(u64::MAX).saturating_sub(1)
    }

    /// Takes over what a checked statement says.
    fn take(&mut self, statement: &Statement, hash: StatementHash) {
        let body = &statement.body;
        let seq = body.seq;
        self.hashes.push(hash);
        let before = self.devices.iter().filter(|device| device.revoked.is_none()).count();
        for device in &mut self.devices {
            if body.revoke.contains(&device.id) {
                device.revoked = Some(seq);
            }
        }
        let left = self.devices.iter().filter(|device| device.revoked.is_none()).count();
        if body.signer == Signer::Recovery && before > 0 && left == 0 {
            self.resets.push(seq);
        }
        let added_by = match (body.kind, body.signer) {
            (StatementKind::Update, Signer::Device(device)) => Some(device),
            _ => None,
        };
        if let (Some(key), Signer::Device(id)) = (&body.replace_wrap, body.signer)
            && let Some(device) = self.devices.iter_mut().find(|device| device.id == id)
        {
            device.wraps.push((seq, key.clone()));
        }
        self.devices.extend(body.add_devices.iter().map(|holder| Device {
            id: holder.id(),
            sign: holder.sign,
            wraps: vec![(seq, holder.wrap.clone())],
            added: seq,
            added_by,
            revoked: None,
            verifier: LazyKey::default(),
        }));
        self.keys.extend(body.wrap_key.clone().map(|key| (seq, key)));
        self.recoveries.extend(body.recovery.clone().map(|holder| (seq, holder)));
        if body.kind == StatementKind::Close {
            self.closed = Some(seq);
        }
    }
}

/// The newest value that was set at or before `seq`.
fn in_force<T>(set: &[(u64, T)], seq: u64) -> Option<&T> {
    set.iter().rev().find(|(since, _)| *since <= seq).map(|(_, value)| value)
}
