use std::env;
use std::process::{Command, Stdio};

/// Counts instructions per operation: runs this program under Valgrind twice, with
/// `arguments` and a number of iterations behind them, and divides the difference.
///
/// None where Valgrind is not installed. Valgrind shows a program the CPU it emulates
/// (AES-NI, PCLMUL and AVX2, no SHA-NI), so code chosen at run time may differ from what
/// the clock measured.
#[must_use]
pub fn instructions(arguments: &[&str]) -> Option<u64> {
    const FEW: u64 = 100;
    const MANY: u64 = 1_100;
    let few = run(arguments, FEW)?;
    let many = run(arguments, MANY)?;
    Some(many.checked_sub(few)? / (MANY - FEW))
}

fn run(arguments: &[&str], iterations: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cachegrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args(arguments)
        .arg(iterations.to_string())
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let report = String::from_utf8(output.stderr).ok()?;
    let line = report.lines().find(|line| line.contains("I   refs:"))?;
    line.rsplit(' ').next()?.replace(',', "").parse().ok()
}
