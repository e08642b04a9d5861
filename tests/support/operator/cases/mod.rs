//! What must hold on any control plane. Each case gets a cluster of its own.

pub(crate) mod catalogs;
pub(crate) mod deletion;
pub(crate) mod edits;
pub(crate) mod gitops;
pub(crate) mod life;
pub(crate) mod ownership;
pub(crate) mod reasons;

/// All cases, for a suite to name its tests after: `cases!(play)` calls `play!(module, case)` for each.
macro_rules! cases {
    ($play:ident) => {
        $play!(life, a_development_claim_becomes_ready);
        $play!(life, hardened_claims_become_ready_with_a_copied_token);
        $play!(life, a_second_reconcile_writes_nothing);
        $play!(life, a_claim_waits_for_its_tenant);
        $play!(life, the_connection_is_kept_while_the_service_is_degraded);
        $play!(life, a_restarted_operator_writes_nothing);
        $play!(life, a_lost_status_is_told_again);
        $play!(life, no_secret_value_is_anywhere_but_in_secrets);
        $play!(life, case_069_the_first_status_says_unknown);
        $play!(edits, an_edit_in_place_is_applied);
        $play!(edits, a_gated_edit_waits_for_the_approval_of_its_digest);
        $play!(edits, a_blocked_edit_changes_nothing_and_reverting_clears_it);
        $play!(edits, a_denied_edit_keeps_what_runs);
        $play!(edits, a_new_revision_is_taken_by_approval_with_a_pending_edit);
        $play!(edits, an_edit_of_a_unique_value_alone_takes_the_new_and_frees_the_old);
        $play!(edits, case_059_an_approval_that_is_created_again_touches_nothing);
        $play!(edits, case_064_an_approved_change_waits_for_its_window);
        $play!(edits, case_067_a_suspended_claim_is_neither_changed_nor_corrected);
        $play!(ownership, a_foreign_cluster_is_never_touched);
        $play!(ownership, case_087_data_of_a_former_claim_blocks);
        $play!(ownership, a_unique_value_has_one_holder);
        $play!(ownership, case_092_drift_is_put_right_and_additions_are_left);
        $play!(ownership, drift_that_the_rules_would_block_in_reverse_is_left);
        $play!(ownership, a_cluster_deleted_behind_our_back_is_not_made_again);
        $play!(ownership, case_095_after_a_restore_with_new_uids_nothing_is_made);
        $play!(ownership, case_090_the_spec_of_a_claim_is_never_ours);
        $play!(ownership, case_108_a_reference_waits_for_its_secret);
        $play!(ownership, case_113_a_forged_status_is_overwritten);
        $play!(catalogs, existing_claims_never_follow_an_offering);
        $play!(catalogs, a_broken_profile_leaves_the_last_good_revision);
        $play!(catalogs, case_062_claims_wait_for_the_catalog_and_recover);
        $play!(catalogs, a_broken_rule_set_blocks_candidates_only);
        $play!(catalogs, a_tightened_rule_tells_who_fails_it_and_moves_nobody);
        $play!(catalogs, case_065_a_withdrawn_revision_is_told_and_moves_nobody);
        $play!(reasons, each_denial_has_its_own_reason_and_names_what_to_change);
        $play!(reasons, case_074_the_summary_names_the_first_cause_and_its_owner);
        $play!(reasons, an_entitlement_that_is_lost_stops_nothing_that_runs);
        $play!(reasons, case_072_a_huge_parameter_is_denied_in_few_words);
        $play!(reasons, a_cluster_that_was_replaced_is_not_adopted);
        $play!(reasons, contracts_restored_from_an_older_backup_roll_nothing_back);
        $play!(reasons, kinds_of_later_releases_say_that_they_are_not_supported);
        $play!(reasons, a_second_replica_takes_over);
        $play!(deletion, case_081_deletion_ends_without_the_catalog);
        $play!(deletion, case_077_a_namespace_with_a_ready_claim_ends);
        $play!(deletion, a_cluster_whose_marks_were_taken_off_goes_with_its_claim);
        $play!(deletion, case_071_deletion_tells_what_it_waits_for);
        $play!(deletion, a_claim_that_was_never_granted_goes_at_once);
        $play!(deletion, a_claim_made_again_starts_anew);
        $play!(deletion, case_067_a_suspended_claim_can_be_deleted);
        $play!(gitops, case_068_a_refused_edit_is_not_green_while_the_service_is);
        $play!(gitops, case_072_a_status_stays_small_whatever_the_claim_says);
        $play!(gitops, case_084_a_claim_waits_for_an_operator_that_is_away);
        $play!(gitops, case_088_no_mistake_of_a_tenant_is_answered_with_422);
        $play!(gitops, case_091_a_claim_goes_from_client_side_to_server_side_apply);
        $play!(gitops, case_094_marks_of_gitops_tools_stay_on_the_claim);
        $play!(gitops, case_096_a_claim_that_is_pruned_and_comes_back_at_once_gets_a_service_of_its_own);
        $play!(gitops, case_097_a_generated_name_makes_a_service);
    };
}
pub(crate) use cases;
