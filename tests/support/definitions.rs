//! The definitions that a control plane needs: ours, and the target's.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

use std::path::Path;

use serde_json::Value;

/// Our own kinds, as the types generate them.
pub(crate) fn ours() -> Vec<Value> {
    openbao_claims::api::crds().iter().map(|crd| serde_json::to_value(crd).expect("a definition is JSON")).collect()
}

/// The target's kinds of its newest state.
pub(crate) fn target() -> Vec<Value> {
    ["openbaoclusters", "openbaorestores", "openbaotenants"]
        .iter()
        .map(|name| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("crds/external/main/{name}.yaml"));
            serde_saphyr::from_str(&std::fs::read_to_string(file).expect("it is committed")).expect("it is YAML")
        })
        .collect()
}
