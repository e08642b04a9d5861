use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::{Function, Overload, Ty, functions, names};
use crate::cel::program::tests::Names;
use crate::cel::value::strategy::{leaf, value};
use crate::cel::{Context, Fault, Meter, Opaque, Value, compile};

fn overloads() -> impl Iterator<Item = (&'static Function, &'static Overload)> {
    functions().iter().flat_map(|function| function.overloads.iter().map(move |overload| (*function, overload)))
}

#[test]
fn every_name_and_every_overload_id_is_unique() {
    let mut seen = BTreeSet::new();
    for name in names() {
        assert!(seen.insert(name), "two functions named `{name}`");
    }
    let mut seen = BTreeSet::new();
    for (_, overload) in overloads() {
        assert!(seen.insert(overload.id), "two overloads with the id `{}`", overload.id);
    }
}

#[test]
fn every_function_is_documented_and_has_an_example() {
    for function in functions() {
        assert!(function.doc.ends_with('.') || function.doc.ends_with(')'), "doc of `{}`", function.name);
        assert!(!function.doc.contains("  "), "doc of `{}` has a gap", function.name);
        assert!(!function.example.is_empty(), "example of `{}`", function.name);
        assert!(!function.overloads.is_empty(), "overloads of `{}`", function.name);
    }
}

#[test]
fn every_example_yields_true() {
    let names = Names::default();
    for function in functions() {
        let program = compile(function.example, &names.scope)
            .unwrap_or_else(|errors| panic!("`{}`: {}", function.name, errors[0]));
        let value = program.eval(&names, &mut Context::new(Meter::PER_CALL_LIMIT));
        assert_eq!(value, Ok(Value::Bool(true)), "`{}`: {}", function.name, function.example);
    }
}

#[test]
fn overloads_of_one_function_do_not_hide_each_other() {
    for function in functions() {
        let mut seen = BTreeSet::new();
        for overload in function.overloads {
            let signature = format!("{} {:?}", overload.receiver, overload.params);
            assert!(seen.insert(signature), "`{}` is hidden", overload.id);
        }
    }
}

/// What facts/kubernetes-cel.md 2 lists, without the parts that other modules own.
#[test]
fn the_standard_library_of_kubernetes_is_all_there() {
    let expected = [
        "!_ -_ @in _!=_ _%_ _*_ _+_ _-_ _/_ _<=_ _<_ _==_ _>=_ _>_ _[_] bool bytes double dyn int string type uint",
        "size contains startsWith endsWith matches isSorted sum min max indexOf lastIndexOf includes",
        "slice flatten lists.range distinct reverse sort @sortByAssociatedKeys first last",
        "find findAll sets.contains sets.equivalent sets.intersects",
        "charAt join lowerAscii upperAscii replace split substring trim format strings.quote",
        "optional.of optional.none optional.ofNonZeroValue optional.unwrap unwrapOpt hasValue value or orValue",
        "math.greatest math.least math.ceil math.floor math.round math.trunc math.abs math.sign math.isNaN math.isInf",
        "math.isFinite math.bitAnd math.bitOr math.bitXor math.bitNot math.bitShiftLeft math.bitShiftRight math.sqrt",
        "base64.encode base64.decode regex.extract regex.extractAll regex.replace",
        "duration timestamp getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek",
        "getHours getMinutes getSeconds getMilliseconds",
        "quantity isQuantity sign isInteger asInteger asApproximateFloat add sub isGreaterThan isLessThan compareTo",
        "semver isSemver major minor patch",
        "ip isIP ip.isCanonical family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast",
        "cidr isCIDR containsIP containsCIDR masked prefixLength",
        "url isURL getScheme getHost getHostname getPort getEscapedPath getQuery",
        "format.named validate format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName",
        "format.dns1123LabelPrefix format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue",
        "format.uri format.uuid format.byte format.date format.datetime jsonpatch.escapeKey",
    ];
    let present: BTreeSet<&str> = names().collect();
    for name in expected.iter().flat_map(|line| line.split(' ')) {
        assert!(present.contains(name), "`{name}` is missing");
    }
}

/// A random value that a parameter takes.
fn of(ty: Ty) -> BoxedStrategy<Value> {
    match ty {
        Ty::List(item) => proptest::collection::vec(of(*item), 0..5).prop_map(Value::list).boxed(),
        Ty::Optional(item) => {
            proptest::option::of(of(*item)).prop_map(|held| held.map_or_else(Value::none, Value::some)).boxed()
        }
        Ty::Opaque(name) => proptest::sample::select(opaques(name)).boxed(),
        _ => proptest::sample::select(drawn(ty)).boxed(),
    }
}

/// Many values of a kind, all of them drawn once for all tests: drawing takes far longer than calling.
fn drawn(ty: Ty) -> Vec<Value> {
    POOL.iter().filter(|value| kind_matches(ty, value)).cloned().collect()
}

