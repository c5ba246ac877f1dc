-- The chain of one class of tenants of one server in one rollout.
insert into chain (rollout_id, server_id, class, content)
values (:rollout_id, :server_id, :class, :content)
on conflict (rollout_id, server_id, class) do update set content = :content
