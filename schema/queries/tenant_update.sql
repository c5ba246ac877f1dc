-- Everything a tenant has, but its labels.
update tenant
set name = :name, server_id = :server_id, schema = :schema, version = :version,
	open = :open, regressed = :regressed, mode = :mode, hold = :hold,
	window = :window, freeze_from = :freeze_from, freeze_until = :freeze_until,
	freeze_reason = :freeze_reason, bytes = :bytes, revision = :revision
where id = :id and removed_at = 0
