//! The small formats, frozen. `PRIVITY_WRITE=1 cargo test -p privity-conversation --test formats`
//! writes the file, for a new version of a format and for nothing else.

use serde_json::{Map, Value};

use crate::samples::small;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/privity/formats.json");

#[test]
fn small_formats_are_what_they_were() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let made: Map<String, Value> =
        small().iter().map(|(name, bytes)| ((*name).to_owned(), hex(bytes).into())).collect();
    let made = Value::Object(made);
    if std::env::var_os("PRIVITY_WRITE").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap();
        std::fs::write(FILE, text + "\n").unwrap();
    }
    let frozen: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(frozen, made);
}
