//! Programs that never outlive the test that started them.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A shell that runs one program and kills it as soon as its own standard input closes: that happens when the guard
/// is dropped, and also when the test's process ends in any other way, since the kernel closes the pipe.
const GUARD: &str = r#"
    "$@" </dev/null & program=$!
    trap 'kill -9 $program 2>/dev/null' EXIT
    trap 'exit 1' HUP INT TERM
    cat >/dev/null
"#;

/// The same for a directory.
const SWEEPER: &str = r#"
    trap 'for again in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && break; sleep 1; done' EXIT
    trap 'exit 1' HUP INT TERM
    cat >/dev/null
"#;

/// Ends what it guards when it is dropped, or when the process ends without that.
pub(crate) struct Guard(Child);

impl Guard {
    /// Starts a program that writes to `NAME.log` in a directory.
    pub(crate) fn run(directory: &Path, name: &str, program: &Path, arguments: &[String]) -> Self {
        let log = File::create(log_file(directory, name)).expect("the directory of the logs is ours");
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, name]).arg(program).args(arguments).current_dir(directory);
        command.stdout(log.try_clone().expect("an open file can be shared")).stderr(log);
        Self::spawn(command)
    }

    /// Removes a directory at the end.
    pub(crate) fn sweep(directory: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", SWEEPER, "sweeper"]).arg(directory).stdout(Stdio::null()).stderr(Stdio::null());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        Self(command.stdin(Stdio::piped()).spawn().expect("`sh` is at hand"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Closes its input, on which it ends.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn log_file(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.log"))
}

/// The last lines that a program wrote.
pub(crate) fn last_words(directory: &Path, name: &str) -> String {
    let log = fs::read_to_string(log_file(directory, name)).unwrap_or_default();
    let lines: Vec<_> = log.lines().collect();
    format!("{name}:\n{}", lines[lines.len().saturating_sub(8)..].join("\n"))
}

/// Loopback ports that are free now. Nothing reserves them, so whoever uses them tries again with others on failure.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("the loopback device is up"));
    listeners.map(|listener| listener.local_addr().expect("it is bound").port())
}
