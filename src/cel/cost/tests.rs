use serde_json::json;

use super::{Bracket, Estimate, Extent, Extents, Unbounded, estimate};
use crate::cel::{Presence, RootId, Scope, compile};
use crate::schema::Schema;

struct One(Extent);

impl Extents for One {
    fn root(&mut self, _: RootId) -> Estimate {
        Estimate { cost: Bracket::default(), extent: self.0.clone() }
    }
}

const OPEN: Unbounded = Unbounded { text: 1_000, list: 100, map: 100 };

/// The estimate of an expression over `params`.
fn estimated(text: &str) -> Estimate {
    let schema = Schema::parse(&json!({"type": "object", "properties": {
        "name": {"type": "string", "maxLength": 100},
        "size": {"type": "string", "enum": ["small", "large"]},
        "count": {"type": "integer", "maximum": 7},
        "peers": {"type": "array", "maxItems": 20, "items": {"type": "string", "maxLength": 50}},
        "labels": {"type": "object", "maxProperties": 9, "additionalProperties": {"type": "string", "maxLength": 63}},
        "open": {"type": "array", "items": {"type": "string"}},
    }}))
    .unwrap();
    let mut scope = Scope::new();
    scope.declare("params", Presence::Always);
    let program = compile(text, &scope).unwrap();
    estimate(&program, &mut One(Extent::of_schema(&schema, OPEN)))
}

fn max(text: &str) -> u64 {
    estimated(text).cost.max
}

#[test]
fn texts_cost_by_their_bounds() {
    assert_eq!(max("params.name == 'abcdefghijk'"), 3 + 2);
    assert_eq!(max("params.name.startsWith('abcdefghijk')"), 3 + 2);
    assert_eq!(max("params.name.contains('abcdefghijk')"), 3 + 10 * 2);
    assert_eq!(max("params.size.size()"), 3 + 1);
    assert_eq!(estimated("params.size.size()").extent.number, Some(5));
}

#[test]
fn three_numbers_are_gathered_in_a_list_that_costs() {
    assert_eq!(max("math.least(params.count, 2)"), 3 + 1);
    assert_eq!(max("math.least(params.count, 2, 3)"), 3 + 10 + 1);
    assert_eq!(max("math.least(1, 2, 3)"), 1);
}

#[test]
fn a_comprehension_costs_its_range_times_its_step() {
    let step = 1 + 5 + 4;
    assert_eq!(max("params.peers.all(p, p == params.name)"), 3 + 1 + 5 + 20 * (step + 3));
    let nested = max("params.peers.all(p, params.peers.all(q, p == q))");
    assert!(nested > 400 * 5 && nested < 400 * 20, "{nested}");
    assert_eq!(estimated("params.peers.map(p, p + 'xx')").extent, Extent::list(20, Extent::text(52)));
}

#[test]
fn a_branch_that_may_not_run_is_in_the_most_and_not_in_the_least() {
    let Bracket { min, max } = estimated("params.count > 1 && params.peers.exists(p, p == 'a')").cost;
    assert!(min < 5 && max > 100, "{min} {max}");
    let either = max_of("params.count > 1 ? params.name : params.peers.join(',')");
    assert_eq!(either, max_of("params.peers.join(',')") + 4);
}

fn max_of(text: &str) -> u64 {
    max(text)
}

#[test]
fn what_no_schema_bounds_costs_as_much_as_it_is_taken_for() {
    assert!(max("params.open.all(a, params.open.all(b, a == b))") > 100 * 100 * 100);
    assert_eq!(max("lists.range(params.count).size()"), 3 + 18 + 1);
    assert_eq!(estimated("params.labels.map(k, params.labels[k])").extent.most, 9);
}

#[test]
fn results_are_as_large_as_they_can_get() {
    let text = |text: &str| estimated(text).extent.most;
    assert_eq!(text("params.name + params.name"), 200);
    assert_eq!(text("params.peers.join('-')"), 20 * 51);
    assert_eq!(text("params.name.split(',')"), 101);
    assert_eq!(text("params.name.replace('a', 'bcd')"), 100 + 101 * 3);
    assert!(text("'%s'.format([params.name])") >= 100);
    assert_eq!(text("[params.peers, params.peers].flatten()"), 2 * 20);
}
