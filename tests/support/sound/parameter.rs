//! One parameter: its schema, values of it, and how expressions read it.

use serde_json::{Map, Value as Json, json};

use crate::generate::rng::Rng;
use crate::generate::types::{Type, list, map, plain};

/// How sure a parameter is to have a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Defaulted,
    Optional,
}

pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) schema: Json,
    presence: Presence,
}

/// How a read is written: `P` is the place, and what it gives.
type Reads = &'static [(&'static str, &'static str)];

/// A kind: schema, default, what stands for it where it is absent, careful and careless reads.
struct Kind {
    schema: fn() -> Json,
    default: fn() -> Json,
    otherwise: &'static str,
    careful: Reads,
    careless: Reads,
}

const KINDS: &[Kind] = &[
    Kind {
        schema: || json!({"type": "string", "maxLength": 12}),
        default: || json!("x"),
        otherwise: "'none'",
        careful: &[("P", "string"), ("P.size()", "int"), ("P.split(',')", "strings")],
        careless: &[("P", "int"), ("P[0]", "string")],
    },
    Kind {
        schema: || json!({"type": "string", "enum": ["a", "b", "c"]}),
        default: || json!("b"),
        otherwise: "'a'",
        careful: &[
            ("P", "string"),
            ("{'a': 1, 'b': 2, 'c': 3}[P]", "int"),
            ("(P == 'a' ? 0 : {'b': 2, 'c': 3}[P])", "int"),
            ("(P in ['a', 'b'] && {'a': true, 'b': false}[P])", "bool"),
            ("(P != 'c' && {'a': true, 'b': false}[P])", "bool"),
        ],
        careless: &[("{'a': 1, 'b': 2}[P]", "int"), ("(P == 'a' || {'b': true}[P])", "bool")],
    },
    Kind {
        schema: || json!({"type": "integer", "minimum": -3, "maximum": 9}),
        default: || json!(4),
        otherwise: "0",
        careful: &[("P", "int"), ("string(P)", "string"), ("(P > 3)", "bool")],
        careless: &[("(P + '')", "string")],
    },
    Kind {
        schema: || json!({"type": "boolean"}),
        default: || json!(true),
        otherwise: "false",
        careful: &[("P", "bool"), ("(P ? 'yes' : 'no')", "string")],
        careless: &[("(P ? 1 : 'no')", "int")],
    },
    Kind {
        schema: || json!({"type": "number"}),
        default: || json!(1.5),
        otherwise: "0.0",
        careful: &[("int(math.floor(P))", "int"), ("string(P)", "string"), ("(P < 2)", "bool")],
        careless: &[("P", "int")],
    },
    Kind {
        schema: || json!({"x-kubernetes-int-or-string": true}),
        default: || json!("50%"),
        otherwise: "dyn(1)",
        careful: &[("string(P)", "string"), ("(P == 1)", "bool"), ("(type(P) == int && P > 1)", "bool")],
        careless: &[("(P > 1)", "bool"), ("P.startsWith('5')", "bool")],
    },
    Kind {
        schema: || json!({"type": "string", "nullable": true, "maxLength": 12}),
        default: || json!("n"),
        otherwise: "''",
        careful: &[("(P == null ? 'null' : P)", "string"), ("(P != null && P.startsWith('n'))", "bool")],
        careless: &[("P", "string"), ("P.size()", "int"), ("(P == null ? P : 'x')", "string")],
    },
    Kind {
        schema: || json!({"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 9}}),
        default: || json!(["q"]),
        otherwise: "[]",
        careful: &[
            ("P", "strings"),
            ("P[?0].orValue('first')", "string"),
            ("(size(P) > 1 ? P[1] : 'one')", "string"),
            ("(P.size() == 0 || P[0] == 'q')", "bool"),
            ("P.first().orValue('f')", "string"),
        ],
        careless: &[("P[0]", "string"), ("(size(P) > 1 ? P[2] : 'x')", "string"), ("P.first().value()", "string")],
    },
    Kind {
        schema: || {
            json!({"type": "array", "maxItems": 3, "items": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "maxLength": 9}, "port": {"type": "integer"}}}})
        },
        default: || json!([{"name": "n", "port": 1}]),
        otherwise: "[]",
        careful: &[
            ("P.map(e, e.name)", "strings"),
            ("P.filter(e, has(e.port)).map(e, e.port).sum()", "int"),
            ("P.all(e, e.?port.orValue(2) > 1)", "bool"),
            ("P.exists(e, has(e.port) && e.port > 1)", "bool"),
            ("P[?0].?name.orValue('x')", "string"),
        ],
        careless: &[("P.map(e, e.port).sum()", "int"), ("P.all(e, !has(e.port) && e.port > 1)", "bool")],
    },
    Kind {
        schema: || json!({"type": "object", "maxProperties": 3, "additionalProperties": {"type": "integer"}}),
        default: || json!({"k": 1}),
        otherwise: "{}",
        careful: &[
            ("P", "numbers"),
            ("P[?'k'].orValue(0)", "int"),
            ("('k' in P ? P['k'] : 1)", "int"),
            ("(has(P.k) && P.k > 0)", "bool"),
            ("P.all(k, P[k] > 0 || k != '')", "bool"),
        ],
        careless: &[("P['k']", "int"), ("('k' in P ? P['j'] : 1)", "int")],
    },
    Kind {
        schema: || {
            json!({"type": "object", "properties": {"x": {"type": "string", "maxLength": 9}, "y": {"type": "integer", "default": 2},
                "z": {"type": "object", "properties": {"deep": {"type": "boolean"}}}}})
        },
        default: || json!({"x": "s"}),
        otherwise: "{}",
        careful: &[
            ("P.?x.orValue('x')", "string"),
            ("(has(P.x) ? P.x : 'x')", "string"),
            ("P.?z.deep.orValue(true)", "bool"),
            ("(P.?z.deep.orValue(false) && P.z.deep)", "bool"),
            ("(has(P.z) && has(P.z.deep) && P.z.deep)", "bool"),
        ],
        careless: &[("P.x", "string"), ("P.z.deep", "bool"), ("(has(P.z) && P.z.deep)", "bool")],
    },
];

