//! What comparisons teach where they hold, and where they do not.

use super::Type;
use super::facts::{Facts, Place};
use crate::cel::ast::{Expr, Kind, Literal};

/// What is known where a condition holds, and where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    pub(super) yes: Facts,
    pub(super) no: Facts,
}

impl Learned {
    pub(super) fn yes(yes: Facts) -> Self {
        Self { yes, no: Facts::default() }
    }

    fn turned(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    fn and(self, other: &Self) -> Self {
        Self { yes: self.yes.and(&other.yes), no: self.no.and(&other.no) }
    }
}

/// List positions that one `size()` comparison can prove.
const MAX_POSITIONS: i64 = 32;

/// What `one == two` teaches; `equal` is false for `!=`.
pub(super) fn equality(equal: bool, one: (&Expr, &Type), two: (&Expr, &Type)) -> Learned {
    let learned = equated(one, two.0, two.1).and(&equated(two, one.0, one.1));
    if equal { learned } else { learned.turned() }
}

/// What is known of `read` where it equals `other`, and where it does not.
fn equated(read: (&Expr, &Type), other: &Expr, ty: &Type) -> Learned {
    let (expr, own) = read;
    if let Some(learned) = sized(expr, "_==_", other) {
        return learned;
    }
    if let Some(learned) = of_type(expr, other) {
        return learned;
    }
    if let (Type::Nullable(held), Type::Null, Some(place)) = (own, ty, Place::of(expr)) {
        let is_null = Facts::typed(place.clone(), Type::Null);
        return Learned { yes: is_null, no: Facts::typed(place, (**held).clone()) };
    }
    let Some((place, default)) = source(expr) else { return Learned::default() };
    let mut learned = Learned::default();
    if let Some(texts) = ty.texts() {
        learned.yes = Facts::typed(place.clone(), ty.clone());
        if let (1, Some(rest)) = (texts.len(), own.without(texts)) {
            learned.no = Facts::typed(place.clone(), rest);
        }
    }
    if let Some(default) = default {
        // Where the value is not the default, it was there; where it is, nobody knows.
        let single = known(other);
        let is_default = single.is_some_and(|value| value == default);
        let never = match (default, ty.texts()) {
            (Literal::String(text), Some(texts)) => !texts.contains(&**text),
            _ => single.is_some_and(|value| value != default),
        };
        match (never, is_default) {
            (true, _) => learned.yes = learned.yes.and(&Facts::there(&place)),
            (_, true) => {
                learned.no = learned.no.and(&Facts::there(&place));
                learned.yes = Facts::default();
            }
            _ => learned = Learned::default(),
        }
    }
    learned
}

/// What `item in range` teaches.
pub(super) fn membership(item: (&Expr, &Type), range: (&Expr, &Type)) -> Learned {
    if let Some(key) = Place::of(range.0).and_then(|map| map.below(item.0))
        && !matches!(range.1, Type::List(_))
    {
        return Learned::yes(Facts::there(&key));
    }
    let (Type::List(values), Some((place, default))) = (range.1, source(item.0)) else {
        return Learned::default();
    };
    let Some(texts) = values.texts() else { return Learned::default() };
    let mut learned = Learned::yes(Facts::typed(place.clone(), (**values).clone()));
    match default {
        Some(Literal::String(text)) if !texts.contains(&**text) => {
            learned.yes = learned.yes.and(&Facts::there(&place));
        }
        Some(_) => return Learned::default(),
        None => {
            if let (Kind::List(_), Some(rest)) = (&range.0.kind, item.1.without(texts)) {
                learned.no = Facts::typed(place, rest);
            }
        }
    }
    learned
}

/// What an ordering of a size teaches: `size(xs) > 1`.
pub(super) fn ordering(sign: &str, one: &Expr, two: &Expr) -> Learned {
    sized(one, sign, two).or_else(|| sized(two, turned(sign), one)).unwrap_or_default()
}

fn turned(sign: &str) -> &str {
    match sign {
        "_<_" => "_>_",
        "_<=_" => "_>=_",
        "_>_" => "_<_",
        "_>=_" => "_<=_",
        other => other,
    }
}

/// A place, read plainly or with a constant default: `a.b`, `a.?b.orValue('x')`.
fn source(expr: &Expr) -> Option<(Place, Option<&Literal>)> {
    match &expr.kind {
        Kind::Call { function, target: Some(target), args, .. } if &**function == "orValue" => match args.as_slice() {
            [default] => Some((Place::of(target)?, Some(known(default)?))),
            _ => None,
        },
        _ => Some((Place::of(expr)?, None)),
    }
}

/// Places of a condition that is itself a flag with a default: `a.?flag.orValue(false)`.
pub(super) fn flag(expr: &Expr) -> Learned {
    match source(expr) {
        Some((place, Some(Literal::Bool(false)))) => Learned::yes(Facts::there(&place)),
        Some((place, Some(Literal::Bool(true)))) => Learned { yes: Facts::default(), no: Facts::there(&place) },
        _ => Learned::default(),
    }
}

fn known(expr: &Expr) -> Option<&Literal> {
    match &expr.kind {
        Kind::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// `size(a.b) SIGN n` and `a.b.size() SIGN n`: the first positions are there.
fn sized(expr: &Expr, sign: &str, count: &Expr) -> Option<Learned> {
    let Some(Literal::Int(count)) = known(count) else { return None };
    let Kind::Call { function, target, args, .. } = &expr.kind else { return None };
    let (("size", Some(list), []) | ("size", None, [list])) = (&**function, target.as_deref(), args.as_slice()) else {
        return None;
    };
    let place = match &list.kind {
        // `a.?b.orValue([])`: only what is there has elements.
        Kind::Call { function, target: Some(target), args, .. }
            if &**function == "orValue"
                && matches!(args.as_slice(), [Expr { kind: Kind::List(items), .. }] if items.is_empty()) =>
        {
            Place::of(target)?
        }
        _ => Place::of(list)?,
    };
    let least = |count: i64| {
        (0..count.clamp(0, MAX_POSITIONS)).fold(Facts::default(), |facts, at| {
            facts.and(&Facts::there(&Place::At(std::sync::Arc::new(place.clone()), at)))
        })
    };
    let above = count.saturating_add(1);
    Some(match sign {
        "_==_" if *count == 0 => Learned { yes: Facts::default(), no: least(1) },
        "_==_" | "_>=_" => Learned::yes(least(*count)),
        "_>_" => Learned::yes(least(above)),
        "_<_" => Learned { yes: Facts::default(), no: least(*count) },
        "_<=_" => Learned { yes: Facts::default(), no: least(above) },
        _ => return None,
    })
}

/// `type(a.b) == string`.
fn of_type(expr: &Expr, name: &Expr) -> Option<Learned> {
    let (Kind::Call { function, target: None, args, .. }, Kind::Ident { name, .. }) = (&expr.kind, &name.kind) else {
        return None;
    };
    let [value] = args.as_slice() else { return None };
    if &**function != "type" {
        return None;
    }
    let ty = Type::named(name)?;
    Some(Learned::yes(Facts::typed(Place::of(value)?, ty)))
}
