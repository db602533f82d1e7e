//! Serve a registered RSA key from outside: the private key stays in a key store, a card, a
//! server; this process asks it for one operation at a time.

use std::io::Write;

use privity::{Client, WrapPublicKey};
use privity_examples::{Result, out_there, person, registered, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let key = WrapPublicKey::from_spki_pem(include_str!("../data/registered-rsa-3072.pub.pem"))?;
    let mut bob = registered(&relay, &folder, key).await?;
    let account = bob.device.client.account();
    person(&relay, &folder, "alice").await?.begin("keys", account).await?;
    let (bob, mut context) = bob.parts();
    bob.sync(&mut context).await?;
    let next = |client: &Client| {
        client.private_key_requests().next().map(|(number, it)| (number, out_there(it.ciphertext)))
    };
    while let Some((number, answer)) = next(&bob.client) {
        let changes = bob.client.answer_private_key(number, Some(&answer?), &mut context)?;
        bob.perform(changes, &mut context).await?;
    }
    let id = bob.client.conversations().next().ok_or("Bob was not invited")?;
    Ok(writeln!(std::io::stdout(), "Bob reads: {}", bob.client.overview(&id)?.info.title)?)
}
