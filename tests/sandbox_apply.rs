//! Server-side apply of the sandbox against recorded answers of a real API server (`tests/apply_corpus`).
#![cfg(feature = "operator")]

#[cfg(test)]
mod suite {
    use std::fmt::Write as _;

    use openbao_claims::sandbox::apply::{ApplyError, Writer, apply, kind_schema, track_update};
    use openbao_claims::schema::Schema;
    use serde::Deserialize;
    use serde_json::{Value, json};

    const RECORDED: &str = include_str!("apply_corpus/recorded.jsonl");
    const RANDOM: &str = include_str!("apply_corpus/random.jsonl");
    const CRD: &str = include_str!("apply_corpus/crd.json");

    /// One request to the real server, and its answer.
    #[derive(Deserialize)]
    struct Step {
        scenario: String,
        #[serde(rename = "step")]
        number: usize,
        time: String,
        verb: String,
        kind: String,
        manager: String,
        force: bool,
        sub: Option<String>,
        body: Value,
        /// What the server stored, if it did.
        object: Option<Value>,
        /// Whether that moved the resource version.
        #[serde(default)]
        changed: bool,
        #[serde(default)]
        code: u16,
        #[serde(default)]
        message: String,
        #[serde(default)]
        causes: Vec<Cause>,
    }

    /// One field in conflict.
    #[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Cause {
        message: String,
        field: String,
    }

    fn schemas() -> (Schema, Schema) {
        let crd: Value = serde_json::from_str(CRD).expect("a definition");
        let written = crd.pointer("/spec/versions/0/schema/openAPIV3Schema").expect("a schema");
        let thing = Schema::parse_resource(written).expect("a structural schema");
        let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let config_map = json!({"type": "object", "properties": {
            "data": texts, "binaryData": texts, "immutable": {"type": "boolean"}
        }});
        let config_map = Schema::parse_resource(&config_map).expect("a structural schema");
        (kind_schema(Some(&thing)), kind_schema(Some(&config_map)))
    }

    /// What the strategies of the real server reset before anything is stored: a write to the main resource
    /// has no say in `status`, one to the subresource in nothing else.
    fn reset(sub: Option<&str>, live: Option<&Value>, mut new: Value, keep: bool) -> Value {
        let status = |object: &Value| object.get("status").cloned();
        let (written, mut base) = match (sub, live) {
            (Some(_), Some(live)) if keep => (status(&new), live.clone()),
            (Some(_), _) => {
                let of = |pointer: &str| new.pointer(pointer).cloned().unwrap_or_default();
                let metadata = json!({"name": of("/metadata/name"), "namespace": of("/metadata/namespace")});
                (status(&new), json!({"apiVersion": of("/apiVersion"), "kind": of("/kind"), "metadata": metadata}))
            }
            (None, live) => (live.filter(|_| keep).and_then(status), std::mem::take(&mut new)),
        };
        let fields = base.as_object_mut().expect("an object");
        fields.remove("status");
        fields.extend(written.map(|status| ("status".to_owned(), status)));
        base
    }

    /// The object as an update leaves it before owners are booked.
    fn updated(step: &Step, live: Option<&Value>, schema: &Schema) -> Value {
        let mut new = match step.verb.as_str() {
            "post" | "put" => step.body.clone(),
            verb => {
                let mut patched = live.cloned().expect("an object to patch");
                if verb == "merge" {
                    json_patch::merge(&mut patched, &step.body);
                } else {
                    let patch: json_patch::Patch = serde_json::from_value(step.body.clone()).expect("a patch");
                    json_patch::patch(&mut patched, &patch).expect("a patch that applies");
                }
                patched
            }
        };
        schema.prune(&mut new);
        schema.apply_defaults(&mut new);
        reset(step.sub.as_deref(), live, new, true)
    }

    fn play(step: &Step, live: Option<&Value>, schema: &Schema) -> Result<Value, ApplyError> {
        let api_version = if step.kind == "Thing" { "corpus.test/v1" } else { "v1" };
        let writer = Writer { manager: &step.manager, api_version, subresource: step.sub.as_deref(), time: &step.time };
        if step.verb == "apply" {
            let config = reset(step.sub.as_deref(), live, step.body.clone(), false);
            return apply(live, &config, schema, &writer, step.force);
        }
        track_update(live, updated(step, live, schema), schema, &writer)
    }

    /// What differs from the real server, if anything does.
    fn judge(step: &Step, live: Option<&Value>, schema: &Schema) -> Result<(), String> {
        let ours = play(step, live, schema);
        match (ours, step.object.as_ref(), step.code) {
            (Ok(ours), Some(theirs), _) if ours != *theirs => Err(format!("\nours   {ours}\ntheirs {theirs}")),
            (Ok(ours), Some(_), _) if step.changed == (live == Some(&ours)) => {
                Err(format!("the real server changed the object: {}", step.changed))
            }
            (Ok(_), Some(_), _) => Ok(()),
            // Refused by validation, which comes after merging.
            (Ok(ours), None, 422) if !schema.validate(&ours).is_empty() => Ok(()),
            (Err(ApplyError::Conflicts(conflicts)), None, 409) => {
                let mut causes: Vec<Cause> = conflicts
                    .iter()
                    .map(|conflict| Cause { message: conflict.cause(), field: conflict.field.clone() })
                    .collect();
                // The real server lists managers in no order.
                causes.sort();
                let message = ApplyError::Conflicts(conflicts).to_string();
                let mut theirs: Vec<&Cause> = step.causes.iter().collect();
                theirs.sort();
                let same = message == step.message && causes.iter().eq(theirs);
                if same { Ok(()) } else { Err(format!("ours {message}\n{causes:?}\ntheirs {}", step.message)) }
            }
            (Err(ApplyError::Invalid(message)), None, 400 | 500) if message == step.message => Ok(()),
            (ours, ..) => Err(format!("ours {ours:?}\ntheirs {} {}", step.code, step.message)),
        }
    }

    /// Plays every scenario of a recording, each step upon what the real server made of those before it.
    fn play_all(recording: &str) -> usize {
        let (thing, config_map) = schemas();
        let mut failures = String::new();
        let (mut scenario, mut live, mut scenarios) = (String::new(), None::<Value>, 0);
        for line in recording.lines() {
            let step: Step = serde_json::from_str(line).expect("a recorded step");
            if step.scenario != scenario {
                (scenario, live, scenarios) = (step.scenario.clone(), None, scenarios + 1);
            }
            let schema = if step.kind == "Thing" { &thing } else { &config_map };
            if let Err(difference) = judge(&step, live.as_ref(), schema) {
                let _ = writeln!(failures, "{} {}: {difference}", step.scenario, step.number);
            }
            live = step.object.or(live);
        }
        assert!(failures.is_empty(), "{failures}");
        scenarios
    }

    #[test]
    fn every_written_scenario_ends_as_on_the_real_server() {
        assert_eq!(play_all(RECORDED), 68);
    }

    #[test]
    fn every_random_scenario_ends_as_on_the_real_server() {
        assert_eq!(play_all(RANDOM), 60);
    }
}
