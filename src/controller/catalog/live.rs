//! Whether the target's CRD in the cluster can carry what the releases that we know have.

use serde_json::Value as Json;

use crate::catalog::{Target, Targets};
use crate::controller::context::Context;
use crate::controller::failure::ApiFailure;
use crate::controller::names::Named;
use crate::controller::server::{CLUSTER, Kind};
use crate::schema::path::Path;
use crate::schema::{Additional, Crd, Schema};

const DEFINITION: Kind = Kind {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
};

/// How many missing fields are named.
const NAMED: usize = 8;

/// How well the live CRD fits the release that fits it best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The release.
    pub release: String,
    /// Fields of it that the live CRD lacks: the first eight paths.
    pub missing: Vec<String>,
    /// How many it lacks.
    pub count: usize,
}

/// Reads the live CRD, compares and logs. `None`: there is none, or it has no schema that can be read.
pub async fn fit_of_live_target(ctx: &Context) -> Result<Option<Fit>, ApiFailure> {
    let name = Named::cluster(format!("{}.{}", CLUSTER.plural, CLUSTER.group));
    let Some(crd) = ctx.server.get(DEFINITION, &name).await? else {
        tracing::warn!(crd = %name, "the target's CRD is not installed: nothing can be materialized");
        return Ok(None);
    };
    let fit = fit(&crd, &ctx.targets);
    match &fit {
        Some(fit) if fit.count == 0 => tracing::info!(release = %fit.release, "the target's CRD fits a known release"),
        Some(fit) => tracing::warn!(
            release = %fit.release, missing = fit.count, fields = ?fit.missing,
            "the target's CRD lacks fields of the release that fits it best"
        ),
        None => tracing::warn!(crd = %name, "the target's CRD has no schema that can be read"),
    }
    Ok(fit)
}

/// The release of which the live CRD lacks the fewest fields; of several, the newest.
fn fit(crd: &Json, targets: &Targets) -> Option<Fit> {
    let crd = Crd::parse(crd).ok()?;
    let live = crd.version(CLUSTER.version).filter(|version| version.served)?;
    let fits = targets.0.values().rev().map(|target| against(target, &live.schema));
    fits.min_by_key(|fit| fit.count)
}

fn against(target: &Target, live: &Schema) -> Fit {
    let mut missing = Vec::new();
    // The API server itself adds what a CRD may not state of `metadata`.
    let own = target.schema.properties.iter().filter(|(name, _)| *name != "metadata");
    for (name, schema) in own {
        compare(schema, live.properties.get(name), &Path::root().field(name), &mut missing);
    }
    let count = missing.len();
    missing.truncate(NAMED);
    Fit { release: target.release.clone(), missing, count }
}

fn compare(known: &Schema, live: Option<&Schema>, at: &Path, missing: &mut Vec<String>) {
    let Some(live) = live else { return missing.push(at.to_string()) };
    if live.preserve_unknown {
        return;
    }
    for (name, schema) in &known.properties {
        compare(schema, live.properties.get(name), &at.field(name), missing);
    }
    if let (Some(known), Some(live)) = (&known.items, &live.items) {
        compare(known, Some(live), &at.index(0), missing);
    }
    if let (Some(Additional::Schema(known)), Some(Additional::Schema(live))) = (&known.additional, &live.additional) {
        compare(known, Some(live), &at.field("*"), missing);
    }
}
