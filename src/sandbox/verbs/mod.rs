//! What an API server does with objects: the verbs, without any wire format.

mod checks;
mod collect;
mod create;
mod delete;
mod intake;
mod metadata;
mod namespace;
mod patch;
mod strategic;
mod update;
mod words;

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

pub(crate) use delete::{DeleteOptions, Propagation};
pub(crate) use intake::not_strict;
pub(crate) use patch::Patch;

use super::answer::ApiError;
use super::apply::Writer;
use super::kinds::{self, Kind, Kinds};
use super::object;
use super::store::{Bucket, Key, Store};
use super::time::{Clock, Uids, seconds};

/// `fieldValidation`: what becomes of fields that nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValidation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

/// The circumstances of one write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write<'a> {
    pub(crate) kind: &'a Arc<Kind>,
    /// Empty for kinds without namespaces.
    pub(crate) namespace: &'a str,
    pub(crate) manager: &'a str,
    pub(crate) dry_run: bool,
    pub(crate) validation: FieldValidation,
    /// Whether it goes to the `status` subresource.
    pub(crate) status: bool,
}

/// What a write did.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// The object as stored.
    pub(crate) object: Arc<Value>,
    pub(crate) created: bool,
    /// Texts of `Warning` headers.
    pub(crate) warnings: Vec<String>,
}

/// Whether the fields of an object are booked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Booked {
    Yes,
    No,
}

/// All state of one API server. Every method is one atomic step.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) kinds: Kinds,
    clock: Arc<dyn Clock>,
    uids: Uids,
    /// Whether something happened that the garbage collector should look at.
    unswept: bool,
    /// Tells so.
    sweep: Arc<Notify>,
}

impl Server {
    /// A server with the namespaces that every cluster has. `seed` decides all UIDs; `kept` is how many changes of a
    /// resource watches can go back.
    pub(crate) fn new(clock: Arc<dyn Clock>, seed: u64, kept: usize) -> Self {
        let (store, kinds, uids) = (Store::new(kept), Kinds::builtin(), Uids::new(seed));
        let mut server = Self { store, kinds, clock, uids, unswept: false, sweep: Arc::default() };
        server.found();
        server
    }

    /// Nanoseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i128 {
        self.clock.now()
    }

    /// Now, as `metav1.Time`.
    fn time(&self) -> String {
        seconds(self.now())
    }

    pub(crate) fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Result<&Arc<Value>, ApiError> {
        let found = self.store.get(&kind.bucket, &Key::new(namespace, name));
        found.ok_or_else(|| ApiError::not_found(&kind.group, &kind.plural, name))
    }

    /// Told when there is something for [`Server::collect`] to do.
    pub(crate) fn unswept(&self) -> Arc<Notify> {
        Arc::clone(&self.sweep)
    }

    fn ask_for_sweep(&mut self) {
        self.unswept = true;
        self.sweep.notify_one();
    }

    /// Stores an object, new or not, with everything that follows from it.
    fn commit(&mut self, kind: &Kind, object: Value) -> Arc<Value> {
        if object::is_deleting(&object) || object::owners(&object).next().is_some() {
            self.ask_for_sweep();
        }
        let stored = self.store.put(&kind.bucket, object);
        if is_definition(&kind.bucket) {
            self.kinds.define(&stored);
        }
        stored
    }

    /// Removes an object, with everything that follows from it.
    fn drop_object(&mut self, bucket: &Bucket, key: &Key, last: Option<Value>) -> Option<Arc<Value>> {
        self.ask_for_sweep();
        let gone = self.store.remove(bucket, key, last)?;
        if is_definition(bucket) {
            let (group, plural) = (object::text(&gone, "/spec/group"), object::text(&gone, "/spec/names/plural"));
            let defined = Bucket::new(group, plural);
            self.kinds.withdraw(&defined);
        }
        Some(gone)
    }
}

fn is_definition(bucket: &Bucket) -> bool {
    (bucket.group.as_str(), bucket.plural.as_str()) == kinds::CRDS
}

impl Write<'_> {
    fn writer<'a>(&'a self, api_version: &'a str, time: &'a str) -> Writer<'a> {
        Writer { manager: self.manager, api_version, subresource: self.status.then_some("status"), time }
    }

    fn key(&self, name: &str) -> Key {
        Key::new(self.namespace, name)
    }

    fn conflict(&self, name: &str, why: &str) -> ApiError {
        ApiError::conflict(&self.kind.group, &self.kind.plural, name, why)
    }

    fn forbidden(&self, name: &str, why: &str) -> ApiError {
        ApiError::forbidden(&self.kind.group, &self.kind.plural, name, why)
    }
}
