//! What happens to the claims, as it happens: a line for each stage, and the connection in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::api::API_VERSION;
use crate::sandbox::Sandbox;

use super::super::Outcome;
use super::super::operate::signalled;

/// How often the view looks.
const LOOK: Duration = Duration::from_millis(50);

/// Follows all claims until a signal or, with `wait`, until all are ready or the time is over.
pub(super) async fn follow(sandbox: &Sandbox, wait: Option<Duration>) -> Outcome {
    let started = Instant::now();
    let mut shown = BTreeMap::new();
    let signal = signalled();
    tokio::pin!(signal);
    loop {
        let claims: Vec<_> = sandbox.objects().into_iter().filter(is_claim).collect();
        for claim in &claims {
            show(claim, &mut shown, started.elapsed());
        }
        if let Some(wait) = wait {
            if !claims.is_empty() && claims.iter().all(is_ready) {
                return Outcome::Fine;
            }
            if started.elapsed() >= wait {
                let late: Vec<_> = claims.iter().filter(|claim| !is_ready(claim)).map(name).collect();
                anstream::eprintln!("error: not ready after {} s: {}", wait.as_secs(), late.join(", "));
                return Outcome::Refused;
            }
        }
        tokio::select! {
            () = &mut signal => return Outcome::Fine,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn text(object: &Json, pointer: &str) -> String {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn is_claim(object: &Json) -> bool {
    text(object, "/apiVersion") == API_VERSION && text(object, "/kind") == "OpenBaoClusterClaim"
}

fn is_ready(claim: &Json) -> bool {
    text(claim, "/status/phase") == "Ready"
        && claim.pointer("/status/observedGeneration") == claim.pointer("/metadata/generation")
}

fn name(claim: &Json) -> String {
    format!("{}/{}", text(claim, "/metadata/namespace"), text(claim, "/metadata/name"))
}

/// A line where phase or summary has changed.
fn show(claim: &Json, shown: &mut BTreeMap<String, (String, String)>, since: Duration) {
    let text = |pointer: &str| text(claim, pointer);
    let (phase, summary) = (text("/status/phase"), text("/status/summary"));
    if phase.is_empty() {
        return;
    }
    let now = (phase, summary);
    if shown.get(&name(claim)) == Some(&now) {
        return;
    }
    let clock = format!("{:>6.1} s", since.as_secs_f64());
    anstream::println!("{clock}  {}  {:<12} {}", name(claim), now.0, now.1);
    if now.0 == "Ready" {
        let (cluster, uri) = (text("/status/resources/0/name"), text("/status/connection/uri"));
        let (revision, binding) = (text("/status/revision/name"), text("/status/binding/name"));
        anstream::println!("            OpenBaoCluster {cluster} from revision {revision}");
        if !binding.is_empty() {
            let keys = claim.pointer("/status/connection/keys").and_then(Json::as_array).into_iter().flatten();
            let keys: Vec<_> = keys.filter_map(Json::as_str).collect();
            anstream::println!("            connection {uri}, Secret {binding} with {}", keys.join(", "));
        }
    }
    shown.insert(name(claim), now);
}
