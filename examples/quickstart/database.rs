//! Looks into the relay's database as a thief of it would.

use std::error::Error;
use std::path::Path;

pub(crate) struct Report {
    /// Bytes of all the database's files.
    pub(crate) bytes: usize,
    /// How many plaintexts were looked for.
    pub(crate) searched: usize,
    /// Those that were there.
    pub(crate) found: Vec<String>,
    /// Each table with its number of rows.
    pub(crate) tables: Vec<(String, u64)>,
}

/// Searches the database's files, the write-ahead log too, for each text.
pub(crate) fn search(database: &Path, texts: &[&str]) -> Result<Report, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let folder = database.parent().ok_or("a database lies in a folder")?;
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("relay.sqlite") {
            bytes.extend(std::fs::read(path)?);
        }
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let found = texts.iter().filter(|text| holds(text)).map(ToString::to_string).collect();
    Ok(Report { bytes: bytes.len(), searched: texts.len(), found, tables: tables(database)? })
}

fn tables(database: &Path) -> Result<Vec<(String, u64)>, Box<dyn Error>> {
    let connection = rusqlite::Connection::open(database)?;
    let mut query = connection.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    )?;
    let names: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|name| {
            let count = format!("SELECT COUNT(*) FROM {name}");
            let rows = connection.query_row(&count, [], |row| row.get(0))?;
            Ok((name, rows))
        })
        .collect()
}
