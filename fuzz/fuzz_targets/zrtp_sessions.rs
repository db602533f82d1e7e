#![no_main]

use privity_fuzz::zrtp::{Dialogue, Operation};

libfuzzer_sys::fuzz_target!(|input: ([u8; 2], Vec<Operation>)| {
    let mut dialogue = Dialogue::new(input.0);
    for operation in input.1.iter().take(400) {
        dialogue.run(operation);
    }
    dialogue.check();
});
