//! A real control plane for tests: etcd, kube-apiserver and kube-controller-manager on loopback, in a directory of
//! their own, gone when the test's process is gone.
//!
//! Several users by token, RBAC, admission policies and an audit log are on. `tests/control-plane/build` makes the
//! programs; without them a suite fails and says so, it never skips.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

mod audit;
mod process;
mod user;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

pub(crate) use self::audit::Audit;
use self::process::{Guard, free_ports, last_words};
pub(crate) use self::user::User;
use crate::api::Api;

/// Where the programs are looked for after `KUBEBUILDER_ASSETS`.
const ASSETS: &str = "/usr/local/kubebuilder/bin";
/// Attempts to start on ports that turn out to be taken.
const STARTS: usize = 3;
/// Probes for readiness, a quarter of a second apart. A cold start takes 5 s on an idle machine.
const PROBES: usize = 480;
/// Controllers that tests rely on: without them nothing deletes namespaces or children, no policy is checked, and the
/// roles `admin`, `edit` and `view` are empty.
const CONTROLLERS: [&str; 4] = [
    "namespace-controller",
    "garbage-collector-controller",
    "validatingadmissionpolicy-status-controller",
    "clusterrole-aggregation-controller",
];

/// A running control plane. Dropping it ends it.
pub(crate) struct ControlPlane {
    port: u16,
    directory: PathBuf,
    namespaces: AtomicUsize,
    // Ended in this order: who writes first, the directory last.
    guards: Vec<Guard>,
}

