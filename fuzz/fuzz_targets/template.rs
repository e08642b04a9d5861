//! A text compiles or says where it does not; without `${` it is itself; it renders the same way twice.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::cel::{Context, Template, Value};
use openbao_claims_fuzz::World;

fuzz_target!(|text: &str| {
    let world = World::new();
    match Template::compile(text, &world.scope) {
        Ok(template) => {
            if !text.contains("${") {
                assert_eq!(template.literal(), Some(text));
            }
            let render = || template.render(&world, &mut Context::new(100_000));
            match (render(), render()) {
                (Ok(first), Ok(second)) => {
                    assert_eq!(format!("{first:?}"), format!("{second:?}"));
                    if template.expression().is_none() {
                        assert!(matches!(first, Some(Value::String(_))), "{first:?}");
                    }
                }
                (Err(first), Err(second)) => {
                    assert_eq!(first, second);
                    assert!(text.get(first.range.clone()).is_some(), "{first:?}");
                }
                (first, second) => panic!("{first:?} and then {second:?}"),
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(text.get(error.range.clone()).is_some(), "{error:?}");
            }
        }
    }
});
