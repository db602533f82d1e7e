#![no_main]

use privity_fuzz::srtp_exchange::{Exchange, Operation};
use privity_fuzz::srtp_setup::Setup;

libfuzzer_sys::fuzz_target!(|input: (Setup, Vec<Operation>)| {
    let Some(mut exchange) = Exchange::new(&input.0) else { return };
    for operation in &input.1 {
        exchange.run(operation);
    }
});
