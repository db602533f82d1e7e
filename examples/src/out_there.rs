use std::io::Write;
use std::process::{Command, Stdio};

use crate::Result;

/// RSAES-OAEP-DECRYPT with SHA-256, with the key of the example data, by the OpenSSL
/// program: it stands for whatever holds a key.
///
/// # Errors
/// If the program is not there.
pub fn out_there(ciphertext: &[u8]) -> Result<Vec<u8>> {
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
