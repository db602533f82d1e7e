#![no_main]

use privity_fuzz::srtp::{Exchange, Operation};

libfuzzer_sys::fuzz_target!(|input: (u8, Vec<Operation>)| {
    let Some(mut exchange) = Exchange::new(input.0) else { return };
    for operation in &input.1 {
        exchange.run(operation);
    }
});
