//! The folder in which a device is kept between runs.

use std::io::BufRead;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity::format::RelayErrorCode;
use privity::{Client, Context, Secret, Suite, System};
use privity_client::{ClientError, Device, Recovery, RelayClient, Store};

use crate::Result;
use crate::command::tell;

const DATABASE: &str = "device.sqlite";

const REVOKED: &str = "\
the relay does not let this device in: it was probably revoked, by a recovery or by another
      device of the account. Go on with that one, or recover the account in an empty folder.";

pub(crate) struct Home {
    pub(crate) device: Device,
    pub(crate) rng: System,
}

impl Home {
    /// Opens the device in `folder`; there, `create` and `card` make an account if need be.
    pub(crate) async fn open(folder: &Path, relay: &str, command: &str) -> Result<Self> {
        let database = folder.join(DATABASE);
        let makes = matches!(command, "create" | "card");
        if !makes && !database.exists() {
            return Err(nobody(folder));
        }
        std::fs::create_dir_all(folder)?;
        let mut rng = System::new()?;
        let key = storage_key(folder, &mut rng)?;
        let store = Store::open(&database)?;
        let (version, records) = store.load()?;
        let relay = RelayClient::new(relay);
        if records.is_empty() && !makes {
            return Err(nobody(folder));
        }
        if records.is_empty() {
            let made = Self::create(&key, store, relay, rng).await;
            return made.inspect_err(|_| clear(folder));
        }
        let client = Client::open(&key, version, records)?;
        let mut home = Self { device: Device { client, store, relay }, rng };
        match home.device.login().await {
            Err(ClientError::Refused(refusal)) if refusal.code == RelayErrorCode::LoginNeeded => {
                Err(REVOKED.into())
            }
            other => Ok(other.map(|()| home)?),
        }
    }

    async fn create(
        key: &Secret<32>,
        store: Store,
        relay: RelayClient,
        mut rng: System,
    ) -> Result<Self> {
        let phrase = RecoveryPhrase::generate(&mut rng);
        let plan = NewAccount {
            device: Suite::XWing,
            key: NewKey::Seeded(Suite::XWing),
            recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
        };
        let mut context = Context { now: clock(), rng: &mut rng };
        let (client, changes) = Client::create(key, &plan, &mut context)?;
        let mut device = Device { client, store, relay };
        device.perform(changes, &mut context).await?;
        let words = phrase.words();
        eprintln!("A new account. Write these 24 words down; they bring it back if this");
        eprintln!("device is lost, and nothing else does:\n");
        eprintln!("  {}\n", std::str::from_utf8(words.expose())?);
        device.login().await?;
        Ok(Self { device, rng })
    }

    /// Puts a new device of an account here, from its words and what the relay keeps.
    pub(crate) async fn recover(folder: &Path, relay: &str) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut rng = System::new()?;
        let key = storage_key(folder, &mut rng)?;
        let store = Store::open(&folder.join(DATABASE))?;
        if !store.load()?.1.is_empty() {
            return Err("there is a device in this folder: choose an empty one".into());
        }
        eprintln!("the 24 words, in one line:");
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        let phrase = RecoveryPhrase::from_words(line.trim())?;

        let found = Recovery::find(phrase, RelayClient::new(relay)).await?;
        let (account, lost) = (found.account(), found.devices());
        let mut context = Context { now: clock(), rng: &mut rng };
        let made = found.device(&lost, store, &key, &mut context).await;
        let mut device = made.inspect_err(|_| clear(folder))?;
        let synced = device.replace_keys(&mut context).await?;
        let revoked = match lost.len() {
            1 => "earlier device is",
            _ => "earlier devices are",
        };
        println!("{account} is back; its {} {revoked} revoked", lost.len());
        tell(&device.client, &synced);
        Ok(())
    }

    pub(crate) fn parts(&mut self) -> (&mut Device, Context<'_>) {
        (&mut self.device, Context { now: clock(), rng: &mut self.rng })
    }
}

fn nobody(folder: &Path) -> Box<dyn std::error::Error> {
    let folder = folder.display();
    format!("there is no account in {folder}: create one, or recover one with its 24 words").into()
}

/// Takes a half-made device away, so that it does not stand in the way of the next try.
fn clear(folder: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("{DATABASE}{end}")));
    }
}

/// The key of the records in this folder.
///
/// A file beside them protects against nobody who can read the folder: an app keeps it in
/// the platform's key store.
fn storage_key(folder: &Path, rng: &mut System) -> Result<Secret<32>> {
    let path = folder.join("storage.key");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let bytes: [u8; 32] =
                bytes.try_into().map_err(|_| "storage.key is not 32 bytes: restore the file")?;
            Ok(Secret::copy_from(&bytes))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = Secret::generate(rng);
            std::fs::write(&path, key.expose())?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            }
            Ok(key)
        }
        Err(error) => Err(error.into()),
    }
}

/// Unix milliseconds.
fn clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
