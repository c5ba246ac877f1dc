-- The schema that a tenant should have at a version, and how it differs as last seen.
update tenant
set shape = :shape, shape_version = :shape_version, drifted = :drifted
where id = :id and removed_at = 0
