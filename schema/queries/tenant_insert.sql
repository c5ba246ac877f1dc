-- A new tenant.
insert into tenant (name, server_id, schema, version, open, regressed, mode, hold, bytes, revision)
values (:name, :server_id, :schema, :version, :open, :regressed, :mode, :hold, :bytes, :revision)
