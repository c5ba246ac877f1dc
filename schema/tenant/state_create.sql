-- Who may write here: one row. epoch is that of the daemon which holds the tenant.
create table if not exists muster_state (
	id tinyint unsigned not null,
	epoch bigint unsigned not null,
	step varchar(255) not null default '',
	chunk_position text null,
	updated_at datetime(3) not null,
	primary key (id)
) engine=InnoDB stats_persistent=0 stats_auto_recalc=0 default character set utf8mb4 collate utf8mb4_bin comment='muster: which daemon may write here'
