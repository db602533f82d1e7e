use std::process::ExitCode;
use std::{fmt, io};

/// Why a verb ended early, by who is to blame.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line asks for something that is not there.
    Usage(String),
    /// The machine lacks something; the text says what to do next.
    Missing(String),
    /// A check or a program that was run found something wrong.
    Failed(String),
    /// Something was found wrong, and has been shown.
    Reported,
    /// The operating system refused.
    Io(String, io::Error),
}

impl Error {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io(what, error)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Usage(_)) { 2 } else { 1 })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(f, "usage: {text}"),
            Self::Missing(text) => write!(f, "missing: {text}"),
            Self::Failed(text) => f.write_str(text),
            Self::Reported => f.write_str("see above"),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
        }
    }
}
