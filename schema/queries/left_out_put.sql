-- A tenant that a rollout leaves out; the first reason stays.
insert into rollout_left_out (rollout_id, tenant_id, reason)
values (:rollout_id, :tenant_id, :reason)
on conflict (rollout_id, tenant_id) do nothing
