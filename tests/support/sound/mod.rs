//! Generated catalogs and claims: parameters of every kind, and expressions that read them in the ways
//! that people do, carefully and not.

mod parameter;

use openbao_claims::cel::check::{self, Declarations, check};
use openbao_claims::cel::parse;
use openbao_claims::schema::Schema;
use serde_json::{Map, Value as Json, json};

use crate::generate::Generator;
use crate::generate::types::{Type, list, map, plain};
use parameter::{Parameter, parameter};

/// Readings of parameters, by what they give.
type Names = Vec<(String, Type)>;

/// A catalog with claims for it.
pub(crate) struct Sample {
    /// Offering, profile, component and tenant: one YAML text, in JSON's form.
    pub(crate) text: String,
    /// Parameters of claims.
    pub(crate) claims: Vec<Json>,
}

/// Makes samples, the same ones for the same seed.
pub(crate) struct Samples {
    generator: Generator,
    /// What the names of the profile are.
    declared: Declarations,
}

/// How deep expressions nest.
const DEPTH: usize = 2;
/// Claims of a sample.
const CLAIMS: usize = 4;

impl Samples {
    pub(crate) fn new(seed: u64) -> Self {
        Self { generator: Generator::new(seed), declared: Declarations::default() }
    }

    pub(crate) fn sample(&mut self) -> Sample {
        let count = 2 + self.generator.rng().below(4);
        let parameters: Vec<_> = (0..count).map(|at| parameter(self.generator.rng(), &format!("p{at}"))).collect();
        let mut names: Names = Vec::new();
        let params = Schema::parse(&schema(&parameters)).expect("a schema");
        self.declared = Declarations::default().with("params", check::Type::from(&params), true);
        for parameter in &parameters {
            let readings = parameter.readings(self.generator.rng(), "params");
            names.extend(readings);
        }
        let variables = self.variables(&mut names, &parameters);
        let component = self.component();
        let wired = self.generator.rng().percent(60);
        let components = if wired { self.wiring(&mut names, &parameters) } else { json!({}) };
        let profile = json!({
            "apiVersion": "claims.openbao.org/v1alpha1",
            "kind": "OpenBaoServiceProfile",
            "metadata": {"name": "sample"},
            "spec": {
                "target": {"kind": "OpenBaoCluster", "releases": ["0.5.1", "main"]},
                "parameters": schema(&parameters),
                "variables": variables,
                "components": components,
                "validations": self.validations(&names, &parameters),
                "render": self.render(&names, &parameters),
                "sensitivity": self.sensitivity(),
            },
        });
        let mut documents = vec![offering(), profile, tenant(), claim()];
        if wired {
            documents.push(component);
        }
        let text = documents.iter().map(|document| format!("{document:#}")).collect::<Vec<_>>().join("\n---\n");
        let claims = (0..CLAIMS).map(|_| values(self.generator.rng(), &parameters)).collect();
        Sample { text, claims }
    }

    /// An expression that the checker accepts by itself: the mood of an author who has tried it out. What it
    /// misses, the run shows.
    fn tried(&mut self, declared: &Declarations, mut make: impl FnMut(&mut Self) -> String, otherwise: &str) -> String {
        for _ in 0..40 {
            let text = make(self);
            if parse(&text).is_ok_and(|ast| check(&ast, declared, &[]).mistakes.is_empty()) {
                return text;
            }
        }
        otherwise.to_owned()
    }

    fn expr(&mut self, names: &Names, parameters: &[Parameter], ty: &Type) -> String {
        let declared = self.declared.clone();
        let otherwise = literal(ty);
        self.tried(&declared, |samples| samples.guarded(names, parameters, ty), otherwise)
    }

    /// An expression over names of a place of its own.
    fn own(&mut self, names: &Names, declared: &Declarations, ty: &Type) -> String {
        self.tried(declared, |samples| samples.generator.over(names, ty, DEPTH), literal(ty))
    }

    /// An expression of a type; now and then what it reads is guarded by a condition beside it.
    fn guarded(&mut self, names: &Names, parameters: &[Parameter], ty: &Type) -> String {
        let guards: Vec<_> = parameters.iter().flat_map(|parameter| parameter.guards("params")).collect();
        if guards.is_empty() || self.generator.rng().percent(60) {
            return self.generator.over(names, ty, DEPTH);
        }
        let (guard, known) = guards[self.generator.rng().below(guards.len())].clone();
        let more: Names = names.iter().cloned().chain(std::iter::repeat_n(known, 4)).collect();
        let within = self.generator.over(&more, ty, DEPTH);
        if ty.is("bool") {
            return match self.generator.rng().below(3) {
                0 => format!("{guard} && ({within})"),
                1 => format!("!({guard}) || ({within})"),
                _ => format!("({guard} ? ({within}) : false)"),
            };
        }
        let without = self.generator.over(names, ty, 1);
        format!("({guard} ? ({within}) : ({without}))")
    }

