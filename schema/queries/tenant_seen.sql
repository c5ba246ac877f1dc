-- What the last look at the tenant found.
update tenant
set version = :version, bytes = :bytes
where id = :id and removed_at = 0
