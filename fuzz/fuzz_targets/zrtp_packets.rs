#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| privity_fuzz::zrtp::packet(input));
