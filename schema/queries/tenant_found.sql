-- What a look at the tenant's own history found.
update tenant
set version = :version, open = :open, regressed = :regressed, bytes = :bytes
where id = :id and removed_at = 0
