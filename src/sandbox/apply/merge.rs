//! What a manager applies, merged onto what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::element::Element;
use super::place::{Items, Kind, Place};

/// Merges: what `new` says nothing about stays. `None` where nothing is left, or nothing was there.
pub(super) fn merge(place: Place<'_>, old: Option<&Value>, new: Option<&Value>) -> Result<Option<Value>, String> {
    let whole = || new.or(old).cloned();
    match place.kind(new.or(old)) {
        Kind::Scalar => Ok(whole()),
        Kind::Map => {
            let (before, after) = (old.and_then(Value::as_object), new.and_then(Value::as_object));
            // Between an empty object, null and nothing the newer one wins.
            let empty = before.is_none_or(Map::is_empty) && after.is_none_or(Map::is_empty);
            if empty || place.is_atomic_map() { Ok(whole()) } else { fields(place, before, after) }
        }
        Kind::List => {
            let (before, after) = (old.and_then(Value::as_array), new.and_then(Value::as_array));
            let empty = before.is_none_or(Vec::is_empty) && after.is_none_or(Vec::is_empty);
            if empty || place.items() == Items::Atomic {
                return Ok(whole());
            }
            items(place, before.map_or(&[], Vec::as_slice), after.map_or(&[], Vec::as_slice))
        }
    }
}

type Fields = Map<String, Value>;

fn fields(place: Place<'_>, old: Option<&Fields>, new: Option<&Fields>) -> Result<Option<Value>, String> {
    let names: BTreeSet<&String> = old.into_iter().chain(new).flat_map(Fields::keys).collect();
    let mut merged = Fields::new();
    for name in names {
        let (before, after) = (old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name)));
        let value = merge(place.field(name), before, after).map_err(|error| format!(".{name}{error}"))?;
        merged.extend(value.map(|value| (name.clone(), value)));
    }
    Ok((!merged.is_empty()).then_some(Value::Object(merged)))
}

/// An item of a list and what names it.
type Named<'v> = (Element, &'v Value);

/// Merges lists whose items have names. Items of `new` keep their order; those that only `old` has stay
/// in front of the item of `new` that they stood before.
fn items(place: Place<'_>, old: &[Value], new: &[Value]) -> Result<Option<Value>, String> {
    let (before, after) = (named(place, old)?, named(place, new)?);
    let mut lists = Lists { place, old: Index::of(&before), new: Index::of(&after), merged: Vec::new() };
    if let Some(double) = lists.new.double() {
        return Err(format!(": duplicate entries for key {double}"));
    }
    lists.walk(&before, &after)?;
    Ok((!lists.merged.is_empty()).then_some(Value::Array(lists.merged)))
}

fn named<'v>(place: Place<'_>, list: &'v [Value]) -> Result<Vec<Named<'v>>, String> {
    let name = |(at, item): (usize, &'v Value)| {
        place.element(item).map(|element| (element, item)).map_err(|error| format!(": element {at}: {error}"))
    };
    list.iter().enumerate().map(name).collect()
}

/// The items of a list by name.
struct Index<'v>(BTreeMap<Element, Vec<&'v Value>>);

impl<'v> Index<'v> {
    fn of(list: &[Named<'v>]) -> Self {
        let mut index: BTreeMap<Element, Vec<&Value>> = BTreeMap::new();
        for (element, item) in list {
            index.entry(element.clone()).or_default().push(item);
        }
        Self(index)
    }

    fn has(&self, element: &Element) -> bool {
        self.0.contains_key(element)
    }

    /// The item of a name; null where there are several, which then do not merge.
    fn get(&self, element: &Element) -> Option<&'v Value> {
        match self.0.get(element)?.as_slice() {
            [item] => Some(item),
            _ => Some(&Value::Null),
        }
    }

    fn double(&self) -> Option<&Element> {
        self.0.iter().find(|(_, items)| items.len() > 1).map(|(element, _)| element)
    }
}

struct Lists<'s, 'v> {
    place: Place<'s>,
    old: Index<'v>,
    new: Index<'v>,
    merged: Vec<Value>,
}

impl<'v> Lists<'_, 'v> {
    fn walk(&mut self, old: &'v [Named<'v>], new: &'v [Named<'v>]) -> Result<(), String> {
        let in_both: Vec<&Element> = new.iter().map(|(element, _)| element).filter(|at| self.old.has(at)).collect();
        let mut shared = in_both.into_iter().peekable();
        let mut done: BTreeSet<&Element> = BTreeSet::new();
        let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
        loop {
            match (left.peek().copied(), right.peek().copied()) {
                (None, None) => return Ok(()),
                (Some((element, item)), _) if !self.new.has(element) => {
                    self.push(element, Some(item), None)?;
                    left.next();
                }
                // In both, but its turn in the order of `new` comes later, or was before.
                (Some((element, _)), Some((against, _)))
                    if element != against && shared.peek().is_some_and(|next| *next != element) =>
                {
                    left.next();
                }
                (before, after) => {
                    if before.is_some_and(|(element, _)| {
                        done.contains(element) || after.is_some_and(|(at, _)| at == element)
                    }) {
                        left.next();
                    }
                    let Some((element, _)) = after else { continue };
                    self.push(element, self.old.get(element), self.new.get(element))?;
                    done.insert(element);
                    right.next();
                    shared.next_if(|next| *next == element);
                }
            }
        }
    }

    fn push(&mut self, element: &Element, old: Option<&Value>, new: Option<&Value>) -> Result<(), String> {
        let merged = merge(self.place.item(), old, new).map_err(|error| format!("{element}{error}"))?;
        self.merged.extend(merged);
        Ok(())
    }
}
