-- What a human decided about the throttle; a later word replaces the earlier.
insert into throttle_rule (server_id, kind, name, soft, hard, critical, source, amount, until_at,
	for_ms, owner, reason)
values (:server_id, :kind, :name, :soft, :hard, :critical, :source, :amount, :until_at, :for_ms,
	:owner, :reason)
on conflict (server_id, kind, name) do update set soft = :soft, hard = :hard,
	critical = :critical, source = :source, amount = :amount, until_at = :until_at,
	for_ms = :for_ms, owner = :owner, reason = :reason
