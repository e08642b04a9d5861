use serde_json::json;

use super::*;

fn bucket() -> Bucket {
    Bucket::new("", "configmaps")
}

fn object(name: &str, value: i64) -> Value {
    json!({"metadata": {"namespace": "a", "name": name}, "data": value})
}

#[test]
fn every_change_has_its_own_version_across_resources() {
    let mut store = Store::new(10);
    let first = store.put(&bucket(), object("x", 1));
    let other = store.put(&Bucket::new("g", "others"), object("x", 1));
    assert_eq!((object::resource_version(&first), object::resource_version(&other)), ("2", "3"));
    assert_eq!(store.version(), 3);
}

#[test]
fn a_snapshot_shows_what_was() {
    let mut store = Store::new(10);
    store.put(&bucket(), object("x", 1));
    let then = store.version();
    store.put(&bucket(), object("x", 2));
    store.put(&bucket(), object("y", 1));
    store.remove(&bucket(), &Key::new("a", "x"), None);
    let past = store.snapshot(&bucket(), then).unwrap();
    assert_eq!(past.len(), 1);
    assert_eq!(past[&Key::new("a", "x")]["data"], 1);
}

#[test]
fn the_past_beyond_what_is_kept_is_gone() {
    let mut store = Store::new(2);
    for value in 0..4 {
        store.put(&bucket(), object("x", value));
    }
    assert_eq!(store.events_after(&bucket(), 2).unwrap_err(), Compacted { oldest: 3 });
    assert_eq!(store.events_after(&bucket(), 3).unwrap().len(), 2);
    store.compact();
    assert!(store.events_after(&bucket(), 4).is_err());
    assert!(store.events_after(&bucket(), 5).unwrap().is_empty());
}

#[test]
fn a_deleted_object_shows_its_last_state_with_the_version_of_its_removal() {
    let mut store = Store::new(10);
    store.put(&bucket(), object("x", 1));
    store.remove(&bucket(), &Key::new("a", "x"), None);
    let events = store.events_after(&bucket(), 2).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].change, object::resource_version(&events[0].object)), (Change::Deleted, "3"));
    assert_eq!(events[0].object["data"], 1);
}