    fn variables(&mut self, names: &mut Names, parameters: &[Parameter]) -> Json {
        let types =
            [plain("string"), plain("int"), plain("bool"), list(plain("string")), map(plain("string"), plain("int"))];
        let mut made = Vec::new();
        for at in 0..self.generator.rng().below(4) {
            let ty = types[self.generator.rng().below(types.len())].clone();
            let expression = self.expr(names, parameters, &ty);
            made.push(json!({"name": format!("v{at}"), "expression": expression}));
            self.declare(&format!("variables.v{at}"), &ty, true);
            names.push((format!("variables.v{at}"), ty));
        }
        Json::Array(made)
    }

    fn validations(&mut self, names: &Names, parameters: &[Parameter]) -> Json {
        let mut made = Vec::new();
        for _ in 0..self.generator.rng().below(3) {
            let rule = self.expr(names, parameters, &plain("bool"));
            let message = self.expr(names, parameters, &plain("string"));
            made.push(json!({"expression": rule, "messageExpression": message}));
        }
        Json::Array(made)
    }

    fn render(&mut self, names: &Names, parameters: &[Parameter]) -> Json {
        let mut blocks = vec![json!({"name": "base", "template": {"spec": {
            "version": "2.6.3", "profile": "Development", "replicas": 1, "storage": {"size": "1Gi"},
            "tls": {"enabled": true, "mode": "OperatorManaged", "rotationPeriod": "720h"},
        }}})];
        let text = self.expr(names, parameters, &plain("string"));
        let number = self.expr(names, parameters, &plain("int"));
        let flag = self.expr(names, parameters, &plain("bool"));
        let texts = self.expr(names, parameters, &list(plain("string")));
        blocks.push(json!({"name": "values", "when": self.expr(names, parameters, &plain("bool")), "template": {
            "metadata": {"annotations": {"note": format!("${{{text}}}"), "mixed": format!("n ${{{number}}} is ${{{flag}}}")}},
            "spec": {"configuration": {"cacheSize": format!("${{{number}}}"), "ui": format!("${{{flag}}}")}},
        }}));
        let mut item: Names = names.clone();
        item.push(("item".to_owned(), plain("string")));
        let before = self.declared.clone();
        self.declare("item", &plain("string"), true);
        let each = self.expr(&item, parameters, &plain("string"));
        self.declared = before;
        blocks.push(json!({"name": "each", "append": true, "forEach": {"item": texts},
            "template": {"spec": {"tls": {"extraSANs": [format!("${{{each}}}")]}}}}));
        Json::Array(blocks)
    }

    fn sensitivity(&mut self) -> Json {
        let numbers = vec![
            ("old".to_owned(), plain("int")),
            ("new".to_owned(), plain("int")),
            ("path".to_owned(), plain("string")),
        ];
        let texts = vec![("old".to_owned(), plain("string")), ("new".to_owned(), plain("string"))];
        let path = Declarations::default().with("path", check::Type::String, true);
        let both = |ty: &check::Type| path.clone().with("old", ty.clone(), true).with("new", ty.clone(), true);
        let number = self.own(&numbers, &both(&check::Type::Int), &plain("bool"));
        let text = self.own(&texts, &both(&check::Type::String), &plain("bool"));
        json!([
            {"paths": ["spec.configuration.cacheSize"], "expression": format!("{number} ? 'InPlace' : 'Gated'")},
            {"paths": ["metadata.annotations.note"], "expression": format!("{text} ? 'Gated' : 'Blocked'")},
            {"paths": ["spec.configuration.**", "metadata.annotations.**", "spec.tls.**"], "class": "InPlace"},
            {"paths": ["spec.podMetadata.**"], "class": "InPlace"},
        ])
    }

