-- The tenant is open again.
delete from write_mode
where tenant_id = :tenant_id
