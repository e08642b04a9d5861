//! Results of tests for CI systems.

use std::fmt::Write as _;

use super::{Gate, Report, snapshot};

/// The results in the form that CI systems read.
pub(super) fn junit(reports: &[Report], gates: &[Gate]) -> String {
    // Writing into a text cannot fail.
    let out = |_: std::fmt::Result| ();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for report in reports {
        let failures = report.trials.iter().filter(|trial| !trial.passed()).count();
        let (file, count, errors) = (escaped(&report.file), report.trials.len(), report.found.len());
        out(writeln!(
            text,
            "  <testsuite name=\"{file}\" tests=\"{count}\" failures=\"{failures}\" errors=\"{errors}\">"
        ));
        for trial in &report.trials {
            out(write!(text, "    <testcase classname=\"{file}\" name=\"{}\">", escaped(&trial.name)));
            for it in &trial.failures {
                let message = escaped(&format!("{}: expected {}, got {}", it.what, it.expected, it.got));
                match &it.snapshot {
                    None => out(write!(text, "<failure message=\"{message}\"/>")),
                    Some(snapshot) => {
                        let difference = escaped(&snapshot::difference(snapshot));
                        out(write!(text, "<failure message=\"{message}\">{difference}</failure>"));
                    }
                }
            }
            text += "</testcase>\n";
        }
        for it in &report.found {
            let message = escaped(&it.message);
            out(writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"load\"><error message=\"{message}\"/></testcase>"
            ));
        }
        text += "  </testsuite>\n";
    }
    if !gates.is_empty() {
        text += &gates_suite(gates);
    }
    text + "</testsuites>\n"
}

/// Demands on all cases together, as a suite of their own.
fn gates_suite(gates: &[Gate]) -> String {
    let failures = gates.iter().filter(|gate| gate.failure.is_some()).count();
    let mut text =
        format!("  <testsuite name=\"all cases\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">\n", gates.len());
    for gate in gates {
        let failure = gate.failure.as_ref().map(|it| format!("<failure message=\"{}\"/>", escaped(it)));
        let (name, failure) = (escaped(&gate.name), failure.unwrap_or_default());
        // Writing into a text cannot fail.
        let _ = writeln!(text, "    <testcase classname=\"all cases\" name=\"{name}\">{failure}</testcase>");
    }
    text + "  </testsuite>\n"
}

/// Text within an XML attribute; characters that XML cannot hold become `?`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
