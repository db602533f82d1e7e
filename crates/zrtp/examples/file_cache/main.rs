//! Two calls between two programs that keep their retained secrets in sealed files: the
//! second call knows the first, and whether its SAS was compared.

mod file_cache;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use file_cache::FileCache;
use privity_primitives::{random::System, secret::Secret};
use privity_zrtp::{CallKeys, Config, Encrypted, Env, Event, Session, Zid};

struct End {
    session: Session,
    cache: FileCache,
    call: CallKeys,
    rng: System,
    encrypted: Option<Box<Encrypted>>,
}

impl End {
    fn start(name: u8, folder: &Path) -> Result<Self, Box<dyn Error>> {
        // A real program takes the key from the platform's key store.
        let key = Secret::fill(|bytes| bytes.fill(name));
        let mut cache = FileCache::open(&folder.join(format!("zrtp-cache-{name}")), key)?;
        let (mut call, mut rng) = (CallKeys::new(), System::new()?);
        let config = Arc::new(Config::new(Zid([name; 12])));
        let mut env = Env { now: 0, rng: &mut rng, cache: &mut cache, call: &mut call };
        let session = Session::first(config, u32::from(name), &mut env);
        Ok(Self { session, cache, call, rng, encrypted: None })
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Session, &mut Env<'_>) -> T) -> T {
        let (rng, cache, call) = (&mut self.rng, &mut self.cache, &mut self.call);
        act(&mut self.session, &mut Env { now: 0, rng, cache, call })
    }

    fn receive(&mut self, datagram: &[u8]) -> Result<(), Box<dyn Error>> {
        // A dropped datagram is no reason to stop: anybody can send one.
        let _ = self.with(|session, env| session.handle_packet(datagram, env));
        while let Some(event) = self.session.poll_event() {
            if let Event::Encrypted(encrypted) = event {
                self.encrypted = Some(encrypted);
            }
        }
        Ok(self.cache.save(0, &mut self.rng)?)
    }
}

fn call(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (mut a, mut b) = (End::start(1, folder)?, End::start(2, folder)?);
    while a.encrypted.is_none() || b.encrypted.is_none() {
        while let Some(datagram) = a.session.poll_transmit() {
            b.receive(&datagram)?;
        }
        while let Some(datagram) = b.session.poll_transmit() {
            a.receive(&datagram)?;
        }
    }
    for end in [&mut a, &mut b] {
        let encrypted = end.encrypted.take().ok_or("not encrypted")?;
        println!("{:?}: SAS {:?}, {:?}", encrypted.cache, encrypted.sas, encrypted.assurance);
        // The users read the SAS to each other, and say that it is the same.
        end.with(|session, env| session.confirm_sas(env))?;
        end.cache.save(0, &mut end.rng)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("zrtp-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    println!("first call");
    call(&folder)?;
    println!("second call, by programs that were started anew");
    call(&folder)?;
    Ok(std::fs::remove_dir_all(&folder)?)
}
