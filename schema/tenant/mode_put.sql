-- Kept before anything is taken away. What stands there already is never replaced: it is what
-- gives back.
insert into muster_write_mode (id, method, restore_data, reason, owner, epoch, since, expires_at)
values (1, :method, :restore, :reason, :owner, :epoch, utc_timestamp(3),
	'1970-01-01' + interval :expires_s second)
on duplicate key update id = id
