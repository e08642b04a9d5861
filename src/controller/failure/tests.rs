use super::*;
use kube::core::response::{StatusCause, StatusDetails};

const CANARY: &str = "hunter2";

fn api(code: u16, reason: &str) -> kube::Error {
    let message = format!("spec.password: Invalid value: \"{CANARY}\"");
    let details = StatusDetails {
        name: CANARY.into(),
        group: String::new(),
        kind: String::new(),
        uid: String::new(),
        causes: vec![StatusCause { reason: CANARY.into(), message: CANARY.into(), field: CANARY.into() }],
        retry_after_seconds: 0,
    };
    kube::Error::Api(Status::failure(&message, reason).with_code(code).with_details(details).boxed())
}

fn patch(error: &kube::Error) -> ApiFailure {
    ApiFailure::new(Verb::Patch, "openbaoclusters", "team-pay/payments", error)
}

fn with_cause(code: u16, reason: &str, cause: &str) -> ApiFailure {
    let kube::Error::Api(mut status) = api(code, reason) else { panic!("an answer") };
    status.details.as_mut().unwrap().causes[0].reason = cause.into();
    patch(&kube::Error::Api(status))
}

fn unreadable() -> kube::Error {
    kube::Error::SerdeError(serde_json::from_str::<u8>(&format!("\"{CANARY}\"")).unwrap_err())
}

#[test]
fn the_text_names_verb_resource_object_code_and_reason_only() {
    assert_eq!(
        patch(&api(422, "Invalid")).to_string(),
        "cannot patch openbaoclusters `team-pay/payments`: 422 Invalid"
    );
    let all = ApiFailure::new(Verb::List, "secrets", "", &api(403, "Forbidden"));
    assert_eq!(all.to_string(), "cannot list secrets: 403 Forbidden");
    let lost = patch(&kube::Error::Service("broken pipe".into()));
    assert_eq!(lost.to_string(), "cannot patch openbaoclusters `team-pay/payments`: ConnectionLost");
}

#[test]
fn no_form_of_a_failure_carries_what_the_server_or_an_object_said() {
    let errors = [
        api(422, "Invalid"),
        api(403, CANARY),
        api(500, ""),
        unreadable(),
        kube::Error::Service(CANARY.into()),
        kube::Error::ReadEvents(std::io::Error::other(CANARY)),
    ];
    for error in &errors {
        assert!(format!("{error:?}").contains(CANARY), "the source does: {error:?}");
        let failure = patch(error);
        let told = format!("{failure} {failure:?} {} {:?}", failure.reason(), std::error::Error::source(&failure));
        assert!(!told.contains(CANARY), "{told}");
    }
}

#[test]
fn a_reason_that_kubernetes_does_not_define_gives_way_to_the_code() {
    let failure = patch(&api(404, CANARY));
    assert_eq!(failure.reason(), "UnexpectedAnswer");
    assert!(failure.is_not_found());
    assert!(patch(&api(409, "AlreadyExists")).is_already_exists());
    assert!(!patch(&api(409, "AlreadyExists")).is_conflict(), "a known reason goes before the code");
}

#[test]
fn each_answer_has_its_class() {
    assert!(patch(&api(409, "Conflict")).is_conflict());
    assert!(patch(&api(403, "Forbidden")).is_forbidden());
    assert!(patch(&api(422, "Invalid")).is_invalid());
    assert!(patch(&api(400, "BadRequest")).is_invalid());
    assert!(patch(&api(410, "Expired")).is_expired());
    assert!(with_cause(409, "Conflict", "FieldManagerConflict").is_manager_conflict());
    assert!(with_cause(403, "Forbidden", "NamespaceTerminating").is_namespace_terminating());
    for (code, reason) in [(404, "NotFound"), (409, "Conflict"), (403, "Forbidden"), (422, "Invalid")] {
        let failure = patch(&api(code, reason));
        assert!(!failure.is_transient() && !failure.is_unknown_outcome(), "{failure}");
    }
}

#[test]
fn a_write_whose_answer_is_lost_may_have_happened() {
    for error in [api(500, "InternalError"), api(504, "Timeout"), unreadable(), kube::Error::Service("gone".into())] {
        assert!(patch(&error).is_unknown_outcome(), "{error:?}");
        let read = ApiFailure::new(Verb::Get, "secrets", "a/b", &error);
        assert!(!read.is_unknown_outcome(), "a read changes nothing: {error:?}");
    }
    assert!(patch(&api(503, "ServiceUnavailable")).is_transient());
    assert!(!patch(&unreadable()).is_transient());
}

#[test]
fn throttling_tells_how_long_to_stay_away() {
    let kube::Error::Api(mut status) = api(429, "TooManyRequests") else { panic!("an answer") };
    status.details.as_mut().unwrap().retry_after_seconds = 7;
    let failure = patch(&kube::Error::Api(status));
    assert!(failure.is_throttled() && failure.is_transient() && !failure.is_unknown_outcome());
    assert_eq!(failure.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(patch(&api(429, "TooManyRequests")).retry_after(), None);
}

#[tokio::test]
async fn a_connection_that_never_came_about_has_changed_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let config = kube::Config::new(format!("http://{address}").parse().unwrap());
    let client = kube::Client::try_from(config).unwrap();
    let request = http::Request::get("/version").body(Vec::new()).unwrap();
    let error = client.request_text(request).await.unwrap_err();
    let failure = patch(&error);
    assert_eq!(failure.reason(), "Unreachable", "{error:?}");
    assert!(failure.is_transient() && !failure.is_unknown_outcome());
}
