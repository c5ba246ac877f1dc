-- There is a row while this database is closed for writes: how, and what gives
-- everything back, also to a musterd that has lost its own inventory.
create table if not exists muster_write_mode (
	id tinyint unsigned not null,
	method varchar(32) not null,
	restore_data mediumtext not null,
	reason varchar(1024) not null,
	owner varchar(255) not null,
	epoch bigint unsigned not null,
	since datetime(3) not null,
	expires_at datetime(3) not null,
	primary key (id)
) engine=InnoDB stats_persistent=0 stats_auto_recalc=0 default character set utf8mb4 collate utf8mb4_bin comment='muster: closed for writes'
