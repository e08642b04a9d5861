//! The garbage collector: owners and dependents, orphans, definitions that end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::delete::{FOREGROUND, ORPHAN};
use super::{DeleteOptions, Server, is_definition};
use crate::sandbox::kinds::CLEANUP;
use crate::sandbox::object::{self, set_meta};
use crate::sandbox::store::{Bucket, Key};

/// Where an object is.
type Place = (Bucket, Key);

/// Owners and dependents as they are now.
struct Graph {
    /// Every object by its UID: where it is.
    places: BTreeMap<String, Place>,
    /// Places of those that name an owner, by the owner's UID.
    dependents: BTreeMap<String, BTreeSet<Place>>,
}

impl Server {
    /// One step of everything that a cluster does in the background. Whether anything changed: then another step may
    /// find more to do.
    pub(crate) fn collect(&mut self) -> bool {
        if !std::mem::take(&mut self.unswept) {
            return false;
        }
        let changed = self.end_namespaces() | self.end_definitions() | self.end_owners() | self.end_dependents();
        self.unswept |= changed;
        changed
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph { places: BTreeMap::new(), dependents: BTreeMap::new() };
        for (bucket, key, object) in self.store.all() {
            let place = (bucket.clone(), key.clone());
            for owner in object::owners(object) {
                let uid = object::text(owner, "/uid").to_owned();
                graph.dependents.entry(uid).or_default().insert(place.clone());
            }
            graph.places.insert(object::uid(object).to_owned(), place);
        }
        graph
    }

    /// Deletes dependents all of whose owners are gone, and strips references to those that are.
    fn end_dependents(&mut self) -> bool {
        let graph = self.graph();
        let mut changed = false;
        let places: BTreeSet<Place> = graph.dependents.values().flatten().cloned().collect();
        for (bucket, key) in places {
            let Some(object) = self.store.get(&bucket, &key).cloned() else { continue };
            let Some(kind) = self.kinds.stored(&bucket).cloned() else { continue };
            let (there, gone): (Vec<&Value>, Vec<&Value>) =
                object::owners(&object).partition(|owner| is_there(&graph, &key, owner));
            if gone.is_empty() || object::is_deleting(&object) {
                continue;
            }
            if there.is_empty() {
                let uid = Some(object::uid(&object).to_owned());
                let options = DeleteOptions { uid, ..DeleteOptions::default() };
                changed |= self.delete(&kind, &key.namespace, &key.name, &options).is_ok();
                continue;
            }
            let mut kept = Value::clone(&object);
            set_meta(&mut kept, "ownerReferences", Some(json!(there)));
            self.commit(&kind, kept);
            changed = true;
        }
        changed
    }

    /// Goes on with deletions that wait for dependents or let them live.
    fn end_owners(&mut self) -> bool {
        let graph = self.graph();
        let waiting = |object: &Value| {
            let finalizers = object::finalizers(object);
            object::is_deleting(object) && [FOREGROUND, ORPHAN].iter().any(|name| finalizers.contains(name))
        };
        let owners: Vec<(Place, Arc<Value>)> = self
            .store
            .all()
            .filter(|(_, _, object)| waiting(object))
            .map(|(bucket, key, object)| ((bucket.clone(), key.clone()), Arc::clone(object)))
            .collect();
        let mut changed = false;
        for (place, owner) in owners {
            let none = BTreeSet::new();
            let dependents = graph.dependents.get(object::uid(&owner)).unwrap_or(&none);
            changed |= if object::finalizers(&owner).contains(&ORPHAN) {
                for dependent in dependents {
                    self.set_free(dependent, object::uid(&owner));
                }
                self.let_go(&place, ORPHAN)
            } else {
                self.end_foreground(&place, &owner, dependents)
            };
        }
        changed
    }

