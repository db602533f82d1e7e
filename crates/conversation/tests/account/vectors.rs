//! Frozen vectors: accounts of each kind, their generations, and coming back to them.
//! Nothing in the file is ever changed; a new version of a format adds a file.

use std::fmt::Write as _;

use privity_conversation::account::{
    Chain, ChainFault, Directory, Learned, NewAccount, NewDevice, NewKey, NewRecovery, OwnAccount,
    PendingAuthority, RecoveryAuthority, RecoveryPhrase, safety_number,
};
use privity_conversation::format::{
    AccountId, AccountKey, ContactCard, GenerationRecord, QrPayload, RegisteredSeed, Seeding,
    Signer, Statement, StatementBody,
};
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_wire::Codec;
use serde_json::{Value, json};

use crate::devices::join;
use crate::people::{NOW, World};
use crate::world::{chain, device, generation, genesis, holder, sign, update, wrap};

const FROZEN: &str = include_str!("../data/privity/account.json");
const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");
const ORIGIN: &str = "https://relay.example";

/// A world that remembers what its relay was sent, and one account in it.
struct Story {
    world: World,
    statements: Vec<Statement>,
    records: Vec<GenerationRecord>,
}

impl Story {
    fn new(seed: u8) -> Self {
        Self { world: World::new(seed), statements: Vec::new(), records: Vec::new() }
    }

    fn publish(&mut self, own: &mut OwnAccount) {
        self.statements.push(own.pending().unwrap().statement().clone());
        let request = own.pending().unwrap().request().unwrap();
        let record = request.generation.map(|it| GenerationRecord::from_bytes(&it.0).unwrap());
        self.records.extend(record);
        self.world.publish(own);
    }

    fn create(&mut self, plan: &NewAccount<'_>) -> OwnAccount {
        let World { local, rng, .. } = &mut self.world;
        let mut own = OwnAccount::create(plan, NOW, local, rng).unwrap();
        self.publish(&mut own);
        own
    }

    fn to_json(&self, own: &OwnAccount) -> Value {
        let statements = self.statements.iter().map(|statement| {
            let body = &statement.body;
            json!({
                "bytes": hex(&statement.to_bytes().unwrap()),
                "hash": hex(&body.hash().unwrap().0),
            })
        });
        let chain = self.world.chain(own);
        let records = self.records.iter().map(|record| hex(&record.to_bytes().unwrap()));
        let registered = self.world.registered.as_ref().map(|it| hex(&it.to_bytes().unwrap()));
        json!({
            "account": hex(&own.account().0),
            "text": own.account().to_string(),
            "device_text": own.device().to_string(),
            "statements": statements.collect::<Vec<_>>(),
            "places": places(&chain),
            "generation_records": records.collect::<Vec<_>>(),
            "generations": generations(own),
            "registered_seed": registered,
            "own": hex(own.to_bytes().unwrap().expose()),
            "chain": hex(&chain.to_bytes().unwrap()),
        })
    }
}

/// What the chain says at every place.
fn places(chain: &Chain) -> Vec<Value> {
    let place = |seq| {
        let devices: Vec<String> = chain.devices_at(seq).map(|it| hex(&it.id.0)).collect();
        json!({
            "seq": seq,
            "devices": devices,
            "generation": chain.key_at(seq).map(|key| key.generation),
            "suite": chain.key_at(seq).map(|key| key.key.suite),
            "recovery": chain.recovery_at(seq).map(|holder| hex(&holder.id().0)),
            "closed": chain.is_closed_at(seq),
            "reset": chain.resets().contains(&seq),
            "post_quantum": chain.is_post_quantum_at(seq),
        })
    };
    (0..=chain.head().seq).map(place).collect()
}

fn generations(own: &OwnAccount) -> Vec<Value> {
    // version 1, account 32, signing seed 32, suite 1, wrap seed 32, renewed 8, unsigned 8, count 4
    let bytes = own.to_bytes().unwrap();
    let seeds = bytes.expose()[118..].chunks(37).take(own.seeds().iter().count());
    let all = seeds.zip(own.seeds().iter()).map(|(bytes, seed)| {
        json!({
            "generation": seed.generation(),
            "suite": bytes[4],
            "seed": hex(&bytes[5..37]),
            "public": hex(seed.key().unwrap().public_key().as_bytes()),
        })
    });
    all.collect()
}

