use super::*;
use crate::controller::names::Named;
use crate::controller::ready::Readiness;
use crate::controller::testing::{End, Reply, Seen, server};
use kube::api::{ApiResource, GroupVersionKind};
use serde_json::json;

type Changes = std::pin::Pin<Box<dyn Stream<Item = Change<String>> + Send>>;

fn object(name: &str, version: u64) -> Value {
    json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster",
        "metadata": {
            "name": name, "namespace": "team", "uid": format!("uid-{name}"), "resourceVersion": version.to_string(),
            "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"},
        },
        "spec": {"replicas": 3},
    })
}

fn list(version: u64, items: &[Value]) -> Reply {
    Reply::ok(
        json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string()}, "items": items}),
    )
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"type": kind, "object": object})
}

fn gone() -> Value {
    event(
        "ERROR",
        &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 410, "reason": "Expired"}),
    )
}

/// Follows clusters of a server, projected to name and whatever was not cut from the annotations.
fn follow(client: kube::Client, options: Options) -> Changes {
    let kind = GroupVersionKind::gvk("openbao.org", "v1alpha1", "OpenBaoCluster");
    let api = Api::all_with(client, &ApiResource::from_gvk(&kind));
    let project = |object: Value| {
        assert!(object.pointer("/metadata/managedFields").is_none());
        assert_eq!(object["kind"], "OpenBaoCluster");
        assert_eq!(object["metadata"]["annotations"], json!({"kept": "yes"}));
        let labels = object["metadata"].get("labels").is_none_or(Value::is_object);
        let name = object["metadata"]["name"].as_str().filter(|name| *name != "rejected" && labels);
        name.map(str::to_owned).ok_or_else(|| "it is not to the projection's taste".to_owned())
    };
    Box::pin(watch(api, options, project, Random::seeded(5)))
}

fn replaced(names: &[&str]) -> Change<String> {
    Change::Replaced { objects: names.iter().map(|name| (*name).to_owned()).collect(), malformed: Vec::new() }
}

fn applied(name: &str) -> Change<String> {
    Change::Applied(name.to_owned())
}

fn identity(name: &str) -> Identity {
    Identity { at: Named::new("team", name), uid: format!("uid-{name}") }
}

