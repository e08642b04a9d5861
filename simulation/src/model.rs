//! The small service of the fixtures in plain words: what its parameters are, and which changes are safe.

use serde_json::{Value, json};

use crate::schedule::Wish;

/// The parameters of a wish, as a tenant writes them.
pub(crate) fn parameters(wish: Wish) -> Value {
    let mut all = json!({
        "size": if wish.medium { "medium" } else { "small" },
        "ui": !wish.no_ui,
        "logLevel": if wish.debug { "debug" } else { "info" },
    });
    if let Some(host) = wish.host {
        all["host"] = json!(format!("host-{host}.example.com"));
    }
    if wish.nonsense {
        all["nonsense"] = json!(1);
    }
    all
}

/// What a change of parameters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    Unchanged,
    InPlace,
    Gated,
    Blocked,
    Denied,
}

/// How the service's rules class the change from applied parameters to others.
pub(crate) fn change(from: &Value, to: &Value) -> Change {
    let differs = |name: &str| from.get(name) != to.get(name);
    if to.get("nonsense").is_some() {
        Change::Denied
    } else if from["size"] == "medium" && to["size"] == "small" {
        Change::Blocked
    } else if differs("logLevel") {
        Change::Gated
    } else if from == to {
        Change::Unchanged
    } else {
        Change::InPlace
    }
}
