//! What names stand for: types from schemas, and of variables from their expressions.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::names::Binding;
use crate::catalog::target::{Target, Targets};
use crate::cel::Presence;
use crate::cel::check::{Declared, Known, Learned, Type, check};
use crate::cel::cost::{Extent, Unbounded};
use crate::schema::path::{Pattern, Segment, Step};
use crate::schema::{Additional, Schema};

use super::{Notes, Place};

/// The types behind the names of one catalog object.
pub(in crate::catalog) struct World<'w> {
    targets: &'w [Arc<Target>],
    /// every release that an older revision may have been for
    known: Vec<Arc<Target>>,
    inputs: Vec<&'w Schema>,
    params: Option<&'w Schema>,
    /// the rendered object, the applied one, and the live one
    object: Type,
    old: Type,
    live: Type,
    /// sizes of variables that are known already, by the parameter that is taken to be empty
    sizes: RefCell<BTreeMap<(usize, Option<String>), Extent>>,
    /// the largest object of any release
    size: OnceCell<Extent>,
    /// variables that are known already; `None` while one is being found out
    variables: RefCell<BTreeMap<usize, Option<(Type, Learned)>>>,
}

impl<'w> World<'w> {
    /// The world of a profile: objects are what the first release makes of them; an older revision may
    /// have been for any release that is known.
    pub(in crate::catalog) fn of_profile(
        params: &'w Schema,
        inputs: impl IntoIterator<Item = &'w Schema>,
        targets: &'w [Arc<Target>],
        known: &Targets,
    ) -> Self {
        let object = targets.first().map_or(Type::Error, |target| object(&target.schema));
        let world = Self::new(targets, object);
        let known: Vec<_> = known.0.values().cloned().collect();
        Self { inputs: inputs.into_iter().collect(), params: Some(params), old: any(&known), known, ..world }
    }

    /// The world of an offering, whose profile may not have compiled.
    pub(in crate::catalog) fn of_offering(params: Option<&'w Schema>) -> Self {
        Self { params, ..Self::new(&[], Type::Error) }
    }

    /// The world of a rule set: it judges objects of every release.
    pub(in crate::catalog) fn of_rules(targets: &'w [Arc<Target>]) -> Self {
        Self::new(targets, any(targets))
    }

    fn new(targets: &'w [Arc<Target>], object: Type) -> Self {
        let live = object.loosened();
        let old = object.clone();
        Self {
            targets,
            known: targets.to_vec(),
            inputs: Vec::new(),
            params: None,
            object,
            old,
            live,
            sizes: RefCell::default(),
            size: OnceCell::new(),
            variables: RefCell::default(),
        }
    }

    pub(super) fn targets(&self) -> &'w [Arc<Target>] {
        self.targets
    }

    pub(super) fn known(&self) -> &[Arc<Target>] {
        &self.known
    }

    pub(super) fn inputs(&self, facet: usize) -> Option<&'w Schema> {
        self.inputs.get(facet).copied()
    }

    pub(super) fn params(&self) -> Option<&'w Schema> {
        self.params
    }

    /// How large an object can be.
    pub(super) fn size(&self) -> Extent {
        let of = |target: &Arc<Target>| {
            let open = target.facts.bounds;
            Extent::of_schema(&target.schema, Unbounded { text: open.string, list: open.list, map: open.map })
        };
        self.size.get_or_init(|| Extent::joined(self.targets.iter().map(of))).clone()
    }

    pub(super) fn known_size(&self, variable: usize, without: Option<&str>) -> Option<Extent> {
        self.sizes.borrow().get(&(variable, without.map(str::to_owned))).cloned()
    }

    pub(super) fn know_size(&self, variable: usize, without: Option<&str>, size: &Extent) {
        self.sizes.borrow_mut().insert((variable, without.map(str::to_owned)), size.clone());
    }

    pub(super) fn view<'a>(&'a self, notes: &'a Notes, place: &'a Place) -> View<'a> {
        View { world: self, notes, place }
    }

    fn variable(&self, index: usize, notes: &Notes) -> (Type, Learned) {
        let unknown = || (Type::Error, Learned::default());
        if let Some(known) = self.variables.borrow().get(&index) {
            // A circle is told elsewhere.
            return known.clone().unwrap_or_else(unknown);
        }
        let Some((expr, place)) = notes.variable(index) else { return unknown() };
        self.variables.borrow_mut().insert(index, None);
        let checked = check(expr.program.ast(), &self.view(notes, place), &place.guards());
        let found = if checked.mistakes.is_empty() { (checked.kind, checked.learned) } else { unknown() };
        self.variables.borrow_mut().insert(index, Some(found.clone()));
        found
    }
}

