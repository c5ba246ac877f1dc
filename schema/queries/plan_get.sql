-- The same, read again.
select content from rollout_plan where rollout_id = :rollout_id
