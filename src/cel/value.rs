//! Runtime values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Opaque;

/// A CEL value. Cloning is O(1): compound values are shared.
///
/// JSON is turned into values once per decision, never per expression.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// 64-bit signed
    Int(i64),
    /// 64-bit unsigned
    Uint(u64),
    /// IEEE 754 double
    Double(f64),
    /// UTF-8 text
    String(Arc<str>),
    /// bytes
    Bytes(Arc<[u8]>),
    /// nanoseconds, within Go's `time.Duration` (±2^63 ns)
    Duration(i64),
    /// nanoseconds since the Unix epoch, UTC; years 1 to 9999
    Timestamp(i128),
    /// ordered
    List(Arc<[Value]>),
    /// ordered by key, so that nothing depends on hash order
    Map(Arc<BTreeMap<Key, Value>>),
    /// `optional.of(x)`, `optional.none()`
    Optional(Option<Arc<Value>>),
    /// a type's name, as `type(x)` gives it
    Type(Arc<str>),
    /// a value of a Kubernetes library type
    Opaque(Opaque),
}

/// A map key. `1` and `1u` are the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// boolean
    Bool(bool),
    /// any integer that fits 64 bits signed
    Int(i64),
    /// an unsigned integer beyond `i64::MAX`
    Uint(u64),
    /// text
    String(Arc<str>),
}
