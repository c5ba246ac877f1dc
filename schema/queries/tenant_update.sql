-- Everything a tenant has, but its labels.
update tenant
set name = :name, server_id = :server_id, schema = :schema, version = :version,
	open = :open, regressed = :regressed, mode = :mode, hold = :hold,
	bytes = :bytes, revision = :revision
where id = :id and removed_at = 0
