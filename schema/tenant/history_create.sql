-- What muster has done to this database: one row per migration.
-- in_flight 1 while a statement may be running: after a crash the row alone cannot
-- say whether statement statements_done + 1 took effect. Then chain says what the schema
-- should look like behind each of them.
create table if not exists muster_history (
	seq bigint unsigned not null auto_increment,
	version varchar(255) not null,
	name varchar(255) not null,
	checksum char(64) not null,
	state enum('applying','applied','failed','reverted') not null,
	statements_done int unsigned not null default 0,
	statements_total int unsigned not null,
	done_digest char(64) not null default '',
	in_flight tinyint unsigned not null default 0,
	fingerprint_before char(64) not null default '',
	rollout varchar(64) not null default '',
	epoch bigint unsigned not null default 0,
	error varchar(1024) not null default '',
	started_at datetime(3) not null,
	finished_at datetime(3) null,
	chain mediumtext null,
	primary key (seq),
	unique key version (version)
) engine=InnoDB stats_persistent=0 stats_auto_recalc=0 default character set utf8mb4 collate utf8mb4_bin comment='muster: what was applied here'
