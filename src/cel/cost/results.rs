//! How large the results of functions are.

use crate::cel::library::{Overload, Ty};

use super::extent::{Extent, SCALAR_TEXT};

/// The result of a call, as large as the largest that any of the signatures gives.
pub(super) fn result(name: &str, overloads: &[&Overload], args: &[Extent]) -> Extent {
    Extent::joined(overloads.iter().map(|overload| one(name, overload.result, args)))
}

fn one(name: &str, result: Ty, args: &[Extent]) -> Extent {
    let first = args.first().cloned().unwrap_or_default();
    let most = |at: usize| args.get(at).map_or(0, |arg| arg.most);
    match (name, result) {
        ("size", _) => Extent::count(first.most),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_" | "-_", Ty::Int | Ty::Uint) => number(name, args),
        ("math.least" | "math.greatest", _) if args.len() == 2 => Extent::joined(args.iter().cloned()),
        ("math.least" | "math.greatest", _) => {
            if first.has_keys() || first.item() != Extent::default() {
                first.item()
            } else {
                first
            }
        }
        ("_+_", Ty::String | Ty::Bytes) => Extent::text(most(0).saturating_add(most(1))),
        ("_+_", Ty::List(_)) => {
            let item = Extent::joined(args.iter().map(Extent::item));
            Extent::list(most(0).saturating_add(most(1)), item)
        }
        ("join", _) => {
            let part = first.item().most.saturating_add(most(1));
            Extent::text(first.most.saturating_mul(part))
        }
        ("split" | "findAll" | "regex.extractAll", _) => Extent::list(most(0).saturating_add(1), Extent::text(most(0))),
        ("replace", _) => Extent::text(most(0).saturating_add(most(0).saturating_add(1).saturating_mul(most(2)))),
        ("regex.replace", _) => {
            // Each match may write the match itself, many times.
            let once = most(2).saturating_mul(most(0).saturating_add(1));
            Extent::text(most(0).saturating_add(most(0).saturating_add(1).saturating_mul(once)))
        }
        ("format", _) => Extent::text(formatted(args)),
        ("lists.range", _) => {
            let count = first.number.unwrap_or(u64::MAX);
            Extent::list(count, Extent::count(count))
        }
        ("flatten", _) => flattened(&first),
        (
            "optional.unwrap"
            | "unwrapOpt"
            | "dyn"
            | "optional.of"
            | "optional.ofNonZeroValue"
            | "value"
            | "sort"
            | "reverse"
            | "distinct"
            | "slice"
            | "@sortByAssociatedKeys",
            _,
        ) => first,
        ("first" | "last" | "min" | "max", _) => first.item(),
        ("validate", _) => Extent::list(1, Extent::text(most(1).saturating_add(1_000))),
        ("getQuery", _) => {
            let text = Extent::text(first.hidden);
            let values = Extent::list(first.hidden.saturating_add(1), text.clone());
            Extent::map(first.hidden.saturating_add(1), text, values)
        }
        ("type", _) => Extent::scalar(),
        (_, ty) => by_type(ty, args),
    }
}

/// The bounds of arithmetic, where those of its operands are known.
fn number(name: &str, args: &[Extent]) -> Extent {
    let (Some(one), two) = (args.first(), args.get(1)) else { return Extent::scalar() };
    let plus = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
    let far = |it: &Extent| Some(it.number?.max(it.below?));
    let (number, below) = match (name, two) {
        ("-_", _) => (one.below, one.number),
        ("_+_", Some(two)) => (plus(one.number, two.number), plus(one.below, two.below)),
        ("_-_", Some(two)) => (plus(one.number, two.below), plus(one.below, two.number)),
        ("_*_", Some(two)) => {
            let far = far(one).zip(far(two)).map(|(one, two)| one.saturating_mul(two));
            (far, far)
        }
        _ => (far(one), far(one)),
    };
    let mut extent = Extent::scalar();
    (extent.number, extent.below) = (number, below);
    extent
}

/// What no rule above tells: at most some times as large as all that goes in.
fn by_type(ty: Ty, args: &[Extent]) -> Extent {
    /// Escapes grow the most: a byte becomes `\u00ff`, or three of a URL.
    const GROWTH: u64 = 8;
    let all = args.iter().map(|arg| if arg.text { arg.most } else { arg.hidden }).fold(0, u64::saturating_add);
    match ty {
        Ty::String | Ty::Bytes => Extent::text(all.saturating_mul(GROWTH).saturating_add(SCALAR_TEXT)),
        Ty::Opaque(_) => Extent::opaque(all.saturating_add(SCALAR_TEXT)),
        Ty::Optional(held) => by_type(*held, args),
        Ty::List(item) => {
            let count = args.iter().map(|arg| arg.most).fold(0, u64::saturating_add);
            Extent::list(count, Extent::joined(args.iter().map(Extent::item)).or(&by_type(*item, args)))
        }
        Ty::Map(..) | Ty::Dyn | Ty::Param(_) => {
            Extent::joined(args.iter().cloned().chain(args.iter().map(Extent::item)))
        }
        _ => Extent::scalar(),
    }
}

/// `'%s …'.format([…])`: the text and all arguments written out; a precision can ask for any length.
fn formatted(args: &[Extent]) -> u64 {
    /// `%x` writes two digits a byte, `%b` eight a digit of which a number has 64.
    const GROWN: u64 = 8;
    let arguments = args.get(1).map_or(0, |list| {
        let each = list.item().written().saturating_mul(GROWN);
        list.most.saturating_mul(each)
    });
    let text = args.first().map_or(0, |text| text.most);
    // `%.99f`: as many digits as the text can spell.
    let precision = if text > 2 { text.saturating_mul(1_000) } else { 0 };
    text.saturating_add(arguments).saturating_add(precision)
}

/// Lists in lists, however deep they are opened.
fn flattened(list: &Extent) -> Extent {
    let (mut count, mut item) = (list.most, list.item());
    for _ in 0..8 {
        if item.text || item.has_keys() || item.item() == Extent::default() {
            break;
        }
        count = count.saturating_mul(item.most.max(1));
        item = item.item().or(&item);
    }
    Extent::list(count, item)
}
