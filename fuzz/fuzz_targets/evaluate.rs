//! Evaluation ends within its budget, with a value or a fault that has a place, the same every time;
//! a smaller budget gives the same or runs out; a value that is JSON survives the way there and back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::cel::{self, Context, Fault, Value};
use openbao_claims_fuzz::World;

const LIMIT: u64 = 100_000;

fuzz_target!(|text: &str| {
    let world = World::new();
    let Ok(program) = cel::compile(text, &world.scope) else { return };
    let run = |limit| {
        let mut cx = Context::new(limit);
        let result = program.eval(&world, &mut cx);
        (result, cx.meter.spent())
    };
    let (result, spent) = run(LIMIT);
    let (again, same) = run(LIMIT);
    assert_eq!((format!("{result:?}"), spent), (format!("{again:?}"), same));
    if let Err(error) = &result {
        assert!(text.get(error.range.clone()).is_some(), "{error:?}");
    }
    if spent <= LIMIT {
        // Exactly what was spent is enough, and one unit less is not.
        assert_eq!(format!("{:?}", run(spent).0), format!("{result:?}"));
        if spent > 0 {
            let less = run(spent - 1).0.map_err(|error| error.fault);
            assert!(matches!(less, Err(Fault::Budget { .. })), "{less:?} with {spent} - 1");
        }
    }
    if let Ok(Ok(json)) = result.as_ref().map(Value::to_json) {
        assert_eq!(Value::from_json(&json).to_json().as_ref(), Ok(&json));
    }
});