fn version_of(seen: &Seen) -> &str {
    seen.target.rsplit("resourceVersion=").next().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_list_in_pages_is_one_replacement_and_the_watch_goes_on_from_it() {
    let (client, log) = server(|seen| match seen {
        seen if seen.is_watch() => {
            let events = vec![event("ADDED", &object("c", 8)), event("DELETED", &object("a", 9))];
            Reply::events(events, End::Open)
        }
        seen if seen.target.contains("continue=more") => list(7, &[object("b", 2)]),
        _ => {
            let mut untyped = object("a", 1);
            untyped.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "apiVersion");
            let metadata = json!({"resourceVersion": "7", "continue": "more"});
            Reply::ok(json!({
                "kind": "OpenBaoClusterList", "apiVersion": "openbao.org/v1alpha1", "metadata": metadata, "items": [untyped],
            }))
        }
    });
    let mut changes = follow(client, Options { labels: Some("managed=yes".into()), ..Options::default() });
    assert_eq!(changes.next().await, Some(replaced(&["a", "b"])));
    assert_eq!(changes.next().await, Some(applied("c")));
    assert_eq!(changes.next().await, Some(Change::Deleted(identity("a"))));
    let log = log.lock().unwrap();
    assert!(log.iter().all(|seen| seen.target.starts_with("/apis/openbao.org/v1alpha1/openbaoclusters?")));
    assert!(log.iter().all(|seen| seen.target.contains("labelSelector=managed%3Dyes")));
    assert!(log[0].target.contains("limit=500"));
    assert_eq!(version_of(&log[2]), "7");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_is_reported_and_stops_nothing() {
    let mut nameless = object("", 3);
    nameless["metadata"]["labels"] = json!("a canary that nobody may see");
    let in_list = nameless.clone();
    let (client, _) = server(move |seen| {
        if seen.is_watch() {
            let events = [nameless.clone(), object("rejected", 4), object("b", 5)].map(|it| event("MODIFIED", &it));
            return Reply::events(events.into(), End::Open);
        }
        list(2, &[in_list.clone(), object("a", 1)])
    });
    let mut changes = follow(client, Options::default());
    let broken = Malformed { identity: identity(""), error: "it has no name".into() };
    let first = Change::Replaced { objects: vec!["a".into()], malformed: vec![broken.clone()] };
    assert_eq!(changes.next().await, Some(first));
    assert_eq!(changes.next().await, Some(Change::Malformed(broken)));
    let rejected = Malformed { identity: identity("rejected"), error: "it is not to the projection's taste".into() };
    assert_eq!(changes.next().await, Some(Change::Malformed(rejected)));
    assert_eq!(changes.next().await, Some(applied("b")));
}

#[tokio::test(start_paused = true)]
async fn a_closed_watch_goes_on_where_it_was_bookmarks_included() {
    let mut watches = 0;
    let (client, log) = server(move |seen| {
        if !seen.is_watch() {
            return list(5, &[]);
        }
        watches += 1;
        match watches {
            1 => Reply::events(vec![event("ADDED", &object("a", 6))], End::Closed),
            2 => {
                let mark = json!({"apiVersion": "v1", "kind": "X", "metadata": {"resourceVersion": "90"}});
                Reply::events(vec![event("BOOKMARK", &mark)], End::Closed)
            }
            3 => Reply::broken(),
            4 => Reply::error(500, "InternalError"),
            _ => Reply::events(vec![event("ADDED", &object("b", 91))], End::Open),
        }
    });
    let mut changes = follow(client, Options::default());
    assert_eq!(changes.next().await, Some(replaced(&[])));
    assert_eq!(changes.next().await, Some(applied("a")));
    assert_eq!(changes.next().await, Some(applied("b")));
    let log = log.lock().unwrap();
    let versions: Vec<_> = log.iter().filter(|seen| seen.is_watch()).map(version_of).collect();
    assert_eq!(versions, ["5", "6", "90", "90", "90"]);
    assert_eq!(log.iter().filter(|seen| !seen.is_watch()).count(), 1, "nothing was listed again");
}

#[tokio::test(start_paused = true)]
async fn a_position_too_old_is_followed_by_a_list_whether_told_by_code_or_by_event() {
    for told_by_event in [true, false] {
        let mut lists = 0;
        let first = [object("vanishes", 1)];
        let (client, _) = server(move |seen| {
            if !seen.is_watch() {
                lists += 1;
                return list(lists, if lists == 1 { &first } else { &[] });
            }
            match (version_of(seen), told_by_event) {
                ("1", true) => Reply::events(vec![gone()], End::Open),
                ("1", false) => Reply::error(410, "Expired"),
                _ => Reply::events(vec![], End::Open),
            }
        });
        let mut changes = follow(client, Options::default());
        assert_eq!(changes.next().await, Some(replaced(&["vanishes"])));
        assert_eq!(changes.next().await, Some(replaced(&[])), "what vanished unseen is known to be gone");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_refuses_is_asked_ever_more_seldom() {
    type Answer = fn(&Seen) -> Reply;
    let refusals: [Answer; 4] = [
        |_| Reply::error(503, "ServiceUnavailable"),
        |_| Reply::broken(),
        |seen| if seen.is_watch() { Reply::events(vec![], End::Closed) } else { list(1, &[]) },
        |seen| if seen.is_watch() { Reply::events(vec![gone()], End::Closed) } else { list(1, &[]) },
    ];
    for refusal in refusals {
        let (client, log) = server(refusal);
        let mut changes = follow(client, Options::default());
        let endless = async { while changes.next().await.is_some() {} };
        assert!(tokio::time::timeout(Duration::from_mins(10), endless).await.is_err());
        let log = log.lock().unwrap();
        assert!((20..=90).contains(&log.len()), "{} calls in ten minutes", log.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_falls_silent_is_opened_again() {
    let (client, log) = server(|seen| if seen.is_watch() { Reply::events(vec![], End::Open) } else { list(1, &[]) });
    let mut changes = follow(client, Options::default());
    assert_eq!(changes.next().await, Some(replaced(&[])));
    assert!(tokio::time::timeout(Duration::from_mins(20), changes.next()).await.is_err());
    let opened: Vec<_> =
        log.lock().unwrap().iter().filter(|seen| seen.is_watch()).map(|seen| seen.at / 1_000).collect();
    assert!((4..=5).contains(&opened.len()), "{opened:?}");
    assert!(opened.windows(2).all(|pair| (245..=290).contains(&(pair[1] - pair[0]))), "{opened:?}");
}

#[tokio::test(start_paused = true)]
async fn the_mark_is_set_once_the_first_list_was_handled() {
    let readiness = Readiness::default();
    let options = Options { mark: Some(readiness.expect("clusters")), ..Options::default() };
    let (client, _) = server(|seen| {
        if seen.is_watch() {
            return Reply::events(vec![event("ADDED", &object("b", 2))], End::Open);
        }
        list(1, &[object("a", 1)])
    });
    let mut changes = follow(client, options);
    assert_eq!(changes.next().await, Some(replaced(&["a"])));
    assert!(!readiness.is_ready(), "the consumer still has the list in its hands");
    assert_eq!(changes.next().await, Some(applied("b")));
    assert!(readiness.is_ready());
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_asks_at_the_same_times() {
    let replay = || async {
        let (client, log) = server(|_| Reply::error(429, "TooManyRequests").after(Duration::from_millis(3)));
        let mut changes = follow(client, Options::default());
        assert!(tokio::time::timeout(Duration::from_mins(5), changes.next()).await.is_err());
        let times: Vec<_> = log.lock().unwrap().iter().map(|seen| seen.at).collect();
        times
    };
    assert_eq!(replay().await, replay().await);
}
