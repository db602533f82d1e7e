use crate::Error;
use crate::account::{OwnAccount, RecoveryAuthority};
use crate::format::{DeviceId, LoginChallenge, LoginRequest};

impl OwnAccount {
    /// This device's answer to a relay's challenge; `origin` is the relay's as it was dialled.
    ///
    /// # Errors
    /// [`Error::TooLong`] for an origin longer than 65,535 bytes.
    pub fn login(&self, origin: &str, nonce: [u8; 32]) -> Result<LoginRequest, Error> {
        let (account, device) = (self.account(), self.device());
        let challenge = LoginChallenge { origin: origin.to_owned(), nonce, account, device };
        let signature = challenge.sign(self.signing_key())?.0;
        Ok(LoginRequest { account, device, nonce, signature })
    }
}

impl RecoveryAuthority {
    /// The recovery holder's answer to a relay's challenge: it enters where no device is left.
    ///
    /// # Errors
    /// As [`OwnAccount::login`].
    pub fn login(&self, origin: &str, nonce: [u8; 32]) -> Result<LoginRequest, Error> {
        let (account, device) = (self.account, DeviceId::of(&self.holder.sign));
        let challenge = LoginChallenge { origin: origin.to_owned(), nonce, account, device };
        let signature = challenge.sign(&self.sign)?.0;
        Ok(LoginRequest { account, device, nonce, signature })
    }
}
