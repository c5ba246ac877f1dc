-- Everything a tenant has, but its labels.
update tenant
set name = :name, server_id = :server_id, schema = :schema, version = :version, mode = :mode,
	hold = :hold, bytes = :bytes, revision = :revision
where id = :id and removed_at = 0
