use privity_primitives::sign::{Signature, VerifyingKey};

use crate::account::{Chain, ChainFault};
use crate::format::{
    AccountId, DeviceId, Holder, Seeding, Signer, Statement, StatementBody, StatementHash,
    StatementKind, label, limit,
};

/// Every rule of a genesis, before anything is taken over.
pub(super) fn check_genesis(chain: &Chain, genesis: &Statement) -> Result<(), ChainFault> {
    let body = &genesis.body;
    let is_genesis = matches!(body.kind, StatementKind::Genesis { .. })
        && body.account == AccountId::ZERO
        && body.seq == 0
        && body.prev == StatementHash::ZERO
        && body.revoke.is_empty()
        && body.replace_wrap.is_none();
    if !is_genesis {
        return Err(ChainFault::NotGenesis);
    }
    let signer = match body.signer {
        Signer::Recovery => body.recovery.as_ref(),
        Signer::Device(id) => body.add_devices.iter().find(|device| device.id() == id),
    };
    if body.wrap_key.as_ref().is_none_or(|key| key.generation != 0) {
        return Err(ChainFault::Generation);
    }
    check_keys(chain, body)?;
    check_signatures(genesis, &signer.ok_or(ChainFault::SignerUnknown)?.sign)
}

/// Every rule of an update or a close, in PROTOCOL.md's order.
pub(super) fn check_update(chain: &Chain, statement: &Statement) -> Result<(), ChainFault> {
    let body = &statement.body;
    let head = chain.head();
    let follows = !matches!(body.kind, StatementKind::Genesis { .. })
        && body.account == chain.id
        && body.seq == head.seq + 1
        && body.prev == head.hash;
    if !follows {
        return Err(ChainFault::NotNext);
    }
    if body.seq >= limit::STATEMENTS {
        return Err(ChainFault::TooLong);
    }
    if chain.closed.is_some() {
        return Err(ChainFault::Closed);
    }
    let signer = match body.signer {
        Signer::Recovery => chain.recovery_at(head.seq).map(|holder| holder.sign),
        Signer::Device(id) => chain.device_at(head.seq, &id).map(|device| device.sign),
    };
    let signer = signer.ok_or(ChainFault::SignerUnknown)?;
    match body.kind {
        StatementKind::Close if !says_nothing(body) => return Err(ChainFault::Closed),
        StatementKind::Close => {}
        _ if says_nothing(body) => return Err(ChainFault::Empty),
        _ => check_changes(chain, body, head.seq)?,
    }
    check_signatures(statement, &signer)
}

fn check_changes(chain: &Chain, body: &StatementBody, head: u64) -> Result<(), ChainFault> {
    let active = |id: &DeviceId| chain.device_at(head, id).is_some();
    if !body.revoke.iter().all(active) {
        return Err(ChainFault::RevokeUnknown);
    }
    if body.recovery.is_some()
        && chain.recovery_at(head).is_some()
        && body.signer != Signer::Recovery
    {
        return Err(ChainFault::RecoveryOutranks);
    }
    if let Some(key) = &body.replace_wrap {
        let Signer::Device(id) = body.signer else { return Err(ChainFault::ReplaceWrap) };
        let used = chain
            .device_at(head, &id)
            .is_none_or(|device| device.wraps.iter().any(|(_, earlier)| earlier == key));
        if used || body.revoke.contains(&id) {
            return Err(ChainFault::ReplaceWrap);
        }
    }
    check_generation(chain, body)?;
    check_keys(chain, body)
}

fn check_generation(chain: &Chain, body: &StatementBody) -> Result<(), ChainFault> {
    let Some(next) = &body.wrap_key else {
        let due = !body.revoke.is_empty() || body.replace_wrap.is_some();
        return if due { Err(ChainFault::GenerationDue) } else { Ok(()) };
    };
    let newest = chain.keys.last().map(|(_, key)| key);
    let counts = newest.and_then(|key| key.generation.checked_add(1)) == Some(next.generation);
    let used = chain.keys.iter().any(|(_, key)| key.key == next.key);
    // No device ever had a direct key, so it may stay when one is revoked.
    let stays = next.seeding == Seeding::Direct
        && newest.is_some_and(|key| key.seeding == Seeding::Direct && key.key == next.key);
    if counts && (!used || stays) { Ok(()) } else { Err(ChainFault::Generation) }
}

/// Rules on introduced keys and on who is left, the same for a genesis and an update.
fn check_keys(chain: &Chain, body: &StatementBody) -> Result<(), ChainFault> {
    let known = |sign: &[u8; 32]| {
        chain.devices.iter().any(|device| device.sign == *sign)
            || chain.recoveries.iter().any(|(_, holder)| holder.sign == *sign)
    };
    let recovery = body.recovery.as_ref();
    let repeated = |holder: &Holder| recovery.is_some_and(|other| other.sign == holder.sign);
    if body.introduced().any(|holder| known(&holder.sign)) || body.add_devices.iter().any(repeated)
    {
        return Err(ChainFault::KeyReused);
    }
    let recovery = recovery.or_else(|| chain.recovery_at(chain.newest()));
    let staying = chain.devices_at(chain.newest()).filter(|it| !body.revoke.contains(&it.id));
    if recovery.is_none() && body.add_devices.is_empty() && staying.count() == 0 {
        return Err(ChainFault::Nobody);
    }
    let key = body.wrap_key.as_ref().or_else(|| chain.key_at(chain.newest()));
    match key {
        Some(key)
            if key.seeding == Seeding::Direct
                && recovery.is_none_or(|holder| holder.wrap != key.key) =>
        {
            Err(ChainFault::Direct)
        }
        _ => check_devices_ever(chain, body),
    }
}

/// Revoked devices stay in the chain: each costs every reader for ever.
fn check_devices_ever(chain: &Chain, body: &StatementBody) -> Result<(), ChainFault> {
    let most = match body.signer {
        Signer::Device(_) => limit::DEVICES_EVER,
        Signer::Recovery => 2 * limit::DEVICES_EVER,
    };
    let adds = !body.add_devices.is_empty();
    if adds && chain.devices.len() + body.add_devices.len() > most {
        return Err(ChainFault::TooManyDevices);
    }
    Ok(())
}

fn says_nothing(body: &StatementBody) -> bool {
    body.add_devices.is_empty()
        && body.revoke.is_empty()
        && body.replace_wrap.is_none()
        && body.wrap_key.is_none()
        && body.recovery.is_none()
}

fn check_signatures(statement: &Statement, signer: &[u8; 32]) -> Result<(), ChainFault> {
    let hash = statement.body.hash().map_err(|_| ChainFault::TooLong)?;
    let verify = |key: &[u8; 32], label: &[u8], signature: &Signature, fault: ChainFault| {
        VerifyingKey::from_bytes(key)
            .map_err(|_| ChainFault::SigningKey)?
            .verify(&[label, hash.as_bytes()].concat(), signature)
            .map_err(|_| fault)
    };
    verify(signer, label::STATEMENT, &statement.signature, ChainFault::Signature)?;
    if statement.body.introduced().count() != statement.possession.len() {
        return Err(ChainFault::Possession);
    }
    statement.body.introduced().zip(&statement.possession).try_for_each(|(holder, possession)| {
        verify(&holder.sign, label::POSSESSION, possession, ChainFault::Possession)
    })
}
