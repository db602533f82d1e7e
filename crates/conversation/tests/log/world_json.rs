//! A book in the frozen vectors' form.

use std::collections::BTreeSet;

use privity_conversation::format::{AccountId, DeviceId, Pin, StatementHash};
use privity_primitives::secret::Secret;
use privity_primitives::sign::SigningKey;
use serde_json::{Value, json};

use crate::vectors::{hex, unhex};
use crate::world::{Book, Head};

impl Book {
    pub(crate) fn devices_ever(&self, account: AccountId) -> Vec<DeviceId> {
        let all = self.chains[&account].iter().flat_map(|head| head.devices.iter().copied());
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let accounts = self.chains.iter().map(|(account, chain)| {
            let devices = self.devices_ever(*account);
            let seeds = devices.iter().map(|device| {
                let seed = self.keys[device].seed();
                json!({ "device": hex(&device.0), "seed": hex(seed.expose()) })
            });
            json!({
                "account": hex(&account.0),
                "devices": seeds.collect::<Vec<_>>(),
                "heads": chain.iter().map(head_to_json).collect::<Vec<_>>(),
            })
        });
        accounts.collect()
    }

    pub(crate) fn from_json(accounts: &Value) -> Self {
        let mut book = Self::default();
        for value in accounts.as_array().unwrap() {
            let account = AccountId(array(&value["account"]));
            for device in value["devices"].as_array().unwrap() {
                let seed = Secret::copy_from(&array(&device["seed"]));
                book.keys.insert(DeviceId(array(&device["device"])), SigningKey::from_seed(&seed));
            }
            let heads = value["heads"].as_array().unwrap();
            let chain = heads.iter().map(|head| head_from_json(account, head)).collect();
            book.chains.insert(account, chain);
        }
        book
    }
}

fn head_to_json(head: &Head) -> Value {
    json!({
        "seq": head.pin.seq,
        "hash": hex(&head.pin.hash.0),
        "generation": head.generation,
        "devices": head.devices.iter().map(|device| hex(&device.0)).collect::<Vec<_>>(),
    })
}

fn head_from_json(account: AccountId, head: &Value) -> Head {
    let devices = head["devices"].as_array().unwrap();
    Head {
        pin: Pin {
            account,
            seq: head["seq"].as_u64().unwrap(),
            hash: StatementHash(array(&head["hash"])),
        },
        devices: devices.iter().map(|device| DeviceId(array(device))).collect(),
        generation: u32::try_from(head["generation"].as_u64().unwrap()).unwrap(),
    }
}

fn array(value: &Value) -> [u8; 32] {
    unhex(value).try_into().unwrap()
}
