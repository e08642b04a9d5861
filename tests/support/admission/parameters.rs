//! Claims for shipped catalogs: names and parameters that a tenant may write, and some that none may.

use serde_json::{Map, Value as Json, json};

use crate::rng::Rng;

/// A name of a claim.
pub(crate) fn name(rng: &mut Rng) -> String {
    let mut name = letters(rng, 1);
    for _ in 0..rng.below(5) {
        let part = 1 + rng.below(24);
        name.push(if rng.percent(70) { '-' } else { '.' });
        name.push_str(&letters(rng, part));
    }
    name
}

fn letters(rng: &mut Rng, count: usize) -> String {
    (0..count).map(|_| rng.pick(&["a", "b", "k", "x", "z"])).collect()
}

/// Parameters of a profile's schema: each one left out now and then.
pub(crate) fn parameters(rng: &mut Rng, schema: &Json) -> Json {
    let mut made = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if rng.percent(70) {
            made.insert(name.clone(), value(rng, property));
        }
    }
    Json::Object(made)
}

fn value(rng: &mut Rng, schema: &Json) -> Json {
    if let Some(allowed) = schema["enum"].as_array() {
        return allowed[rng.below(allowed.len())].clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => parameters(rng, schema),
        (Some("boolean"), _) => json!(rng.percent(50)),
        (Some("integer"), _) => {
            let least = schema["minimum"].as_i64().expect("integers are bounded");
            let span = usize::try_from(schema["maximum"].as_i64().expect("integers are bounded") - least).unwrap();
            json!(least + i64::try_from(rng.below(span + 1)).unwrap())
        }
        (_, Some("cron")) => json!(cron(rng)),
        (_, Some("hostname")) => json!(hostname(rng)),
        _ => json!(format!("p{}", rng.below(1000))),
    }
}

fn cron(rng: &mut Rng) -> String {
    let (minute, hour, day) = (rng.below(60), rng.below(24), rng.below(7));
    match rng.below(5) {
        0 => format!("{minute} {hour} * * *"),
        1 => format!("*/{} * * * *", 1 + rng.below(30)),
        2 => format!("{minute} {hour} * * {day}"),
        3 => format!("{minute} {hour},12 1-7 * *"),
        _ => rng.pick(&["@daily", "0 0 3 * * *", "0 25 * * *", ""]).to_owned(),
    }
}

fn hostname(rng: &mut Rng) -> String {
    let first = 1 + rng.below(40);
    let first = letters(rng, first);
    let domain = rng.pick(&["bao.example.com", "bao.example.com", "bao.example.com", "example.org"]);
    if rng.percent(10) { format!("{first}.deep.{domain}") } else { format!("{first}.{domain}") }
}
