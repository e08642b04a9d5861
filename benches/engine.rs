//! What expressions, catalogs and decisions cost, each beside a hand-written equivalent in the same run:
//! the ratio is the figure, since nanoseconds belong to a machine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench that cannot start should stop at once")]

mod by_hand;
#[path = "../tests/support/shipped.rs"]
mod files;

use std::hint::black_box;

use criterion::Criterion;
use openbao_claims::api::{OpenBaoClusterClaim, Sensitivity};
use openbao_claims::catalog::{Catalog, Kinds, Targets, shipped};
use openbao_claims::cel::{self, Activation, Context, Meter, Presence, RootId, Scope, Value};
use openbao_claims::diagnostic::{Severity, Sources, Style, render_human};
use openbao_claims::engine::{Before, Candidate, Decision, Platform};
use openbao_claims::yaml;
use serde_json::{Value as Json, json};

/// The texts of every YAML file in some folders of the repository.
fn texts(folders: &[&str]) -> Vec<String> {
    folders.iter().flat_map(|folder| files::texts(folder)).collect()
}

/// Reads texts into a catalog.
fn load(texts: &[String], kinds: &Kinds) -> Catalog {
    let (mut sources, mut catalog) = (Sources::default(), Catalog::default());
    for text in texts {
        let id = sources.add("file.yaml", text.as_str());
        for document in yaml::read(&sources, id).unwrap() {
            let found = catalog.add(document, kinds);
            assert!(found.is_empty(), "{}", render_human(&found, &sources, Style::Plain));
        }
    }
    catalog
}

/// One root per name, each with a value.
struct Values(Vec<(RootId, Value)>);

impl Activation for Values {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> cel::Result<Option<Value>> {
        Ok(self.0.iter().find(|(id, _)| *id == root).map(|(_, value)| value.clone()))
    }
}

const CHEAP: &str = "params.size == 'small'";
const MEDIUM: &str = "params.?hostname.orValue(target.name + '.bao.example.com')";
const COMPREHENSION: &str = "params.zones.filter(z, z.startsWith('eu-')).map(z, z + '.example.com')";

/// An expression and the Rust that somebody would write in its place.
type Case = (&'static str, &'static str, fn(&Json, &Json) -> Json);

const CASES: [Case; 3] = [
    ("cheap", CHEAP, |params, _| json!(params["size"] == "small")),
    ("medium", MEDIUM, |params, target| match params.get("hostname").and_then(Json::as_str) {
        Some(hostname) => json!(hostname),
        None => json!(format!("{}.bao.example.com", target["name"].as_str().unwrap_or_default())),
    }),
    ("comprehension", COMPREHENSION, |params, _| {
        let zones = params["zones"].as_array().unwrap().iter().filter_map(Json::as_str);
        zones.filter(|zone| zone.starts_with("eu-")).map(|zone| format!("{zone}.example.com")).collect()
    }),
];

fn expressions(criterion: &mut Criterion) {
    let zones: Vec<_> = (0..16).map(|at| format!("{}-{at}", if at % 2 == 0 { "eu" } else { "us" })).collect();
    let (params, target) = (json!({"size": "small", "zones": zones}), json!({"name": "payments"}));
    let mut scope = Scope::new();
    let roots = [("params", &params), ("target", &target)]
        .map(|(name, value)| (scope.declare(name, Presence::Always), Value::from_json(value)));
    let env = Values(roots.into());
    for (name, text, by_hand) in CASES {
        let mut group = criterion.benchmark_group(format!("expression/{name}"));
        group.bench_function("parse", |bench| bench.iter(|| cel::parse(black_box(text)).unwrap()));
        group.bench_function("parse-and-plan", |bench| {
            bench.iter(|| cel::compile(black_box(text), &scope).unwrap_or_else(|found| panic!("{found:?}")));
        });
        let program = cel::compile(text, &scope).unwrap_or_else(|found| panic!("{found:?}"));
        let eval = || program.eval(&env, &mut Context::new(Meter::PER_CALL_LIMIT)).unwrap();
        assert_eq!(eval().to_json().unwrap(), by_hand(&params, &target), "{name}");
        group.bench_function("evaluate", |bench| bench.iter(|| black_box(eval())));
        group.bench_function("by-hand", |bench| bench.iter(|| by_hand(black_box(&params), black_box(&target))));
        group.finish();
    }
}

