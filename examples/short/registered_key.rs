//! Serve a registered RSA key from outside: the private key stays in a key store, a card, a
//! server; this process asks it for one operation at a time.

use std::io::Write;
use std::process::{Command, Stdio};

use privity::{Client, WrapPublicKey};
use privity_examples::{Result, person, registered, relay};

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

/// RSAES-OAEP-DECRYPT with SHA-256, by the OpenSSL program for once.
fn out_there(ciphertext: &[u8]) -> Result<Vec<u8>> {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/data/registered-rsa-3072.pem");
    let mut openssl = Command::new("openssl")
        .args(["pkeyutl", "-decrypt", "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt"])
        .args(["rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256", "-inkey", key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    openssl.stdin.take().ok_or("no input")?.write_all(ciphertext)?;
    Ok(openssl.wait_with_output()?.stdout)
}
