//! `check --watch`: each change gives a new result, and the last one is the exit code. Nothing here waits for a time: each
//! step waits for what the one before must print.

#[cfg(test)]
#[cfg(all(unix, feature = "operator"))]
mod suite {
    use std::io::{BufRead as _, BufReader};
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    /// Far longer than any result takes: what does not come by then never comes.
    const NEVER: Duration = Duration::from_mins(2);

    const GOOD: &str = "\
apiVersion: claims.openbao.org/v1alpha1
kind: OpenBaoRuleSet
metadata: {name: posture}
spec:
  validations:
  - {expression: object.spec.replicas >= 3, reason: TooFew, message: three replicas or more}
";

    struct Watched {
        folder: PathBuf,
        child: Child,
        lines: Receiver<String>,
    }

    impl Watched {
        fn start(name: &str, text: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("openbao-claims-watch-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("posture.yaml"), text).unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_openbao-claims"));
            let command = command.arg("check").arg(&folder).arg("--watch");
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let stdout = BufReader::new(child.stdout.take().unwrap());
            let (sender, lines) = channel();
            std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
            Self { folder, child, lines }
        }

        fn write(&self, file: &str, text: &str) {
            // At once, as editors do: never half of it.
            let new = self.folder.join(".new");
            std::fs::write(&new, text).unwrap();
            std::fs::rename(new, self.folder.join(file)).unwrap();
        }

        /// The next result that is this one; results of states on the way may come before it.
        fn until(&self, expected: &str) {
            loop {
                let line = self.lines.recv_timeout(NEVER).unwrap_or_else(|_| panic!("never printed: {expected}"));
                if line.ends_with(expected) {
                    return;
                }
            }
        }

        fn interrupt(&mut self) -> Option<i32> {
            let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            self.child.wait().unwrap().code()
        }
    }

    impl Drop for Watched {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    fn second() -> String {
        GOOD.replace("posture", "second")
    }

    #[test]
    fn each_change_is_checked_and_the_last_result_is_the_exit_code() {
        let mut watched = Watched::start("changes", GOOD);
        watched.until("1 rule set, 0 claims: 0 errors, 0 warnings");
        watched.write("posture.yaml", &GOOD.replace("replicas >=", "replcas >="));
        watched.until("1 rule set, 0 claims: 1 error, 0 warnings");
        watched.write("posture.yaml", GOOD);
        watched.until("1 rule set, 0 claims: 0 errors, 0 warnings");
        watched.write("second.yaml", &second());
        watched.until("2 rule sets, 0 claims: 0 errors, 0 warnings");
        std::fs::remove_file(watched.folder.join("second.yaml")).unwrap();
        watched.until("1 rule set, 0 claims: 0 errors, 0 warnings");
        assert_eq!(watched.interrupt(), Some(0));
    }

    #[test]
    fn it_ends_with_1_when_the_last_result_has_an_error() {
        let mut watched = Watched::start("ends", GOOD);
        watched.until("0 errors, 0 warnings");
        watched.write("posture.yaml", &GOOD.replace("replicas >=", "replcas >="));
        watched.until("1 rule set, 0 claims: 1 error, 0 warnings");
        assert_eq!(watched.interrupt(), Some(1));
    }

    #[test]
    fn what_is_not_there_yet_is_checked_when_it_comes() {
        let mut watched = Watched::start("later", GOOD);
        watched.until("0 errors, 0 warnings");
        std::fs::remove_file(watched.folder.join("posture.yaml")).unwrap();
        watched.until("0 rule sets, 0 claims: 1 error, 0 warnings");
        watched.write("posture.yaml", GOOD);
        watched.until("1 rule set, 0 claims: 0 errors, 0 warnings");
        assert_eq!(watched.interrupt(), Some(0));
    }
}
