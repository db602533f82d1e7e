use privity_primitives::random::CryptoRng;
use privity_primitives::secret::SecretVec;
use privity_primitives::sign::Signature;
use privity_primitives::wrap::Suite;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::Error;
use crate::account::Chain;
use crate::account::device_keys::DeviceKeys;
use crate::account::own::OwnAccount;
use crate::account::seeds::Seeds;
use crate::draw::LocalSecret;
use crate::format::{
    AccountId, DeviceId, Holder, StatementBody, StatementKind, VERSION, label, read_version,
};

/// A device that is about to join an account by another device's word.
///
/// ```text
///   new device                       active device
///   request ───────────────────────> draft_device
///   consent <─────────────────────── draft
///           ───────────────────────> add_device: signs, publishes
///   into_account, once the chain has it; the seeds come by its wrap in the record
/// ```
#[derive(Debug)]
pub struct JoiningDevice(DeviceKeys);

/// The new device's public keys: `version 1 | holder`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest(pub Holder);

/// The statement that would add it, not signed yet: `version 1 | statement body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceDraft(pub StatementBody);

/// The new device's proof that its key is its own: `version 1 | signature 64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceConsent(pub Signature);

impl JoiningDevice {
    /// Draws the device's keys; `suite` is X-Wing or X25519.
    ///
    /// # Errors
    /// [`Error::Misuse`] if keys of the suite have no seed.
    pub fn new(suite: Suite, local: &LocalSecret, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        DeviceKeys::draw(suite, local, rng).map(Self)
    }

    /// What the active device is shown.
    ///
    /// # Errors
    /// None in practice: the keys are this device's own.
    pub fn request(&self) -> Result<DeviceRequest, Error> {
        self.0.holder().map(DeviceRequest)
    }

    /// Proves possession of the signing key for a draft that adds this device to `account`
    /// and does nothing else.
    ///
    /// # Security
    /// `account` is the one the person wants to join, compared by its text or scanned: else
    /// somebody adds this device to an account of his own and reads what is written there.
    ///
    /// # Errors
    /// [`Error::Misuse`] for any other draft.
    pub fn consent(
        &self,
        draft: &DeviceDraft,
        account: &AccountId,
    ) -> Result<DeviceConsent, Error> {
        let body = &draft.0;
        let adds_this = body.kind == StatementKind::Update
            && body.account == *account
            && body.add_devices == [self.0.holder()?]
            && body.revoke.is_empty()
            && body.replace_wrap.is_none()
            && body.wrap_key.is_none()
            && body.recovery.is_none();
        if !adds_this {
            return Err(Error::Misuse("the draft does something else than add this device"));
        }
        let hash = body.hash()?;
        Ok(DeviceConsent(self.0.sign().sign(&[label::POSSESSION, hash.as_bytes()].concat())))
    }

    /// Becomes a device of the account once its verified chain says so. `now` is this
    /// device's clock in Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the device is not active there.
    pub fn into_account(self, chain: &Chain, now: u64) -> Result<OwnAccount, Error> {
        let head = chain.head();
        let id = DeviceId::of(self.0.sign().verifying_key().as_bytes());
        if chain.device_at(head.seq, &id).is_none() {
            return Err(Error::Misuse("the device is not active in this account"));
        }
        Ok(OwnAccount {
            account: chain.id(),
            keys: self.0,
            seeds: Seeds::empty(chain.id()),
            renewed: now,
            unsigned: 0,
            pending: None,
        })
    }

    /// The keys, to be stored sealed: `version 1 | signing seed 32 | suite 1 | wrap seed 32`.
    #[must_use]
    pub fn to_bytes(&self) -> SecretVec {
        let mut writer = Writer::with_capacity(128);
        self.0.write(writer.u8(VERSION));
        SecretVec::new(writer.into_vec())
    }

    /// The keys that were stored.
    ///
    /// # Errors
    /// [`Error::Malformed`] names the field.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        read_version(&mut reader)?;
        let keys = DeviceKeys::read(&mut reader)?;
        reader.finish()?;
        Ok(Self(keys))
    }
}

impl Codec for DeviceRequest {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.0.write(writer.u8(VERSION))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Holder::read(reader).map(Self)
    }
}

impl Codec for DeviceDraft {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.0.write(writer.u8(VERSION))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        StatementBody::read(reader).map(Self)
    }
}

impl Codec for DeviceConsent {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(VERSION).raw(&self.0.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        reader.array("consent").map(|bytes| Self(Signature(bytes)))
    }
}
