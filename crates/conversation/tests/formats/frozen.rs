//! The small formats, frozen. `PRIVITY_WRITE=1 cargo test -p privity-conversation --test formats`
//! writes the files, for a new version of a format and for nothing else.

use serde_json::{Map, Value};

use crate::samples::{Sample, small, stored};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/privity");

fn frozen_as(file: &str, samples: &[Sample]) {
    let file = format!("{FOLDER}/{file}");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let made: Map<String, Value> =
        samples.iter().map(|(name, bytes)| ((*name).to_owned(), hex(bytes).into())).collect();
    let made = Value::Object(made);
    if std::env::var_os("PRIVITY_WRITE").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap();
        std::fs::write(&file, text + "\n").unwrap();
    }
    let frozen: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(frozen, made);
}

#[test]
fn small_formats_are_what_they_were() {
    frozen_as("formats.json", &small());
}

#[test]
fn what_a_device_stores_is_laid_out_as_it_was() {
    frozen_as("stored.json", &stored());
}
