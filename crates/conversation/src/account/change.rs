use privity_primitives::random::CryptoRng;
use privity_primitives::wrap::Suite;

use crate::Error;
use crate::account::create::sorted;
use crate::account::device_keys::WrapSeed;
use crate::account::joining::{DeviceConsent, DeviceDraft, DeviceRequest};
use crate::account::making::{
    NewKey, NewRecovery, Secrets, complete, kind_in_force, next_generation, update,
};
use crate::account::own::OwnAccount;
use crate::account::{Chain, RecoveryAuthority};
use crate::draw::LocalSecret;
use crate::format::{DeviceId, Signer, Statement, StatementBody, StatementKind};

/// Statements of a device; each is left pending.
///
/// All of them fail with [`Error::Misuse`] while another one is pending or when this device
/// has signed at the chain's next place already, and with [`Error::Chain`] if the chain's
/// rules refuse them, for instance because this device was revoked.
impl OwnAccount {
    /// Ends devices and starts a generation, in one statement. What they added in turn is
    /// [`Chain::added_through`]: show it and let the person choose.
    ///
    /// # Errors
    /// As said above.
    pub fn revoke(
        &mut self,
        chain: &Chain,
        devices: &[DeviceId],
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        body.revoke = sorted(devices);
        let seed = next_generation(&mut body, chain, kind_in_force(chain)?, local, rng)?;
        self.sign(chain, body, Secrets { seed, ..Secrets::default() })
    }

    /// Replaces this device's own wrap key and starts a generation: with a rotation of each
    /// conversation, that heals from a copied device.
    ///
    /// # Errors
    /// As said above; [`Error::Misuse`] if keys of `suite` have no seed.
    pub fn replace_wrap_key(
        &mut self,
        chain: &Chain,
        suite: Suite,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        let wrap = WrapSeed::draw(suite, local, rng)?;
        body.replace_wrap = Some(wrap.public()?);
        let seed = next_generation(&mut body, chain, kind_in_force(chain)?, local, rng)?;
        self.sign(chain, body, Secrets { seed, wrap: Some(wrap), recovery: None })
    }

    /// Starts a generation, also to change its suite or to leave a direct key.
    ///
    /// # Errors
    /// As said above.
    pub fn start_generation(
        &mut self,
        chain: &Chain,
        key: NewKey,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        let seed = next_generation(&mut body, chain, key, local, rng)?;
        self.sign(chain, body, Secrets { seed, ..Secrets::default() })
    }

    /// Drafts the statement that adds a device, for that device to consent to. Nothing is
    /// signed yet, so it may be drafted again at a newer head.
    ///
    /// # Security
    /// The person compares: the request comes from the new device itself (its QR code).
    ///
    /// # Errors
    /// [`Error::Misuse`] if the chain is another account's.
    pub fn draft_device(
        &self,
        chain: &Chain,
        request: &DeviceRequest,
    ) -> Result<DeviceDraft, Error> {
        self.check_chain(chain)?;
        let mut body = update(chain, Signer::Device(self.device()));
        body.add_devices = vec![request.0.clone()];
        Ok(DeviceDraft(body))
    }

    /// Signs the draft to which the new device consented.
    ///
    /// # Errors
    /// As said above; [`Error::Misuse`] if the draft is not this device's, or the seed in
    /// force is not here.
    pub fn add_device(
        &mut self,
        chain: &Chain,
        draft: &DeviceDraft,
        consent: &DeviceConsent,
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        body.add_devices.clone_from(&draft.0.add_devices);
        if body != draft.0 {
            return Err(Error::Misuse("the chain has moved, or the draft is another device's"));
        }
        let mut statement = Statement::sign(body, self.signing_key(), &[])?;
        statement.possession = vec![consent.0];
        self.leave_pending(chain, statement, Secrets::default())
    }

    /// Sets the account's first recovery holder.
    ///
    /// # Errors
    /// As said above; [`Error::Misuse`] if there is one: only it sets another.
    pub fn set_recovery(
        &mut self,
        chain: &Chain,
        to: &NewRecovery<'_>,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        let recovery = to.introduce(local, rng)?;
        body.recovery = recovery.as_ref().map(|it| it.holder.clone());
        self.sign(chain, body, Secrets { recovery, ..Secrets::default() })
    }

    /// Replaces the recovery holder, by its own authority, and starts a generation that the
    /// old one gets no wrap of.
    ///
    /// # Errors
    /// As said above.
    pub fn replace_recovery(
        &mut self,
        chain: &Chain,
        by: &RecoveryAuthority,
        to: &NewRecovery<'_>,
        (local, rng): (&LocalSecret, &mut dyn CryptoRng),
    ) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        body.signer = Signer::Recovery;
        let recovery = to.introduce(local, rng)?;
        body.recovery = recovery.as_ref().map(|it| it.holder.clone());
        let kind = match (kind_in_force(chain)?, to) {
            (NewKey::Direct, NewRecovery::Registered(_)) => NewKey::Direct,
            (NewKey::Direct, _) => NewKey::Seeded(Suite::XWing),
            (seeded, _) => seeded,
        };
        let seed = next_generation(&mut body, chain, kind, local, rng)?;
        let introduced: Vec<_> = recovery.as_ref().map(|it| &it.sign).into_iter().collect();
        let statement = Statement::sign(body, by.signing_key(), &introduced)?;
        self.leave_pending(chain, statement, Secrets { seed, wrap: None, recovery })
    }

    /// Ends the account: nobody wraps to it any more, and it speaks no more.
    ///
    /// # Errors
    /// As said above.
    pub fn close(&mut self, chain: &Chain) -> Result<(), Error> {
        let mut body = self.begin(chain)?;
        body.kind = StatementKind::Close;
        self.sign(chain, body, Secrets::default())
    }

    fn begin(&self, chain: &Chain) -> Result<StatementBody, Error> {
        self.check_chain(chain)?;
        if self.pending.is_some() {
            return Err(Error::Misuse("a statement is pending: settle it first"));
        }
        let body = update(chain, Signer::Device(self.device()));
        if body.seq < self.unsigned {
            return Err(Error::Misuse("this device has signed there: fetch the chain first"));
        }
        Ok(body)
    }

    fn sign(&mut self, chain: &Chain, body: StatementBody, secrets: Secrets) -> Result<(), Error> {
        let introduced: Vec<_> = secrets.recovery.as_ref().map(|it| &it.sign).into_iter().collect();
        let statement = Statement::sign(body, self.signing_key(), &introduced)?;
        self.leave_pending(chain, statement, secrets)
    }

    fn leave_pending(
        &mut self,
        chain: &Chain,
        statement: Statement,
        secrets: Secrets,
    ) -> Result<(), Error> {
        let next = statement.body.seq.saturating_add(1);
        self.pending = Some(complete(Some(chain), statement, &self.seeds, secrets)?);
        self.unsigned = next;
        Ok(())
    }
}
