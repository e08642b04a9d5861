//! What must hold at each change, whoever makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Method, StatusCode};
use openbao_claims::controller::names;
use openbao_claims::engine;
use openbao_claims::sandbox::{Call, Sandbox};
use serde_json::Value;

use crate::fixtures::{CANARY, SYSTEM, fixtures};
use crate::journal::Journal;
use crate::model::{Change, change};

/// Watches over every call.
pub(crate) struct Oath {
    sandbox: Sandbox,
    journal: Journal,
    seen: Mutex<Seen>,
    encoded: String,
}

#[derive(Default)]
struct Seen {
    /// By UID of a claim: the UIDs of all clusters that were ever made for it.
    clusters: BTreeMap<String, BTreeSet<String>>,
    /// By UID of a claim: what its tenant asked for, ever.
    asked: BTreeMap<String, Vec<Value>>,
    /// By claim: finalizers of others, as they were last.
    held: BTreeMap<String, BTreeSet<String>>,
    /// By UID of a claim: its newest contract.
    contracts: BTreeMap<String, Value>,
    /// By UID of a claim: whether it is there.
    living: BTreeMap<String, bool>,
    /// By claim: the UID of the one that is there.
    named: BTreeMap<String, String>,
    /// Paths that are nobody's of ours.
    foreign: BTreeSet<String>,
    /// UIDs of claims whose cluster somebody else deleted.
    demolished: BTreeSet<String>,
}

/// Where a call goes.
struct Place<'a> {
    plural: &'a str,
    namespace: &'a str,
    name: String,
}

impl Place<'_> {
    fn of(call: &Call) -> Option<Place<'_>> {
        let mut parts = call.path.trim_start_matches('/').split('/');
        match parts.next()? {
            "api" => parts.next()?,
            _ => parts.nth(1)?,
        };
        let mut plural = parts.next()?;
        let mut namespace = "";
        if plural == "namespaces" {
            namespace = parts.next().unwrap_or_default();
            plural = parts.next()?;
        }
        let named = parts.next().map(ToOwned::to_owned);
        let created = || {
            let body: Value = serde_json::from_slice(&call.body).ok()?;
            body.pointer("/metadata/name").and_then(Value::as_str).map(ToOwned::to_owned)
        };
        Some(Place { plural, namespace, name: named.or_else(created)? })
    }
}

