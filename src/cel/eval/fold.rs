//! Comprehensions. Each costs what its expansion costs in cel-go: reading and changing the accumulator
//! counts as well.

use std::collections::BTreeMap;

use super::{Eval, EvalError, FOLD, Fault, LIST, Local, Run, SELECT, at, bad_key, insert, is_fatal};
use crate::cel::library;
use crate::cel::plan::{Fold, FoldKind, Node, Op};
use crate::cel::{Key, Value};

/// What a comprehension gathers.
enum Gathered {
    /// `all`, `exists`: an error so far, which a later element may absorb
    Undecided(Option<Box<EvalError>>),
    Count(u64),
    List(Vec<Value>),
    Map(BTreeMap<Key, Value>),
}

impl<'a> Run<'a, '_, '_> {
    pub(super) fn fold(&mut self, node: &'a Node, fold: &'a Fold) -> Eval {
        let over = self.node(&fold.over)?;
        // `sortBy` is a bind around a `map`.
        self.charge(if fold.kind == FoldKind::Sort { FOLD + FOLD + SELECT } else { FOLD }, &node.range)?;
        let mut gathered = match fold.kind {
            FoldKind::Decided(_) => Gathered::Undecided(None),
            FoldKind::ExistsOne => Gathered::Count(0),
            FoldKind::List | FoldKind::Filter | FoldKind::Sort => Gathered::List(Vec::new()),
            FoldKind::Values | FoldKind::Entries => Gathered::Map(BTreeMap::new()),
        };
        match &over {
            Value::List(items) => {
                let last = items.len().saturating_sub(1);
                for (at, item) in items.iter().enumerate() {
                    let index = || Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
                    let (first, second) = match fold.second {
                        Some(_) => (index(), item.clone()),
                        None => (item.clone(), Value::Null),
                    };
                    if let Some(decided) = self.element_of(node, fold, first, second, &mut gathered)? {
                        return self.decided(node, decided, at == last);
                    }
                }
            }
            Value::Map(entries) => {
                let last = entries.len().saturating_sub(1);
                for (at, (key, value)) in entries.iter().enumerate() {
                    if let Some(decided) = self.element_of(node, fold, key.to_value(), value.clone(), &mut gathered)? {
                        return self.decided(node, decided, at == last);
                    }
                }
            }
            other => {
                let text = format!("a macro ranges over a list or a map, found {}", other.type_name());
                return Err(at(&fold.over.range, Fault::NoSuchOverload(text)));
            }
        }
        self.result(node, fold, over, gathered)
    }

    /// One element; a value if it decides the whole.
    fn element_of(
        &mut self,
        node: &'a Node,
        fold: &'a Fold,
        first: Value,
        second: Value,
        gathered: &mut Gathered,
    ) -> Eval<Option<Value>> {
        let key = (fold.kind == FoldKind::Values).then(|| first.clone());
        let element = (fold.kind == FoldKind::Filter).then(|| first.clone());
        self.set(fold.first, Local::Known(Ok(first)));
        if let Some(slot) = fold.second {
            self.set(slot, Local::Known(Ok(second)));
        }
        if let FoldKind::Decided(decides) = fold.kind {
            return self.decide(node, fold, decides, gathered);
        }
        if let Some(filter) = &fold.filter
            && !self.truth(filter)?
        {
            return Ok(None);
        }
        match gathered {
            Gathered::Count(count) => {
                if self.truth(&fold.step)? {
                    self.charge(2 * SELECT, &node.range)?;
                    *count += 1;
                }
            }
            Gathered::List(list) => {
                if let Some(item) = self.item(node, fold, element)? {
                    list.push(item);
                }
            }
            Gathered::Map(map) => self.entry(node, fold, key, map)?,
            Gathered::Undecided(_) => {}
        }
        Ok(None)
    }

