-- The tenants that a rollout leaves out.
select tenant_id, reason from rollout_left_out where rollout_id = :rollout_id
