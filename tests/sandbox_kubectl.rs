//! The sandbox as `kubectl` sees it. Needs the `kubectl` that `just control-plane` builds.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/definitions.rs"]
mod definitions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use openbao_claims::sandbox::{Runtime, Sandbox, SandboxConfig, kubeconfig, runtime_clock};

const ASSETS: &str = "/usr/local/kubebuilder/bin";
/// Noon of 2026-11-25.
const START: i128 = 1_795_608_000_000_000_000;

const CLUSTER: &str = "
apiVersion: openbao.org/v1alpha1
kind: OpenBaoCluster
metadata: {name: one, namespace: team}
spec: {version: 2.6.3, profile: Development, replicas: 1, storage: {size: 10Gi}, tls: {enabled: true, rotationPeriod: 720h}}
";

/// A sandbox with the simulated runtime on a port of its own, and a folder for files.
struct Server {
    folder: PathBuf,
    /// Ends the server when it goes.
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sandbox-{name}"));
        fs::create_dir_all(&folder).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        fs::write(folder.join("config"), kubeconfig(listener.local_addr().unwrap().port())).unwrap();
        let guard = runtime.enter();
        let clock = runtime_clock(START);
        let sandbox = Sandbox::new(SandboxConfig { clock, seed: 1, kept: SandboxConfig::KEPT });
        for definition in definitions::ours().into_iter().chain(definitions::target()) {
            sandbox.create(definition).unwrap();
        }
        runtime.spawn(sandbox.clone().run_background());
        runtime.spawn(Runtime::new(&sandbox, Duration::from_millis(100)).run());
        runtime.spawn(sandbox.service().serve(listener));
        drop(guard);
        let server = Self { folder, _runtime: runtime };
        server.ok(&["create", "namespace", "team"]);
        server
    }

    fn command(&self, arguments: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "a test may be told where its tool is")]
        let assets = std::env::var("KUBEBUILDER_ASSETS").unwrap_or_else(|_| ASSETS.to_owned());
        let mut command = Command::new(Path::new(&assets).join("kubectl"));
        command.args(arguments).env("KUBECONFIG", self.folder.join("config")).env("HOME", &self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("`just control-plane` builds kubectl")
    }

    /// What a command that succeeds says.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that fails complains of.
    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "kubectl {arguments:?} succeeds");
        String::from_utf8(output.stderr).unwrap()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

#[test]
fn an_object_is_applied_compared_and_applied_again() {
    let server = Server::start("apply");
    let file = server.file("cluster.yaml", CLUSTER);
    assert_eq!(server.ok(&["apply", "-f", &file]), "openbaocluster.openbao.org/one created\n");
    assert_eq!(server.ok(&["apply", "-f", &file]), "openbaocluster.openbao.org/one unchanged\n");
    let file = server.file("cluster.yaml", &CLUSTER.replace("10Gi", "20Gi"));
    let difference = server.run(&["diff", "-f", &file]);
    let text = String::from_utf8(difference.stdout).unwrap();
    assert_eq!(difference.status.code(), Some(1));
    assert!(text.contains("-    size: 10Gi\n+    size: 20Gi\n"), "{text}");
    assert_eq!(server.ok(&["apply", "-f", &file]), "openbaocluster.openbao.org/one configured\n");
    assert_eq!(server.run(&["diff", "-f", &file]).status.code(), Some(0));

    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: team}\ndata: {a: b, c: d}\n";
    server.ok(&["apply", "-f", &server.file("config.yaml", config)]);
    let config = config.replace(", c: d", "");
    assert_eq!(server.ok(&["apply", "-f", &server.file("config.yaml", &config)]), "configmap/c configured\n");
    let data = server.ok(&["get", "configmap", "c", "-n", "team", "-o", "jsonpath={.data}"]);
    assert_eq!(data, r#"{"a":"b"}"#);
}

