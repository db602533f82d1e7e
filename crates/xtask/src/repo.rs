use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Error;

/// The checkout, and how programs are run in it.
#[derive(Debug)]
pub(crate) struct Repo {
    root: PathBuf,
}

impl Repo {
    /// Finds the checkout's root upwards from the current folder.
    pub(crate) fn find() -> Result<Self, Error> {
        let current = std::env::current_dir().map_err(Error::io("current folder"))?;
        let root = current.ancestors().find(|folder| folder.join("crates/xtask").is_dir());
        root.map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| Error::Usage("run it inside the checkout".to_owned()))
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    pub(crate) fn read(&self, path: &str) -> Result<String, Error> {
        fs::read_to_string(self.root.join(path)).map_err(Error::io(path))
    }

    pub(crate) fn make_folder(&self, path: &str) -> Result<(), Error> {
        fs::create_dir_all(self.root.join(path)).map_err(Error::io(path))
    }

    /// Copies every file of the checkout into a folder under its root, made anew.
    pub(crate) fn copy_to(&self, folder: &str) -> Result<(), Error> {
        let target = self.root.join(folder);
        if target.exists() {
            fs::remove_dir_all(&target).map_err(Error::io(folder))?;
        }
        for path in self.files()? {
            let copy = target.join(&path);
            if let Some(parent) = copy.parent() {
                fs::create_dir_all(parent).map_err(Error::io(&path))?;
            }
            fs::copy(self.root.join(&path), copy).map_err(Error::io(&path))?;
        }
        Ok(())
    }

    /// A program to be run at the root; cargo is the one that runs this program.
    pub(crate) fn command(&self, program: &str) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command =
            if program == "cargo" { Command::new(cargo) } else { Command::new(program) };
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Runs a command line, its output shown as it comes.
    pub(crate) fn run(&self, line: &[&str]) -> Result<(), Error> {
        self.run_with(line, &[])
    }

    /// As [`Self::run`], with variables added to the environment.
    pub(crate) fn run_with(&self, line: &[&str], variables: &[(&str, &str)]) -> Result<(), Error> {
        let (program, arguments) = split(line)?;
        let status = self
            .command(program)
            .args(arguments)
            .envs(variables.iter().copied())
            .status()
            .map_err(Error::io(program))?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed(format!("`{}` ended with {status}", line.join(" "))))
    }

    /// Runs a command line and gives what it printed.
    pub(crate) fn output(&self, line: &[&str]) -> Result<String, Error> {
        let (program, arguments) = split(line)?;
        let output = self.command(program).args(arguments).output().map_err(Error::io(program))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let (line, status) = (line.join(" "), output.status);
        Err(Error::Failed(format!("`{line}` ended with {status}\n{}", text(&output.stderr))))
    }

    /// Every file that is tracked, or would be by `git add`; paths from the root.
    pub(crate) fn files(&self) -> Result<Vec<String>, Error> {
        let listing =
            self.output(&["git", "ls-files", "--cached", "--others", "--exclude-standard"])?;
        let mut files: Vec<String> =
            listing.lines().filter(|path| self.has(path)).map(str::to_owned).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// What cargo says about a workspace; `extra` are arguments to `cargo metadata`.
    pub(crate) fn metadata(&self, manifest: &str, extra: &[&str]) -> Result<Value, Error> {
        let start =
            ["cargo", "metadata", "--format-version", "1", "--manifest-path", manifest, "--locked"];
        let text = self.output(&[&start, extra].concat())?;
        serde_json::from_str(&text).map_err(|error| Error::Failed(error.to_string()))
    }

    /// A path that cargo gave, from the root.
    pub(crate) fn relative(&self, path: &str) -> String {
        let path = Path::new(path);
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }
}

fn split<'a>(line: &'a [&'a str]) -> Result<(&'a str, &'a [&'a str]), Error> {
    let (program, arguments) =
        line.split_first().ok_or_else(|| Error::Usage("empty command line".to_owned()))?;
    Ok((program, arguments))
}
