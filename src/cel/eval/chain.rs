//! Fields and keys. As in cel-go, one `?` makes the rest of its chain optional, and so does a base that
//! is an optional itself.

use std::sync::Arc;

use super::{Eval, Fault, Node, Op, Run, SELECT, at};
use crate::cel::plan::{Chain, Step, StepKey};
use crate::cel::{Key, Result as CelResult, Value};

/// What a key finds.
enum Found<'v> {
    Value(&'v Value),
    Nothing(Missing),
}

/// What is not there. Most who ask only want to know that.
enum Missing {
    Key(Value),
    Position(i64),
}

impl Missing {
    fn fault(self) -> Fault {
        match self {
            Self::Key(Value::String(name)) => Fault::NoSuchKey(name.to_string()),
            Self::Key(key) => Fault::NoSuchKey(key.to_cel_text(80)),
            Self::Position(position) => Fault::IndexOutOfBounds(position),
        }
    }
}

impl<'a> Run<'a, '_, '_> {
    /// `paid`: the name that the chain starts with counts.
    pub(super) fn chain(&mut self, chain: &'a Chain, paid: bool) -> Eval {
        let base = self.base(&chain.base, paid)?;
        let (mut value, mut optional) = match &base {
            Value::Optional(None) if chain.test => return Ok(Value::Bool(false)),
            Value::Optional(None) => return Ok(Value::Optional(None)),
            Value::Optional(Some(held)) => (&**held, true),
            value => (value, false),
        };
        let last = chain.steps.len().saturating_sub(1);
        let on_conditional = matches!(chain.base.op, Op::Conditional(_));
        for (index, step) in chain.steps.iter().enumerate() {
            optional = optional || step.optional;
            let testing = chain.test && index == last;
            let found = self.step(step, value)?;
            // cel-go counts no step that finds nothing on an optional, and not the test of a conditional's field.
            let counts = (matches!(found, Found::Value(_)) || !optional) && !(testing && on_conditional);
            if counts {
                self.count(step)?;
            }
            match found {
                Found::Value(_) | Found::Nothing(_) if testing => {
                    return Ok(Value::Bool(matches!(found, Found::Value(_))));
                }
                Found::Value(found) => value = found,
                Found::Nothing(_) if chain.test && optional => return Ok(Value::Bool(false)),
                Found::Nothing(_) if optional => return Ok(Value::Optional(None)),
                Found::Nothing(missing) => return Err(at(&step.range, missing.fault())),
            }
            if index != last && self.cx.trace.is_some() {
                let shown = if optional { Value::Optional(Some(Arc::new(value.clone()))) } else { value.clone() };
                self.see(step.id, &step.range, &Ok(shown));
            }
        }
        Ok(if optional { Value::Optional(Some(Arc::new(value.clone()))) } else { value.clone() })
    }

    /// What the chain starts with. Names are counted by their own rule; any other value counts as one.
    fn base(&mut self, base: &'a Node, paid: bool) -> Eval {
        let result = match &base.op {
            Op::Root(root) => self.root(base, root, paid),
            Op::Local(slot) => self.local(base, *slot, paid),
            Op::Conditional(_) => return self.node(base),
            _ => {
                if paid {
                    self.charge(SELECT, &base.range)?;
                }
                return self.node(base);
            }
        };
        self.see(base.id, &base.range, &result);
        result
    }

    fn step<'v>(&mut self, step: &'a Step, value: &'v Value) -> Eval<Found<'v>> {
        match &step.key {
            StepKey::Const(key) => find(value, key),
            StepKey::Node(node) => {
                let key = self.node(node)?;
                find(value, &key)
            }
        }
        .map_err(|fault| at(&step.range, fault))
    }

    /// A constant key or a computed one counts; a name as a key has been counted already.
    fn count(&mut self, step: &Step) -> Eval<()> {
        let named = matches!(
            &step.key,
            StepKey::Node(Node { op: Op::Root(_) | Op::Local(_) | Op::Chain(_) | Op::Conditional(_), .. })
        );
        if named { Ok(()) } else { self.charge(SELECT, &step.range) }
    }
}

/// `value[key]`: a value, or why there is none; faults if such a key cannot be asked for at all.
fn find<'v>(value: &'v Value, key: &Value) -> CelResult<Found<'v>> {
    if !matches!(key, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::String(_)) {
        return Err(Fault::NoSuchOverload(format!("`{}[{}]`", value.type_name(), key.type_name())));
    }
    let missing = || Found::Nothing(Missing::Key(key.clone()));
    match value {
        Value::Map(entries) => Ok(entries.find(key).map_or_else(missing, Found::Value)),
        Value::List(items) => {
            let position = position(key)?;
            let found = usize::try_from(position).ok().and_then(|position| items.get(position));
            Ok(found.map_or(Found::Nothing(Missing::Position(position)), Found::Value))
        }
        _ => Ok(missing()),
    }
}

/// The position that a number names: any that is whole and has 64 bits with a sign.
fn position(key: &Value) -> CelResult<i64> {
    let whole = match key {
        Value::Double(_) => Key::lookup(key).map(|key| key.to_value()),
        other => Some(other.clone()),
    };
    let position = match whole {
        Some(Value::Int(position)) => Some(position),
        Some(Value::Uint(position)) => i64::try_from(position).ok(),
        _ => None,
    };
    position.ok_or_else(|| Fault::NoSuchOverload(format!("`list[{}]`", key.type_name())))
}
