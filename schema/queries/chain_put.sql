-- The chain of one class of tenants of one server in one rollout.
insert into chain (rollout_id, server_id, class, content, kind)
values (:rollout_id, :server_id, :class, :content, :kind)
on conflict (rollout_id, server_id, class) do update set content = :content, kind = :kind
