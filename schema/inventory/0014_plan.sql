-- What was foreseen when a rollout began: a text of the api, opaque here.
create table rollout_plan (
	rollout_id integer primary key references rollout (id),
	content text not null
) strict;

-- Tenants that a rollout leaves out because they would fail, and on what.
create table rollout_left_out (
	rollout_id integer not null references rollout (id),
	tenant_id integer not null references tenant (id),
	reason text not null,
	primary key (rollout_id, tenant_id)
) strict, without rowid;
