-- All labels of a tenant go.
delete from tenant_label
where tenant_id = :id
