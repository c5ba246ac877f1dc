-- A new tenant.
insert into tenant (name, server_id, schema, version, open, regressed, mode, hold,
	window, freeze_from, freeze_until, freeze_reason, bytes, revision)
values (:name, :server_id, :schema, :version, :open, :regressed, :mode, :hold,
	:window, :freeze_from, :freeze_until, :freeze_reason, :bytes, :revision)
