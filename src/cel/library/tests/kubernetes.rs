//! Quantities, versions, addresses, URLs and formats. The types' own golden tables are in `scalar`.

use super::{d, gives, i, is_no_overload, l, message, on, run, s};
use crate::cel::{Key, Meter, Value};

fn make(function: &str, text: &str) -> Value {
    run(function, &[s(text)]).unwrap()
}

fn cost(function: &str, receiver: bool, args: &[Value]) -> u64 {
    let mut meter = Meter::new(1_000_000);
    super::call(super::find(function).unwrap(), receiver, args, &mut meter).unwrap();
    meter.spent()
}

#[test]
fn quantities_are_equal_and_ordered_by_value() {
    let q = |text| make("quantity", text);
    gives(run("_==_", &[q("1Gi"), q("1024Mi")]), Value::Bool(true));
    gives(run("_==_", &[q("1G"), q("1Gi")]), Value::Bool(false));
    gives(on("compareTo", &[q("1G"), q("1Gi")]), i(-1));
    gives(on("isGreaterThan", &[q("1Gi"), q("1G")]), Value::Bool(true));
    gives(on("isLessThan", &[q("1Gi"), q("1G")]), Value::Bool(false));
    gives(run("sign", &[q("-50k")]), i(-1));
    gives(on("asInteger", &[q("50k")]), i(50_000));
    gives(on("asApproximateFloat", &[q("50.703k")]), d(50_703.0));
    gives(on("isInteger", &[q("1000m")]), Value::Bool(false));
    gives(run("_==_", &[on("add", &[q("50k"), i(-5)]).unwrap(), q("49995")]), Value::Bool(true));
    gives(run("_==_", &[on("sub", &[q("50k"), q("1Ki")]).unwrap(), q("48976")]), Value::Bool(true));
    assert!(message(on("asInteger", &[q("0.1")])).starts_with("`100m` is no integer"));
    assert!(message(run("quantity", &[s("10 Mo")])).starts_with("`10 Mo` is not a quantity"));
    assert!(is_no_overload(&on("sign", &[q("1")])));
    assert!(is_no_overload(&on("compareTo", &[q("1"), make("semver", "1.0.0")])));
}

#[test]
fn versions_compare_by_precedence() {
    let v = |text| make("semver", text);
    gives(run("_==_", &[v("1.2.3+a"), v("1.2.3+b")]), Value::Bool(true));
    gives(on("compareTo", &[v("1.2.3-rc.2"), v("1.2.3-rc.10")]), i(-1));
    gives(on("minor", &[run("semver", &[s("v01.7"), Value::Bool(true)]).unwrap()]), i(7));
    assert!(message(run("semver", &[s("latest")])).starts_with("`latest` is not a semantic version"));
    // Kubernetes wraps this to -1.
    assert_eq!(message(on("major", &[v("18446744073709551615.0.0")])), "integer overflow");
}

#[test]
fn addresses_and_networks_convert_and_contain() {
    let (ip, cidr) = (|text| make("ip", text), |text| make("cidr", text));
    gives(run("string", &[ip("2001:DB8::0:1")]), s("2001:db8::1"));
    gives(run("string", &[on("masked", &[cidr("10.1.2.3/8")]).unwrap()]), s("10.0.0.0/8"));
    gives(run("_==_", &[on("ip", &[cidr("10.1.2.3/8")]).unwrap(), ip("10.1.2.3")]), Value::Bool(true));
    gives(on("containsIP", &[cidr("10.0.0.0/8"), s("10.1.1.1")]), Value::Bool(true));
    gives(on("containsCIDR", &[cidr("10.0.0.0/8"), cidr("::/16")]), Value::Bool(false));
    gives(run("type", &[ip("::1")]), Value::Type("net.IP".into()));
    assert!(message(on("containsIP", &[cidr("10.0.0.0/8"), s("x")])).starts_with("`x` is not an IP address"));
    assert!(is_no_overload(&run("string", &[make("quantity", "1")])));
}

#[test]
fn queries_keep_all_values_of_a_key() {
    let query = on("getQuery", &[make("url", "https://h/?k=a&k=b&e")]);
    let expected = [(Key::string("k"), l([s("a"), s("b")])), (Key::string("e"), l([s("")]))];
    gives(query, Value::map(expected));
    gives(run("isURL", &[s("../a")]), Value::Bool(false));
}

#[test]
fn formats_say_what_is_wrong() {
    let format = run("format.dns1123Label", &[]).unwrap();
    gives(on("validate", &[format.clone(), s("my-name")]), Value::none());
    let wrong = on("validate", &[format.clone(), s("My_Name")]).unwrap();
    let expected = "`My_Name` is not a DNS label: `M` at 1; use lower-case letters, digits and `-`, with a letter or \
                    digit at both ends";
    gives(Ok(wrong), Value::some(l([s(expected)])));
    gives(run("_==_", &[run("format.named", &[s("dns1123Label")]).unwrap(), Value::some(format)]), Value::Bool(true));
    gives(run("format.named", &[s("hostname")]), Value::none());
}

#[test]
fn a_key_is_escaped_once() {
    gives(run("jsonpatch.escapeKey", &[s("k8s.io/my~label~1")]), s("k8s.io~1my~0label~01"));
}

/// By the rules of apiserver v0.37.2 `cel/library/cost.go`; opaque values count by their bytes.
#[test]
fn calls_cost_what_they_cost_in_kubernetes() {
    let (v4, v6) = (make("cidr", "10.0.0.0/8"), make("cidr", "2001:db8::/32"));
    assert_eq!(cost("containsIP", true, &[v4.clone(), s("10.0.0.1")]), 2);
    assert_eq!(cost("containsIP", true, &[v6.clone(), make("ip", "::1")]), 1);
    assert_eq!(cost("containsCIDR", true, &[v6, s("2001:db8::/48")]), 5);
    assert_eq!(cost("ip.isCanonical", false, &[s("2001:db8::1")]), 3);
    assert_eq!(cost("quantity", false, &[s("1234567890Ki")]), 2);
    assert_eq!(cost("ip", true, &[v4]), 1);
    let uuid = run("format.uuid", &[]).unwrap();
    assert_eq!(cost("validate", true, &[uuid, s("123e4567-e89b-12d3-a456-426614174000")]), 4 * 18);
}
