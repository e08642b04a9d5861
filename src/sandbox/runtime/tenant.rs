//! Tenants: provisioned once their namespace is there.

use serde_json::{Value, json};

use super::{Behaviour, Progress, act};
use crate::sandbox::object::{self, text};
use crate::sandbox::store::{Bucket, Key};
use crate::sandbox::verbs::Server;

const FINALIZER: &str = "openbao.org/openbaotenant-finalizer";

/// Moves a tenant along. Whether there is more to do later.
pub(super) fn reconcile(server: &mut Server, tenant: &Value, progress: &mut Progress, behaviour: Behaviour) -> bool {
    if object::is_deleting(tenant) {
        if progress.stage > 0 && behaviour != Behaviour::Stall {
            act::let_go(server, tenant, FINALIZER);
        }
        return true;
    }
    act::hold(server, tenant, FINALIZER);
    if progress.stage == 0 {
        return true;
    }
    let target = text(tenant, "/spec/targetNamespace");
    let there = server.store.get(&Bucket::new("", "namespaces"), &Key::new("", target)).is_some();
    let error = match behaviour {
        Behaviour::Fail => Some("the sandbox was told to fail".to_owned()),
        _ if !there => Some(format!("namespace {target} does not exist")),
        _ => None,
    };
    let (reason, message) = match &error {
        Some(error) => ("NotProvisioned", error.as_str()),
        None => ("Provisioned", "the namespace is provisioned"),
    };
    let condition = act::condition(tenant, "Provisioned", error.is_none(), reason, message);
    act::report(server, tenant, json!({"provisioned": error.is_none(), "lastError": error, "conditions": [condition]}));
    error.is_some()
}
