#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| replyd_fuzz::quotes(data));
