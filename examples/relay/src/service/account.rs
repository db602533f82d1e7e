use std::sync::Arc;

use privity_conversation::account::{Chain, ChainFault, Directory, Learned};
use privity_conversation::format::{
    AccountId, DeviceId, GenerationRecord, Holder, LiveFrame, LoginChallenge, LoginRequest, Page,
    PublishRequest, RegisteredSeed, RelayErrorCode, Seeding, Signer, Statement, StatementHash,
};
use privity_conversation::sign::{Signature, VerifyingKey};
use privity_wire::Codec;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::login::random;
use crate::service::Service;
use crate::service::chains::StoredChains;
use crate::storage::{NewSession, NewStatement, PageLimit, Session, Stored};

impl Service {
    /// Takes a statement that its chain takes.
    pub(crate) fn publish(&self, request: &PublishRequest) -> Result<(), Failure> {
        let statement = Statement::from_bytes(&request.statement.0)?;
        let account = statement.body.account_id().map_err(too_large)?;
        let hash = statement.body.hash().map_err(too_large)?;
        let directory = self.check_statement(&account, &statement, &hash)?;
        let chain = directory.chain(&account).ok_or_else(|| Failure::not_found("account"))?;
        let generation = request.generation.as_ref().map(|blob| {
            let generation = check_generation(&account, &blob.0)?;
            check_in_force(chain, statement.body.seq, generation)?;
            Ok::<_, Failure>((generation, blob.0.clone()))
        });
        if let Some(blob) = &request.registered {
            check_registered(chain, statement.body.seq, &blob.0)?;
        }
        let stored = self.storage.publish(&NewStatement {
            account,
            seq: statement.body.seq,
            prev: statement.body.prev,
            hash,
            bytes: request.statement.0.clone(),
            active: may_log_in(chain),
            recovery: statement.body.recovery.as_ref().map(|holder| holder.sign),
            by_recovery: statement.body.signer == Signer::Recovery,
            generation: generation.transpose()?,
            registered: request.registered.as_ref().map(|blob| blob.0.clone()),
        })?;
        // statements are public: whoever repeats one may not stir up its account's fellows
        if stored == Stored::Repeat {
            return Ok(());
        }
        let mut audience = self.storage.fellows(&account)?;
        audience.push(account);
        self.updates.tell(audience, LiveFrame::Account { account, seq: statement.body.seq, hash });
        Ok(())
    }

    /// Refuses what the chain does not take; gives the chain with it. To ask about one that
    /// stands copies no chain: anybody may, and a chain may be long.
    fn check_statement(
        &self,
        account: &AccountId,
        statement: &Statement,
        hash: &StatementHash,
    ) -> Result<Arc<Directory>, Failure> {
        let mut directory = self.stored_chains().directory(account)?;
        let stands = directory.chain(account).and_then(|it| it.hash_at(statement.body.seq));
        if stands == Some(*hash) {
            return Ok(directory);
        }
        match Arc::make_mut(&mut directory).learn(statement).map_err(broken)? {
            Learned::Extended | Learned::Known => Ok(directory),
            Learned::Ahead(next) => Err(Failure::new(
                RelayErrorCode::Incomplete,
                format_args!("statement {next} of the account is missing here"),
            )),
            Learned::Equivocates => {
                Err(Failure::new(RelayErrorCode::HeadMoved, "another statement stands there"))
            }
        }
    }

    pub(crate) fn statements(&self, account: &AccountId, from: u64) -> Result<Page, Failure> {
        let page = self.storage.statements(account, from, &self.page())?;
        let first = PageLimit { items: 1, bytes: usize::MAX };
        if page.items.is_empty() && self.storage.statements(account, 0, &first)?.items.is_empty() {
            return Err(Failure::not_found("account"));
        }
        Ok(page)
    }

    pub(crate) fn generations(
        &self,
        caller: &Session,
        account: &AccountId,
        from: u64,
    ) -> Result<Page, Failure> {
        own(caller, account)?;
        self.storage.generations(account, from, &self.page())
    }

    pub(crate) fn put_generation(
        &self,
        caller: &Session,
        account: &AccountId,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        own(caller, account)?;
        let generation = check_generation(account, bytes)?;
        let chains = self.stored_chains();
        let stands = chains.with(account, |directory| {
            directory.chain(account).is_some_and(|it| it.key_of_generation(generation).is_some())
        })?;
        if !stands {
            return Err(Failure::not_found("generation"));
        }
        self.storage.put_generation(account, generation, bytes)
    }

    /// Checks the answer to a challenge and gives a token.
    pub(crate) fn login(&self, request: &LoginRequest, now: u64) -> Result<[u8; 32], Failure> {
        let (session, seq) = self.check_login(request, now)?;
        let token = random()?;
        let lifetime = u64::try_from(self.limits.token.as_millis()).unwrap_or(u64::MAX);
        let ends = now.saturating_add(lifetime);
        let new = NewSession { token: digest(&token), session, now, ends, seq };
        self.storage.put_session(&new, self.limits.tokens)?;
        Ok(token)
    }

