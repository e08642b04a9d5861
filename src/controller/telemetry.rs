//! Logs: lines for people on a terminal, JSON elsewhere, without a word of what objects hold.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::fmt::MakeWriter;

/// The environment variable with the filter's directives, which the command line reads.
pub const VARIABLE: &str = "OPENBAO_CLAIMS_LOG";

/// What is logged where nothing else is asked for.
const DEFAULT: &str = "info,hyper=warn,hyper_util=warn,rustls=warn,tower=warn";

/// kube logs whole answers: at `warn` those that it cannot decode, at `debug` those that refuse, and its runtime
/// the latter again. No filter lets that through; what failed is logged by us, as an `ApiFailure`.
const ALWAYS: [&str; 2] = ["kube_client::client=off", "kube_runtime=off"];

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human {
        /// With colours.
        colour: bool,
    },
    /// One JSON object a line.
    Json,
}

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The directives are not a filter.
    #[error(
        "`{directives}` in {VARIABLE} is not a log filter: expected directives like `info` or `openbao_claims=debug`"
    )]
    Filter {
        /// What was given.
        directives: String,
    },
    /// A subscriber is there already.
    #[error("logging was started twice")]
    Started,
}

/// Starts logging to standard error for the whole process. Once, by the command that runs the operator.
pub fn start(format: Format, directives: Option<&str>) -> Result<(), TelemetryError> {
    let subscriber = subscriber(format, directives, io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::Started)
}

/// The same to any writer, for this thread or the process, as the caller chooses.
pub fn subscriber<W>(
    format: Format,
    directives: Option<&str>,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter(directives.filter(|text| !text.trim().is_empty()).unwrap_or(DEFAULT))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    Ok(match format {
        Format::Human { colour } => Box::new(builder.with_ansi(colour).with_target(false).finish()),
        Format::Json => Box::new(builder.json().flatten_event(true).with_span_list(false).finish()),
    })
}

fn filter(directives: &str) -> Result<EnvFilter, TelemetryError> {
    let refused = || TelemetryError::Filter { directives: directives.to_owned() };
    let filter = EnvFilter::builder().parse(directives).map_err(|_| refused())?;
    let always = ALWAYS.iter().filter_map(|text| text.parse::<Directive>().ok());
    Ok(always.fold(filter, EnvFilter::add_directive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::failure::{ApiFailure, Verb};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, directives: Option<&str>, log: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(format, directives, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, log);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_has_one_object_a_line_with_the_fields_at_the_top() {
        let text = logged(Format::Json, None, || {
            tracing::info!(claim = "team/payments", "materialized");
            tracing::debug!("too fine");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["level"], &line["message"]), (&"INFO".into(), &"materialized".into()));
        assert_eq!(line["claim"], "team/payments");
    }

    #[test]
    fn people_get_plain_lines_and_may_ask_for_more() {
        let text = logged(Format::Human { colour: false }, Some("openbao_claims=debug"), || {
            tracing::debug!(key = "team/payments", "a run is retried");
        });
        assert!(text.contains("DEBUG a run is retried key=\"team/payments\""), "{text}");
    }

    #[test]
    fn an_answer_s_content_is_logged_at_no_level_and_a_failure_tells_none() {
        for directives in [None, Some("trace"), Some("info,kube_client::client=trace")] {
            let text = logged(Format::Json, directives, || {
                tracing::warn!(target: "kube_client::client", "hunter2");
                tracing::error!(target: "kube_client::client::builder", "hunter2");
                let error = serde_json::from_str::<u8>("\"hunter2\"").map_err(kube::Error::SerdeError).unwrap_err();
                let failure = ApiFailure::new(Verb::Get, "secrets", "team/token", &error);
                tracing::error!(%failure, ?failure, "failed");
            });
            assert!(text.contains("cannot get secrets `team/token`: UnreadableAnswer"), "{text}");
            assert!(!text.contains("hunter2"), "{directives:?}: {text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_what_one_looks_like() {
        let error = subscriber(Format::Json, Some("a=b=c"), io::sink).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`a=b=c` in OPENBAO_CLAIMS_LOG is not a log filter: expected directives like `info` or `openbao_claims=debug`"
        );
    }
}
