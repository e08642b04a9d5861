//! Plain HTTP for `kubectl`, on loopback.

use std::io;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::SandboxService;

impl SandboxService {
    /// Serves HTTP/1.1 on a listener until the future is dropped, which ends all connections. There is neither
    /// encryption nor authentication: the listener should be on loopback.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    let service = TowerToHyperService::new(self.clone());
                    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // A connection that breaks is its client's business.
                    connections.spawn(async move { drop(connection.await) });
                }
            }
        }
    }
}

/// A kubeconfig for a sandbox that listens on a port of loopback.
pub fn kubeconfig(port: u16) -> String {
    let lines = [
        "apiVersion: v1",
        "kind: Config",
        "current-context: sandbox",
        "clusters:",
        "- name: sandbox",
        "  cluster:",
        &format!("    server: http://127.0.0.1:{port}"),
        "contexts:",
        "- name: sandbox",
        "  context:",
        "    cluster: sandbox",
        "    namespace: default",
        "    user: sandbox",
        "users:",
        "- name: sandbox",
        "  user: {}",
    ];
    lines.map(|line| format!("{line}\n")).concat()
}
