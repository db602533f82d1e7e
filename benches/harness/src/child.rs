//! One process per peer: a bench starts itself again and reads the answer.

use std::process::{Command, Stdio};
use std::{env, io};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Starts this program again with `arguments` and reads what [`answer`] printed there.
///
/// # Errors
/// If the program cannot be started, fails, or answers something else.
pub fn ask<T: DeserializeOwned>(arguments: &[&str]) -> io::Result<T> {
    let output = Command::new(env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{arguments:?} ended with {}", output.status)));
    }
    let last = output.stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    Ok(serde_json::from_slice(last.unwrap_or_default())?)
}

/// Prints the answer for [`ask`] as the last line.
///
/// # Errors
/// If the value cannot be written as JSON.
pub fn answer<T: Serialize>(value: &T) -> io::Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
