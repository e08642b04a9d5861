//! What the suites share: catalogs from text, claims by parameters, decisions.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

pub(crate) mod shipped;

use openbao_claims::api::OpenBaoClusterClaim;
use openbao_claims::catalog::{Catalog, Kinds, Revision, Targets, shipped as releases};
use openbao_claims::diagnostic::{Diagnostic, Severity, Sources, Style, render_human};
use openbao_claims::engine::{Before, Candidate, Contract, Decision, Finding, Platform};
use openbao_claims::yaml;
use serde_json::Value as Json;
use std::sync::{Arc, OnceLock};

/// Catalogs and all that was read with them.
pub(crate) struct World {
    pub(crate) sources: Sources,
    pub(crate) catalog: Catalog,
    pub(crate) platform: Platform,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// All shipped releases, loaded once for a test binary.
pub(crate) fn targets() -> &'static Targets {
    static TARGETS: OnceLock<Targets> = OnceLock::new();
    TARGETS.get_or_init(|| releases::targets(|_| true).unwrap())
}

fn kinds() -> &'static Kinds {
    static KINDS: OnceLock<Kinds> = OnceLock::new();
    KINDS.get_or_init(|| Kinds::new().unwrap())
}

impl World {
    /// Reads and compiles texts, each as a file of its own.
    pub(crate) fn of(texts: &[&str]) -> Self {
        let mut sources = Sources::default();
        let mut catalog = Catalog::default();
        let mut diagnostics = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let id = sources.add(format!("file{at}.yaml"), (*text).to_owned());
            match yaml::read(&sources, id) {
                Ok(documents) => {
                    for document in documents {
                        diagnostics.extend(catalog.add(document, kinds()));
                    }
                }
                Err(found) => diagnostics.extend(found),
            }
        }
        let (platform, found) = Platform::compile(&catalog, targets());
        diagnostics.extend(found);
        Self { sources, catalog, platform, diagnostics }
    }

    /// The same, and nothing may be wrong with it.
    pub(crate) fn sound(texts: &[&str]) -> Self {
        let world = Self::of(texts);
        assert!(world.errors().is_empty(), "{}", world.told());
        world
    }

    /// Folders of the repository, every `*.yaml` in them.
    pub(crate) fn shipped(folders: &[&str]) -> Self {
        let texts: Vec<_> = folders.iter().flat_map(|folder| shipped::texts(folder)).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        Self::sound(&texts)
    }

    pub(crate) fn errors(&self) -> Vec<&Diagnostic> {
        self.diagnostics.iter().filter(|it| it.severity == Severity::Error).collect()
    }

    /// All that was found, as people read it.
    pub(crate) fn told(&self) -> String {
        render_human(&self.diagnostics, &self.sources, Style::Plain)
    }

    /// The one revision of a world with one profile.
    pub(crate) fn revision(&self) -> &Arc<Revision> {
        self.platform.revisions.values().next().expect("a revision")
    }

    /// The first claim that was read, with other parameters.
    pub(crate) fn claim(&self, parameters: Json) -> OpenBaoClusterClaim {
        let mut claim = self.catalog.claims.values().next().expect("a claim").object.clone();
        claim.spec.parameters = parameters.into();
        claim
    }

    pub(crate) fn decide(&self, claim: &OpenBaoClusterClaim) -> Decision {
        self.platform.decide(claim, Before::default())
    }

    /// Decides about an edit of what is applied.
    pub(crate) fn edit(&self, applied: &Contract, claim: &OpenBaoClusterClaim) -> Decision {
        self.platform.decide(claim, Before { applied: Some(applied), revision: None })
    }

    /// The contract of a claim that must have one.
    pub(crate) fn contract(&self, parameters: Json) -> Contract {
        approved(self.decide(&self.claim(parameters))).rendered.contract
    }
}

/// The candidate of a decision that must have one.
pub(crate) fn approved(decision: Decision) -> Box<Candidate> {
    match decision {
        Decision::Candidate(candidate) => candidate,
        other => panic!("refused: {:#?}", findings(&other)),
    }
}

/// The findings of a decision, whatever it is.
pub(crate) fn findings(decision: &Decision) -> Vec<Finding> {
    match decision {
        Decision::Pending(findings) | Decision::Denied(findings) | Decision::Blocked { findings, .. } => {
            findings.clone()
        }
        Decision::Candidate(_) => Vec::new(),
    }
}

/// The findings of a denial, as `reason: message`.
pub(crate) fn denied(decision: &Decision) -> Vec<String> {
    assert!(matches!(decision, Decision::Denied(_)), "not denied: {decision:?}");
    findings(decision).iter().map(|finding| format!("{}: {}", finding.reason, finding.message)).collect()
}

/// The changes of a decision about an edit, as `path class`.
pub(crate) fn classes(decision: &Decision) -> Vec<String> {
    let candidate = match decision {
        Decision::Candidate(candidate) | Decision::Blocked { candidate: Some(candidate), .. } => candidate,
        other => panic!("no candidate: {:#?}", findings(other)),
    };
    let transition = candidate.transition.as_ref().expect("a transition");
    transition.changes.iter().map(|change| format!("{} {:?}", change.path, change.class)).collect()
}

/// A small catalog of one profile with these parts of its spec; a component `extra` may be wired.
pub(crate) struct Tiny {
    pub(crate) parameters: &'static str,
    pub(crate) spec: String,
    pub(crate) render: String,
    pub(crate) components: String,
    pub(crate) sensitivity: String,
    pub(crate) more: String,
}

impl Default for Tiny {
    fn default() -> Self {
        Self {
            parameters: "{}",
            spec: String::new(),
            render: String::new(),
            components: String::new(),
            sensitivity: String::new(),
            more: String::new(),
        }
    }
}

impl Tiny {
    pub(crate) fn text(&self) -> String {
        format!(
            r#"
apiVersion: claims.openbao.org/v1alpha1
kind: OpenBaoServiceOffering
metadata: {{name: tiny}}
spec: {{profileRef: {{name: tiny}}}}
---
apiVersion: claims.openbao.org/v1alpha1
kind: OpenBaoServiceProfile
metadata: {{name: tiny}}
spec:
  target: {{kind: OpenBaoCluster, releases: ["0.5.1", main]}}
  parameters:
    type: object
    properties: {parameters}
{spec}
{components}
  render:
  - name: base
    template:
      spec:
        version: 2.6.3
        profile: Development
        replicas: 1
        storage: {{size: 1Gi}}
        tls: {{enabled: true, mode: OperatorManaged, rotationPeriod: 720h}}
{render}
  sensitivity:
{sensitivity}
  - {{paths: [spec.version], class: Gated, message: versions wait}}
---
apiVersion: openbao.org/v1alpha1
kind: OpenBaoTenant
metadata: {{name: lab, namespace: lab}}
spec: {{targetNamespace: lab}}
---
apiVersion: claims.openbao.org/v1alpha1
kind: OpenBaoClusterClaim
metadata: {{name: trial, namespace: lab}}
spec:
  tenantRef: {{name: lab}}
  offeringRef: {{name: tiny}}
{more}
"#,
            parameters = self.parameters,
            spec = self.spec,
            components = self.components,
            render = self.render,
            sensitivity = self.sensitivity,
            more = self.more,
        )
    }

    pub(crate) fn world(&self) -> World {
        World::of(&[&self.text()])
    }

    pub(crate) fn sound(&self) -> World {
        World::sound(&[&self.text()])
    }
}