/// Four generations: created, healed, a device revoked, come back by the words alone.
fn seeded() -> Value {
    let mut story = Story::new(70);
    let phrase = story.world.phrase();
    let mut own = story.create(&NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::XWing),
        recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
    });
    let chain = story.world.chain(&own);
    own.replace_wrap_key(&chain, Suite::XWing, &story.world.local, &mut story.world.rng).unwrap();
    story.publish(&mut own);
    let second = join(&mut story.world, &mut own);
    let added = story.world.directory.chain(&own.account()).unwrap().clone();
    assert!(added.device_at(2, &second.device()).is_some());
    let mut value = story.finish(&phrase, own, second);
    let words = String::from_utf8(phrase.words().expose().to_vec()).unwrap();
    value["phrase"] = json!({ "words": words, "sign": hex(&phrase.signing_public()) });
    value
}

impl Story {
    fn finish(mut self, phrase: &RecoveryPhrase, mut own: OwnAccount, second: OwnAccount) -> Value {
        let chain = self.world.chain(&own);
        // What `join` published.
        self.statements.push(self.world.last.clone().unwrap());
        self.records.push(self.world.newest_record());
        let World { local, rng, .. } = &mut self.world;
        own.revoke(&chain, &[second.device()], local, rng).unwrap();
        self.publish(&mut own);
        let chain = self.world.chain(&own);
        let authority = RecoveryAuthority::from_phrase(phrase, &chain).unwrap();
        let World { local, rng, records, .. } = &mut self.world;
        let seeds = authority.open_seeds(&chain, records, rng).unwrap();
        let plan = NewDevice { suite: Suite::X25519, revoke: &[own.device()] };
        let by = (&authority, seeds);
        let mut back = OwnAccount::restore(&chain, by, &plan, NOW, (local, rng)).unwrap();
        self.publish(&mut back);
        let head = self.world.chain(&back).head();
        let mut value = self.to_json(&back);
        let card = ContactCard { head, relay_hint: ORIGIN.into() };
        let other = sign(genesis(), 1, &[1, 9]).body.account_id().unwrap();
        let code = QrPayload { mine: head, theirs: chain_head() };
        let login = back.login(ORIGIN, [7; 32]).unwrap();
        value["card"] = text_and_bytes(&card);
        value["code"] = text_and_bytes(&code);
        value["safety_number"] = json!({
            "with": hex(&other.0), "digits": safety_number(&back.account(), &other).to_string(),
        });
        value["login"] = json!({
            "origin": ORIGIN, "nonce": hex(&login.nonce), "signature": hex(&login.signature),
        });
        value
    }
}

fn chain_head() -> privity_conversation::format::Pin {
    chain().head()
}

fn text_and_bytes(value: &(impl Codec + ToString)) -> Value {
    json!({ "text": value.to_string(), "bytes": hex(&value.to_bytes().unwrap()) })
}

/// A registered RSA key, wrapped to directly; then a seeded generation beside it.
fn registered_rsa() -> Value {
    let mut story = Story::new(71);
    let rsa = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap();
    let mut own = story.create(&NewAccount {
        device: Suite::X25519,
        key: NewKey::Direct,
        recovery: NewRecovery::Registered(rsa.public_key()),
    });
    let chain = story.world.chain(&own);
    let World { local, rng, .. } = &mut story.world;
    own.start_generation(&chain, NewKey::Seeded(Suite::X25519), local, rng).unwrap();
    story.publish(&mut own);
    let mut value = story.to_json(&own);
    value["private_pkcs8"] = hex(rsa.to_pkcs8_der().unwrap().expose()).into();
    value
}

