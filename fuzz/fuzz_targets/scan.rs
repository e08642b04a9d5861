//! An expression parses or says where it does not, and parses the same way again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::cel;

fuzz_target!(|text: &str| {
    match cel::parse(text) {
        Ok(ast) => {
            assert!(text.get(ast.range.clone()).is_some(), "{:?}", ast.range);
            assert_eq!(format!("{ast:?}"), format!("{:?}", cel::parse(text).expect("it parsed before")));
        }
        Err(error) => {
            assert!(text.get(error.range.clone()).is_some(), "{error:?}");
            assert!(!error.to_string().is_empty());
        }
    }
});
