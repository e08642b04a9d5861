//! Sends a sequence's requests to a server, whichever it is.

use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::{Map, Value, json};

use super::normal::Normal;
use super::{Answer, Sequence, Step};

/// Repetitions of a request that waits for something, 100 ms apart.
const TRIES: usize = 600;

/// An answer as it came.
struct Raw {
    status: u16,
    kind: String,
    warnings: Vec<String>,
    body: Value,
}

impl Raw {
    /// For a request that refers to what an earlier answer does not hold.
    fn unsent(missing: String) -> Self {
        Self { status: 0, kind: String::new(), warnings: Vec::new(), body: Value::String(missing) }
    }
}

/// Creates the sequence's namespace, sends its requests and returns their answers, made comparable.
pub(crate) async fn replay(client: &kube::Client, sequence: &Sequence) -> Vec<Answer> {
    let namespace = format!("corpus-{}", sequence.name.replace('_', "-"));
    let body = Some(json!({"metadata": {"name": &namespace}}));
    let create = Step { call: "POST /api/v1/namespaces".to_owned(), body, ..Step::default() };
    let made = send(client, &create, &create.call, create.body.clone()).await;
    assert_eq!(made.status, 201, "{}: {}", sequence.name, made.body);

    let mut normal = Normal::default();
    let mut answers = Vec::new();
    let mut known = BTreeMap::from([("ns".to_owned(), Value::String(namespace))]);
    for (at, step) in sequence.steps.iter().enumerate() {
        let place = format!("{} step {}", sequence.name, at + 1);
        let fill = |text: &str| fill(text, &known);
        let body = step.body.as_ref().map(|body| fill_all(body, &fill)).transpose();
        let raw = match (fill(&step.call), body) {
            (Ok(call), Ok(body)) => settle(client, step, &call, body, &place).await,
            (Err(missing), _) | (_, Err(missing)) => Raw::unsent(missing),
        };
        if let Some(id) = &step.id {
            known.insert(id.clone(), raw.body.clone());
        }
        let body = normal.body(&pick(&raw.body, &step.pick));
        let call = step.call.clone();
        answers.push(Answer { step: at + 1, call, status: raw.status, kind: raw.kind, warnings: raw.warnings, body });
    }
    answers
}

/// The answer to a step; the last one, where it waits for a status.
async fn settle(client: &kube::Client, step: &Step, call: &str, body: Option<Value>, place: &str) -> Raw {
    let mut raw = send(client, step, call, body.clone()).await;
    let Some(wanted) = step.until else { return raw };
    for _ in 0..TRIES {
        if raw.status == wanted {
            return raw;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        raw = send(client, step, call, body.clone()).await;
    }
    println!("{place}: {call} answers {}, never {wanted}", raw.status);
    raw
}

async fn send(client: &kube::Client, step: &Step, call: &str, body: Option<Value>) -> Raw {
    let (method, path) = call.split_once(' ').expect("a call is a method and a path");
    let mut request = http::Request::builder().method(method).uri(path).header("User-Agent", "corpus/1");
    if body.is_some() {
        request = request.header("Content-Type", content_type(step.kind.as_deref().unwrap_or("json")));
    }
    request = request.header("Accept", accepted(step.accept.as_deref().unwrap_or("application/json")));
    let body = match body {
        None => Vec::new(),
        Some(Value::String(text)) => text.into_bytes(),
        Some(body) => body.to_string().into_bytes(),
    };
    let request = request.body(Body::from(body)).expect("a step is a valid request");
    let response = client.send(request).await.unwrap_or_else(|error| panic!("{call}: {error}"));
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header("content-type").split(';').next().unwrap_or_default().to_owned();
    let warnings =
        response.headers().get_all("warning").iter().filter_map(|value| Some(value.to_str().ok()?.to_owned()));
    let (status, warnings) = (response.status().as_u16(), warnings.collect());
    let body = match step.events.filter(|_| status == 200) {
        Some(count) => events(response.into_body(), count).await,
        None => whole(response.into_body()).await,
    };
    Raw { status, kind, warnings, body }
}

async fn whole(body: Body) -> Value {
    let bytes = body.collect().await.expect("the answer arrives whole").to_bytes();
    serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The first events of a watch, fewer where it ends before.
async fn events(mut body: Body, count: usize) -> Value {
    let (mut events, mut text) = (Vec::new(), Vec::new());
    while events.len() < count
        && let Some(Ok(frame)) = body.frame().await
    {
        text.extend_from_slice(frame.data_ref().map(AsRef::as_ref).unwrap_or_default());
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            events.push(serde_json::from_slice(&line).expect("an event is a line of JSON"));
        }
    }
    // One piece of the stream may hold more than were asked for, by chance.
    events.truncate(count);
    Value::Array(events)
}

fn content_type(short: &str) -> &str {
    match short {
        "json" => "application/json",
        "merge" => "application/merge-patch+json",
        "patch" => "application/json-patch+json",
        "strategic" => "application/strategic-merge-patch+json",
        "apply" => "application/apply-patch+yaml",
        other => other,
    }
}

fn accepted(short: &str) -> &str {
    match short {
        "table" => "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        "partial" => "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json",
        "partials" => "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
        other => other,
    }
}

/// A text with its references replaced, or the reference that leads to nothing.
fn fill(text: &str, known: &BTreeMap<String, Value>) -> Result<String, String> {
    let namespace = known.get("ns").and_then(Value::as_str).unwrap_or_default();
    let text = text.replace("{ns}", namespace);
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (reference, rest) = part.split_once('}').expect("a reference is closed");
        let (id, pointer) = reference.split_once('/').expect("a reference is ID/POINTER");
        let value = known.get(id).and_then(|answer| answer.pointer(&format!("/{pointer}")));
        let value = value.ok_or_else(|| reference.to_owned())?;
        filled.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        filled.push_str(rest);
    }
    Ok(filled)
}

fn fill_all(value: &Value, fill: &impl Fn(&str) -> Result<String, String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(fill(text)?),
        Value::Array(items) => Value::Array(items.iter().map(|item| fill_all(item, fill)).collect::<Result<_, _>>()?),
        Value::Object(fields) => {
            let pair = |(key, child): (&String, &Value)| Ok((fill(key)?, fill_all(child, fill)?));
            Value::Object(fields.iter().map(pair).collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

/// The named places of a body, by pointer; the whole body where none is named.
fn pick(body: &Value, pointers: &[String]) -> Value {
    if pointers.is_empty() {
        return body.clone();
    }
    let place = |pointer: &String| (pointer.clone(), body.pointer(pointer).cloned().unwrap_or(Value::Null));
    Value::Object(pointers.iter().map(place).collect::<Map<_, _>>())
}