fn registered_x25519() -> Value {
    let mut story = Story::new(72);
    let registered = WrapPrivateKey::generate(Suite::X25519, &mut story.world.rng).unwrap();
    let mut own = story.create(&NewAccount {
        device: Suite::X25519,
        key: NewKey::Seeded(Suite::X25519),
        recovery: NewRecovery::Registered(registered.public_key()),
    });
    let chain = story.world.chain(&own);
    own.close(&chain).unwrap();
    story.publish(&mut own);
    let mut value = story.to_json(&own);
    value["private_pkcs8"] = hex(registered.to_pkcs8_der().unwrap().expose()).into();
    value
}

/// Statements that do not follow a genesis, each with the rule that it breaks.
fn refused() -> Value {
    let base = chain();
    let of = |change: fn(&mut StatementBody), signer: u8, introduced: &[u8]| {
        let mut body = update(&base);
        change(&mut body);
        sign(body, signer, introduced)
    };
    let mut foreign = of(|it| it.add_devices = vec![holder(2)], 1, &[2]);
    foreign.possession = sign(update(&base), 1, &[3]).possession;
    let statements = [
        of(|_| {}, 1, &[]),
        of(|it| it.seq += 1, 1, &[]),
        of(|it| it.prev.0[0] ^= 1, 1, &[]),
        of(|it| it.signer = Signer::Device(device(2)), 2, &[]),
        of(|it| it.wrap_key = Some(generation(1)), 2, &[]),
        of(|it| it.wrap_key = Some(generation(2)), 1, &[]),
        of(|it| it.revoke = vec![device(2)], 1, &[]),
        of(|it| it.revoke = vec![device(1)], 1, &[]),
        of(|it| it.replace_wrap = Some(wrap(1)), 1, &[]),
        of(|it| it.recovery = Some(holder(8)), 1, &[8]),
        of(|it| it.add_devices = vec![holder(9)], 1, &[9]),
        of(
            |it| {
                let key = wrap(50);
                it.wrap_key = Some(AccountKey { generation: 1, key, seeding: Seeding::Direct });
            },
            1,
            &[],
        ),
        foreign,
    ];
    let all = statements.iter().map(|statement| {
        let fault: ChainFault = base.clone().append(statement).unwrap_err();
        json!({ "bytes": hex(&statement.to_bytes().unwrap()), "refused": format!("{fault:?}") })
    });
    json!({
        "genesis": hex(&sign(genesis(), 1, &[1, 9]).to_bytes().unwrap()),
        "statements": all.collect::<Vec<_>>(),
    })
}

fn made() -> Value {
    json!({
        "about": "Accounts of version 1 (docs/PROTOCOL.md, chapters 1 to 3). `own` holds every \
            secret of a device, as section 3.10 lays it out.",
        "seeded": seeded(),
        "registered_rsa": registered_rsa(),
        "registered_x25519": registered_x25519(),
        "refused": refused(),
    })
}

#[test]
fn accounts_are_made_as_they_were_frozen() {
    let made = serde_json::to_string_pretty(&made()).unwrap() + "\n";
    if made != FROZEN {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/account.json");
        std::fs::write(path, made).unwrap();
        panic!("not as frozen: compare with {path}");
    }
}

fn frozen() -> Value {
    serde_json::from_str(FROZEN).unwrap()
}

fn directory(account: &Value) -> Directory {
    let mut directory = Directory::default();
    for statement in account["statements"].as_array().unwrap() {
        let bytes = unhex(&statement["bytes"]);
        let parsed = Statement::from_bytes(&bytes).unwrap();
        assert_eq!(parsed.to_bytes().unwrap(), bytes);
        assert_eq!(hex(&parsed.body.hash().unwrap().0), statement["hash"]);
        assert_eq!(directory.learn(&parsed), Ok(Learned::Extended));
    }
    directory
}

fn id(account: &Value) -> AccountId {
    AccountId(unhex(&account["account"]).try_into().unwrap())
}

#[test]
fn frozen_statements_make_the_frozen_chains() {
    let frozen = frozen();
    for name in ["seeded", "registered_rsa", "registered_x25519"] {
        let account = &frozen[name];
        let directory = directory(account);
        let chain = directory.chain(&id(account)).unwrap();
        assert_eq!(Value::from(places(chain)), account["places"]);
        assert_eq!(hex(&chain.to_bytes().unwrap()), account["chain"]);
        assert_eq!(Chain::from_bytes(&unhex(&account["chain"])).as_ref(), Ok(chain));
        let own = OwnAccount::from_bytes(&unhex(&account["own"])).unwrap();
        assert_eq!(own.device().to_string(), account["device_text"]);
        assert_eq!(own.account().to_string(), account["text"]);
        assert_eq!(Value::from(generations(&own)), account["generations"]);
    }
}