impl ControlPlane {
    /// The control plane of this test binary, started by whoever asks first.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts one and waits until it is ready. Panics with what its programs said when it is not.
    pub(crate) fn start() -> Self {
        let programs = programs();
        let mut said = String::new();
        for _ in 0..STARTS {
            // Readiness is asked for asynchronously, and the caller may be inside a runtime already.
            match std::thread::scope(|scope| scope.spawn(|| Self::try_start(&programs)).join()) {
                Ok(Ok(started)) => return started,
                Ok(Err(words)) => said = words,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        panic!("the control plane does not start; its programs' last words:\n{said}");
    }

    fn try_start(programs: &Path) -> Result<Self, String> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let name = format!("control-plane-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(directory.join("certs")).expect("cargo's directory for tests is ours");
        let [port, etcd, peer] = free_ports();
        let mut plane = Self { port, directory, namespaces: AtomicUsize::new(0), guards: Vec::new() };
        plane.write_files();
        let sweeper = Guard::sweep(&plane.directory);
        let etcd_guard = Guard::run(&plane.directory, "etcd", &programs.join("etcd"), &etcd_flags(etcd, peer));
        let server =
            Guard::run(&plane.directory, "kube-apiserver", &programs.join("kube-apiserver"), &api_flags(port, etcd));
        plane.guards = vec![server, etcd_guard, sweeper];

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        if !runtime.block_on(plane.is_ready()) {
            return Err(["etcd", "kube-apiserver"].map(|name| last_words(&plane.directory, name)).join("\n"));
        }
        let manager = programs.join("kube-controller-manager");
        let flags = [
            format!("--controllers={}", CONTROLLERS.join(",")),
            // Each controller acts as its own service account, as in a real cluster: admission policies name them.
            "--use-service-account-credentials=true".to_owned(),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            format!("--kubeconfig={}", plane.kubeconfig(User::Controllers).display()),
        ];
        plane.guards.insert(0, Guard::run(&plane.directory, "kube-controller-manager", &manager, &flags));
        Ok(plane)
    }

    /// Tokens, the audit policy and a kubeconfig for each user.
    fn write_files(&self) {
        let write = |name: &str, text: &str| fs::write(self.directory.join(name), text).expect("the directory is ours");
        write("tokens.csv", &User::ALL.map(User::line).concat());
        write("audit-policy.json", &audit::policy().to_string());
        for user in User::ALL {
            fs::write(self.kubeconfig(user), kubeconfig(self.port, user).to_string()).expect("the directory is ours");
        }
    }

    async fn is_ready(&self) -> bool {
        for _ in 0..PROBES {
            // The certificate is made at the start; until it is there, nobody listens either.
            if self.directory.join("certs/apiserver.crt").exists()
                && let Ok(reply) = self.api(User::Admin).try_call("GET", "/readyz", "", Vec::new()).await
                && reply.status == 200
            {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        false
    }

    /// A client for the current runtime, with nothing hidden in it: no retries.
    pub(crate) fn client(&self, user: User) -> kube::Client {
        kube::Client::try_from(self.config(user)).expect("the configuration is complete")
    }

    /// How a user reaches it, without retries.
    pub(crate) fn config(&self, user: User) -> kube::Config {
        let address = format!("https://127.0.0.1:{}", self.port).parse().expect("an address of digits parses");
        let mut config = kube::Config::new(address);
        config.root_cert_file = Some(self.directory.join("certs/apiserver.crt"));
        config.auth_info.token = Some(user.token().into());
        config.default_retry = false;
        config
    }

    /// Raw requests as a user.
    pub(crate) fn api(&self, user: User) -> Api {
        Api::new(self.client(user))
    }

    /// A file that `kubectl --kubeconfig` takes.
    pub(crate) fn kubeconfig(&self, user: User) -> PathBuf {
        self.directory.join(format!("{}.kubeconfig", user.token()))
    }

    /// What the audit log says.
    pub(crate) fn audit(&self) -> Audit<'_> {
        Audit::new(self, self.directory.join("audit.log"))
    }

    /// A new namespace whose name starts with some words.
    pub(crate) async fn namespace(&self, words: &str) -> String {
        let name = format!("{words}-{}", self.namespaces.fetch_add(1, Ordering::Relaxed));
        let body = json!({"metadata": {"name": &name, "labels": {"test": words}}});
        self.api(User::Admin).post("/api/v1/namespaces", &body).await.expect_status(201);
        name
    }

    /// Lets a user do everything in a namespace, as the chart's role of a tenant does.
    pub(crate) async fn grant(&self, user: User, namespace: &str, cluster_role: &str) {
        let body = json!({
            "metadata": {"generateName": "grant-"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": cluster_role},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user.name()}],
        });
        let path = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings");
        self.api(User::Admin).post(&path, &body).await.expect_status(201);
    }
}

/// A program that was built beside the control plane.
pub(crate) fn program(name: &str) -> PathBuf {
    programs().join(name)
}

/// The directory with all programs.
fn programs() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test may be told where its tools are")]
    let directory = PathBuf::from(std::env::var("KUBEBUILDER_ASSETS").unwrap_or_else(|_| ASSETS.to_owned()));
    for program in ["etcd", "kube-apiserver", "kube-controller-manager"] {
        assert!(
            directory.join(program).is_file(),
            "no `{program}` in {}: `just control-plane` (tests/control-plane/build) builds it, with Go",
            directory.display()
        );
    }
    directory
}

fn etcd_flags(port: u16, peer: u16) -> Vec<String> {
    let (client, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer}"));
    [
        ("data-dir", "etcd"),
        ("listen-client-urls", &client),
        ("advertise-client-urls", &client),
        ("listen-peer-urls", &peer),
        ("initial-advertise-peer-urls", &peer),
        ("initial-cluster", &format!("default={peer}")),
        ("log-level", "error"),
        // Nothing here is worth a disk's time.
        ("unsafe-no-fsync", "true"),
    ]
    .map(|(flag, value)| format!("--{flag}={value}"))
    .to_vec()
}

fn api_flags(port: u16, etcd: u16) -> Vec<String> {
    [
        ("etcd-servers", &*format!("http://127.0.0.1:{etcd}")),
        ("secure-port", &port.to_string()),
        ("bind-address", "127.0.0.1"),
        ("cert-dir", "certs"),
        ("token-auth-file", "tokens.csv"),
        ("authorization-mode", "RBAC"),
        ("service-account-issuer", "https://kubernetes.default.svc"),
        // The server makes this key for its own certificate before it reads it here.
        ("service-account-key-file", "certs/apiserver.key"),
        ("service-account-signing-key-file", "certs/apiserver.key"),
        ("service-cluster-ip-range", "10.0.0.0/24"),
        ("disable-admission-plugins", "ServiceAccount"),
        // With a loopback address the default one ends the process.
        ("endpoint-reconciler-type", "none"),
        ("audit-policy-file", "audit-policy.json"),
        ("audit-log-path", "audit.log"),
        // A call is in the log before the next one that waits for it is answered.
        ("audit-log-mode", "blocking"),
    ]
    .map(|(flag, value)| format!("--{flag}={value}"))
    .to_vec()
}

fn kubeconfig(port: u16, user: User) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {
            "server": format!("https://127.0.0.1:{port}"), "certificate-authority": "certs/apiserver.crt",
        }}],
        "users": [{"name": user.token(), "user": {"token": user.token()}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": user.token()}}],
        "current-context": "test",
    })
}
