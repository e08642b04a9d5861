//! Who talks to the control plane: one token each, no passwords, no certificates.

/// A user that the API server knows by token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// May do everything, by group.
    Admin,
    /// The operator's service account. It may do what a test grants it.
    Operator,
    /// A member of the platform team, group `platform`.
    Platform,
    /// A member of group `tenant-a`.
    TenantA,
    /// A member of group `tenant-b`.
    TenantB,
    /// The controllers of Kubernetes itself.
    Controllers,
}

impl User {
    pub(crate) const ALL: [Self; 6] =
        [Self::Admin, Self::Operator, Self::Platform, Self::TenantA, Self::TenantB, Self::Controllers];

    /// Its name in RBAC, admission and the audit log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "system:serviceaccount:openbao-claims:openbao-claims",
            Self::Platform => "paula@platform",
            Self::TenantA => "anna@tenant-a",
            Self::TenantB => "ben@tenant-b",
            Self::Controllers => "system:kube-controller-manager",
        }
    }

    pub(crate) fn token(self) -> String {
        format!("token-of-{}", self.name().rsplit(':').next().unwrap_or_default())
    }

    fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["system:masters"],
            Self::Operator => &["system:serviceaccounts", "system:serviceaccounts:openbao-claims"],
            Self::Platform => &["platform"],
            Self::TenantA => &["tenant-a"],
            Self::TenantB => &["tenant-b"],
            Self::Controllers => &[],
        }
    }

    /// Its line of the file that `--token-auth-file` names.
    pub(crate) fn line(self) -> String {
        format!("{},{},{},\"{}\"\n", self.token(), self.name(), self.token(), self.groups().join(","))
    }
}