impl Oath {
    pub(crate) fn new(sandbox: Sandbox, journal: Journal) -> Self {
        use base64::Engine as _;
        // Of the canary's base64 form, what is the same wherever it begins: its middle, for each of three offsets.
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(CANARY);
        Self { sandbox, journal, seen: Mutex::default(), encoded }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody of ours may ever write here.
    pub(crate) fn plant(&self, path: String) {
        self.seen().foreign.insert(path);
    }

    /// Somebody deletes the cluster of a claim behind the operator's back.
    pub(crate) fn demolish(&self, uid: &str) {
        self.seen().demolished.insert(uid.to_owned());
    }

    /// Whether somebody did.
    pub(crate) fn is_demolished(&self, uid: &str) -> bool {
        self.seen().demolished.contains(uid)
    }

    /// Text that left the operator by another way than a call.
    pub(crate) fn overheard(&self, text: &str) {
        if text.contains(CANARY) || text.contains(&self.encoded) {
            self.journal.broken(format!("a secret value is told: {text}"));
        }
    }

    /// A call is about to be served.
    pub(crate) fn about_to(&self, who: &str, ours: bool, call: &Call) {
        if ours && call.mutates() && !call.path.contains("/secrets") {
            let body = String::from_utf8_lossy(&call.body);
            if body.contains(CANARY) || body.contains(&self.encoded) {
                self.journal.broken(format!("{who} writes a secret value to {}", call.path));
            }
        }
    }

    /// A call was served, and has changed something.
    pub(crate) fn happened(&self, who: &str, ours: bool, call: &Call, status: StatusCode) {
        let Some(place) = Place::of(call) else { return };
        if ours && place.plural != "leases" || place.name.starts_with("unique-") {
            self.journal.mutated();
        }
        if ours && self.seen().foreign.contains(&call.path) {
            self.journal.broken(format!("{who} writes to an object of somebody else: {}", call.path));
        }
        match place.plural {
            "openbaoclusters" => self.cluster(ours, &place, status),
            "openbaoclusterclaims" => self.claim(ours, &place),
            "openbaoservicecontracts" if call.method == Method::POST => self.contract(&place),
            _ => {}
        }
    }

    /// At most one cluster was ever made for a claim, and none after the claim was gone.
    fn cluster(&self, ours: bool, place: &Place<'_>, status: StatusCode) {
        let found = self.sandbox.get("openbao.org/v1alpha1", "OpenBaoCluster", place.namespace, &place.name);
        let Some(cluster) = found else { return };
        let Some(claim) = annotation(&cluster, names::CLAIM_UID) else { return };
        let uid = text(&cluster, "/metadata/uid");
        let mut seen = self.seen();
        let all = seen.clusters.entry(claim.to_owned()).or_default();
        all.insert(uid.to_owned());
        let several = all.len() > 1;
        let lives = seen.living.get(claim) == Some(&true);
        let protected = seen.held.contains_key(claim);
        drop(seen);
        if several {
            self.journal.broken(format!("a second cluster is made for one claim: {}", place.name));
        }
        if ours && status == StatusCode::CREATED {
            if !lives {
                self.journal.orphaned();
                self.journal.tell("?", &format!("{} comes about after its claim is gone: a late write", place.name));
            } else if !protected {
                self.journal.broken(format!("{} is made for a claim without a finalizer", place.name));
            }
        }
    }

    /// A finalizer is never lost, and a claim never goes before its cluster.
    fn claim(&self, ours: bool, place: &Place<'_>) {
        let found =
            self.sandbox.get("claims.openbao.org/v1alpha1", "OpenBaoClusterClaim", place.namespace, &place.name);
        let Some(claim) = found else { return self.departs(place) };
        let uid = text(&claim, "/metadata/uid").to_owned();
        let finalizers: BTreeSet<String> = claim
            .pointer("/metadata/finalizers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(ToOwned::to_owned)
            .collect();
        if self.seen().named.get(&place.name).is_some_and(|before| *before != uid) {
            self.departs(place);
        }
        let mut seen = self.seen();
        seen.named.insert(place.name.clone(), uid.clone());
        seen.living.insert(uid.clone(), true);
        let parameters = claim.pointer("/spec/parameters").cloned().unwrap_or_default();
        let asked = seen.asked.entry(uid.clone()).or_default();
        if !asked.contains(&parameters) {
            asked.push(parameters);
        }
        let others = |all: &BTreeSet<String>| -> BTreeSet<String> {
            all.iter().filter(|it| *it != names::FINALIZER).cloned().collect()
        };
        let before = seen.held.get(&uid).cloned().unwrap_or_default();
        let deleted = claim.pointer("/metadata/deletionTimestamp").is_some();
        let lost = before.contains(names::FINALIZER) && !finalizers.contains(names::FINALIZER) && !deleted;
        let robbed = ours && !others(&before).is_subset(&finalizers);
        if !finalizers.is_empty() {
            seen.held.insert(uid, finalizers);
        }
        drop(seen);
        if lost || robbed {
            self.journal.broken(format!("claim {} lost a finalizer", place.name));
        }
    }

    fn departs(&self, place: &Place<'_>) {
        let mut seen = self.seen();
        let Some(uid) = seen.named.remove(&place.name) else { return };
        seen.living.insert(uid.clone(), false);
        drop(seen);
        let target = engine::target_name(place.namespace, &place.name);
        let cluster = self.sandbox.get("openbao.org/v1alpha1", "OpenBaoCluster", place.namespace, &target);
        if cluster.is_some_and(|cluster| annotation(&cluster, names::CLAIM_UID) == Some(&uid)) {
            self.journal.broken(format!("claim {} is gone before its cluster", place.name));
        }
    }

    /// A contract's digest is right, it says what the tenant asked for at some time, and the way to it was cleared.
    fn contract(&self, place: &Place<'_>) {
        let found = self.sandbox.get("claims.openbao.org/v1alpha1", "OpenBaoServiceContract", SYSTEM, &place.name);
        let Some(contract) = found else { return };
        self.digest(place, &contract);
        let claim = text(&contract, "/spec/claim/uid").to_owned();
        let parameters = &contract["spec"]["parameters"];
        let mut seen = self.seen();
        let asked = seen.asked.get(&claim).is_some_and(|asked| asked.iter().any(|it| it == parameters));
        let before = seen.contracts.insert(claim, contract.clone());
        drop(seen);
        if !asked {
            self.journal.broken(format!("contract {} says what nobody asked for: {parameters}", place.name));
        }
        let Some(before) = before else { return };
        let cleared = match change(&before["spec"]["parameters"], parameters) {
            Change::Unchanged | Change::InPlace => true,
            Change::Gated => contract["spec"]["approval"].is_object(),
            Change::Blocked | Change::Denied => false,
        };
        if !cleared {
            let from = &before["spec"]["parameters"];
            self.journal.broken(format!("contract {} was not cleared: {from} became {parameters}", place.name));
        }
        if before["spec"]["revision"] != contract["spec"]["revision"] && !contract["spec"]["approval"].is_object() {
            self.journal.broken(format!("contract {} moves to a revision that nobody approved", place.name));
        }
    }

    fn digest(&self, place: &Place<'_>, contract: &Value) {
        let Ok(spec) = serde_json::from_value(contract["spec"].clone()) else {
            return self.journal.broken(format!("contract {} cannot be read", place.name));
        };
        let Some(target) = fixtures().targets.0.values().next_back() else { return };
        if let Err(error) = engine::from_wire(&spec, target) {
            self.journal.broken(format!("contract {}: {error}", place.name));
        }
    }
}

/// The text at a pointer.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An annotation.
pub(crate) fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations").and_then(|all| all.get(name)).and_then(Value::as_str)
}