#[test]
fn frozen_words_open_the_frozen_generations() {
    let frozen = frozen();
    let account = &frozen["seeded"];
    let directory = directory(account);
    let chain = directory.chain(&id(account)).unwrap();
    let phrase = RecoveryPhrase::from_words(account["phrase"]["words"].as_str().unwrap()).unwrap();
    assert_eq!(hex(&phrase.signing_public()), account["phrase"]["sign"]);
    let authority = RecoveryAuthority::from_phrase(&phrase, chain).unwrap();
    let records = account["generation_records"].as_array().unwrap().iter();
    let records: Vec<_> =
        records.map(|it| GenerationRecord::from_bytes(&unhex(it)).unwrap()).collect();
    // The newest record alone leads to all of them.
    let newest = records.last().unwrap().clone();
    let seeds = authority.open_seeds(chain, &[newest], &mut World::new(1).rng).unwrap();
    assert_eq!(seeds.newest(), Some(3));
    let all = authority.open_seeds(chain, &records, &mut World::new(1).rng).unwrap();
    for stated in account["generations"].as_array().unwrap() {
        let generation = u32::try_from(stated["generation"].as_u64().unwrap()).unwrap();
        let key = all.get(generation).unwrap().key().unwrap();
        assert_eq!(hex(key.public_key().as_bytes()), stated["public"]);
    }
    // Whoever knows the seed makes the same record.
    assert_eq!(all.record(chain).as_ref(), Ok(records.last().unwrap()));
}

#[test]
fn frozen_registered_keys_open_their_accounts() {
    let frozen = frozen();
    for name in ["registered_rsa", "registered_x25519"] {
        let account = &frozen[name];
        let mut directory = directory(account);
        let chain = directory.chain(&id(account)).unwrap();
        let key = WrapPrivateKey::from_pkcs8_der(&unhex(&account["private_pkcs8"])).unwrap();
        let record = RegisteredSeed::from_bytes(&unhex(&account["registered_seed"])).unwrap();
        let pending = PendingAuthority::new(chain, &record).unwrap();
        let authority = pending.unwrap_with(&key, &mut World::new(1).rng).unwrap();
        assert_eq!(Some(authority.holder()), chain.recovery_at(0));
        directory.forget(&id(account));
        assert_eq!(directory, Directory::default());
    }
}

#[test]
fn frozen_texts_and_numbers_stand() {
    let frozen = frozen();
    let account = &frozen["seeded"];
    let card: ContactCard = account["card"]["text"].as_str().unwrap().parse().unwrap();
    assert_eq!(hex(&card.to_bytes().unwrap()), account["card"]["bytes"]);
    let code: QrPayload = account["code"]["text"].as_str().unwrap().parse().unwrap();
    assert_eq!(hex(&code.to_bytes().unwrap()), account["code"]["bytes"]);
    assert_eq!(account["text"].as_str().unwrap().parse(), Ok(id(account)));
    let with = AccountId(unhex(&account["safety_number"]["with"]).try_into().unwrap());
    let digits = account["safety_number"]["digits"].as_str().unwrap();
    assert_eq!(digits.parse(), Ok(safety_number(&with, &id(account))));
}

#[test]
fn frozen_refusals_name_their_rule() {
    let frozen = frozen();
    let genesis = Statement::from_bytes(&unhex(&frozen["refused"]["genesis"])).unwrap();
    for refused in frozen["refused"]["statements"].as_array().unwrap() {
        let mut chain = Chain::begin(&genesis).unwrap();
        let statement = Statement::from_bytes(&unhex(&refused["bytes"])).unwrap();
        let fault = chain.append(&statement).unwrap_err();
        assert_eq!(Value::from(format!("{fault:?}")), refused["refused"]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
