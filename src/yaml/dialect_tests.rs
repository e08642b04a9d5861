//! `dialect.jsonl` holds what `kubectl` (sigs.k8s.io/yaml 1.6.0 on go-yaml 2.4.2, cut into documents
//! as apimachinery does) sends for each text, recorded by running it.

use serde_json::Value;

use super::read;
use crate::diagnostic::Sources;

fn ours(yaml: &str) -> Result<Vec<Value>, Vec<&'static str>> {
    let mut sources = Sources::default();
    let id = sources.add("case.yaml", yaml);
    match read(&sources, id) {
        Ok(documents) => Ok(documents.into_iter().map(|document| document.value).collect()),
        Err(found) => Err(found.iter().map(|diagnostic| diagnostic.code.0).collect()),
    }
}

/// The API server reads an integer beyond 64 bits as a float.
fn as_the_server_reads(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64().is_none() => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(as_the_server_reads).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), as_the_server_reads(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_file_means_what_kubectl_sends_or_is_refused() {
    for line in include_str!("dialect.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let yaml = case["yaml"].as_str().unwrap();
        match (ours(yaml), case["ours"].as_str().unwrap()) {
            (Ok(documents), "same") => {
                assert_eq!(Value::Array(documents), as_the_server_reads(&case["kubectl"]), "{yaml:?}");
            }
            (Err(codes), code) => assert_eq!(codes.first(), Some(&code), "{yaml:?}"),
            (Ok(documents), code) => panic!("{yaml:?} reads as {documents:?}, and {code} was expected"),
        }
    }
}
