use privity::account::{DeviceConsent, DeviceDraft, JoiningDevice};
use privity::format::{AccountId, KnownHeads};
use privity::{Client, Context, Secret};

use crate::recover::fetch_chain;
use crate::{ClientError, Device, RelayClient, Store};

/// A new device whose account has it now, and what the device that added it knows.
///
/// ```text
///   new device                          active device
///   JoiningDevice::request ───────────> OwnAccount::draft_device
///   JoiningDevice::consent <─────────── draft
///                  consent ───────────> Device::add_device
///   Pairing::device <────────────────── account, heads
/// ```
///
/// # Security
/// All of it goes from screen to camera, or over another way that is not the relay's: of
/// these heads the new device knows when the relay shows it an older state.
#[derive(Debug)]
pub struct Pairing {
    /// The account.
    pub account: AccountId,
    /// The new device's keys.
    pub keys: JoiningDevice,
    /// What the other device has seen.
    pub heads: KnownHeads,
}

impl Device {
    /// Adds a new device to this one's account; what comes back is handed over to it.
    ///
    /// # Errors
    /// As [`Device::perform`].
    pub async fn add_device(
        &mut self,
        draft: &DeviceDraft,
        consent: &DeviceConsent,
        context: &mut Context<'_>,
    ) -> Result<KnownHeads, ClientError> {
        let added = self
            .client
            .change_account(|tools| tools.own.add_device(tools.chain, draft, consent), context)?;
        self.perform(added, context).await?;
        Ok(self.client.known_heads())
    }
}

impl Pairing {
    /// Makes the new device in an empty store.
    ///
    /// # Errors
    /// [`ClientError::Protocol`] if the relay's chain does not have the device.
    pub async fn device(
        self,
        relay: RelayClient,
        store: Store,
        storage_key: &Secret<32>,
        context: &mut Context<'_>,
    ) -> Result<Device, ClientError> {
        let directory = fetch_chain(&relay, &self.account).await?;
        let (mut client, mut changes) =
            Client::join(storage_key, directory, &self.account, self.keys, context)?;
        let heads = client.take_known_heads(self.heads, context)?;
        // One transaction: whoever stops between the two would have no memory.
        changes.put.extend(heads.put);
        changes.version = heads.version;
        let mut device = Device { client, store, relay };
        device.perform(changes, context).await?;
        Ok(device)
    }
}