    fn end_foreground(&mut self, place: &Place, owner: &Value, dependents: &BTreeSet<Place>) -> bool {
        let (mut changed, mut blocked) = (false, false);
        for (bucket, key) in dependents {
            let Some(dependent) = self.store.get(bucket, key).cloned() else { continue };
            let Some(kind) = self.kinds.stored(bucket).cloned() else { continue };
            blocked |= object::owners(&dependent).any(|reference| {
                object::text(reference, "/uid") == object::uid(owner)
                    && reference.get("blockOwnerDeletion").and_then(Value::as_bool) == Some(true)
            });
            if !object::is_deleting(&dependent) && object::owners(&dependent).count() == 1 {
                let options = DeleteOptions {
                    propagation: Some(super::Propagation::Foreground),
                    uid: Some(object::uid(&dependent).to_owned()),
                    ..DeleteOptions::default()
                };
                changed |= self.delete(&kind, &key.namespace, &key.name, &options).is_ok();
            }
        }
        if blocked { changed } else { self.let_go(place, FOREGROUND) || changed }
    }

    /// Takes the reference to an owner out of a dependent.
    fn set_free(&mut self, (bucket, key): &Place, owner: &str) {
        let Some(dependent) = self.store.get(bucket, key).cloned() else { return };
        let Some(kind) = self.kinds.stored(bucket).cloned() else { return };
        let others: Vec<&Value> =
            object::owners(&dependent).filter(|reference| object::text(reference, "/uid") != owner).collect();
        let mut free = Value::clone(&dependent);
        set_meta(&mut free, "ownerReferences", (!others.is_empty()).then(|| json!(others)));
        self.commit(&kind, free);
    }

    /// Takes a finalizer away, which may be the end of the object.
    fn let_go(&mut self, (bucket, key): &Place, finalizer: &str) -> bool {
        let Some(object) = self.store.get(bucket, key).cloned() else { return false };
        let Some(kind) = self.kinds.stored(bucket).cloned() else { return false };
        let kept: Vec<&str> = object::finalizers(&object).into_iter().filter(|name| *name != finalizer).collect();
        let mut free = Value::clone(&object);
        set_meta(&mut free, "finalizers", (!kept.is_empty()).then(|| json!(kept)));
        if super::delete::is_held(&free) {
            self.commit(&kind, free);
            return true;
        }
        self.drop_object(bucket, key, Some(free)).is_some()
    }

    /// Deletes the objects of definitions that end, and lets the definitions go once there are none.
    fn end_definitions(&mut self) -> bool {
        let ending: Vec<(Place, Bucket)> = self
            .store
            .all()
            .filter(|(bucket, _, crd)| is_definition(bucket) && object::is_deleting(crd))
            .filter(|(_, _, crd)| object::finalizers(crd).contains(&CLEANUP))
            .map(|(bucket, key, crd)| {
                let defined = Bucket::new(object::text(crd, "/spec/group"), object::text(crd, "/spec/names/plural"));
                ((bucket.clone(), key.clone()), defined)
            })
            .collect();
        let mut changed = false;
        for (place, defined) in ending {
            let left: Vec<(Key, bool)> =
                self.store.objects(&defined).map(|(key, object)| (key.clone(), object::is_deleting(object))).collect();
            for (key, _) in left.iter().filter(|(_, deleting)| !deleting) {
                let Some(kind) = self.kinds.stored(&defined).cloned() else { continue };
                changed |= self.delete(&kind, &key.namespace, &key.name, &DeleteOptions::default()).is_ok();
            }
            if self.store.objects(&defined).next().is_none() {
                changed |= self.let_go(&place, CLEANUP);
            }
        }
        changed
    }
}

/// Whether an owner exists, where its dependent may refer to it: in the same namespace, or in none.
fn is_there(graph: &Graph, dependent: &Key, owner: &Value) -> bool {
    let Some((_, place)) = graph.places.get(object::text(owner, "/uid")) else { return false };
    place.namespace.is_empty() || place.namespace == dependent.namespace
}