/// The names of one place.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    world: &'a World<'a>,
    notes: &'a Notes,
    place: &'a Place,
}

impl Declared for View<'_> {
    fn name(&self, path: &str) -> Option<Known> {
        let scope = self.place.names.scope();
        let id = scope.get(path)?;
        let always = scope.presence(id) == Some(Presence::Always);
        let bindings = self.place.names.bindings();
        let binding = *bindings.get(&id)?;
        let (ty, learned) = match binding {
            // What another module's variable says of its own names means nothing here.
            Binding::Variable(index) => match self.world.variable(index, self.notes) {
                (ty, learned) if path.starts_with("variables.") => (ty, learned),
                (ty, _) => (ty, Learned::default()),
            },
            other => (self.ty(other), Learned::default()),
        };
        Some(Known { ty, always, learned })
    }
}

impl View<'_> {
    fn ty(&self, binding: Binding) -> Type {
        let world = self.world;
        match binding {
            Binding::Params => world.params.map_or(Type::Error, Type::from),
            Binding::Inputs(index) => world.inputs(index).map_or(Type::Error, Type::from),
            Binding::Claim | Binding::Target => named([]),
            // The tenant's own spec follows the schema of the release that runs in the cluster.
            Binding::Tenant => named([("spec", Type::Dyn)]),
            Binding::NamespaceObject => Type::object([("name", Type::String), ("labels", labels())]),
            Binding::Projection(_) => Type::object([("name", Type::String)]),
            Binding::Item => self.item(),
            Binding::Object => world.object.clone(),
            Binding::OldObject => world.old.clone().optional(),
            Binding::Observed | Binding::Cluster => world.live.clone().optional(),
            Binding::Old | Binding::New => world.changed(&self.place.paths),
            Binding::Key => world.key(&self.place.paths).optional(),
            Binding::Path => Type::String,
            Binding::Request => Type::object([
                ("name", Type::String),
                ("namespace", Type::String),
                ("uid", Type::String),
                ("parameters", Type::Dyn),
            ]),
            Binding::Now => Type::Timestamp,
            Binding::Created => Type::Dyn,
            Binding::Variable(index) => world.variable(index, self.notes).0,
        }
    }

    /// One element of what the block ranges over.
    fn item(&self) -> Type {
        let Some(range) = &self.place.range else { return Type::Error };
        let (program, place) = &**range;
        let view = self.world.view(self.notes, place);
        match check(program.ast(), &view, &place.guards()).kind {
            Type::List(item) => (*item).clone(),
            Type::Nothing => Type::Nothing,
            map => match map.entries() {
                Some((key, value)) => Type::object([("key", key), ("value", value)]),
                None => Type::Error,
            },
        }
    }
}

/// An object of any of these releases.
fn any<'t>(targets: impl IntoIterator<Item = &'t Arc<Target>>) -> Type {
    let objects = targets.into_iter().map(|target| object(&target.schema));
    objects.reduce(|one, two| one.either(&two)).unwrap_or(Type::Error)
}

fn labels() -> Type {
    Type::Map(Arc::new(Type::String), Arc::new(Type::String))
}