/// The contract of a decision that must have one.
fn candidate(decision: Decision) -> Box<Candidate> {
    match decision {
        Decision::Candidate(candidate) => candidate,
        other => panic!("refused: {other:#?}"),
    }
}

/// A shipped catalog, its claim with an edit, and who builds the same object by hand.
struct Shipped {
    name: &'static str,
    claim: &'static str,
    edited: Json,
    by_hand: fn(&OpenBaoClusterClaim, &Json) -> Json,
}

const GATEWAY: &str = "hardened-gateway";

fn shipped() -> [Shipped; 2] {
    let large = json!({"size": "large", "hostname": "payments.bao.example.com", "backup": {"partition": "ledger"}});
    [
        Shipped { name: "development", claim: "trial", edited: json!({"ui": false}), by_hand: by_hand::development },
        Shipped { name: GATEWAY, claim: "payments", edited: large, by_hand: by_hand::hardened_gateway },
    ]
}

fn catalogs(criterion: &mut Criterion) {
    let kinds = Kinds::new().unwrap();
    let targets = shipped::targets(|_| true).unwrap();
    for shipped in shipped() {
        let own = format!("catalogs/{}", shipped.name);
        let texts = texts(&["rules", "catalogs/components", &own]);
        let catalog = load(&texts, &kinds);
        let mut group = criterion.benchmark_group(format!("catalog/{}", shipped.name));
        if shipped.name == GATEWAY {
            group.bench_function("load", |bench| bench.iter(|| load(black_box(&texts), &kinds)));
        }
        group.sample_size(20);
        group.bench_function("compile", |bench| bench.iter(|| Platform::compile(&catalog, &targets)));
        group.finish();
        decisions(criterion, &shipped, &catalog, &targets);
    }
}

fn decisions(criterion: &mut Criterion, shipped: &Shipped, catalog: &Catalog, targets: &Targets) {
    let (platform, found) = Platform::compile(catalog, targets);
    assert!(found.iter().all(|it| it.severity != Severity::Error), "{found:?}");
    let named = |entry: &OpenBaoClusterClaim| entry.metadata.name.as_deref() == Some(shipped.claim);
    let claim = catalog.claims.values().map(|entry| entry.object.clone()).find(named).unwrap();
    let mut edited = claim.clone();
    edited.spec.parameters = shipped.edited.clone().into();

    let decide = |claim, applied| candidate(platform.decide(claim, Before { applied, revision: None }));
    let applied = decide(&claim, None).rendered.contract;
    assert_eq!(decide(&claim, Some(&applied)).sensitivity(), Sensitivity::Unchanged);
    assert!(decide(&edited, Some(&applied)).sensitivity() > Sensitivity::Unchanged);
    let by_hand = |claim: &OpenBaoClusterClaim| (shipped.by_hand)(claim, &claim.spec.parameters.0);
    assert_eq!(by_hand(&claim), applied.object);

    let mut group = criterion.benchmark_group(format!("decide/{}", shipped.name));
    group.bench_function("new", |bench| bench.iter(|| decide(black_box(&claim), None)));
    group.bench_function("unchanged", |bench| bench.iter(|| decide(black_box(&claim), Some(&applied))));
    group.bench_function("edited", |bench| bench.iter(|| decide(black_box(&edited), Some(&applied))));
    group.bench_function("by-hand", |bench| bench.iter(|| by_hand(black_box(&edited)) == applied.object));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    expressions(&mut criterion);
    catalogs(&mut criterion);
    criterion.final_summary();
}
