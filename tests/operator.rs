//! The operator on the sandbox: the cases of `support/operator/cases`, on paused time.

#[cfg(test)]
#[path = "support/api.rs"]
mod api;
#[cfg(test)]
#[path = "support/definitions.rs"]
mod definitions;
#[cfg(test)]
#[path = "support/operator/mod.rs"]
mod operator;

#[cfg(test)]
mod suite {
    use super::operator::Cluster;
    use super::operator::cases::{self, cases};
    use super::operator::env::Env;
    use openbao_claims::controller::client::client_over;
    use openbao_claims::sandbox::{Sandbox, SandboxConfig, runtime_clock};

    async fn env() -> Env {
        let clock = runtime_clock(1_790_000_000 * 1_000_000_000);
        let sandbox = Sandbox::new(SandboxConfig { clock, seed: 1, kept: SandboxConfig::KEPT });
        tokio::spawn(sandbox.clone().run_background());
        let cluster = Cluster::prepare(sandbox.client()).await;
        Env::new(cluster, move |metrics| client_over(sandbox.service(), "default", metrics), u64::MAX)
    }

    macro_rules! on_the_sandbox {
        ($module:ident, $case:ident) => {
            #[tokio::test(start_paused = true)]
            async fn $case() {
                cases::$module::$case(env().await).await;
            }
        };
    }
    cases!(on_the_sandbox);
}
