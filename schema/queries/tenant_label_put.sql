-- One label of a tenant.
insert into tenant_label (tenant_id, key, value)
values (:id, :key, :value)
