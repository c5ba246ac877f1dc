-- A phase of a new rollout.
insert into phase (rollout_id, seq, name, to_version, files, tenants)
values (:rollout_id, :seq, :name, :to_version, :files, :tenants)