static POOL: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut runner = TestRunner::deterministic();
    let (leaves, any) = (leaf(), value());
    let leaves: Vec<_> = (0..1_000).map(|_| leaves.new_tree(&mut runner).unwrap().current()).collect();
    let any: Vec<_> = (0..400).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    [leaves, any].concat()
});

/// Values of a library type, made by its own function.
fn opaques(name: &str) -> Vec<Value> {
    let (function, texts): (_, &[&str]) = match name {
        Opaque::QUANTITY => ("quantity", &["0", "-1", "1Gi", "1000m", "0.1n", "1e400", "9223372036854775807"]),
        Opaque::SEMVER => ("semver", &["0.0.0", "1.2.3-rc.1+a", "18446744073709551615.0.0"]),
        Opaque::IP => ("ip", &["0.0.0.0", "10.0.0.1", "::", "fe80::1"]),
        Opaque::CIDR => ("cidr", &["0.0.0.0/0", "10.1.2.3/8", "::/0", "fe80::1/128"]),
        Opaque::URL => ("url", &["/", "mailto:a", "https://u:p@[::1]:8080/a%20b?c=d&c&%zz#e"]),
        _ => ("format.named", &["uri", "dns1035LabelPrefix"]),
    };
    let make = |text: &&str| match super::run(function, &[Value::string(text)]) {
        Ok(Value::Optional(Some(value))) => (*value).clone(),
        made => made.unwrap(),
    };
    texts.iter().map(make).collect()
}

fn kind_matches(ty: Ty, value: &Value) -> bool {
    match ty {
        Ty::Dyn | Ty::Param(_) => true,
        Ty::Map(..) => matches!(value, Value::Map(_)),
        Ty::Type => matches!(value, Value::Type(_)),
        Ty::Null => matches!(value, Value::Null),
        Ty::Bool => matches!(value, Value::Bool(_)),
        Ty::Int => matches!(value, Value::Int(_)),
        Ty::Uint => matches!(value, Value::Uint(_)),
        Ty::Double => matches!(value, Value::Double(_)),
        Ty::String => matches!(value, Value::String(_)),
        Ty::Bytes => matches!(value, Value::Bytes(_)),
        Ty::Duration => matches!(value, Value::Duration(_)),
        Ty::Timestamp => matches!(value, Value::Timestamp(_)),
        Ty::Opaque(name) => matches!(value, Value::Opaque(opaque) if opaque.type_name() == name),
        Ty::List(_) | Ty::Optional(_) => false,
    }
}

fn result_matches(ty: Ty, value: &Value) -> bool {
    match ty {
        Ty::List(_) => matches!(value, Value::List(_)),
        Ty::Optional(_) => matches!(value, Value::Optional(_)),
        other => kind_matches(other, value),
    }
}

/// Values per kind, drawn once, so that each overload meets hundreds of combinations at little cost.
fn pool() -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let strategy = value();
    let mut pool: Vec<_> = (0..400).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current())).collect();
    // Spread among the others, so that each function meets them at every place.
    for (place, value) in Opaque::TYPES.iter().flat_map(|name| opaques(name)).enumerate() {
        pool[place * 13] = value;
    }
    pool
}

#[test]
fn any_arguments_of_matching_kinds_end_in_a_value_of_the_declared_kind_or_a_fault() {
    let mut runner = TestRunner::deterministic();
    let mut called = 0;
    for (function, overload) in overloads() {
        let strategies: Vec<_> = overload.params.iter().map(|ty| of(*ty)).collect();
        for _ in 0..24 {
            let args: Vec<Value> =
                strategies.iter().filter_map(|one| Some(one.new_tree(&mut runner).ok()?.current())).collect();
            let mut meter = Meter::new(Meter::PER_CALL_LIMIT);
            match overload.invoke(&args, &mut meter) {
                Ok(value) if args.iter().all(|arg| !matches!(arg, Value::List(_))) => {
                    assert!(result_matches(overload.result, &value), "{} gave {value:?} for {args:?}", overload.id);
                }
                Err(Fault::NoSuchOverload(why)) if overload.accepts(&args) => {
                    panic!("`{}` of `{}` does not take {args:?}: {why}", overload.id, function.name)
                }
                Ok(_) | Err(_) => {}
            }
            called += 1;
        }
    }
    assert!(called > 5_000);
}

#[test]
fn any_function_takes_any_values_without_panic() {
    let pool = pool();
    let mut at = 0_usize;
    let mut next = || {
        at = (at * 31 + 7) % pool.len();
        pool[at].clone()
    };
    for function in functions() {
        for arity in 0..4 {
            for _ in 0..20 {
                let args: Vec<Value> = (0..arity).map(|_| next()).collect();
                let mut meter = Meter::new(100_000);
                let _ = super::super::call(function, arity % 2 == 0, &args, &mut meter);
                let _ = super::super::call(function, arity % 2 == 1, &args, &mut meter);
            }
        }
    }
}