    /// What the profile gives the component, and what it may read of it.
    fn wiring(&mut self, names: &mut Names, parameters: &[Parameter]) -> Json {
        let text = self.expr(names, parameters, &plain("string"));
        let number = self.expr(names, parameters, &plain("int"));
        let mut facet = json!({"component": "part", "with": {"a": format!("${{{text}}}")}});
        if self.generator.rng().percent(50) {
            facet["with"]["b"] = json!(format!("${{{number}}}"));
        }
        if self.generator.rng().percent(50) {
            facet["when"] = json!(self.expr(names, parameters, &plain("bool")));
            let careless = self.generator.rng().percent(15);
            self.declare_inputs("f.inputs", false);
            let read = if careless { "f.inputs.a" } else { "(has(f.inputs) ? f.inputs.a : '')" };
            names.push((read.to_owned(), plain("string")));
            names.push(("f.?inputs.b.orValue(7)".to_owned(), plain("int")));
        } else {
            self.declare_inputs("f.inputs", true);
            names.push(("f.inputs.a".to_owned(), plain("string")));
            names.push(("f.inputs.b".to_owned(), plain("int")));
        }
        json!({"f": facet})
    }

    fn component(&mut self) -> Json {
        let mut names = vec![("inputs.a".to_owned(), plain("string")), ("inputs.b".to_owned(), plain("int"))];
        names.push(("inputs.?c.orValue('none')".to_owned(), plain("string")));
        if self.generator.rng().percent(15) {
            names.push(("inputs.c".to_owned(), plain("string")));
        }
        let profile = std::mem::take(&mut self.declared);
        self.declare_inputs("inputs", true);
        let own = std::mem::replace(&mut self.declared, profile);
        let rule = self.own(&names, &own, &plain("bool"));
        let text = self.own(&names, &own, &plain("string"));
        json!({
            "apiVersion": "claims.openbao.org/v1alpha1",
            "kind": "OpenBaoServiceComponent",
            "metadata": {"name": "part"},
            "spec": {
                "inputs": inputs(),
                "variables": [{"name": "t", "expression": text}],
                "validations": [{"expression": rule, "message": "the part says no"}],
                "render": [{"name": "label", "template": {"spec": {"podMetadata": {"annotations": {"part": "${variables.t}"}}}}}],
                "sensitivity": [{"paths": ["spec.podMetadata.**"], "class": "InPlace"}],
            },
        })
    }
}

impl Samples {
    fn declare(&mut self, name: &str, ty: &Type, always: bool) {
        self.declared = std::mem::take(&mut self.declared).with(name, declared(ty), always);
    }

    fn declare_inputs(&mut self, name: &str, always: bool) {
        let inputs = Schema::parse(&inputs()).expect("a schema");
        self.declared = std::mem::take(&mut self.declared).with(name, check::Type::from(&inputs), always);
    }
}

fn inputs() -> Json {
    json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "string", "maxLength": 2000},
        "b": {"type": "integer", "default": 3},
        "c": {"type": "string", "maxLength": 20},
    }})
}

fn declared(ty: &Type) -> check::Type {
    match ty {
        Type::Of(head, items) => match (head.as_str(), items.as_slice()) {
            ("list", [item]) => check::Type::List(declared(item).into()),
            (_, [key, value]) => check::Type::Map(declared(key).into(), declared(value).into()),
            _ => check::Type::Dyn,
        },
        ty if ty.is("string") => check::Type::String,
        ty if ty.is("int") => check::Type::Int,
        ty if ty.is("bool") => check::Type::Bool,
        _ => check::Type::Dyn,
    }
}

/// What stands where nothing better was found.
fn literal(ty: &Type) -> &'static str {
    match ty {
        Type::Of(head, _) if head == "list" => "['l']",
        Type::Of(..) => "{'l': 1}",
        ty if ty.is("string") => "'l'",
        ty if ty.is("int") => "1",
        _ => "true",
    }
}

fn schema(parameters: &[Parameter]) -> Json {
    let required: Vec<_> = parameters.iter().filter(|it| it.required()).map(|it| it.name.clone()).collect();
    let properties: Map<_, _> = parameters.iter().map(|it| (it.name.clone(), it.schema.clone())).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn values(rng: &mut crate::generate::rng::Rng, parameters: &[Parameter]) -> Json {
    let mut values = Map::new();
    for parameter in parameters {
        if parameter.required() || rng.percent(55) {
            values.insert(parameter.name.clone(), parameter::value(rng, &parameter.schema));
        }
    }
    Json::Object(values)
}

fn offering() -> Json {
    json!({"apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoServiceOffering",
        "metadata": {"name": "sample"}, "spec": {"profileRef": {"name": "sample"}}})
}

fn tenant() -> Json {
    json!({"apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant",
        "metadata": {"name": "lab", "namespace": "lab"}, "spec": {"targetNamespace": "lab"}})
}

fn claim() -> Json {
    json!({"apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
        "metadata": {"name": "trial", "namespace": "lab"},
        "spec": {"tenantRef": {"name": "lab"}, "offeringRef": {"name": "sample"}}})
}
