//! A schema parses or says why. Defaults and pruning settle at once, what is pruned has no unknown
//! fields, and a value differs from itself in nothing.
//!
//! The input is lines of JSON: a schema, and then values.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::schema::Schema;
use openbao_claims::schema::diff::diff;
use serde_json::Value as Json;

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let Some(Ok(json)) = lines.next().map(serde_json::from_str::<Json>) else { return };
    let schema = match Schema::parse(&json) {
        Ok(schema) => schema,
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.to_string().is_empty()));
            return;
        }
    };
    let values: Vec<Json> = lines.filter_map(|line| serde_json::from_str(line).ok()).take(4).collect();
    for value in &values {
        let mut pruned = value.clone();
        let gone = schema.prune(&mut pruned);
        assert_eq!(gone.len(), schema.unknown_fields(value).len());
        assert!(schema.unknown_fields(&pruned).is_empty(), "{pruned}");

        let mut defaulted = value.clone();
        schema.apply_defaults(&mut defaulted);
        let mut twice = defaulted.clone();
        schema.apply_defaults(&mut twice);
        assert_eq!(defaulted, twice);

        let violations = schema.validate(&defaulted);
        assert_eq!(format!("{violations:?}"), format!("{:?}", schema.validate(&defaulted)));
        assert!(violations.iter().all(|violation| !violation.to_string().is_empty()));
        assert!(diff(&schema, value, value).is_empty());
    }
    if let [old, new, ..] = values.as_slice() {
        let (there, back) = (diff(&schema, old, new), diff(&schema, new, old));
        assert!(there.iter().all(|change| change.old != change.new));
        assert_eq!(there.is_empty(), back.is_empty());
    }
});
