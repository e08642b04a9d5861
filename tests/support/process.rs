//! The running oracle.

use std::io::{BufRead, BufReader, BufWriter, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::oracle::case::{Answer, Case};

/// The environment variable with the path of the program.
const PROGRAM: &str = "OPENBAO_CLAIMS_CEL_ORACLE";

/// A process that answers cases.
pub(crate) struct Oracle {
    child: Child,
    input: BufWriter<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

#[derive(Deserialize)]
struct Identified {
    id: String,
    #[serde(flatten)]
    answer: Answer,
}

impl Oracle {
    /// Starts the program. Its absence is a failure, never a reason to skip.
    pub(crate) fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test may be told where its tool is")]
        let program = std::env::var(PROGRAM).unwrap_or_else(|_| {
            panic!("set {PROGRAM} to the oracle that tests/oracle/record builds (target/cel-oracle)")
        });
        let mut command = Command::new(&program);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{PROGRAM}={program}: {error}; tests/oracle/record builds it"));
        let input = BufWriter::new(child.stdin.take().unwrap());
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, output }
    }

    /// The answers to some cases, in their order.
    pub(crate) fn answers(&mut self, cases: &[Case]) -> Vec<Answer> {
        let (input, output) = (&mut self.input, &mut self.output);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for case in cases {
                    serde_json::to_writer(&mut *input, case).unwrap();
                    input.write_all(b"\n").unwrap();
                }
                input.flush().unwrap();
            });
            cases.iter().map(|case| read(output, case)).collect()
        })
    }
}

fn read(output: &mut Lines<BufReader<ChildStdout>>, case: &Case) -> Answer {
    let line = output.next().unwrap_or_else(|| panic!("the oracle ended at `{}`", case.expr)).unwrap();
    let answer: Identified = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(answer.id, case.id, "answers come in the order of the cases");
    answer.answer
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The process that this one started; there is nobody left to tell if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
