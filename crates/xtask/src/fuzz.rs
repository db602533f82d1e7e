use serde_json::Value;

use crate::error::Error;
use crate::repo::Repo;

pub(crate) const HELP: &str = "TARGET [--minutes N]: run one fuzz target, 5 minutes unless told";

const MANIFEST: &str = "fuzz/Cargo.toml";

/// What cargo-fuzz passes for libFuzzer, less the sanitizers: those need a nightly compiler,
/// and the crates forbid unsafe code. So stable suffices and nothing is installed.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// Runs of each target in `cargo xtask test`: a count, not a time.
const SHORT_RUNS: &str = "-runs=20000";

/// `cargo xtask fuzz TARGET [--minutes N]`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    let targets = targets(repo)?;
    let usage =
        || Error::Usage(format!("cargo xtask fuzz TARGET [--minutes N] of {}", targets.join(", ")));
    let (target, minutes) = match arguments {
        [target] => (target, 5),
        [target, flag, minutes] if flag == "--minutes" => {
            (target, minutes.parse::<u64>().map_err(|_| usage())?)
        }
        _ => return Err(usage()),
    };
    if !targets.contains(target) {
        return Err(usage());
    }
    seed(repo)?;
    let bound = format!("-max_total_time={}", minutes * 60);
    fuzz(repo, target, &[&bound, "-print_final_stats=1"])
}

/// Every target for a fixed number of runs, from a fixed seed.
pub(crate) fn short(repo: &Repo) -> Result<(), Error> {
    seed(repo)?;
    for target in targets(repo)? {
        println!("fuzz: {target}");
        fuzz(repo, &target, &[SHORT_RUNS, "-seed=1", "-verbosity=0"])?;
    }
    Ok(())
}

/// Every target for some minutes.
pub(crate) fn long(repo: &Repo) -> Result<(), Error> {
    seed(repo)?;
    for target in targets(repo)? {
        println!("fuzz: {target}");
        fuzz(repo, &target, &["-max_total_time=600", "-verbosity=0", "-print_final_stats=1"])?;
    }
    Ok(())
}

/// Targets are the programs under `fuzz_targets/`; what stands in `src/bin/` makes seeds.
fn targets(repo: &Repo) -> Result<Vec<String>, Error> {
    programs(repo, "/fuzz_targets/")
}

fn programs(repo: &Repo, folder: &str) -> Result<Vec<String>, Error> {
    let metadata = repo.metadata(MANIFEST, &["--no-deps"])?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let targets = packages.into_iter().flatten().filter_map(|package| package.get("targets"));
    let targets = targets.filter_map(Value::as_array).flatten();
    let text =
        |target: &Value, key: &str| target.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(targets
        .filter(|target| text(target, "src_path").is_some_and(|path| path.contains(folder)))
        .filter_map(|target| text(target, "name"))
        .collect())
}

fn seed(repo: &Repo) -> Result<(), Error> {
    for program in programs(repo, "/src/bin/")? {
        let line = ["cargo", "run", "--quiet", "--locked", "--manifest-path", MANIFEST];
        repo.run(&[&line[..], &["--bin", &program]].concat())?;
    }
    Ok(())
}

/// Build scripts and procedural macros stay uninstrumented: flags are for the named target.
fn fuzz(repo: &Repo, name: &str, options: &[&str]) -> Result<(), Error> {
    let host = host(repo)?;
    let line = ["cargo", "run", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST];
    let corpus = format!("fuzz/corpus/{name}");
    let found = format!("-artifact_prefix=fuzz/artifacts/{name}-");
    repo.make_folder(&corpus)?;
    repo.make_folder("fuzz/artifacts")?;
    let chosen = ["--target", &host, "--bin", name, "--", &corpus, &found];
    repo.run_with(&[&line[..], &chosen, options].concat(), &[("RUSTFLAGS", COVERAGE)])
}

fn host(repo: &Repo) -> Result<String, Error> {
    let version = repo.output(&["rustc", "--version", "--verbose"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Error::Failed("rustc names no host".to_owned()))
}