    /// What one element adds to a list: itself, for a `filter` that holds, or what it is mapped to.
    fn item(&mut self, node: &'a Node, fold: &'a Fold, element: Option<Value>) -> Eval<Option<Value>> {
        let Some(element) = element else {
            let made = if matches!(fold.step.op, Op::Const(_)) { 0 } else { LIST };
            self.charge(SELECT + made + SELECT, &node.range)?;
            return self.node(&fold.step).map(Some);
        };
        if !self.truth(&fold.step)? {
            return Ok(None);
        }
        self.charge(SELECT + LIST + SELECT + SELECT, &node.range)?;
        Ok(Some(element))
    }

    /// `all` and `exists`: like a chain of `&&` or `||`.
    fn decide(
        &mut self,
        node: &'a Node,
        fold: &'a Fold,
        decides: bool,
        gathered: &mut Gathered,
    ) -> Eval<Option<Value>> {
        self.charge(if decides { 4 } else { 3 }, &node.range)?;
        match self.truth(&fold.step) {
            Ok(value) if value == decides => Ok(Some(Value::Bool(decides))),
            Ok(_) => Ok(None),
            Err(fatal) if is_fatal(&fatal.fault) => Err(fatal),
            Err(error) => {
                if let Gathered::Undecided(first) = gathered {
                    first.get_or_insert(error);
                }
                Ok(None)
            }
        }
    }

    /// The value of `all` or `exists` before the end: cel-go sees at the next element that it is decided.
    fn decided(&mut self, node: &'a Node, value: Value, at_last: bool) -> Eval {
        let seen = match (&value, at_last) {
            (_, true) => 0,
            (Value::Bool(true), false) => 3,
            _ => 2,
        };
        self.charge(seen + SELECT, &node.range)?;
        Ok(value)
    }

    /// `transformMap`, `transformMapEntry`: cel-go's `cel.@mapInsert`.
    fn entry(
        &mut self,
        node: &'a Node,
        fold: &'a Fold,
        key: Option<Value>,
        map: &mut BTreeMap<Key, Value>,
    ) -> Eval<()> {
        self.charge(if key.is_some() { 3 } else { 2 } * SELECT, &node.range)?;
        let value = self.node(&fold.step)?;
        let range = &fold.step.range;
        if let Some(key) = key {
            let key = Key::literal(&key).ok_or_else(|| at(range, bad_key(&key)))?;
            return insert(map, key, value).map_err(|fault| at(range, fault));
        }
        let Value::Map(entries) = value else {
            let text = format!("`transformMapEntry` gathers maps, found {}", value.type_name());
            return Err(at(range, Fault::NoSuchOverload(text)));
        };
        for (key, value) in entries.iter() {
            insert(map, key.clone(), value.clone()).map_err(|fault| at(range, fault))?;
        }
        Ok(())
    }

    fn result(&mut self, node: &'a Node, fold: &'a Fold, over: Value, gathered: Gathered) -> Eval {
        let cost = if matches!(gathered, Gathered::Count(_)) { 2 } else { 1 };
        self.charge(cost * SELECT, &node.range)?;
        match gathered {
            Gathered::Undecided(Some(error)) => Err(error),
            Gathered::Undecided(None) => Ok(Value::Bool(fold.kind != FoldKind::Decided(true))),
            Gathered::Count(count) => Ok(Value::Bool(count == 1)),
            Gathered::List(list) if fold.kind == FoldKind::Sort => self.sort(node, over, list),
            Gathered::List(list) => Ok(Value::List(list.into())),
            Gathered::Map(map) => Ok(Value::map(map)),
        }
    }

    fn sort(&mut self, node: &'a Node, over: Value, keys: Vec<Value>) -> Eval {
        self.charge(SELECT, &node.range)?;
        let missing = || at(&node.range, Fault::NoSuchOverload("`sortBy`".into()));
        let function = library::find("@sortByAssociatedKeys").ok_or_else(missing)?;
        let args = [over, Value::List(keys.into())];
        library::call(function, true, &args, &mut self.cx.meter).map_err(|fault| at(&node.range, fault))
    }
}
