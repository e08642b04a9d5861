//! Objects, their one resource version, and what happened to them.
//!
//! The store knows nothing of kinds or rules: it keeps what it is given, numbers every change, and remembers enough
//! of the past for watches and for lists that go on where they stopped.

mod history;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

pub(crate) use history::{Change, Event};

use super::object;
use history::History;

/// A resource, whatever its version: group and plural.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bucket {
    pub(crate) group: String,
    pub(crate) plural: String,
}

impl Bucket {
    pub(crate) fn new(group: &str, plural: &str) -> Self {
        Self { group: group.to_owned(), plural: plural.to_owned() }
    }
}

/// Namespace (empty where there is none) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    pub(crate) fn of(object: &Value) -> Self {
        Self::new(object::namespace(object), object::name(object))
    }
}

/// A snapshot of one resource.
pub(crate) type Objects = BTreeMap<Key, Arc<Value>>;

#[derive(Debug)]
struct Table {
    objects: Objects,
    history: History,
}

/// What a past resource version can no longer tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compacted {
    /// The oldest resource version that is still known.
    pub(crate) oldest: u64,
}

/// All objects of one API server.
#[derive(Debug)]
pub(crate) struct Store {
    version: u64,
    kept: usize,
    tables: BTreeMap<Bucket, Table>,
}

impl Store {
    /// An empty store that remembers the last `kept` changes of each resource.
    pub(crate) fn new(kept: usize) -> Self {
        // Real servers have written before anyone asks: "0" and "1" name no state of theirs.
        Self { version: 1, kept, tables: BTreeMap::new() }
    }

    /// The resource version of the last change of anything.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn get(&self, bucket: &Bucket, key: &Key) -> Option<&Arc<Value>> {
        self.tables.get(bucket)?.objects.get(key)
    }

    pub(crate) fn objects(&self, bucket: &Bucket) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        self.tables.get(bucket).into_iter().flat_map(|table| table.objects.iter())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&Bucket, &Key, &Arc<Value>)> {
        self.tables
            .iter()
            .flat_map(|(bucket, table)| table.objects.iter().map(move |(key, object)| (bucket, key, object)))
    }

    /// Stores an object as new or changed, gives it its resource version, and tells watchers.
    pub(crate) fn put(&mut self, bucket: &Bucket, mut object: Value) -> Arc<Value> {
        self.version = self.version.saturating_add(1);
        object::set_meta(&mut object, "resourceVersion", Some(self.version.to_string().into()));
        let (version, key, object) = (self.version, Key::of(&object), Arc::new(object));
        let table = self.table(bucket);
        let previous = table.objects.insert(key, Arc::clone(&object));
        let change = if previous.is_some() { Change::Modified } else { Change::Added };
        table.history.push(Event { version, change, object: Arc::clone(&object), previous });
        object
    }

    /// Takes an object away and tells watchers; its last state (`last`, or what was stored) bears the resource version
    /// of its removal.
    pub(crate) fn remove(&mut self, bucket: &Bucket, key: &Key, last: Option<Value>) -> Option<Arc<Value>> {
        let version = self.version.saturating_add(1);
        let table = self.table(bucket);
        let previous = table.objects.remove(key)?;
        let mut last = last.unwrap_or_else(|| Value::clone(&previous));
        object::set_meta(&mut last, "resourceVersion", Some(version.to_string().into()));
        let object = Arc::new(last);
        let event = Event { version, change: Change::Deleted, object: Arc::clone(&object), previous: Some(previous) };
        table.history.push(event);
        self.version = version;
        Some(object)
    }

    /// The resource as it was at `version`.
    pub(crate) fn snapshot(&mut self, bucket: &Bucket, version: u64) -> Result<Objects, Compacted> {
        let table = self.table(bucket);
        let mut objects = table.objects.clone();
        for event in table.history.after(version)?.rev() {
            let key = Key::of(&event.object);
            match &event.previous {
                Some(previous) => drop(objects.insert(key, Arc::clone(previous))),
                None => drop(objects.remove(&key)),
            }
        }
        Ok(objects)
    }

    /// What happened to a resource after `version`, oldest first.
    pub(crate) fn events_after(&mut self, bucket: &Bucket, version: u64) -> Result<Vec<Event>, Compacted> {
        Ok(self.table(bucket).history.after(version)?.cloned().collect())
    }

    /// Tells whenever the resource has changed.
    pub(crate) fn signal(&mut self, bucket: &Bucket) -> watch::Receiver<u64> {
        self.table(bucket).history.signal()
    }

    /// Forgets the past of every resource, as etcd's compaction does: older watches have to begin anew.
    pub(crate) fn compact(&mut self) {
        self.tables.values_mut().for_each(|table| table.history.compact());
    }

    fn table(&mut self, bucket: &Bucket) -> &mut Table {
        let kept = self.kept;
        let empty = || Table { objects: BTreeMap::new(), history: History::new(kept) };
        self.tables.entry(bucket.clone()).or_insert_with(empty)
    }
}

#[cfg(test)]
mod tests;