fn named<const N: usize>(more: [(&str, Type); N]) -> Type {
    let Type::Object(object) = Type::object(more) else { return Type::Error };
    let mut object = crate::cel::check::Object::clone(&object);
    for name in ["name", "namespace"] {
        object.fields.insert(name.to_owned(), (Type::String, true));
    }
    Type::Object(Arc::new(object))
}

/// A rendered object: the operator gives it kind, name and namespace.
fn object(schema: &Schema) -> Type {
    let Type::Object(object) = Type::from(schema) else { return Type::Error };
    let mut object = crate::cel::check::Object::clone(&object);
    let metadata = ["labels", "annotations"].map(|name| (name.to_owned(), (labels(), false)));
    let mut metadata: BTreeMap<_, _> = metadata.into();
    for name in ["name", "namespace"] {
        metadata.insert(name.to_owned(), (Type::String, true));
    }
    let metadata = crate::cel::check::Object { fields: metadata, open: true };
    object.fields.insert("metadata".to_owned(), (Type::Object(Arc::new(metadata)), true));
    for name in ["apiVersion", "kind"] {
        object.fields.insert(name.to_owned(), (Type::String, true));
    }
    Type::Object(Arc::new(object))
}

impl World<'_> {
    /// The type of the values at paths, in any release.
    fn changed(&self, paths: &[Pattern]) -> Type {
        let mut found: Option<Type> = None;
        for pattern in paths {
            for target in self.targets {
                for schema in at(&target.schema, pattern.steps()) {
                    let ty = Type::from(schema).loosened();
                    found = Some(found.map_or_else(|| ty.clone(), |known| known.either(&ty)));
                }
            }
        }
        // `projections.token` and other paths that no schema describes.
        found.unwrap_or(Type::Dyn)
    }

    /// The type of the key that tells an item of the innermost list on the way.
    fn key(&self, paths: &[Pattern]) -> Type {
        let mut found: Option<Type> = None;
        for pattern in paths {
            let steps = pattern.steps();
            let Some(at_item) =
                steps.iter().rposition(|step| matches!(step, Step::AnyItem | Step::Exact(Segment::Key(_))))
            else {
                continue;
            };
            let above = steps.get(..at_item).unwrap_or_default();
            for target in self.targets {
                for list in at(&target.schema, above) {
                    let [key] = list.map_keys.as_slice() else { return Type::Dyn };
                    let key = list.items.as_ref().and_then(|items| items.field(key)).map_or(Type::Dyn, Type::from);
                    found = Some(found.map_or_else(|| key.clone(), |known| known.either(&key)));
                }
            }
        }
        found.unwrap_or(Type::Dyn)
    }
}

/// The schemas of the places that steps lead to.
pub(super) fn at<'s>(schema: &'s Schema, steps: &[Step]) -> Vec<&'s Schema> {
    let mut places = vec![schema];
    for step in steps {
        places = places.into_iter().flat_map(|schema| below(schema, step)).collect();
    }
    places
}

fn below<'s>(schema: &'s Schema, step: &Step) -> Vec<&'s Schema> {
    match step {
        Step::Exact(Segment::Field(name)) => schema.field(name).into_iter().collect(),
        Step::Exact(Segment::Index(_) | Segment::Key(_)) | Step::AnyItem => {
            schema.items.as_deref().into_iter().collect()
        }
        Step::AnyField => {
            let values = match &schema.additional {
                Some(Additional::Schema(values)) => Some(&**values),
                _ => None,
            };
            schema.properties.values().chain(values).collect()
        }
        Step::Below => {
            let mut all = Vec::new();
            everything(schema, &mut all);
            all
        }
    }
}

/// A place and all places below it at which changes can be.
fn everything<'s>(schema: &'s Schema, found: &mut Vec<&'s Schema>) {
    found.push(schema);
    let values = match &schema.additional {
        Some(Additional::Schema(values)) => Some(&**values),
        _ => None,
    };
    for below in schema.properties.values().chain(values).chain(schema.items.as_deref()) {
        everything(below, found);
    }
}
