//! 8.2: backups.

use super::texts::{unreachable, url};
use super::{Rule, at, oidc, snapshots, text};

pub(super) const RULES: &[Rule] = &[
    Rule {
        demands: "a snapshot before upgrades needs a backup",
        refuses: |w| snapshots(w.new) && at(w.new, "spec.backup").is_none(),
        broken: &[
            r#"{"spec": {"backup": null}}"#,
            r#"{"spec": {"backup": null, "upgrade": {"preUpgradeSnapshot": false, "strategy": "BlueGreen", "blueGreen": {"preUpgradeSnapshot": true}}}}"#,
        ],
    },
    Rule {
        demands: "a schedule has five fields",
        refuses: |w| {
            let schedule = text(w.new, "spec.backup.schedule");
            at(w.new, "spec.backup").is_some()
                && (schedule.split_whitespace().count() != 5 || schedule.trim() != schedule || schedule.contains('@'))
        },
        broken: &[
            r#"{"spec": {"backup": {"schedule": "@daily"}}}"#,
            r#"{"spec": {"backup": {"schedule": "0 0 3 * * *"}}}"#,
            r#"{"spec": {"backup": {"schedule": " 0 3 * * *"}}}"#,
            r#"{"spec": {"backup": {"schedule": "0 3 * * * "}}}"#,
        ],
    },
    Rule {
        demands: "a backup has a way to log in",
        refuses: |w| {
            at(w.new, "spec.backup").is_some()
                && text(w.new, "spec.backup.jwtAuthRole").is_empty()
                && at(w.new, "spec.backup.tokenSecretRef").is_none()
                && !oidc(w.new)
        },
        broken: &[r#"{"spec": {"selfInit": {"oidc": {"enabled": false}}}}"#],
    },
    Rule {
        demands: "a backup's endpoint is a URL of another machine",
        refuses: |w| {
            let endpoint = text(w.new, "spec.backup.target.endpoint").trim();
            !endpoint.is_empty() && url(endpoint).is_none_or(|(_, host)| unreachable(host))
        },
        broken: &[
            r#"{"spec": {"backup": {"target": {"endpoint": "store.example.com"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://localhost:9000"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://store.localhost"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://127.0.0.2"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://[::1]:9000"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://169.254.1.1"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://[fe80::1]"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://2130706433"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://0x7f000001"}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "https://127.1"}}}}"#,
        ],
    },
];