#[test]
fn two_managers_of_one_field_conflict_unless_one_insists() {
    let server = Server::start("server-side");
    let file = server.file("cluster.yaml", CLUSTER);
    let one = server.ok(&["apply", "--server-side", "-f", &file]);
    assert_eq!(one, "openbaocluster.openbao.org/one serverside-applied\n");
    let file = server.file("cluster.yaml", &CLUSTER.replace("10Gi", "20Gi"));
    let other = ["apply", "--server-side", "--field-manager", "other", "-f", &file];
    let conflict = server.fails(&other);
    assert!(conflict.contains("conflict with \"kubectl\": .spec.storage.size"), "{conflict}");
    let forced = [&other[..], &["--force-conflicts"]].concat();
    server.ok(&forced);
    let size = server.ok(&["get", "bao", "one", "-n", "team", "-o", "jsonpath={.spec.storage.size}"]);
    assert_eq!(size, "20Gi");
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_stored() {
    let server = Server::start("wrong");
    let unknown = server.file("unknown.yaml", &CLUSTER.replace("replicas", "replicaz"));
    let error = server.fails(&["apply", "-f", &unknown]);
    assert!(error.contains("strict decoding error: unknown field \"spec.replicaz\""), "{error}");
    let invalid = server.file("invalid.yaml", &CLUSTER.replace("Development", "Casual"));
    let error = server.fails(&["apply", "-f", &invalid]);
    assert!(error.contains("spec.profile: Unsupported value: \"Casual\""), "{error}");
    let dry = server.ok(&["apply", "--dry-run=server", "-f", &server.file("cluster.yaml", CLUSTER)]);
    assert_eq!(dry, "openbaocluster.openbao.org/one created (server dry run)\n");
    let error = server.fails(&["get", "bao", "one", "-n", "team"]);
    assert_eq!(error, "Error from server (NotFound): openbaoclusters.openbao.org \"one\" not found\n");
}

#[test]
fn the_simulated_runtime_brings_a_cluster_up_as_kubectl_waits() {
    let server = Server::start("wait");
    server.ok(&["apply", "-f", &server.file("cluster.yaml", CLUSTER)]);
    server.ok(&["wait", "bao/one", "-n", "team", "--for=jsonpath={.status.phase}=Running", "--timeout=30s"]);
    server.ok(&["wait", "bao/one", "-n", "team", "--for=condition=Available", "--timeout=30s"]);
    let table = server.ok(&["get", "bao", "-A"]);
    let head: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["NAMESPACE", "NAME", "PHASE", "VERSION", "REPLICAS", "AGE"]);
    assert!(table.contains("Running"), "{table}");
    let told = server.ok(&["describe", "bao", "one", "-n", "team"]);
    assert!(told.contains("Ready Replicas:  ") && told.contains("Events:"), "{told}");
    assert!(server.ok(&["get", "secrets", "-n", "team"]).contains("one-tls-ca"));
    server.ok(&["delete", "bao", "one", "-n", "team", "--timeout=30s"]);
    server.ok(&["wait", "secret/one-tls-ca", "-n", "team", "--for=delete", "--timeout=30s"]);
}

#[test]
fn kinds_are_explained_and_listed() {
    let server = Server::start("explain");
    let told = server.ok(&["explain", "bao.spec.storage"]);
    assert!(told.contains("FIELD: storage <Object>") && told.contains("size\t<string> -required-"), "{told}");
    assert!(server.ok(&["explain", "obclaim"]).contains("KIND:       OpenBaoClusterClaim"));
    assert!(server.ok(&["explain", "configmap.data"]).contains("FIELD: data <map[string]string>"));
    let kinds = server.ok(&["api-resources", "--api-group=claims.openbao.org", "-o", "name"]);
    assert!(kinds.contains("openbaoclusterclaims.claims.openbao.org"), "{kinds}");
}

#[test]
fn an_object_is_edited_labelled_patched_and_replaced() {
    let server = Server::start("edit");
    let file = server.file("cluster.yaml", CLUSTER);
    server.ok(&["create", "-f", &file]);
    let mut edit = server.command(&["edit", "bao", "one", "-n", "team"]);
    let edited = edit.env("KUBE_EDITOR", "sed -i s/10Gi/30Gi/").output().unwrap();
    assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));
    server.ok(&["label", "bao", "one", "-n", "team", "tier=gold"]);
    server.ok(&["annotate", "bao", "one", "-n", "team", "note=x"]);
    server.ok(&["patch", "bao", "one", "-n", "team", "--type=merge", "-p", r#"{"spec":{"replicas":3}}"#]);
    let path = "jsonpath={.spec.storage.size} {.spec.replicas} {.metadata.labels.tier}";
    assert_eq!(server.ok(&["get", "bao", "one", "-n", "team", "-o", path]), "30Gi 3 gold");
    assert_eq!(server.ok(&["get", "bao", "-n", "team", "-l", "tier in (silver)", "-o", "name"]), "");
    server.ok(&["replace", "-f", &file]);
    assert_eq!(server.ok(&["get", "bao", "one", "-n", "team", "-o", path]), "10Gi 1 ");
}

#[test]
fn changes_are_watched_as_they_happen() {
    let server = Server::start("watch");
    server.ok(&["create", "configmap", "c", "-n", "team", "--from-literal=a=b"]);
    let watch = ["get", "configmap", "-n", "team", "-w", "--output-watch-events", "--request-timeout=10s"];
    let watch = server.command(&watch).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    server.ok(&["label", "configmap", "c", "-n", "team", "a=b"]);
    server.ok(&["delete", "configmap", "c", "-n", "team"]);
    let output = watch.wait_with_output().unwrap();
    let seen = String::from_utf8(output.stdout).unwrap();
    let kinds: Vec<&str> = seen.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(kinds, ["ADDED", "MODIFIED", "DELETED"], "{seen}");
}

#[test]
fn a_namespace_is_deleted_with_what_it_holds() {
    let server = Server::start("namespace");
    server.ok(&["apply", "-f", &server.file("cluster.yaml", CLUSTER)]);
    server.ok(&["create", "secret", "generic", "s", "-n", "team", "--from-literal=a=b"]);
    server.ok(&["delete", "namespace", "team", "--timeout=30s"]);
    assert_eq!(server.ok(&["get", "bao,secrets", "-A", "--ignore-not-found", "-o", "name"]), "");
}