    /// Checks the answer to a challenge: by an active device, or by the recovery holder; as
    /// of the account's statement that is given too.
    pub(crate) fn check_login(
        &self,
        request: &LoginRequest,
        now: u64,
    ) -> Result<(Session, u64), Failure> {
        self.challenges.take(&request.nonce, now)?;
        let chains = self.stored_chains();
        let found = chains.with(&request.account, |directory| {
            let chain = directory.chain(&request.account)?;
            let seq = chain.head().seq;
            let recovery = chain.recovery_at(seq).filter(|it| it.id() == request.device);
            let key = match recovery {
                Some(holder) => VerifyingKey::from_bytes(&holder.sign).ok(),
                None => chain.device_key(seq, &request.device),
            };
            Some((key?, seq))
        })?;
        let challenge = LoginChallenge {
            origin: self.origin.clone(),
            nonce: request.nonce,
            account: request.account,
            device: request.device,
        };
        let signature = Signature(request.signature);
        let seq = found
            .filter(|(key, _)| challenge.verify(key, &signature).is_ok())
            .map(|(_, seq)| seq)
            .ok_or_else(|| Failure::new(RelayErrorCode::LoginNeeded, "the login is not valid"))?;
        Ok((Session { account: request.account, device: request.device }, seq))
    }

    /// The login of a token: publishing a revocation ended those of the device.
    pub(crate) fn session(&self, token: &[u8; 32], now: u64) -> Result<Session, Failure> {
        let session = self.storage.session(&digest(token), now)?;
        session.ok_or_else(|| Failure::new(RelayErrorCode::LoginNeeded, "the login has ended"))
    }

    /// Refuses a login whose device was revoked since.
    pub(crate) fn check_active(&self, session: &Session) -> Result<(), Failure> {
        let active = self.stored_chains().with(&session.account, |directory| {
            let chain = directory.chain(&session.account);
            chain.is_some_and(|chain| may_log_in(chain).contains(&session.device))
        })?;
        if active {
            Ok(())
        } else {
            Err(Failure::new(RelayErrorCode::LoginNeeded, "the device was revoked"))
        }
    }

    /// True for a device that is active at the account's newest statement.
    pub(super) fn is_device_now(&self, session: &Session) -> Result<bool, Failure> {
        self.stored_chains().with(&session.account, |directory| {
            let chain = directory.chain(&session.account);
            chain.is_some_and(|chain| chain.device_key(chain.head().seq, &session.device).is_some())
        })
    }

    pub(super) fn stored_chains(&self) -> StoredChains<'_> {
        StoredChains::new(self.storage.as_ref(), &self.chains)
    }
}

/// Active devices, and the recovery holder by the id of its key.
fn may_log_in(chain: &Chain) -> Vec<DeviceId> {
    let seq = chain.head().seq;
    let devices = chain.devices_at(seq).map(|device| device.id);
    devices.chain(chain.recovery_at(seq).map(|holder| holder.id())).collect()
}

fn own(caller: &Session, account: &AccountId) -> Result<(), Failure> {
    if caller.account == *account {
        Ok(())
    } else {
        Err(Failure::not_entitled("generation records are for the account's own devices"))
    }
}

fn check_generation(account: &AccountId, bytes: &[u8]) -> Result<u32, Failure> {
    let record = GenerationRecord::from_bytes(bytes)?;
    if record.account == *account {
        Ok(record.generation)
    } else {
        Err(Failure::not_entitled("the generation record is of another account"))
    }
}

/// Anybody may hand in a statement: the record with it can be of no other generation.
fn check_in_force(chain: &Chain, seq: u64, generation: u32) -> Result<(), Failure> {
    let key = chain.key_at(seq).filter(|key| key.seeding == Seeding::Seeded);
    if key.is_some_and(|key| key.generation == generation) {
        Ok(())
    } else {
        Err(Failure::not_found("generation"))
    }
}

/// The wrap must be for the one who holds the recovery key after the statement.
fn check_registered(chain: &Chain, seq: u64, bytes: &[u8]) -> Result<(), Failure> {
    let seed = RegisteredSeed::from_bytes(bytes)?;
    if seed.account != chain.id() {
        return Err(Failure::not_entitled("the registered seed is of another account"));
    }
    let holds = |holder: &Holder| {
        holder.id() == seed.wrap.holder && holder.wrap.fingerprint() == seed.wrap.fingerprint
    };
    if chain.recovery_at(seq).is_some_and(holds) {
        Ok(())
    } else {
        Err(Failure::not_entitled("the registered seed is not for the recovery holder"))
    }
}

pub(super) fn broken(fault: ChainFault) -> Failure {
    Failure::new(RelayErrorCode::Refused, format_args!("the statement is refused: {fault}"))
}

fn too_large(error: impl std::fmt::Display) -> Failure {
    Failure::new(RelayErrorCode::TooLarge, error)
}

/// Tokens are kept by their hash: who reads the database can't log in with it.
fn digest(token: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(token).into()
}
