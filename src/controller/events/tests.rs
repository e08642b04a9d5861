use super::*;
use crate::controller::clock::TokioClock;
use crate::controller::testing::{Reply, Seen, server};
use http::Method;
use std::sync::Mutex;

type Log = Arc<Mutex<Vec<Seen>>>;

fn publisher(answer: impl FnMut(&Seen) -> Reply + Send + 'static) -> (Events, Publisher, Log) {
    let (client, log) = server(answer);
    let clock = TokioClock::starting_at("2026-11-25T12:00:00Z".parse().unwrap());
    let (events, publisher) = events(client, Arc::new(clock), "replica-1");
    (events, publisher, log)
}

fn echo(seen: &Seen) -> Reply {
    Reply::ok(match seen.method {
        Method::POST => seen.body.clone(),
        _ => json!({"metadata": {"name": "x"}, "eventTime": null}),
    })
}

fn tell(events: &Events, namespace: &str, reason: &str, note: &str) {
    let at = Named::new(namespace, "payments");
    let about = About { api_version: "claims.openbao.org/v1alpha1", kind: "OpenBaoClusterClaim", at: &at, uid: "u-1" };
    events.tell(about, Severity::Warning, reason, note);
}

async fn at_rest() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_has_all_that_kubernetes_requires() {
    let (events, publisher, log) = publisher(echo);
    tokio::spawn(publisher.run(std::future::pending()));
    tell(&events, "team", "ChangeBlocked", "spec.storage.size cannot shrink");
    tell(&events, "", "Broken", "does not compile");
    at_rest().await;
    let log = log.lock().unwrap();
    assert_eq!(log[0].target, "/apis/events.k8s.io/v1/namespaces/team/events?");
    let name = log[0].body["metadata"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("payments.") && name.len() == "payments.".len() + 16, "{name}");
    assert_eq!(
        log[0].body,
        json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event",
            "metadata": {"name": name, "namespace": "team"},
            "eventTime": "2026-11-25T12:00:00.000000Z",
            "type": "Warning", "reason": "ChangeBlocked", "note": "spec.storage.size cannot shrink", "action": "Reconcile",
            "reportingController": "claims.openbao.org/operator", "reportingInstance": "replica-1",
            "regarding": {
                "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
                "name": "payments", "namespace": "team", "uid": "u-1",
            },
        })
    );
    assert!(log[1].target.contains("/namespaces/default/"), "what has no namespace is told in `default`");
}

#[tokio::test(start_paused = true)]
async fn the_same_within_the_hour_counts_up_and_later_or_other_things_are_new() {
    let (events, publisher, log) = publisher(echo);
    tokio::spawn(publisher.run(std::future::pending()));
    for (reason, wait) in [("A", 60), ("A", 60), ("B", 60), ("A", 7_200), ("A", 0)] {
        tell(&events, "team", reason, "note");
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
    at_rest().await;
    let log = log.lock().unwrap();
    let methods: Vec<_> = log.iter().map(|seen| seen.method.as_str()).collect();
    assert_eq!(methods, ["POST", "PATCH", "POST", "PATCH", "POST"]);
    let name = log[0].body["metadata"]["name"].as_str().unwrap();
    assert!(log[3].target.contains(&format!("/events/{name}?")), "{}", log[3].target);
    assert_eq!(log[3].body, json!({"series": {"count": 3, "lastObservedTime": "2026-11-25T12:03:00.000000Z"}}));
    assert_ne!(log[4].body["metadata"]["name"], log[0].body["metadata"]["name"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_the_server_has_dropped_is_written_anew() {
    let (events, publisher, log) = publisher(|seen| match seen.method {
        Method::PATCH => Reply::error(404, "NotFound"),
        _ => echo(seen),
    });
    tokio::spawn(publisher.run(std::future::pending()));
    tell(&events, "team", "A", "note");
    at_rest().await;
    tell(&events, "team", "A", "note");
    at_rest().await;
    let methods: Vec<_> = log.lock().unwrap().iter().map(|seen| seen.method.clone()).collect();
    assert_eq!(methods, [Method::POST, Method::PATCH, Method::POST]);
}

#[tokio::test(start_paused = true)]
async fn telling_never_waits_or_fails_and_the_rest_is_told_at_the_end() {
    let (events, publisher, log) = publisher(|_| Reply::error(403, "Forbidden"));
    for number in 0..2 * WAITING {
        tell(&events, "team", "A", &number.to_string());
    }
    publisher.run(std::future::ready(())).await;
    assert_eq!(log.lock().unwrap().len(), WAITING);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_a_server_that_does_not_answer() {
    let (events, publisher, _) = publisher(|_| Reply::silent());
    tell(&events, "team", "A", "note");
    let since = Instant::now();
    publisher.run(std::future::ready(())).await;
    assert_eq!(since.elapsed(), LAST_WORDS);
}

#[test]
fn a_long_note_is_cut_between_characters() {
    let note = bounded(&"é".repeat(600));
    assert!(note.len() <= MAX_NOTE && note.ends_with('…'), "{}", note.len());
    assert_eq!(bounded("short"), "short");
}
