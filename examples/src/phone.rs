use std::sync::Arc;

use privity::System;
use privity_srtp::{MasterKey, Profile};
use privity_zrtp::{
    AuthTag, CallKeys, Cipher, Config, DirectionKeys, Env, Event, MemoryCache, Session, SrtpKeys,
    Zid,
};

use crate::{Result, now};

/// One end of a call, on a line that loses nothing: so its timers are not asked for.
pub struct Phone {
    session: Session,
    cache: MemoryCache,
    call: CallKeys,
    rng: System,
    /// What the users read to each other, once the call is encrypted.
    pub sas: Option<String>,
    /// What media are protected with.
    pub keys: Option<Box<SrtpKeys>>,
}

impl Phone {
    /// Says Hello. The number stands for what is random in a real telephone: its ZID, drawn
    /// when it is installed, and the SSRC of its stream.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(number: u8) -> Result<Self> {
        let (mut cache, mut call) = (MemoryCache::new(), CallKeys::new());
        let mut rng = System::new()?;
        let mut env = Env { now: now(), rng: &mut rng, cache: &mut cache, call: &mut call };
        let config = Arc::new(Config::new(Zid([number; 12])));
        let session = Session::first(config, u32::from(number), &mut env);
        Ok(Self { session, cache, call, rng, sas: None, keys: None })
    }

    /// What goes to the other end.
    pub fn datagrams(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.session.poll_transmit()).collect()
    }

    /// What comes from the other end.
    pub fn receive(&mut self, datagrams: Vec<Vec<u8>>) {
        let Self { session, cache, call, rng, .. } = self;
        let mut env = Env { now: now(), rng, cache, call };
        for datagram in datagrams {
            // Anyone can send a bad one: it is dropped, and no reason to stop.
            let _dropped = session.handle_packet(&datagram, &mut env);
        }
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Encrypted(encrypted) => self.sas = encrypted.sas,
                Event::Keys(keys) => self.keys = Some(keys),
                _ => {}
            }
        }
    }
}

/// What ZRTP calls by cipher and tag has one name in SRTP.
///
/// # Errors
/// If this phone has no profile for it.
pub fn master_key(keys: &SrtpKeys, direction: &DirectionKeys) -> Result<MasterKey> {
    let profile = match (keys.cipher, keys.auth_tag) {
        (Cipher::Aes1, AuthTag::Gcm) => Profile::AEAD_AES_128_GCM,
        (Cipher::Aes3, AuthTag::Gcm) => Profile::AEAD_AES_256_GCM,
        (Cipher::Aes1, AuthTag::Hs80) => Profile::AES_CM_128_HMAC_SHA1_80,
        (Cipher::Aes3, AuthTag::Hs80) => Profile::AES_256_CM_HMAC_SHA1_80,
        other => return Err(format!("this phone has no profile for {other:?}").into()),
    };
    Ok(MasterKey::new(profile, direction.key.expose(), direction.salt.expose())?)
}
