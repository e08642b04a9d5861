//! From a mutant to a platform that has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::catalog::{Catalog, Compiled, Entry, Targets, compile_offering, compile_profile, compile_rule_set};
use crate::diagnostic::Severity;
use crate::engine::Platform;

use super::list::{Edit, Mutant};

/// The platform with one mutant. Only what it touches is compiled anew; `catalog` is afterwards what it was.
///
/// *Errors*: what keeps the mutant from compiling.
pub(super) fn mutated(
    mutant: &Mutant,
    platform: &Platform,
    catalog: &mut Catalog,
    targets: &Targets,
) -> Result<Platform, String> {
    let name = mutant.origin.name.as_str();
    match mutant.origin.kind.as_str() {
        "OpenBaoServiceProfile" => {
            with(mutant, catalog, |catalog| &mut catalog.profiles, |it| profiles(mutant, platform, it, targets))
        }
        "OpenBaoServiceComponent" => {
            with(mutant, catalog, |catalog| &mut catalog.components, |it| profiles(mutant, platform, it, targets))
        }
        "OpenBaoServiceOffering" => with(
            mutant,
            catalog,
            |catalog| &mut catalog.offerings,
            |catalog| {
                let known = platform.offerings.get(name).and_then(|offering| platform.revisions.get(&offering.profile));
                let offering = value(compile_offering(name, catalog, known.map(|revision| &revision.parameters)))?;
                let mut platform = platform.clone();
                platform.offerings.insert(name.to_owned(), Arc::new(offering));
                Ok(platform)
            },
        ),
        "OpenBaoRuleSet" => with(
            mutant,
            catalog,
            |catalog| &mut catalog.rule_sets,
            |catalog| {
                let entry = catalog.rule_sets.get(name).ok_or_else(gone)?;
                let compiled = Arc::new(value(compile_rule_set(entry, targets))?);
                let mut platform = platform.clone();
                for rule_set in platform.rule_sets.iter_mut().filter(|rule_set| rule_set.name == name) {
                    *rule_set = Arc::clone(&compiled);
                }
                Ok(platform)
            },
        ),
        _ => Err(gone()),
    }
}

fn profiles(mutant: &Mutant, platform: &Platform, catalog: &Catalog, targets: &Targets) -> Result<Platform, String> {
    let mut platform = platform.clone();
    for profile in &mutant.profiles {
        let revision = value(compile_profile(profile, catalog, targets))?;
        platform.revisions.insert(profile.clone(), Arc::new(revision));
    }
    Ok(platform)
}

fn gone() -> String {
    "the object is not there".to_owned()
}

fn value<T>(compiled: Compiled<T>) -> Result<T, String> {
    compiled.value.ok_or_else(|| {
        let mut errors = compiled.diagnostics.into_iter().filter(|it| it.severity == Severity::Error);
        errors.next().map_or_else(gone, |error| format!("{}: {}", error.code, error.message))
    })
}

/// Puts the mutant's object in the place of the true one for as long as `then` runs.
fn with<T: Clone + DeserializeOwned, R>(
    mutant: &Mutant,
    catalog: &mut Catalog,
    entries: impl Fn(&mut Catalog) -> &mut BTreeMap<String, Entry<T>>,
    then: impl FnOnce(&Catalog) -> Result<R, String>,
) -> Result<R, String> {
    let entry = entries(catalog).get_mut(&mutant.origin.name).ok_or_else(gone)?;
    let mut content = entry.content.clone();
    change(&mut content, &mutant.pointer, &mutant.edit).ok_or_else(gone)?;
    let object = serde_json::from_value(content.clone()).map_err(|error| error.to_string())?;
    let other = Entry { object, content, origin: Arc::clone(&entry.origin) };
    let before = std::mem::replace(entry, other);
    let result = then(catalog);
    entries(catalog).insert(mutant.origin.name.clone(), before);
    result
}

/// `None`: there is no such place.
fn change(content: &mut Json, pointer: &str, edit: &Edit) -> Option<()> {
    match edit {
        Edit::Set(value) => *content.pointer_mut(pointer)? = value.clone(),
        Edit::Text { range, with } => {
            let Json::String(text) = content.pointer_mut(pointer)? else { return None };
            text.get(range.clone())?;
            text.replace_range(range.clone(), with);
        }
        Edit::Remove => {
            let (parent, key) = pointer.rsplit_once('/')?;
            match content.pointer_mut(parent)? {
                Json::Object(members) => {
                    members.remove(&key.replace("~1", "/").replace("~0", "~"))?;
                }
                Json::Array(items) => {
                    let at = key.parse().ok().filter(|at| *at < items.len())?;
                    items.remove(at);
                }
                _ => return None,
            }
        }
    }
    Some(())
}