fn given(name: &str) -> Type {
    match name {
        "strings" => list(plain("string")),
        "numbers" => map(plain("string"), plain("int")),
        other => plain(other),
    }
}

pub(super) fn parameter(rng: &mut Rng, name: &str) -> Parameter {
    let kind = rng.below(KINDS.len());
    let presence = match rng.below(3) {
        0 => Presence::Required,
        1 => Presence::Defaulted,
        _ => Presence::Optional,
    };
    let mut schema = (KINDS[kind].schema)();
    if presence == Presence::Defaulted {
        schema["default"] = (KINDS[kind].default)();
    }
    Parameter { name: format!("{name}k{kind}"), schema, presence }
}

impl Parameter {
    fn kind(&self) -> &'static Kind {
        let (_, kind) = self.name.split_once('k').expect("a kind");
        &KINDS[kind.parse::<usize>().expect("a number")]
    }

    pub(crate) fn required(&self) -> bool {
        self.presence == Presence::Required
    }

    /// Readings of it, nearly all of them careful.
    pub(super) fn readings(&self, rng: &mut Rng, root: &str) -> Vec<(String, Type)> {
        let kind = self.kind();
        let place = format!("{root}.{}", self.name);
        let mut readings = Vec::new();
        for (read, ty) in kind.careful {
            let text = match self.presence {
                Presence::Optional if rng.percent(96) => {
                    if rng.percent(50) || kind.otherwise.starts_with("dyn") || self.name.ends_with("k10") {
                        // A reading of the place itself, where it is there.
                        let plain = read.replace('P', &place);
                        format!("(has({place}) ? {plain} : {})", otherwise(ty))
                    } else {
                        read.replace('P', &format!("{root}.?{}.orValue({})", self.name, kind.otherwise))
                    }
                }
                _ => read.replace('P', &place),
            };
            readings.push((text, given(ty)));
        }
        for (read, ty) in kind.careless {
            if rng.percent(3) {
                readings.push((read.replace('P', &place), given(ty)));
            }
        }
        readings
    }

    /// Conditions under which it is there, each with a reading that is then allowed.
    pub(super) fn guards(&self, root: &str) -> Vec<(String, (String, Type))> {
        let place = format!("{root}.{}", self.name);
        let (read, ty) = self.kind().careful[0];
        let reading = (read.replace('P', &place), given(ty));
        match (self.presence, self.kind().otherwise) {
            (Presence::Optional, "'none'") => vec![
                (format!("has({place})"), reading.clone()),
                (format!("{root}.?{}.orValue('') != ''", self.name), reading.clone()),
                (format!("{root}.?{}.hasValue()", self.name), reading),
            ],
            (Presence::Optional, _) => vec![(format!("has({place})"), reading)],
            _ => Vec::new(),
        }
    }
}

fn otherwise(ty: &str) -> &'static str {
    match ty {
        "string" => "'else'",
        "int" => "-1",
        "bool" => "true",
        "strings" => "['e']",
        _ => "{'e': 1}",
    }
}

/// A value that the schema accepts.
pub(super) fn value(rng: &mut Rng, schema: &Json) -> Json {
    if schema["x-kubernetes-int-or-string"] == json!(true) {
        return if rng.percent(50) { json!(rng.below(5)) } else { json!("25%") };
    }
    if schema["nullable"] == json!(true) && rng.percent(40) {
        return Json::Null;
    }
    if let Some(allowed) = schema["enum"].as_array() {
        return allowed[rng.below(allowed.len())].clone();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "string" => json!(rng.pick(&["", "q", "n1", "a,b", "1Gi", "é"])),
        "integer" => json!(i64::try_from(rng.below(12)).unwrap() - 3),
        "boolean" => json!(rng.percent(50)),
        "number" => json!([0.5, 2.0, -1.25][rng.below(3)]),
        "array" => (0..rng.below(4)).map(|_| value(rng, &schema["items"])).collect(),
        _ => object(rng, schema),
    }
}

fn object(rng: &mut Rng, schema: &Json) -> Json {
    let mut made = Map::new();
    if let Some(values) = schema.get("additionalProperties") {
        for key in ["k", "j", ""].iter().take(rng.below(4)) {
            made.insert((*key).to_owned(), value(rng, values));
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let required = schema["required"].as_array().is_some_and(|required| required.contains(&json!(name)));
        if required || rng.percent(50) {
            made.insert(name.clone(), value(rng, property));
        }
    }
    Json::Object(made)
}
