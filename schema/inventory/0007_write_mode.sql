-- A tenant that is not open for writes: how it was closed and what gives everything back
-- (opaque here), stored before anything was changed. tenant.mode says how far it is.
create table write_mode (
	tenant_id integer primary key references tenant (id),
	method text not null,
	restore text not null,
	reason text not null,
	owner text not null,
	maintenance integer not null default 0,
	drain_ms integer not null default 0,
	ends integer not null default 1,
	asked_at integer not null,
	since integer not null default 0,
	expires_at integer not null,
	failed text,
	failed_code text
) strict;
